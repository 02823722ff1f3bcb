// SPDX-License-Identifier: Apache-2.0
// One log, two nodes that write it: one of them extends its tree and signs, until the other has to.
#include <gtest/gtest.h>

#include <thread>

#include "audit/firm_test.hpp"

namespace muniment::audit {
namespace {

using namespace testing;
using namespace std::chrono_literals;

struct TwoNodes : ::testing::Test {
    Firm firm{Store::postgresql};
    std::unique_ptr<storage::Records> records = firm.store().open();

    std::unique_ptr<Log> open(LogSettings settings = {.checkpoint_every = 20ms}) {
        return Log::open(*records, firm.ring, firm.clock, settings).value();
    }
    std::uint64_t covered() { return records->newest_checkpoint().value().value_or(storage::CheckpointRow{}).size; }
    Bytes holder() { return records->single("sequencer").value().value_or(storage::SingleRow{}).value; }
    bool covers(std::uint64_t entries, std::chrono::milliseconds wait) {
        for (auto until = std::chrono::steady_clock::now() + wait; std::chrono::steady_clock::now() < until;) {
            if (covered() >= entries) return true;
            std::this_thread::sleep_for(5ms);
        }
        return false;
    }
};

TEST_F(TwoNodes, OneDoesTheWorkWhileItDoesIt) {
    firm.record(3);
    ASSERT_TRUE(firm.log->checkpoint_now());
    auto first = holder();
    auto other = open();
    for (std::uint64_t i = 4; i < 10; ++i) {
        ASSERT_TRUE(other->record(firm.draft()));
        ASSERT_TRUE(firm.log->checkpoint_now());
        std::this_thread::sleep_for(30ms);
        EXPECT_EQ(covered(), i);
        EXPECT_EQ(holder(), first);
    }
    EXPECT_TRUE(firm.verified().sound());
}

TEST_F(TwoNodes, TheOtherGoesOnWhereItStops) {
    firm.record(3);
    ASSERT_TRUE(firm.log->checkpoint_now());
    firm.record(2);   // the first one's sequencer is never stepped again: as if it was killed after this commit
    auto first = holder();
    auto other = open();
    int asked = 0;
    other->confirm_with([&] { return ++asked, Result<void>{}; });
    ASSERT_TRUE(covers(5, 5s));
    EXPECT_NE(holder(), first);
    EXPECT_EQ(asked, 1) << "whether slots know of anything newer";
    EXPECT_FALSE(other->trouble());
    EXPECT_TRUE(firm.verified().sound());
    // And back, without two checkpoints that disagree.
    firm.record(1);
    ASSERT_TRUE(firm.log->checkpoint_now());
    EXPECT_EQ(covered(), 6u);
    EXPECT_EQ(firm.verified().checkpoints, 3u);
}

TEST_F(TwoNodes, NothingIsSignedWhereSomethingNewerIsKnown) {
    firm.record(3);
    ASSERT_TRUE(firm.log->checkpoint_now());
    firm.record(2);
    auto other = open();
    other->confirm_with([] { return fail(Problem::older_database, "a slot has seen more"); });
    EXPECT_FALSE(covers(5, 500ms));
    ASSERT_TRUE(other->trouble());
    EXPECT_EQ(other->trouble()->problem, Problem::older_database);
    EXPECT_EQ(other->checkpoint_now().error().problem, Problem::older_database);
}

TEST_F(TwoNodes, WhoLooksOnRemembersWhatWasSigned) {
    firm.record(3);
    ASSERT_TRUE(firm.log->checkpoint_now());
    auto three = records->single("tree").value().value();
    auto other = open({.checkpoint_every = 100ms});
    firm.record(1);
    ASSERT_TRUE(firm.log->checkpoint_now());               // which the other knows by looking only
    bool back = false;
    // It has looked on, and is about to take over, when the database goes back to what it saw when it opened.
    other->confirm_with([&]() -> Result<void> {
        if (std::exchange(back, true)) return {};
        firm.store().operate("DELETE FROM checkpoints WHERE size > 3; UPDATE singles SET number = 3, value = decode('" +
                             to_hex(three.value) + "', 'hex') WHERE name = 'tree'");
        return {};
    });
    ASSERT_TRUE(other->record(firm.draft()));
    EXPECT_FALSE(covers(5, 3s)) << "it signs nothing";
    ASSERT_TRUE(back);
    ASSERT_TRUE(other->trouble());
    EXPECT_NE(other->trouble()->text().find("checkpoint at size 4 is gone"), std::string::npos) << other->trouble()->text();
}

}  // namespace
}  // namespace muniment::audit
