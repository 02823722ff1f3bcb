// SPDX-License-Identifier: Apache-2.0
// Which copy of the database is the firm: a second living one, an older one, one whose slots were away.
#include "strongroom/turn/slot_watch.hpp"

#include <map>

#include "strongroom/firm_test.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;

/// A copy of the data folder, started beside the original with the same slots.
struct Second {
    explicit Second(Firm& firm) : file(firm.folder_of("copy-" + to_uuid_text(new_random_id()) + ".db")) {
        EXPECT_TRUE(firm.log->checkpoint_now());   // so that the original may go on without having anything newer
        EXPECT_TRUE(firm.records->copy_to(file));
        records = storage::open_sqlite(file).value();
        auto epoch = keys::get_epoch(*firm.slots[0], firm.root_key, firm.firm, keys::Ring::needed_mark(*records).value()).value();
        ring = keys::Ring::open(*records, firm.firm, std::move(epoch)).value();
        log = audit::Log::open(*records, ring, firm.clock, {.start_sequencer = false}).value();
        watch = std::make_unique<SlotWatch>(*records, firm.plain_slots(), ring, *log);
    }
    std::filesystem::path file;
    std::unique_ptr<storage::Records> records;
    std::shared_ptr<keys::Ring> ring;
    std::unique_ptr<audit::Log> log;
    std::unique_ptr<SlotWatch> watch;
};

struct Slots : ::testing::Test {
    Firm firm{Store::sqlite};
    SlotWatch& watch = *firm.watch;

    std::map<std::string, Bytes> stored() {
        std::map<std::string, Bytes> all;
        for (std::size_t i = 0; i < firm.slots.size(); ++i) {
            for (const auto& name : firm.slots[i]->list().value())
                all[std::to_string(i) + name] = firm.slots[i]->get(name).value();
        }
        return all;
    }
    void expect_holds(SlotWatch& of) {
        for (const auto& report : of.report()) EXPECT_EQ(report.state, SlotState::holds) << text_of(report.state);
    }
};

TEST_F(Slots, AreTouchedAtOnceOnlyAfterACleanStop) {
    ASSERT_TRUE(watch.stop_cleanly());
    ASSERT_TRUE(firm.reopen());
    EXPECT_TRUE(firm.watch->may_touch());
    ASSERT_TRUE(firm.watch->check());
    ASSERT_TRUE(firm.reopen()) << "killed this time";
    EXPECT_FALSE(firm.watch->may_touch());
    auto before = stored();
    ASSERT_TRUE(firm.watch->check());
    EXPECT_FALSE(firm.watch->may_touch());
    ASSERT_TRUE(firm.watch->check());
    EXPECT_TRUE(firm.watch->may_touch());
    EXPECT_EQ(stored(), before) << "two looks, nothing written";
    ASSERT_TRUE(firm.watch->check());
    EXPECT_NE(stored(), before);
    expect_holds(*firm.watch);
}

TEST_F(Slots, ASecondLivingCopyTouchesNothing) {
    Second second(firm);
    ASSERT_TRUE(watch.check());   // the original goes on
    auto before = stored();
    ASSERT_TRUE(second.watch->look()) << "it may read";
    for (int i = 0; i < 4; ++i) EXPECT_EQ(problem_of(second.watch->check()), Problem::conflict);
    EXPECT_FALSE(second.watch->may_touch());
    ASSERT_TRUE(second.watch->stop_cleanly());
    EXPECT_EQ(stored(), before);
    for (const auto& report : second.watch->report()) EXPECT_EQ(report.state, SlotState::anothers);
    ASSERT_TRUE(watch.check());
    expect_holds(watch);
}

TEST_F(Slots, ACopyThatWaitsSeesTheOriginalMove) {
    Second second(firm);
    ASSERT_TRUE(second.watch->look());
    ASSERT_TRUE(second.watch->check()) << "nothing moved yet";
    EXPECT_FALSE(second.watch->may_touch());
    ASSERT_TRUE(watch.check());
    EXPECT_EQ(problem_of(second.watch->check()), Problem::conflict);
    EXPECT_FALSE(second.watch->may_touch());
}

