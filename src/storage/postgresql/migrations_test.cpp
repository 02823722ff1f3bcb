// SPDX-License-Identifier: Apache-2.0
// A database that is brought forward beneath nodes that are at work.
#include "storage/postgresql/migrations.hpp"

#include <gtest/gtest.h>

#include "storage/conformance/later_schema_test.hpp"
#include "storage/conformance/postgresql_test.hpp"
#include "storage/postgresql/store.hpp"

namespace muniment::storage::postgresql {
namespace {

using storage::testing::PostgresqlServer;

struct PostgresqlMigrations : ::testing::Test {
    PostgresqlForTests mine = storage::testing::fresh_database();
    std::string url = PostgresqlServer::shared().url();
    Settings settings = Settings::from(url, mine).value();
    std::array<Migration, 4> steps = storage::testing::later_steps(migrations().front());
    const PackId pack = PackId::random();

    void SetUp() override {
        auto records = node().value();
        ASSERT_TRUE(records->commit([&](RecordWriter& w) { return w.put_pack({pack, PackState::closed}); }));
    }
    Result<std::unique_ptr<Records>> node() { return open_postgresql(url, mine, {.others = Others::admit}); }
    std::unique_ptr<Connection> raw() { return Connection::open(settings, Role::write).value(); }
    Result<void> forward(Steps which, const TellMigration& tell = {}) { return migrate(*raw(), settings, steps, which, tell); }
    SchemaNow now() { return schema_of(*raw(), settings).value(); }
    std::string told(const std::string& sql) {
        auto answer = raw()->run(sql).value();
        return answer.rows() > 0 ? PQgetvalue(answer.raw(), 0, 0) : "";
    }
};

TEST_F(PostgresqlMigrations, GoForwardBeneathANodeAtWork) {
    auto former = node().value();
    ASSERT_TRUE(forward(Steps::expanding));
    EXPECT_EQ(now().version, 3);
    EXPECT_TRUE(former->commit([&](RecordWriter& w) { return w.put_pack({PackId::random(), PackState::closed}); }));
    EXPECT_EQ(former->packs()->size(), 2u);
    EXPECT_TRUE(node()) << "the former program also starts on it";
    auto refused = forward(Steps::all);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().problem, Problem::in_use);
    EXPECT_EQ(now().version, 3);
    EXPECT_EQ(told("SELECT count(*) FROM pg_indexes WHERE indexname = 'fields_of_owner' AND schemaname = current_schema"), "1");
    EXPECT_TRUE(former->commit([&](RecordWriter& w) { return w.drop_pack(pack); })) << "nothing was done";
    former.reset();
    ASSERT_TRUE(forward(Steps::all));
    EXPECT_EQ(now().least, 2);
    EXPECT_EQ(told("SELECT number FROM singles WHERE name = 'migrated'"), "4");
    EXPECT_EQ(told("SELECT encode(value, 'hex') FROM singles WHERE name = 'migrated'"), "0000000000000001");
    EXPECT_EQ(node().error().problem, Problem::too_new);
}

TEST_F(PostgresqlMigrations, ANodeThatKnowsIsNotInTheWay) {
    auto former = node().value();
    ASSERT_TRUE(raw()->run("UPDATE nodes SET knows = 2 WHERE ended = 0"));
    EXPECT_TRUE(forward(Steps::all));
}

TEST_F(PostgresqlMigrations, WhoHasTheDatabaseAloneIsNotDisturbed) {
    auto alone = open_postgresql(url, mine).value();
    EXPECT_EQ(forward(Steps::expanding).error().problem, Problem::in_use);
    EXPECT_EQ(now().version, 1);
}

TEST_F(PostgresqlMigrations, NobodyTakesAStepByComing) {
    auto connection = raw();
    auto refused = prepare(*connection, settings, steps);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().problem, Problem::conflict);
    EXPECT_EQ(now().version, 1);
    ASSERT_TRUE(forward(Steps::expanding));
    EXPECT_TRUE(prepare(*connection, settings, steps)) << "what is left only contracts";
}

TEST_F(PostgresqlMigrations, AStepThatFailsIsUndoneWhole) {
    steps = storage::testing::with_sql(steps, 3, "CREATE TABLE later (a bigint); SELECT no_such_function()");
    EXPECT_FALSE(forward(Steps::all));
    EXPECT_EQ(now().version, 2);
    steps = storage::testing::with_sql(steps, 3, "CREATE TABLE later (a bigint)");
    EXPECT_TRUE(forward(Steps::all)) << "the table of the first attempt is not there";
}

TEST_F(PostgresqlMigrations, KilledAtAnyMomentTheyGoOnOrBack) {
    std::set<std::int64_t> stood_at;
    int kills = 0;
    for (bool ended = false; !ended; ++kills) {
        ASSERT_LT(kills, 50);
        mine = storage::testing::fresh_database();
        settings = Settings::from(url, mine).value();
        SetUp();
        ended = storage::testing::killed_at(
            kills + 1, [&](const TellMigration& tell) { require(forward(Steps::all, tell).has_value(), "it fails"); });
        auto stands = now();
        stood_at.insert(stands.version);
        EXPECT_EQ(node().has_value(), stands.version < 4) << "killed at " << kills + 1;
        ASSERT_TRUE(forward(Steps::all)) << "killed at " << kills + 1;
        EXPECT_EQ(now().version, 4);
        EXPECT_EQ(told("SELECT count(*) FROM later"), "1");
    }
    EXPECT_EQ(kills, 10) << "three of each step, and one that came to its end";
    EXPECT_EQ(stood_at, (std::set<std::int64_t>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace muniment::storage::postgresql
