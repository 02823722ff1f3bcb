// SPDX-License-Identifier: Apache-2.0
// The turn of the epoch: run, cut off after each step, with slots that go away at each call.
#include "strongroom/turn/turn.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "strongroom/firm_test.hpp"
#include "strongroom/turn/key_set.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;

/// A firm with papers, one of which left its matter: that one is stale.
struct Turning {
    explicit Turning(Store store, std::size_t slots = 2) : firm(store, slots) {
        other = firm.new_matter("Other", "2");
        for (int i = 0; i < 4; ++i) papers.push_back(firm.put("p" + std::to_string(i), content(2'000, i)).value());
        folder = firm.make_folder("folder").value().id;
        moved = papers.back();
        papers.pop_back();
        EXPECT_TRUE(firm.move(moved.id, moved.revision, {{}, "moved"}, other));
    }

    void expect_all_papers() {
        for (std::size_t i = 0; i < papers.size(); ++i) {
            auto read = firm.get(papers[i].id);
            ASSERT_TRUE(read) << why(read);
            EXPECT_EQ(*read, content(2'000, static_cast<std::uint32_t>(i)));
        }
        EXPECT_EQ(firm.get(moved.id, 1, other).value(), content(2'000, 3));
        EXPECT_EQ(firm.list().value().size(), papers.size() + 1);
        EXPECT_EQ(problem_of(firm.put("P0", content(1))), Problem::name_taken) << "tags were made anew with the page";
    }
    /// No turn is under way, each slot holds the living key and no other.
    void expect_settled() {
        EXPECT_FALSE(firm.records->single("turn").value());
        for (auto& slot : firm.slots) EXPECT_EQ(keys::epochs_in(*slot).value(), std::vector{firm.ring->mark()}) << slot->name();
        EXPECT_TRUE(firm.ring->check_records(*firm.records));
        EXPECT_TRUE(firm.gate->inspect());
    }
    void expect_key_sets() {
        for (auto& copy : firm.copies) {
            EXPECT_EQ(copy->list().value(), std::vector{key_set_name(firm.ring->mark())});
            auto stored = copy->get(key_set_name(firm.ring->mark())).value();
            EXPECT_GE(check_key_set(stored, firm.ring->key_set_mac()).value(), 6u);
            for (std::size_t at : {std::size_t{0}, std::size_t{9}, stored.size() / 2, stored.size() - 1}) {
                auto changed = stored;
                changed[at] ^= 1;
                EXPECT_FALSE(check_key_set(changed, firm.ring->key_set_mac()));
            }
            EXPECT_FALSE(check_key_set(View(stored).first(20), firm.ring->key_set_mac()));
        }
    }
    void make_stale() {
        firm.tamper([&](storage::RecordWriter& writer) {
            return writer.put_single("stale/" + to_hex(firm.matter), {1, bytes(View(firm.matter))});
        });
    }

    Firm firm;
    MatterId other;
    std::vector<PaperView> papers;
    PaperView moved;
    DocumentId folder;
};

class Turns : public ::testing::TestWithParam<Store> {
  protected:
    Turning at{GetParam()};
    Firm& firm = at.firm;
};

TEST_P(Turns, RenewTheEpochAndLoseNoPaper) {
    auto mark = firm.ring->mark();
    auto old_row = firm.row(at.papers[0].id);
    auto old_page = firm.ring->matter(firm.matter).value();
    std::vector<TurnStep> steps;
    auto report = firm.turn([&](TurnStep step) { steps.push_back(step); }).run(firm.root_key);
    ASSERT_TRUE(report) << why(report);
    EXPECT_EQ(steps, (std::vector{TurnStep::called, TurnStep::placed, TurnStep::checked, TurnStep::committed, TurnStep::spread,
                                  TurnStep::copied, TurnStep::erased, TurnStep::attested}));
    EXPECT_EQ(report->epoch, 2u);
    EXPECT_EQ(report->stale_matters, 1u);
    EXPECT_EQ(report->erased.size(), 2u);
    EXPECT_TRUE(report->pending.empty());
    EXPECT_NE(firm.ring->mark(), mark);
    at.expect_settled();
    at.expect_key_sets();
    at.expect_all_papers();
    ASSERT_TRUE(firm.reopen());
    at.expect_all_papers();
    std::size_t turned = 0, erased = 0, attested = 0;
    for (const auto& entry : firm.entries()) {
        turned += entry.action == audit::Action::epoch_turned;
        erased += entry.action == audit::Action::epoch_erased;
        attested += entry.action == audit::Action::epoch_attested;
    }
    EXPECT_EQ(attested, 1u);
    EXPECT_EQ(turned, 1u);
    EXPECT_EQ(erased, 2u) << "each slot's confirmation";

    // What left the matter, and what a copy of the rows from before holds, does not open with what stayed.
    auto page = firm.ring->matter(firm.matter).value();
    EXPECT_FALSE(page->page.equals(old_page->page));
    EXPECT_TRUE(page->matter.equals(old_page->matter));
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_document(old_row); });
    EXPECT_EQ(problem_of(firm.get(at.papers[0].id)), Problem::corrupt);
}

TEST_P(Turns, RunOneAfterAnother) {
    for (int i = 0; i < 3; ++i) {
        at.make_stale();
        ASSERT_TRUE(firm.turn().run(firm.root_key));
    }
    EXPECT_EQ(firm.ring->epoch_number(), 4u);
    at.expect_settled();
    at.expect_all_papers();
    EXPECT_TRUE(firm.turn().recover(firm.root_key)) << "nothing to do is success";
}

// Whoever still stands under the former epoch seals nothing: a second process, a node that did not hear of it.
TEST_P(Turns, AnotherProcesssRingIsRefused) {
    auto stale = keys::Ring::open(*firm.records, firm.firm,
                                  keys::get_epoch(*firm.slots[0], firm.root_key, firm.firm, firm.ring->mark()).value())
                     .value();
    audit::LogSettings settings{.start_sequencer = false, .turn_wait = std::chrono::milliseconds(10)};
    auto log = audit::Log::open(*firm.records, stale, firm.clock, settings).value();
    auto gate = access::Gate::open(*firm.records, stale, *log, firm.clock).value();
    auto papers = Papers::open(*gate).value();
    ASSERT_TRUE(firm.turn().run(firm.root_key));
    auto permit = gate->admit(firm.anna->who, AddFolder{firm.matter, DocumentId::fresh(firm.clock.now())});
    ASSERT_TRUE(permit);
    EXPECT_EQ(problem_of(papers->add_folder(std::move(*permit), {{}, "lost"})), Problem::unavailable);
    EXPECT_EQ(problem_of(gate->admit(firm.anna->who, OpenPaper{firm.matter, at.papers[0].id, 1})), Problem::unavailable);
}

// Keys that were taken before a turn: what is sealed under them would be lost with the former page.
TEST_P(Turns, NothingIsSealedUnderAPageThatIsGone) {
    auto before = firm.papers->rows_of(firm.matter).value();
    auto untouched = firm.papers->rows_of(at.other).value();
    EXPECT_FALSE(firm.papers->take_page_of_now(before).value());
    ASSERT_TRUE(firm.turn().run(firm.root_key));
    EXPECT_FALSE(firm.papers->take_page_of_now(untouched).value()) << "a matter that nothing left keeps its page";
    auto row = firm.row(at.papers[0].id);
    EXPECT_EQ(problem_of(before.open(row)), Problem::unavailable) << "no alarm of damage";
    EXPECT_EQ(problem_of(before.open_list(row)), Problem::unavailable);
    EXPECT_TRUE(firm.papers->take_page_of_now(before).value());
    EXPECT_TRUE(before.open(row));
}

// Nobody is told to try again because a turn came in between: changes and readings take the new keys and go on.
TEST_P(Turns, WhatIsFiledMeanwhileIsNotLost) {
    std::vector<DocumentId> acknowledged;
    std::atomic<bool> done{false};
    std::jthread filing([&] {
        for (int i = 0; (!done || i < 20) && i < 1'000; ++i) {
            auto paper = firm.put("m" + std::to_string(i), content(100));
            ASSERT_TRUE(paper) << why(paper);
            acknowledged.push_back(paper->id);
            auto version = firm.put_version(*paper, content(100));
            ASSERT_TRUE(version) << why(version);
            auto made = firm.make_folder("f" + std::to_string(i));
            ASSERT_TRUE(made) << why(made);
            auto moved = firm.move(paper->id, version->revision, {made->id, "moved"});
            ASSERT_TRUE(moved) << why(moved);
        }
    });
    std::jthread reading([&] {
        for (int i = 0; !done || i < 20; ++i) {
            auto read = firm.get(at.papers[0].id);
            ASSERT_TRUE(read) << why(read);
            auto listed = firm.list();
            ASSERT_TRUE(listed) << why(listed);
        }
    });
    for (int i = 0; i < 6; ++i) {
        at.make_stale();
        auto report = firm.turn().run(firm.root_key);
        // A turn that finds a record between its commit and the ring's taking it stops; nothing was changed.
        ASSERT_TRUE(report) << why(report);
    }
    done = true;
    filing.join();
    reading.join();
    EXPECT_GE(acknowledged.size(), 10u);
    for (const auto& id : acknowledged) {
        auto read = firm.get(id);
        ASSERT_TRUE(read) << why(read);
        EXPECT_EQ(*read, content(100));
    }
    EXPECT_TRUE(firm.list());
}

TEST_P(Turns, StopBeforeARecordThatIsMissing) {
    auto row = firm.records->key(storage::OwnerKind::client, firm.client.bytes).value().value();
    firm.tamper([&](storage::RecordWriter& writer) { return writer.drop_key(row.kind, row.owner); });
    auto mark = firm.ring->mark();
    EXPECT_EQ(problem_of(firm.turn().run(firm.root_key)), Problem::corrupt);
    EXPECT_EQ(firm.ring->mark(), mark);
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_key(row); });
    ASSERT_TRUE(firm.turn().recover(firm.root_key)) << "the key that was placed seals nothing and goes";
    at.expect_settled();
    at.expect_all_papers();
}

TEST_P(Turns, StopBeforeASecretOrListRowThatIsDamaged) {
    auto row = firm.row(at.papers[0].id), edited = row;
    for (auto* part : {&edited.secret, &edited.list}) {
        edited = row;
        part->back() ^= 1;
        firm.tamper([&](storage::RecordWriter& writer) { return writer.put_document(edited); });
        EXPECT_EQ(problem_of(firm.turn().run(firm.root_key)), Problem::corrupt);
        EXPECT_EQ(firm.ring->epoch_number(), 1u);
    }
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_document(row); });
    EXPECT_TRUE(firm.turn().run(firm.root_key));
    at.expect_settled();
}

// ---- slots ----

TEST_P(Turns, NeedTwoSlotsThatHoldTheKeyAndAreOurs) {
    auto mark = firm.ring->mark();
    auto refused = [&](Problem problem) {
        EXPECT_EQ(problem_of(firm.turn().run(firm.root_key)), problem);
        EXPECT_EQ(firm.ring->mark(), mark);
        EXPECT_FALSE(firm.records->single("turn").value()) << "nothing was begun";
    };
    firm.slots[1]->away = true;
    refused(Problem::unavailable);
    firm.slots[1]->away = false;
    auto living = keys::read_living(*firm.slots[1]).value().value();
    ASSERT_TRUE(keys::write_living(*firm.slots[1], {new_random_id(), new_random_id(), false}));
    refused(Problem::conflict);
    ASSERT_TRUE(keys::write_living(*firm.slots[1], living));
    auto seen = keys::read_seen(*firm.slots[1]).value().value();
    auto newer = seen;
    newer.head_number += 1;
    ASSERT_TRUE(keys::write_seen(*firm.slots[1], newer));
    EXPECT_EQ(firm.watch->report()[1].state, SlotState::holds) << "checkpoints decide, never numbers";
    newer.log_size = 1'000'000;
    ASSERT_TRUE(keys::write_seen(*firm.slots[1], newer));
    EXPECT_EQ(firm.watch->report()[1].state, SlotState::holds) << "nor what nobody signed";
    ASSERT_TRUE(keys::write_seen(*firm.slots[1], firm.seen_elsewhere(1'000'000)));
    refused(Problem::conflict);
    ASSERT_TRUE(keys::write_seen(*firm.slots[1], seen));
    ASSERT_TRUE(firm.turn().run(firm.root_key));
    at.expect_settled();
}

TEST_P(Turns, GiveASlotThatIsEmptyItsKeyFirst) {
    auto mark = firm.ring->mark();
    ASSERT_TRUE(keys::erase_epoch(*firm.slots[1], mark));
    std::vector<std::size_t> keys;
    auto report = firm.turn([&](TurnStep step) {
        if (step == TurnStep::placed) keys.push_back(keys::epochs_in(*firm.slots[1]).value().size());
    }).run(firm.root_key);
    ASSERT_TRUE(report) << why(report);
    EXPECT_EQ(keys, std::vector<std::size_t>{2}) << "the living one was added, then the next";
    at.expect_settled();
}

// At whichever call a slot goes away: the turn succeeds or stops, and when the slot is back all is good again.
TEST_P(Turns, SurviveASlotThatGoesAwayAtEachCall) {
    int interrupted = 0;
    for (int call = 1;; ++call) {
        ASSERT_LT(call, 200);
        SCOPED_TRACE(call);
        at.make_stale();
        firm.slots[1]->away_after = call;
        auto report = firm.turn().run(firm.root_key);
        bool reached = firm.slots[1]->away;
        firm.slots[1]->away = false;
        firm.slots[1]->away_after = 0;
        auto recovered = firm.turn().recover(firm.root_key);
        ASSERT_TRUE(recovered) << why(recovered);
        at.expect_settled();
        at.expect_all_papers();
        if (!reached) {
            ASSERT_TRUE(report);
            break;
        }
        interrupted += !report || !report->pending.empty();
    }
    EXPECT_GE(interrupted, 10);
    ASSERT_TRUE(firm.reopen());
    at.expect_all_papers();
}

TEST_P(Turns, ASlotThatIsAwayIsPendingUntilItIsBack) {
    Turning three(GetParam(), 3);
    auto former = three.firm.ring->mark();
    three.firm.slots[2]->away = true;
    auto report = three.firm.turn().run(three.firm.root_key).value();
    EXPECT_EQ(report.erased.size(), 2u);
    EXPECT_EQ(report.pending, std::vector{three.firm.slots[2]->name()});
    three.firm.slots[2]->away = false;
    EXPECT_EQ(keys::epochs_in(*three.firm.slots[2]).value(), std::vector{former});
    ASSERT_TRUE(three.firm.turn().recover(three.firm.root_key));
    three.expect_settled();
}

// It came back between the turn's first step and its last, and names another copy: it is not ours to erase.
TEST_P(Turns, ASlotThatIsAnothersByNowIsNotTouched) {
    Turning three(GetParam(), 3);
    auto& slot = *three.firm.slots[2];
    slot.away = true;
    auto report = three.firm.turn([&](TurnStep step) {
        if (step != TurnStep::copied) return;
        slot.away = false;
        ASSERT_TRUE(keys::write_living(slot, {new_random_id(), new_random_id(), false}));
    }).run(three.firm.root_key).value();
    EXPECT_EQ(report.pending, std::vector{slot.name()});
    auto marks = keys::epochs_in(slot).value();
    ASSERT_EQ(marks.size(), 1u);
    EXPECT_NE(marks[0], three.firm.ring->mark()) << "neither erased nor written";
}

// This process stood still between its look at the token and the erasing. Others took over, and turned the epoch meanwhile.
TEST_P(Turns, AKeyThatALaterTurnPlacedIsNotErased) {
    auto& slot = *firm.slots[1];
    auto later = keys::EpochKey::random();
    bool erasing = false;
    slot.written = [&](std::string_view file) {
        // The first thing that is written there after the token was looked at.
        if (!erasing || file != "seen") return;
        erasing = false;
        ASSERT_TRUE(keys::put_epoch(slot, firm.root_key, firm.firm, later, 3));
    };
    auto former = firm.ring->mark();
    auto report = firm.turn([&](TurnStep step) { erasing |= step == TurnStep::copied; }).run(firm.root_key);
    slot.written = {};
    ASSERT_TRUE(report) << why(report);
    auto marks = keys::epochs_in(slot).value();
    EXPECT_EQ(std::ranges::count(marks, keys::mark_of(later, firm.firm)), 1) << "perhaps the only key that opens the firm by now";
    EXPECT_EQ(std::ranges::count(marks, former), 0);
    EXPECT_EQ(report->pending, std::vector{slot.name()});
    EXPECT_FALSE(report->complete());
}

INSTANTIATE_TEST_SUITE_P(Stores, Turns, ::testing::ValuesIn(access::testing::all_stores), access::testing::name_of);

// ---- the process is killed ----

class TurnKilled : public ::testing::TestWithParam<TurnStep> {};

TEST_P(TurnKilled, LeadsToAGoodState) {
    Turning at(Store::sqlite);
    auto& firm = at.firm;
    auto mark = firm.ring->mark();
    ASSERT_TRUE(firm.watch->stop_cleanly());
    firm.shut();
    // The child has no guarded memory of its parent (it is wiped by the fork): the root key goes another way.
    auto root = bytes(firm.root_key.expose());
    auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        firm.root_key = keys::RootKey::from(crypto::Secret::take(root)).value();
        if (!firm.start()) ::_exit(2);
        auto turn = firm.turn([](TurnStep step) {
            if (step == GetParam()) ::_exit(0);
        });
        ::_exit(turn.run(firm.root_key) ? 3 : 4);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_EQ(WEXITSTATUS(status), 0) << "the step was reached";

    auto started = firm.start();
    ASSERT_TRUE(started) << why(started);
    firm.clock.advance(TurnToken::idle_max);   // the child may still be alive, for all that is known
    bool committed = GetParam() >= TurnStep::committed;
    EXPECT_EQ(firm.ring->mark() != mark, committed);
    at.expect_all_papers();
    auto recovered = firm.turn().recover(firm.root_key);
    ASSERT_TRUE(recovered) << why(recovered);
    EXPECT_EQ(recovered->epoch, committed ? 2u : 1u);
    at.expect_settled();
    if (GetParam() != TurnStep::called) at.expect_key_sets();
    at.expect_all_papers();
    firm.renew(*firm.anna);
    auto next = firm.turn().run(firm.root_key);
    ASSERT_TRUE(next) << why(next);
    at.expect_settled();
    at.expect_all_papers();
}

TEST(TurnTokens, OfAnotherProcessIsWaitedForUnlessItHasEnded) {
    auto records = storage::open_memory();
    SystemClock clock;
    {
        auto token = TurnToken::take(*records, clock);
        ASSERT_TRUE(token);
    }
    // As another process would have written it.
    ASSERT_TRUE(records->commit([](storage::RecordWriter& writer) -> Result<void> {
        TRY(auto row, writer.single(turn_token));
        row->value.back() ^= 1;
        return writer.put_single(turn_token, *row);
    }));
    auto refused = TurnToken::take(*records, clock);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().problem, Problem::busy);
    ASSERT_TRUE(TurnToken::inherit(*records));
    EXPECT_TRUE(TurnToken::lies_there(*records).value()) << "what it left behind is still to be tidied";
    EXPECT_TRUE(TurnToken::take(*records, clock));
}