TEST_F(Slots, AnAdoptedCopyIsTheFirmAndTheFormerOneStops) {
    Second second(firm);
    ASSERT_TRUE(watch.check());
    ASSERT_TRUE(second.watch->look());
    ASSERT_TRUE(second.watch->claim());
    EXPECT_TRUE(second.watch->check());
    EXPECT_EQ(problem_of(watch.check()), Problem::conflict);
    EXPECT_FALSE(watch.may_touch());
    EXPECT_EQ(problem_of(firm.turn().run(firm.root_key)), Problem::unavailable);
}

// Another node was quicker: what it showed a slot stays there, or the slot would take an older database for the firm's.
TEST_F(Slots, WhatASlotHasSeenIsNeverLowered) {
    auto before = watch.seen_now().value();
    ASSERT_TRUE(firm.put("later", content(5)));
    ASSERT_TRUE(firm.log->checkpoint_now());
    auto later = watch.seen_now().value();
    ASSERT_GT(later.log_size, before.log_size);
    auto& slot = *firm.slots[0];
    auto seen = [&] { return keys::read_seen(slot).value()->log_size; };
    ASSERT_TRUE(watch.show(slot, later));
    ASSERT_TRUE(watch.show(slot, before));
    EXPECT_EQ(seen(), later.log_size);
    // By a newer database as well; but what the firm never signed is written over.
    auto elsewhere = firm.seen_elsewhere(1'000'000);
    ASSERT_TRUE(keys::write_seen(slot, elsewhere));
    ASSERT_TRUE(watch.show(slot, later));
    EXPECT_EQ(seen(), 1'000'000u);
    elsewhere.checkpoint = later.checkpoint;
    ASSERT_TRUE(keys::write_seen(slot, elsewhere));
    ASSERT_TRUE(watch.show(slot, later));
    EXPECT_EQ(seen(), later.log_size);
}

TEST_F(Slots, AnOlderCopyIsNotStarted) {
    Second older(firm);
    ASSERT_TRUE(firm.put("later", content(5)));
    ASSERT_TRUE(firm.log->checkpoint_now());
    ASSERT_TRUE(watch.check());   // shows the slots the newer log
    auto before = stored();
    EXPECT_EQ(problem_of(older.watch->look()), Problem::conflict);
    EXPECT_EQ(problem_of(older.watch->check()), Problem::conflict);
    EXPECT_EQ(stored(), before);
    for (const auto& report : older.watch->report()) EXPECT_EQ(report.state, SlotState::newer);
}

// It went on by itself, and its log is longer by now than the one that the slots have seen: longer, but another.
TEST_F(Slots, AnOlderCopyThatGrewIsNotStartedEither) {
    Second older(firm);
    ASSERT_TRUE(firm.put("later", content(5)));
    ASSERT_TRUE(firm.log->checkpoint_now());
    ASSERT_TRUE(watch.check());
    for (int i = 0; i < 50; ++i) {
        audit::Draft draft({.action = audit::Action::log_read, .outcome = audit::Outcome::done}, bytes("{}"),
                           {storage::OwnerKind::firm, firm.firm.bytes, older.ring->firm_details()});
        ASSERT_TRUE(older.log->record(std::move(draft)));
    }
    ASSERT_TRUE(older.log->checkpoint_now());
    EXPECT_GT(older.records->entry_count().value(), firm.records->entry_count().value());
    EXPECT_EQ(problem_of(older.watch->look()), Problem::conflict);
}

TEST_F(Slots, ACopyFromBeforeATurnFindsNoKey) {
    auto file = firm.folder_of("before.db");
    ASSERT_TRUE(firm.records->copy_to(file));
    ASSERT_TRUE(firm.turn().run(firm.root_key));
    auto records = storage::open_sqlite(file).value();
    auto needed = keys::Ring::needed_mark(*records).value();
    for (auto& slot : firm.slots)
        EXPECT_EQ(problem_of(keys::get_epoch(*slot, firm.root_key, firm.firm, needed)), Problem::not_found);
}

// PostgreSQL has a standby that lags; the server that wrote is lost, and the standby takes over, with all that it has.
TEST(SlotsAndAStandby, WhatTookOverTooEarlyIsNeitherWrittenToNorOpenedAsTheFirm) {
    Firm firm(Store::postgresql);
    ASSERT_TRUE(firm.log->checkpoint_now());
    firm.store().keep();
    ASSERT_TRUE(firm.put("later", content(5)));
    auto newest = firm.log->checkpoint_now().value();
    ASSERT_TRUE(firm.watch->check());
    firm.store().put_back();

    // The server that runs had acknowledged more than is there: it writes nothing, and signs nothing over what is left.
    EXPECT_FALSE(firm.put("last", content(5)));
    EXPECT_FALSE(firm.log->checkpoint_now());
    EXPECT_LT(firm.records->newest_checkpoint().value()->size, newest.size);
    // Started again it remembers nothing, and the slots do.
    EXPECT_EQ(problem_of(firm.reopen()), Problem::conflict);
    EXPECT_LT(firm.records->newest_checkpoint().value()->size, newest.size);
}

