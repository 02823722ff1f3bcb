// SPDX-License-Identifier: Apache-2.0
// A file that is brought forward: killed at every moment, and gone back from.
#include "storage/sqlite/migrations.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "storage/conformance/later_schema_test.hpp"
#include "storage/conformance/scratch.hpp"
#include "storage/open.hpp"
#include "storage/sqlite/store.hpp"

namespace muniment::storage::sqlite {
namespace {

struct SqliteMigrations : ::testing::Test {
    Scratch scratch;
    std::filesystem::path path = scratch.path / "data" / "records.db";
    std::array<Migration, 4> steps = storage::testing::later_steps(migrations().front());
    const PackId pack = PackId::random();

    void SetUp() override {
        auto records = SqliteRecords::open(path).value();
        ASSERT_TRUE(records->commit([&](RecordWriter& w) -> Result<void> {
            CHECK(w.put_pack({pack, PackState::closed}));
            for (int i = 0; i < 500; ++i) CHECK(w.put_field({1, {}, new_random_id(), 1, Bytes(100, 7)}));
            return w.put_single("a", {1, {}});
        }));
    }
    std::unique_ptr<Database> raw(const std::filesystem::path& of) { return Database::open(of, Database::Mode::write).value(); }
    std::unique_ptr<Database> raw() { return raw(path); }
    Result<void> forward(Steps which, const TellMigration& tell = {}) {
        return migrate(*raw(), path, steps, which, posix_disk(), tell);
    }
    std::int64_t number(const char* sql, std::filesystem::path of = {}) {
        return raw(of.empty() ? path : of)->number(sql).value();
    }
    std::int64_t version() { return schema_of(*raw())->version; }
    std::filesystem::path copied(std::int64_t of) { return copy_of(path, of); }
    void expect_whole(const std::filesystem::path& file) {
        EXPECT_EQ(number("SELECT count(*) FROM fields", file), 500);
        EXPECT_EQ(number("SELECT number FROM singles WHERE name = 'a'", file), 1);
        EXPECT_EQ(number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'", file), 0);
    }
};

TEST_F(SqliteMigrations, GoForwardAndKeepACopyOfWhatWas) {
    ASSERT_TRUE(forward(Steps::all));
    EXPECT_EQ(version(), 4);
    EXPECT_EQ(number("SELECT a FROM later"), 7);
    EXPECT_EQ(number("SELECT number FROM singles WHERE name = 'migrated'"), 4);
    EXPECT_EQ(number("SELECT value = x'0000000000000001' FROM singles WHERE name = 'migrated'"), 1);
    expect_whole(path);
    expect_whole(copied(1));
    EXPECT_EQ(number("PRAGMA user_version", copied(1)), 1);
    EXPECT_FALSE(std::filesystem::exists(copied(2))) << "one copy, of before the first step";
    ASSERT_TRUE(forward(Steps::all)) << "nothing is left to do";
    EXPECT_FALSE(std::filesystem::exists(copied(4)));
}

TEST_F(SqliteMigrations, WithoutAPersonsWordNobodyIsShutOut) {
    ASSERT_TRUE(forward(Steps::expanding));
    EXPECT_EQ(version(), 3);
    // The way back: the former program on the result, reading and writing.
    {
        auto former = SqliteRecords::open(path).value();
        EXPECT_TRUE(former->commit([&](RecordWriter& w) { return w.put_pack({PackId::random(), PackState::open}); }));
        EXPECT_EQ(former->packs()->size(), 2u);
    }
    ASSERT_TRUE(forward(Steps::all));
    EXPECT_EQ(SqliteRecords::open(path).error().problem, Problem::too_new);
    expect_whole(copied(3));
}

TEST_F(SqliteMigrations, AWayThatShutsOutIsNotTakenUnasked) {
    std::array<Migration, 3> crossed{{steps[0], {2, "CREATE TABLE b (a)", 2}, {3, "CREATE TABLE c (a)", 2}}};
    EXPECT_EQ(migrate(*raw(), path, crossed, Steps::expanding).error().problem, Problem::conflict);
    EXPECT_EQ(version(), 1);
    EXPECT_FALSE(std::filesystem::exists(copied(1)));
    EXPECT_TRUE(migrate(*raw(), path, crossed, Steps::all));
}

TEST_F(SqliteMigrations, AStepThatFailsIsUndoneWhole) {
    steps = storage::testing::with_sql(steps, 3, "CREATE TABLE later (a INTEGER); SELECT no_such_function()");
    EXPECT_FALSE(forward(Steps::all));
    EXPECT_EQ(version(), 2);
    EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema WHERE name = 'later'"), 0);
    expect_whole(path);
}

TEST_F(SqliteMigrations, KilledAtAnyMomentTheyGoOnOrBack) {
    const auto before = scratch.path / "before";
    std::filesystem::copy(path.parent_path(), before, std::filesystem::copy_options::recursive);
    int kills = 0;
    std::set<std::int64_t> stood_at;
    for (bool ended = false; !ended; ++kills) {
        ASSERT_LT(kills, 50);
        std::filesystem::remove_all(path.parent_path());
        std::filesystem::copy(before, path.parent_path(), std::filesystem::copy_options::recursive);
        ended = storage::testing::killed_at(
            kills + 1, [&](const TellMigration& tell) { require(forward(Steps::all, tell).has_value(), "it fails"); });
        auto stands = version();
        stood_at.insert(stands);
        expect_whole(path);
        if (stands > 1) expect_whole(copied(1));
        // Back: the former program, as long as nothing has shut it out.
        EXPECT_EQ(SqliteRecords::open(path).has_value(), stands < 4) << "killed at " << kills + 1;
        // On: from where it stands.
        ASSERT_TRUE(forward(Steps::all)) << "killed at " << kills + 1;
        EXPECT_EQ(version(), 4);
        expect_whole(path);
        EXPECT_EQ(number("SELECT count(*) FROM later"), 1);
        for (const auto& file : std::filesystem::directory_iterator(path.parent_path()))
            EXPECT_NE(file.path().extension(), ".part");
    }
    EXPECT_EQ(kills, 12) << "two of the copy, three of each step, and one that came to its end";
    EXPECT_EQ(stood_at, (std::set<std::int64_t>{1, 2, 3, 4}));
}

TEST_F(SqliteMigrations, WhatAnEarlierTryLeftGivesWay) {
    auto part = copied(1);
    part += ".part";
    std::ofstream(part) << "half of a copy";
    std::ofstream(copied(1)) << "an older copy";
    ASSERT_TRUE(forward(Steps::all));
    expect_whole(copied(1));
    EXPECT_FALSE(std::filesystem::exists(part));
}

TEST_F(SqliteMigrations, ADamagedDatabaseIsNotBroughtForward) {
    ASSERT_TRUE(raw()->run("PRAGMA wal_checkpoint(TRUNCATE)"));
    {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        auto size = std::filesystem::file_size(path);
        for (auto at = size / 2; at + 4'096 < size; at += 4'096)
            file.seekp(static_cast<std::streamoff>(at)).write(std::string(64, '\xff').c_str(), 64);
    }
    auto done = forward(Steps::all);
    ASSERT_FALSE(done);
    EXPECT_EQ(version(), 1);
    EXPECT_FALSE(std::filesystem::exists(copied(1)));
}

TEST_F(SqliteMigrations, ADatabaseThatSaysTwoFormatsIsNone) {
    ASSERT_TRUE(raw()->run("PRAGMA user_version = 2"));
    EXPECT_EQ(forward(Steps::all).error().problem, Problem::corrupt);
    ASSERT_TRUE(raw()->run("PRAGMA user_version = 1; DELETE FROM muniment_schema"));
    EXPECT_EQ(forward(Steps::all).error().problem, Problem::corrupt);
}

TEST_F(SqliteMigrations, AreLookedAtWithoutAChange) {
    auto sight = look_at_sqlite_schema(path).value();
    EXPECT_EQ(sight.version, 1);
    EXPECT_TRUE(sight.runs && sight.ahead.empty() && !sight.too_new);
    auto server = SqliteRecords::open(path).value();
    EXPECT_TRUE(look_at_sqlite_schema(path)) << "while a server runs";
    EXPECT_EQ(upgrade_sqlite(path, Steps::all, {}).error().problem, Problem::in_use);
    server.reset();
    EXPECT_TRUE(upgrade_sqlite(path, Steps::all, {}));
}

}  // namespace
}  // namespace muniment::storage::sqlite
