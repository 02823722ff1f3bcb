// SPDX-License-Identifier: Apache-2.0
// Several processes on one database, as several stores in one process: what they see of each other, and what becomes of one that was
// out of touch.
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>

#include "storage/conformance/postgresql_test.hpp"
#include "storage/postgresql/store.hpp"

namespace muniment::storage::postgresql {
namespace {

using namespace std::chrono_literals;
using testing::PostgresqlServer;

struct Follows final : Follower {
    Result<void> follow(RecordReader& reader, const Moved& moved) override {
        if (fails) return fail(Problem::wall_shut, "a test wants it");
        ++times;
        keys += moved.keys ? 1 : 0;
        gate += moved.gate ? 1 : 0;
        TRY(auto row, reader.single("gate-head"));
        gate_number = row ? row->number : 0;
        return {};
    }
    int times = 0, keys = 0, gate = 0;
    std::uint64_t gate_number = 0;
    bool fails = false;
};

struct SeveralNodes : ::testing::Test {
    PostgresqlForTests mine = testing::fresh_database();

    Result<std::unique_ptr<Records>> come(const NodeSelf& self = {.others = Others::admit}) {
        return open_postgresql(PostgresqlServer::shared().url(), mine, self);
    }
    std::unique_ptr<Records> open() {
        auto records = come();
        require(records.has_value(), records ? "" : records.error().detail);
        return *std::move(records);
    }
    void operate(const std::string& sql) {
        auto settings = Settings::from(PostgresqlServer::shared().url(), mine).value();
        auto done = Connection::open(settings, Role::write).value()->run(sql);
        ASSERT_TRUE(done) << done.error().detail;
    }
    std::string told(const std::string& sql) {
        auto settings = Settings::from(PostgresqlServer::shared().url(), mine).value();
        auto answer = Connection::open(settings, Role::read).value()->run(sql).value();
        std::string all;
        for (int at = 0; at < answer.rows(); ++at) all += std::string(PQgetvalue(answer.raw(), at, 0)) + " ";
        return all;
    }
    /// Every table as it was when it was kept: a standby that had lagged and takes over.
    void keep() { operate(for_each_table("CREATE TABLE kept_%1$s AS TABLE %1$I")); }
    void put_back() { operate(for_each_table("TRUNCATE %1$I; INSERT INTO %1$I SELECT * FROM kept_%1$s")); }
    std::string for_each_table(const std::string& does) const {
        return "DO $$ DECLARE name text; BEGIN FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = '" + mine.schema +
               "' AND tablename NOT LIKE 'kept_%' LOOP EXECUTE format('" + does + "', name); END LOOP; END $$";
    }
};

Result<void> append(RecordWriter& w) {
    CHECK(w.append_entry({.leaf = bytes(View(new_random_id()))}));
    return {};
}
auto head(std::string_view name, std::uint64_t number) {
    return [=](RecordWriter& w) { return w.put_single(name, {number, bytes("sealed")}); };
}
/// Waits for what a lease's thread does.
bool comes_true(const std::function<bool()>& what) {
    for (int i = 0; i < 500; ++i) {
        if (what()) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

TEST_F(SeveralNodes, WriteInTurnAndSeeWhatTheOtherWrote) {
    auto a = open(), b = open();
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(a->commit(append));
        ASSERT_TRUE(b->commit(append));
    }
    EXPECT_EQ(a->entry_count().value(), 10u);
    EXPECT_EQ(b->entry_count().value(), 10u);
    std::uint64_t expected = 0;
    ASSERT_TRUE(a->for_each_entry(0, UINT64_MAX, [&](const EntryRow& row) { return row.sequence == expected++; }));
    EXPECT_EQ(expected, 10u);
}

TEST_F(SeveralNodes, ManyThreadsOfBothLoseNothingAndDoubleNothing) {
    auto a = open(), b = open();
    std::vector<std::thread> threads;
    std::atomic<int> done = 0;
    for (auto* records : {a.get(), b.get()})
        for (int n = 0; n < 4; ++n)
            threads.emplace_back([&, records] {
                for (int i = 0; i < 25; ++i)
                    done += records->commit([](RecordWriter& w) -> Result<void> {
                        TRY(auto row, w.single("counted"));
                        CHECK(w.put_single("counted", {row ? row->number + 1 : 1, {}}));
                        return append(w);
                    }).has_value() ? 1 : 0;
            });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(done, 200);
    EXPECT_EQ(a->single("counted")->value().number, 200u);
    EXPECT_EQ(b->entry_count().value(), 200u);
}

TEST_F(SeveralNodes, AFollowerIsToldWhatOthersMovedBeforeAnythingElseAndNotItsOwn) {
    auto a = open(), b = open();
    ASSERT_TRUE(a->commit(head("gate-head", 1)));
    Follows follows;
    b->nodes()->followed_by(&follows);
    ASSERT_TRUE(catch_up(*b));
    EXPECT_EQ(std::tuple(follows.times, follows.keys, follows.gate), std::tuple(1, 1, 1)) << "at first, everything";
    ASSERT_TRUE(catch_up(*b));
    EXPECT_EQ(follows.times, 1) << "nothing moved";

    ASSERT_TRUE(a->commit(head("gate-head", 2)));
    ASSERT_TRUE(catch_up(*b));
    EXPECT_EQ(std::tuple(follows.times, follows.keys, follows.gate), std::tuple(2, 1, 2));
    EXPECT_EQ(follows.gate_number, 2u);

    ASSERT_TRUE(a->commit(head("key-head", 5)));
    int times_in_work = 0;
    ASSERT_TRUE(b->commit([&](RecordWriter&) { return times_in_work = follows.times, Result<void>{}; }));
    EXPECT_EQ(times_in_work, 3) << "told before the work ran, although nobody asked";
    EXPECT_EQ(follows.keys, 2);

    ASSERT_TRUE(b->commit(head("gate-head", 3)));
    ASSERT_TRUE(catch_up(*b));
    EXPECT_EQ(follows.times, 3) << "what this process moved it knows";
    b->nodes()->followed_by(nullptr);
    ASSERT_TRUE(a->commit(head("gate-head", 4)));
    ASSERT_TRUE(catch_up(*b));
    EXPECT_EQ(follows.times, 3);
}

TEST_F(SeveralNodes, WhatCannotBeFollowedFailsEverything) {
    auto a = open(), b = open();
    Follows follows;
    b->nodes()->followed_by(&follows);
    ASSERT_TRUE(catch_up(*b));
    ASSERT_TRUE(a->commit(head("gate-head", 2)));
    follows.fails = true;
    EXPECT_EQ(catch_up(*b).error().problem, Problem::wall_shut);
    bool ran = false;
    EXPECT_EQ(b->commit([&](RecordWriter& w) { return ran = true, append(w); }).error().problem, Problem::wall_shut);
    EXPECT_FALSE(ran);
    follows.fails = false;
    EXPECT_TRUE(b->commit(append));
    EXPECT_EQ(follows.gate_number, 2u) << "told again";
}

TEST_F(SeveralNodes, WhatIsNoNodesWriteIsNoticedAsBefore) {
    auto a = open(), b = open();
    ASSERT_TRUE(a->commit(append));
    ASSERT_TRUE(b->commit(append));
    ASSERT_TRUE(a->commit(append));
    operate("INSERT INTO entries SELECT 3, leaf, owner_kind, owner, detail FROM entries WHERE sequence = 1");
    EXPECT_EQ(a->commit(append).error().problem, Problem::corrupt);
}

TEST_F(SeveralNodes, AStandbyThatHadLaggedIsNotWrittenTo) {
    auto a = open(), b = open();
    ASSERT_TRUE(a->commit(append));
    ASSERT_TRUE(b->commit(append));
    keep();
    ASSERT_TRUE(a->commit(append));
    ASSERT_TRUE(b->commit(append));
    put_back();
    EXPECT_EQ(a->commit(append).error().problem, Problem::corrupt);
    EXPECT_EQ(b->commit(append).error().problem, Problem::corrupt);
    // A third that comes now knows nothing of this; what it writes is not what the others saw.
    auto c = open();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(c->commit(append));
    EXPECT_EQ(b->commit(append).error().problem, Problem::corrupt) << "longer than what was seen, and another";
}

TEST_F(SeveralNodes, WhoSawOnlyPartOfItNoticesThatAnEntryIsAnother) {
    auto a = open(), b = open();
    keep();
    ASSERT_TRUE(a->commit(append));
    ASSERT_TRUE(b->commit([](RecordWriter&) { return Result<void>{}; }));
    // Not only the entries: the counts of commits as well, as if b had never been told.
    operate("DELETE FROM entries; INSERT INTO entries VALUES (0, 'another', 1, '" + to_uuid_text(new_random_id()) + "', '')");
    operate("UPDATE writers SET batch = batch + 1 WHERE batch = (SELECT max(batch) FROM writers)");
    EXPECT_EQ(b->commit(append).error().problem, Problem::corrupt);
}

TEST_F(SeveralNodes, OneThatNeedsTheDatabaseAloneKeepsOthersOutAndIsKeptOut) {
    auto a = open();
    EXPECT_EQ(come({.others = Others::refuse}).error().problem, Problem::in_use);
    a.reset();
    auto alone = come({.others = Others::refuse});
    ASSERT_TRUE(alone);
    EXPECT_EQ(come().error().problem, Problem::in_use);
    alone->reset();
    EXPECT_TRUE(come());
}

TEST_F(SeveralNodes, ALeaseThatIsNotRenewedEndsAndNothingIsDoneUnderIt) {
    mine.lease = 600ms, mine.renewed_every = 1h;
    auto asleep = open();
    mine.lease = 10s, mine.renewed_every = 50ms;
    auto awake = open();
    EXPECT_EQ(awake->nodes()->list()->size(), 2u);
    ASSERT_TRUE(asleep->commit([](RecordWriter& w) { return w.put_pack({PackId{{1}}, PackState::open}); }));
    ASSERT_TRUE(awake->commit([](RecordWriter& w) { return w.put_pack({PackId{{2}}, PackState::open}); }));
    EXPECT_EQ(awake->nodes()->packs_in_use()->size(), 2u);
    ASSERT_TRUE(comes_true([&] { return awake->nodes()->others_ended() == 1; }));
    EXPECT_EQ(awake->nodes()->list()->size(), 1u);
    EXPECT_EQ(awake->nodes()->packs_in_use().value(), std::vector{PackId{{2}}}) << "what it left may be taken over";
    EXPECT_EQ(in_force(*asleep).error().problem, Problem::lease_lost);
    EXPECT_EQ(catch_up(*asleep).error().problem, Problem::lease_lost);
    EXPECT_EQ(asleep->commit(append).error().problem, Problem::lease_lost);
    EXPECT_EQ(awake->entry_count().value(), 0u);
    EXPECT_TRUE(awake->commit(append));
}

TEST_F(SeveralNodes, TheDatabaseHoldsTheLeaseToo) {
    // As if this machine's clock had stood still: it believes in its lease, and the batch is refused all the same.
    mine.renewed_every = 1h;
    auto a = open();
    ASSERT_TRUE(a->commit(append));
    operate("UPDATE nodes SET until = 0");
    EXPECT_TRUE(in_force(*a));
    EXPECT_EQ(a->commit(append).error().problem, Problem::lease_lost);
    operate("UPDATE nodes SET until = 9223372036854775807, ended = 1");
    EXPECT_EQ(a->commit(append).error().problem, Problem::lease_lost);
    EXPECT_EQ(a->entry_count().value(), 1u);
}

TEST_F(SeveralNodes, OneWhoseLeaseWasEndedComesBackAsAnother) {
    mine.renewed_every = 50ms;
    auto a = open();
    auto before = a->nodes()->self();
    ASSERT_TRUE(a->commit(append));
    operate("UPDATE nodes SET ended = 1");
    ASSERT_TRUE(comes_true([&] { return a->nodes()->ended(); }));
    EXPECT_FALSE(a->commit(append));
    ASSERT_TRUE(a->nodes()->join());
    EXPECT_NE(a->nodes()->self(), before);
    EXPECT_TRUE(a->commit(append));
    EXPECT_EQ(a->nodes()->list()->size(), 1u);
}

// Its lease was ended, and a standby that had lagged was put in place meanwhile: coming back, it would know nothing of what it saw.
TEST_F(SeveralNodes, OneWhoseLeaseWasEndedTakesNoOlderDatabaseForTheFirms) {
    mine.renewed_every = 1h;
    auto a = open(), b = open();
    auto old = a->nodes()->self();
    ASSERT_TRUE(b->commit(append));
    ASSERT_TRUE(a->commit(append));
    keep();
    ASSERT_TRUE(b->commit(append));
    ASSERT_TRUE(a->commit(append));
    operate("CREATE TABLE kept_newer AS TABLE entries; CREATE TABLE kept_newer_writers AS TABLE writers");
    put_back();
    operate("UPDATE nodes SET ended = 1");
    EXPECT_EQ(a->nodes()->join().error().problem, Problem::corrupt);
    EXPECT_EQ(a->nodes()->self(), old);
    // Its own count alone fits, and what the other wrote is missing: that it saw.
    operate("UPDATE writers SET commits = newer.commits FROM kept_newer_writers newer WHERE writers.writer = newer.writer");
    EXPECT_EQ(a->nodes()->join().error().problem, Problem::corrupt);
    // As if nothing had been put back.
    operate("DELETE FROM entries; INSERT INTO entries TABLE kept_newer; DELETE FROM writers; INSERT INTO writers TABLE kept_newer_writers");
    auto joined = a->nodes()->join();
    ASSERT_TRUE(joined) << joined.error().detail;
    EXPECT_TRUE(a->commit(append));
    EXPECT_EQ(a->entry_count().value(), 5u);
}

/// Connections to the firm's database, but the one that asks.
const char* const connections = "SELECT pid FROM pg_stat_activity WHERE application_name = 'muniment' AND pid <> pg_backend_pid() AND "
                                "backend_type = 'client backend' ORDER BY pid";

// The writer's connection breaks, and another server answers by then. One that still stands to the former server would tell readers, and
// the lease, what was true there.
TEST_F(SeveralNodes, WhenTheWriterConnectsAnewNobodyAsksOverAConnectionOfBefore) {
    mine.renewed_every = 50ms;
    auto a = open();
    std::string writing, before;
    ASSERT_TRUE(a->commit([&](RecordWriter& w) {
        writing = told("SELECT pid FROM pg_locks WHERE relation = 'writers'::regclass AND mode = 'ExclusiveLock' AND granted");
        return append(w);
    }));
    ASSERT_EQ(std::ranges::count(writing, ' '), 1);
    ASSERT_TRUE(comes_true([&] { return std::ranges::count(told(connections), ' ') >= 2; })) << "the lease has its own";
    ASSERT_TRUE(a->entry_count());
    ASSERT_TRUE(a->for_each_entry(0, 1, [&](const EntryRow&) {
        // One that reads at this moment, and one that is given back before it ends.
        EXPECT_TRUE(std::async(std::launch::async, [&] { return a->entry_count(); }).get());
        before = told(connections);
        operate("SELECT pg_terminate_backend(" + writing + ")");
        auto commits = [&] { return std::async(std::launch::async, [&] { return a->commit(append).has_value(); }).get(); };
        EXPECT_TRUE(comes_true(commits));
        return true;
    }));
    EXPECT_GE(std::ranges::count(before, ' '), 4) << before;
    ASSERT_TRUE(a->entry_count());
    EXPECT_TRUE(comes_true([&] {
        std::istringstream former(before), now(told(connections));
        std::set<std::string> all{std::istream_iterator<std::string>(now), {}};
        return std::none_of(std::istream_iterator<std::string>(former), {}, [&](const auto& pid) { return all.contains(pid); });
    })) << "before: " << before << "now: " << told(connections);
}

TEST_F(SeveralNodes, ADatabaseThatDoesNotHaveTheLastBatchIsOlder) {
    mine.renewed_every = 1h;
    auto a = open();
    Follows follows;
    ASSERT_TRUE(a->commit(head("gate-head", 1)));
    ASSERT_TRUE(a->commit(head("key-head", 1)));
    a->nodes()->followed_by(&follows);
    ASSERT_TRUE(catch_up(*a));
    ASSERT_TRUE(a->commit(append));
    ASSERT_TRUE(catch_up(*a));
    // Neither head has moved since, so nothing else would tell a reader's server from the one that is written to.
    operate("UPDATE writers SET batch = batch - 1");
    EXPECT_EQ(catch_up(*a).error().problem, Problem::corrupt);
    operate("UPDATE writers SET batch = batch + 1");
    ASSERT_TRUE(catch_up(*a));
    // From before there was a head at all.
    operate("DELETE FROM singles WHERE name = 'gate-head'");
    EXPECT_EQ(catch_up(*a).error().problem, Problem::corrupt);
    a->nodes()->followed_by(nullptr);
}

TEST_F(SeveralNodes, WhetherOthersHaveTakenOverIsAskedOfTheDatabaseAndNotOfTheClock) {
    mine.renewed_every = 1h;
    auto a = open();
    EXPECT_TRUE(not_taken_over(*a));
    operate("UPDATE nodes SET ended = 2");
    EXPECT_TRUE(in_force(*a)) << "by its own clock";
    EXPECT_EQ(not_taken_over(*a).error().problem, Problem::lease_lost);
    EXPECT_EQ(in_force(*a).error().problem, Problem::lease_lost) << "known from then on";
    EXPECT_TRUE(a->nodes()->ended());
}

TEST_F(SeveralNodes, OneIsOutOfTouchUntilItComesBackOrWasNamed) {
    mine.renewed_every = 1h;
    auto first = open(), second = open(), third = open(), in_order = open();
    mine.renewed_every = 50ms;
    auto awake = open();
    const auto living = bytes("living"), former = bytes("former");
    for (auto* each : {&first, &third, &in_order}) ASSERT_TRUE((*each)->nodes()->works_by(former));
    ASSERT_TRUE(second->nodes()->works_by(living));
    in_order.reset();   // it gave its lease back: its keys are gone
    auto lost = [&] { return awake->nodes()->out_of_touch(living).value(); };
    EXPECT_TRUE(lost().empty()) << "their leases stand";
    auto run_out = [&] {
        operate("UPDATE nodes SET until = 0 WHERE node <> '" + to_uuid_text(awake->nodes()->self()) + "'");
        return comes_true([&] { return awake->nodes()->list()->size() == 1; });
    };
    ASSERT_TRUE(run_out());
    ASSERT_EQ(lost().size(), 2u) << "not the one that works by the living key";
    EXPECT_EQ(lost()[0].node, first->nodes()->self());
    EXPECT_EQ(lost()[1].node, third->nodes()->self());

    EXPECT_EQ(first->commit(append).error().problem, Problem::lease_lost);
    ASSERT_TRUE(first->nodes()->join());
    ASSERT_EQ(lost().size(), 1u) << "it came back, and has dropped what it held";
    ASSERT_TRUE(awake->nodes()->told_of_out_of_touch(living));
    EXPECT_TRUE(lost().empty()) << "named once";

    ASSERT_TRUE(first->nodes()->works_by(former));
    ASSERT_TRUE(run_out());
    ASSERT_EQ(lost().size(), 1u);
    auto next = come({.others = Others::admit, .former = first->nodes()->self()});
    EXPECT_TRUE(lost().empty()) << "its home was taken over in the same run of the machine";
}

TEST_F(SeveralNodes, ALeaseIsRenewedWhileNothingIsAsked) {
    mine.lease = 400ms, mine.renewed_every = 50ms;
    auto a = open();
    std::this_thread::sleep_for(1s);
    EXPECT_TRUE(in_force(*a));
    EXPECT_TRUE(a->commit(append));
}

TEST_F(SeveralNodes, AFormerOneThatIsKnownToBeGoneDoesNotHaveToBeWaitedFor) {
    auto gone = open();
    ASSERT_TRUE(gone->commit([](RecordWriter& w) { return w.put_pack({PackId{{1}}, PackState::open}); }));
    auto next = come({.others = Others::refuse, .former = gone->nodes()->self()});
    ASSERT_TRUE(next) << next.error().detail;
    EXPECT_TRUE((*next)->nodes()->packs_in_use()->empty());
    EXPECT_EQ(gone->commit(append).error().problem, Problem::lease_lost) << "and if it was not gone, it is now";
}

TEST_F(SeveralNodes, EachSaysWhichEpochItWorksBy) {
    auto a = open(), b = open();
    ASSERT_TRUE(a->nodes()->works_by(bytes("epoch")));
    auto all = b->nodes()->list().value();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].mark, bytes("epoch"));
    EXPECT_TRUE(all[1].mark.empty());
    EXPECT_TRUE(all[1].ours);
    EXPECT_TRUE(eldest(*a).value());
    EXPECT_FALSE(eldest(*b).value());
    a.reset();
    EXPECT_TRUE(eldest(*b).value());
}

}  // namespace
}  // namespace muniment::storage::postgresql