// A firm goes on while one slot is out of reach for a week: when it is back, it is still ours.
TEST_F(Slots, ASlotThatWasAwayForManyChecksIsStillOurs) {
    firm.slots[1]->away = true;
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(watch.check());
    firm.slots[1]->away = false;
    auto checked = watch.check();
    ASSERT_TRUE(checked) << why(checked);
    expect_holds(watch);
    auto ours = keys::read_living(*firm.slots[0]).value().value();
    EXPECT_EQ(keys::read_living(*firm.slots[1]).value().value().current, ours.current);
}

// Nobody was seen standing still where nobody was seen.
TEST_F(Slots, ChecksWithoutAnySlotInReachDoNotCount) {
    ASSERT_TRUE(firm.reopen());
    for (auto& slot : firm.slots) slot->away = true;
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(firm.watch->check());
    EXPECT_FALSE(firm.watch->may_touch());
    for (auto& slot : firm.slots) slot->away = false;
    ASSERT_TRUE(firm.watch->check());
    ASSERT_TRUE(firm.watch->check());
    EXPECT_TRUE(firm.watch->may_touch());
}

TEST_F(Slots, AnEmptySlotIsFilledByWhoHasTheRootKey) {
    ASSERT_TRUE(keys::erase_epoch(*firm.slots[1], firm.ring->mark()));
    EXPECT_EQ(watch.report()[1].state, SlotState::empty);
    ASSERT_TRUE(watch.check());
    EXPECT_EQ(watch.report()[1].state, SlotState::empty) << "without the root key it is only reported";
    watch.keep_root(firm.root_key.clone());
    ASSERT_TRUE(watch.check());
    expect_holds(watch);
    EXPECT_TRUE(keys::get_epoch(*firm.slots[1], firm.root_key, firm.firm, firm.ring->mark()));
}

// A key file that rotted is found before it is needed, and mended from the key in memory.
TEST_F(Slots, ADamagedKeyIsReportedAndMended) {
    auto name = keys::epoch_file_name(firm.ring->mark());
    auto sealed = firm.slots[1]->get(name).value();
    sealed.back() ^= 1;
    ASSERT_TRUE(firm.slots[1]->put(name, sealed, storage::Replace::yes));
    watch.keep_root(firm.root_key.clone());
    EXPECT_EQ(watch.report()[0].state, SlotState::holds);
    EXPECT_EQ(watch.report()[1].state, SlotState::damaged);
    ASSERT_TRUE(watch.check());
    expect_holds(watch);
    EXPECT_TRUE(keys::get_epoch(*firm.slots[1], firm.root_key, firm.firm, firm.ring->mark()));
}

// An empty folder where a slot was: the site's disk is not mounted, and a key written there would never be erased.
TEST_F(Slots, AFolderThatNothingShowsToBeOursIsNeverWrittenTo) {
    watch.keep_root(firm.root_key.clone());
    for (const auto& name : firm.slots[1]->list().value()) ASSERT_TRUE(firm.slots[1]->erase(name));
    EXPECT_EQ(watch.report()[1].state, SlotState::away);
    ASSERT_TRUE(watch.check());
    ASSERT_TRUE(watch.stop_cleanly());
    EXPECT_TRUE(firm.slots[1]->list().value().empty());
    EXPECT_EQ(problem_of(firm.turn().run(firm.root_key)), Problem::unavailable) << "one slot is left";
    EXPECT_TRUE(firm.slots[1]->list().value().empty());
}

TEST_F(Slots, ADatabaseWithoutItsLivingValueTouchesNothing) {
    firm.tamper([](storage::RecordWriter& writer) { return writer.drop_single("living"); });
    auto before = stored();
    EXPECT_EQ(problem_of(watch.check()), Problem::corrupt);
    EXPECT_EQ(stored(), before);
}

}  // namespace
}  // namespace muniment::strongroom