// Of several nodes one whose lease was ended is not waited for; one that lives is.
TEST(TurnTokens, OfANodeThatIsGoneIsNotWaitedFor) {
    storage::testing::StoreOf store(Store::postgresql, {});
    auto records = store.open(), gone = store.open();
    SystemClock clock;
    auto theirs = TurnToken::take(*gone, clock).value();
    EXPECT_EQ(problem_of(TurnToken::take(*records, clock)), Problem::busy);
    store.operate("UPDATE nodes SET ended = 2 WHERE node = '" + to_uuid_text(gone->nodes()->self()) + "'");
    auto mine = TurnToken::take(*records, clock);
    ASSERT_TRUE(mine) << why(mine);
    EXPECT_FALSE(theirs.check());
    EXPECT_TRUE(mine->check());
}

// What is said to have been destroyed: a node that stands still may have the former key in its memory.
TEST(TurnOfSeveralNodes, NamesThoseThatAreOutOfTouch) {
    Turning at(Store::postgresql);
    auto& firm = at.firm;
    auto other = firm.store().open();
    ASSERT_TRUE(other->nodes()->works_by(View(firm.ring->mark())));
    auto attested = [&] {
        std::string words;
        for (const auto& entry : firm.log->find({}, UINT64_MAX, 100).value())
            if (entry.leaf.action == audit::Action::epoch_attested && words.empty())
                words = string(firm.log->words_of(entry, firm.ring->firm_details()).value());
        return words;
    };
    ASSERT_TRUE(firm.records->nodes()->works_by(View(firm.ring->mark())));
    firm.store().operate("UPDATE nodes SET ended = 2 WHERE node = '" + to_uuid_text(other->nodes()->self()) + "'");
    auto report = firm.turn().run(firm.root_key);
    ASSERT_TRUE(report) << why(report);
    ASSERT_EQ(report->out_of_touch.size(), 1u);
    EXPECT_FALSE(report->out_of_touch[0].node.empty());
    EXPECT_FALSE(report->complete());
    EXPECT_TRUE(report->pending.empty());
    EXPECT_NE(attested().find("\"complete\":false"), std::string::npos) << attested();
    EXPECT_NE(attested().find("\"out_of_touch\":[{\"node\":"), std::string::npos) << attested();
    // The next turn replaces a key that it never had.
    report = firm.turn().run(firm.root_key);
    ASSERT_TRUE(report) << why(report);
    EXPECT_TRUE(report->complete());
    EXPECT_NE(attested().find("\"complete\":true"), std::string::npos) << attested();
    at.expect_settled();
    at.expect_all_papers();
}

INSTANTIATE_TEST_SUITE_P(Steps, TurnKilled,
                         ::testing::Values(TurnStep::called, TurnStep::placed, TurnStep::checked, TurnStep::committed,
                                           TurnStep::spread, TurnStep::copied, TurnStep::erased, TurnStep::attested),
                         [](const auto& info) { return "step" + std::to_string(static_cast<int>(info.param)); });

}  // namespace
}  // namespace muniment::strongroom
