// SPDX-License-Identifier: Apache-2.0
// What only a database on a server can suffer: an address with a password in it, a server that forgets, a connection that breaks
// at the worst moment, others that write.
#include "storage/postgresql/store.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cstdlib>

#include "base/limits.hpp"
#include "storage/conformance/postgresql_test.hpp"
#include "storage/postgresql/relay_test.hpp"
#include "storage/postgresql/trust.hpp"

namespace muniment::storage::postgresql {
namespace {

using testing::PostgresqlServer;
using testing::Relay;

struct Postgresql : ::testing::Test {
    PostgresqlForTests mine = testing::fresh_database();
    std::string url = PostgresqlServer::shared().url();

    std::unique_ptr<Records> open(const std::string& at) {
        auto records = open_postgresql(at, mine);
        require(records.has_value(), records ? "" : records.error().detail);
        return *std::move(records);
    }
    std::unique_ptr<Records> open() { return open(url); }
    Error refusal(const std::string& at) {
        auto records = open_postgresql(at, mine);
        return records ? Error(Problem::internal, "it opens") : records.error();
    }
    /// What the database's operator does.
    Result<Answer> operate(const std::string& sql) {
        auto settings = Settings::from(url, mine).value();
        return Connection::open(settings, Role::write).value()->run(sql);
    }
    /// The same address, with another value of one of its words.
    std::string with(const std::string& word, const std::string& value) const {
        auto at = url.find(word + "=") + word.size() + 1;
        return url.substr(0, at) + value + url.substr(std::min(url.find('&', at), url.size()));
    }
    std::uint16_t port() const {
        std::uint16_t number = 0;
        auto at = url.find("localhost:") + 10;
        std::from_chars(url.data() + at, url.data() + url.size(), number);
        return number;
    }
    std::string through(const Relay& relay) const {
        auto at = url.find("localhost:") + 10;
        return url.substr(0, at) + std::to_string(relay.port()) + url.substr(url.find('/', at));
    }
};

Result<void> append(RecordWriter& w) {
    CHECK(w.append_entry({.leaf = Bytes(100, 7)}));
    return {};
}
auto putting(std::string_view name, std::uint64_t number) {
    return [=](RecordWriter& w) { return w.put_single(name, {number, bytes("x")}); };
}

TEST_F(Postgresql, AnAddressHoldsNoPasswordAndAsksForNoLess) {
    auto said = refusal("postgresql://muniment:secret@localhost/muniment");
    EXPECT_EQ(said.problem, Problem::malformed);
    EXPECT_EQ(said.detail.find("secret"), std::string::npos);
    for (const char* less :
         {"sslmode=require", "sslmode=disable", "channel_binding=prefer", "options=-csynchronous_commit%3Doff"})
        EXPECT_EQ(refusal(url + "&" + less).problem, Problem::malformed) << less;
    EXPECT_EQ(refusal("sqlite:///x").problem, Problem::malformed);
    EXPECT_EQ(refusal("postgresql://[").problem, Problem::malformed);
    ::setenv("PGPASSWORD", "secret", 1);
    EXPECT_EQ(refusal(url).problem, Problem::malformed);
    ::unsetenv("PGPASSWORD");
}

TEST_F(Postgresql, ComesInByTlsAndScramOnly) {
    auto facts = look_at_postgresql(url).value();
    EXPECT_TRUE(facts.tls);
    EXPECT_FALSE(facts.superuser);
    auto no_password = refusal(with("passfile", "/dev/null"));
    EXPECT_EQ(no_password.problem, Problem::conflict);
    EXPECT_EQ(refusal(with("sslrootcert", "/dev/null")).problem, Problem::unavailable) << "a certificate that nobody vouches for";
}

TEST_F(Postgresql, AServerThatForgetsIsRefused) {
    EXPECT_FALSE(look_at_postgresql(url)->fsync);
    mine.may_forget = false;
    auto said = refusal(url);
    EXPECT_EQ(said.problem, Problem::conflict);
    EXPECT_NE(said.detail.find("fsync"), std::string::npos);
    // What is lost in a power cut besides: a commit that nobody waited for. Each session waits, whatever the database says.
    mine.may_forget = true;
    ASSERT_TRUE(operate("ALTER ROLE muniment SET synchronous_commit = off"));
    EXPECT_TRUE(look_at_postgresql(url)->synchronous_commit);
    ASSERT_TRUE(operate("ALTER ROLE muniment RESET synchronous_commit"));
}

TEST_F(Postgresql, AServerOfAnotherTimeIsRefused) {
    EXPECT_EQ(known_version(140'020).error().problem, Problem::conflict);
    EXPECT_TRUE(known_version(150'000));
    EXPECT_TRUE(known_version(180'001));
    EXPECT_EQ(known_version(190'000).error().problem, Problem::conflict);
}

TEST_F(Postgresql, RefusesASecondOpener) {
    auto first = open();
    EXPECT_EQ(refusal(url).problem, Problem::in_use);
    first.reset();
    open();
}

TEST_F(Postgresql, KeepsWhatWasCommittedThroughACrashOfTheServer) {
    auto records = open();
    ASSERT_TRUE(records->commit(putting("a", 3)));
    EXPECT_EQ(records->single("a")->value().number, 3u);
    PostgresqlServer::shared().tell("kill");
    EXPECT_EQ(records->single("a")->value().number, 3u) << "a reader reaches it again";
    ASSERT_TRUE(records->commit(putting("a", 4))) << "and so does a commit";
    EXPECT_EQ(records->single("a")->value().number, 4u);
}

TEST_F(Postgresql, AServerThatIsAwayIsSaidToBeAndWaitedForNoLonger) {
    auto records = open();
    ASSERT_TRUE(records->commit(putting("a", 3)));
    PostgresqlServer::shared().tell("stop");
    auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(records->single("a").error().problem, Problem::unavailable);
    EXPECT_EQ(records->commit(putting("a", 4)).error().problem, Problem::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - before, 4 * limits::records_reconnect_wait);
    PostgresqlServer::shared().tell("start");
    ASSERT_TRUE(records->commit(putting("b", 5))) << "nothing was under way, so nothing is in doubt";
    EXPECT_EQ(records->single("a")->value().number, 3u);
}

// Each commit is two questions: the beginning, and the end with all that was written. The answer to the second is lost: it was
// made.
TEST_F(Postgresql, ACommitWhoseAnswerIsLostIsKnownToBeMade) {
    Relay relay(port());
    auto records = open(through(relay));
    ASSERT_TRUE(records->commit(append));
    for (std::uint64_t made = 2; made < 5; ++made) {
        relay.lose(Relay::Loses::answer, 2);
        int runs = 0;
        ASSERT_TRUE(records->commit([&](RecordWriter& w) { return ++runs, append(w); }));
        EXPECT_TRUE(relay.has_lost());
        EXPECT_EQ(runs, 1) << "run again, it would be there twice";
        EXPECT_EQ(records->entry_count().value(), made);
    }
}

TEST_F(Postgresql, ACommitThatNeverArrivedIsMadeAgain) {
    Relay relay(port());
    auto records = open(through(relay));
    for (std::uint64_t made = 1; made < 4; ++made) {
        relay.lose(Relay::Loses::question, made == 1 ? 1 : 2);
        int runs = 0;
        ASSERT_TRUE(records->commit([&](RecordWriter& w) { return ++runs, append(w); }));
        EXPECT_TRUE(relay.has_lost());
        EXPECT_EQ(runs, made == 1 ? 1 : 2);
        EXPECT_EQ(records->entry_count().value(), made);
    }
    std::uint64_t expected = 0;
    ASSERT_TRUE(records->for_each_entry(0, UINT64_MAX, [&](const EntryRow& row) { return row.sequence == expected++; }));
    EXPECT_EQ(expected, 3u);
}

TEST_F(Postgresql, WhatCollidesWithAnotherTransactionIsRunAgain) {
    auto records = open();
    ASSERT_TRUE(records->commit(putting("a", 1)));
    int runs = 0;
    auto done = records->commit([&](RecordWriter& w) -> Result<void> {
        TRY(auto seen, w.single("b"));  // the snapshot is taken
        if (++runs == 1) CHECK(operate("UPDATE singles SET number = 7 WHERE name = 'a'"));
        CHECK(w.put_single("a", {2, {}}));
        return w.put_single("b", {9, {}});
    });
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(records->single("a")->value().number, 2u);
    EXPECT_EQ(records->single("b")->value().number, 9u);
    // Bounded: what always collides is told so, and the records go on.
    runs = 0;
    done = records->commit([&](RecordWriter& w) -> Result<void> {
        TRY(auto seen, w.single("b"));
        CHECK(operate("UPDATE singles SET number = 7 WHERE name = 'a'"));
        ++runs;
        return w.put_single("a", {2, {}});
    });
    EXPECT_EQ(done.error().problem, Problem::busy);
    EXPECT_EQ(runs, limits::commit_tries_max);
    EXPECT_TRUE(records->commit(putting("a", 3)));
}

TEST_F(Postgresql, WritesNothingMoreOnceHeadsOrEntriesWerePutBack) {
    for (const char* sql :
         {"UPDATE singles SET number = 1 WHERE name = 'gate-head'", "UPDATE singles SET value = 'y' WHERE name = 'key-head'",
          "DELETE FROM singles WHERE name = 'tree'", "DELETE FROM entries WHERE sequence = 1",
          "INSERT INTO entries SELECT 2, leaf, owner_kind, owner, detail FROM entries WHERE sequence = 1"}) {
        mine = testing::fresh_database();
        auto records = open();
        auto change = [](RecordWriter& w) -> Result<void> {
            for (auto name : growing_singles) CHECK(w.put_single(name, {2, bytes("x")}));
            return append(w);
        };
        ASSERT_TRUE(records->commit(change));
        ASSERT_TRUE(records->commit(change));
        ASSERT_TRUE(operate(sql));
        for (int twice = 0; twice < 2; ++twice) EXPECT_EQ(records->commit(change).error().problem, Problem::corrupt) << sql;
        records.reset();
        EXPECT_TRUE(open()->commit(putting("a", 1))) << "whoever opens it again looks at every row first";
    }
}

TEST_F(Postgresql, ADamagedRowIsCorruptAndNotAWrongValue) {
    auto records = open();
    ASSERT_TRUE(records->commit([](RecordWriter& w) { return w.put_key({OwnerKind::matter, {{1}}, 1, {}}); }));
    ASSERT_TRUE(operate("UPDATE key_records SET kind = 9"));
    EXPECT_EQ(records->for_each_key([](const KeyRow&) { return true; }).error().problem, Problem::corrupt);
    EXPECT_EQ(records->key(OwnerKind::matter, {{1}})->has_value(), false);
    ASSERT_TRUE(operate("ALTER TABLE key_records ALTER sealed TYPE text USING ''"));
    ASSERT_TRUE(operate("UPDATE key_records SET kind = 4"));
    EXPECT_FALSE(records->key(OwnerKind::matter, {{1}}));
}

TEST_F(Postgresql, WhatTheServerRefusesIsToldWithoutItsWords) {
    auto records = open();
    ASSERT_TRUE(operate("ALTER TABLE singles ADD CHECK (name <> 'Client of ours')"));
    auto refused = records->commit(putting("Client of ours", 1));
    EXPECT_EQ(refused.error().problem, Problem::conflict);
    EXPECT_EQ(refused.error().detail, "the database answers 23514");
    EXPECT_TRUE(records->commit(putting("a", 1)));
}

TEST_F(Postgresql, WalksThroughManyRowsAsTheyWereAtTheBeginning) {
    auto records = open();
    ASSERT_TRUE(records->commit([](RecordWriter& w) -> Result<void> {
        for (int i = 0; i < 2'000; ++i) CHECK(append(w));
        return {};
    }));
    std::uint64_t seen = 0;
    ASSERT_TRUE(records->for_each_entry(0, UINT64_MAX, [&](const EntryRow& row) {
        if (row.sequence == 3) EXPECT_TRUE(operate("DELETE FROM entries WHERE sequence > 1000"));
        return ++seen, true;
    }));
    EXPECT_EQ(seen, 2'000u);
    EXPECT_EQ(records->entry_count().value(), 1'001u);
}

}  // namespace
}  // namespace muniment::storage::postgresql
