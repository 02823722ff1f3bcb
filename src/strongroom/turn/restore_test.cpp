// SPDX-License-Identifier: Apache-2.0
// A database that is not the firm any more: older ones, damaged ones, copies. What is brought back, what is lost, what is said.
#include "strongroom/turn/restore.hpp"

#include <boost/json.hpp>

#include "strongroom/turn/key_set.hpp"
#include "strongroom/turn/restores_test.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;

// ---- the key set ----

TEST_F(Restores, AKeySetCoversWhatAnOlderDatabaseCouldNotOpen) {
    keep(firm.matter, "left", 3);
    move_last_to_other("arrived");
    turn();
    auto stored = firm.copies[0]->get(key_set_name(firm.ring->mark())).value();
    std::map<std::size_t, int> rows;
    std::set<MatterId> covered;
    auto read = read_key_set(stored, firm.ring->key_set_mac(), [&](KeySetRow&& row) -> Result<void> {
        ++rows[row.index()];
        if (auto* matter = std::get_if<CoveredMatter>(&row)) covered.insert(matter->matter);
        return {};
    });
    ASSERT_TRUE(read) << why(read);
    EXPECT_EQ(covered, (std::set{firm.matter, other})) << "what was left, and what was entered";
    EXPECT_EQ(rows[0], 3) << "heads";
    EXPECT_EQ(rows[3], 3) << "papers";
    EXPECT_EQ(rows[4], 3) << "versions";
    EXPECT_EQ(rows[5], 3) << "parts";
    EXPECT_GE(rows[6], 6) << "names";
    EXPECT_EQ(rows[7], 1) << "checkpoint";
}

// ---- older databases ----

// The database replaced by every earlier state of a history with two turns, the second cut off after each of its steps.
TEST_F(Restores, FromEveryEarlierState) {
    std::vector<std::pair<std::string, std::filesystem::path>> states;
    auto state = [&](const std::string& name) { states.emplace_back(name, copy()); };
    state("papers");
    keep(firm.matter, "left", 3);
    state("before the move");
    move_last_to_other("arrived");
    state("before the first turn");
    auto probe = [&](TurnStep step) { state("first turn, step " + std::to_string(static_cast<int>(step))); };
    ASSERT_TRUE(firm.turn(probe).run(firm.root_key));
    state("after the first turn");
    keep(other, "later", 4);
    keep(firm.matter, "left too", 5);
    move_last_to_other("arrived too");
    state("before the second turn");
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_single("stale/" + to_hex(View(firm.matter)), {1, {}}); });
    auto second = [&](TurnStep step) { state("second turn, step " + std::to_string(static_cast<int>(step))); };
    ASSERT_TRUE(firm.turn(second).run(firm.root_key));
    auto newest = copy();
    auto mark = firm.ring->mark();
    auto kept = in_slots();

    for (const auto& [name, file] : states) {
        SCOPED_TRACE(name);
        ASSERT_TRUE(firm.start_with(file));
        auto found = firm.standing();
        if (name >= "second turn, step 6") {   // the log has what the slots and the key set saw
            EXPECT_EQ(found.standing, Standing::living);
            continue;
        }
        EXPECT_EQ(found.standing, Standing::older) << found.why;
        EXPECT_TRUE(refusal(found));
        EXPECT_FALSE(firm.open()) << "it does not serve";
        firm.close_strongroom();
        firm.close();
        EXPECT_EQ(in_slots(), kept) << "no slot was touched";

        auto adopted = adopt();
        ASSERT_TRUE(adopted) << why(adopted);
        expect_whole(*adopted);
        EXPECT_EQ(firm.ring->mark(), mark) << "the epoch of the newest key set, and no other";
        expect_papers();
        EXPECT_EQ(firm.standing().standing, Standing::living);
        turn();
        expect_papers();
        // And now the firm as it would be, had nothing happened to it: with its slots.
        ASSERT_TRUE(firm.start_with(newest));
        for (auto& slot : firm.slots) {
            for (const auto& each : slot->list().value()) ASSERT_TRUE(slot->erase(each));
        }
        for (const auto& [where, stored] : kept) {
            auto& slot = firm.slots[static_cast<std::size_t>(where[0] - '0')];
            ASSERT_TRUE(slot->put(where.substr(1), stored, storage::Replace::yes));
        }
        ASSERT_TRUE(firm.open());
        firm.still(2);
        firm.renew(*firm.anna);
        for (auto& place : firm.copies) {
            for (const auto& each : place->list().value()) ASSERT_TRUE(place->remove(each));
            firm.tamper([&](storage::RecordWriter& writer) -> Result<void> {
                TRY(auto set, collect_key_set(writer, *firm.ring));
                return place->put(key_set_name(mark), set);
            });
        }
    }
}

// What was filed after the copy and is in no key set is lost, and said to be: its number is not given again.
TEST_F(Restores, WhatNoCopyHoldsIsLostAndTheLogEndsVisibly) {
    auto before = copy();
    keep(firm.matter, "lost", 9);
    ASSERT_TRUE(firm.watch->check());
    auto former = firm.records->newest_checkpoint().value().value();
    auto former_key = firm.log->verifier_key();
    ASSERT_TRUE(firm.start_with(before));
    EXPECT_EQ(firm.standing().standing, Standing::older) << "a slot has seen a newer checkpoint";
    auto adopted = adopt();
    ASSERT_TRUE(adopted) << why(adopted);
    ASSERT_TRUE(adopted->restored && adopted->log.log_begun_anew);
    EXPECT_EQ(adopted->log.former_size, former.size);
    expect_whole(*adopted);
    expect_papers(2);
    EXPECT_EQ(problem_of(firm.get(papers[2].paper.id)), Problem::not_found);
    EXPECT_NE(firm.log->verifier_key(), former_key);
    EXPECT_TRUE(firm.log->origin().ends_with("/2"));
    std::size_t ends = 0;
    for (const auto& entry : firm.log->find({}, UINT64_MAX, 1'000).value()) {
        if (entry.leaf.action != audit::Action::log_continued) continue;
        ++ends;
        EXPECT_EQ(entry.leaf.subjects.at(0).number, former.size) << "in the clear";
        auto words = string(firm.log->words_of(entry, firm.ring->firm_details()).value());
        auto said = boost::json::parse(words).as_object();
        EXPECT_EQ(std::string(said.at("former").as_string()), text(former.note)) << "the signed note itself";
    }
    EXPECT_EQ(ends, 1u);
}

// Rows that the key set has from after the copy stay out where their bytes are gone too, and do not keep the strongroom shut.
TEST_F(Restores, APaperWhosePackIsGoneIsLeftOut) {
    keep(firm.matter, "left", 3);
    move_last_to_other("arrived");
    auto before = copy();
    ASSERT_TRUE(firm.packs->close());
    keep(other, "later", 4);
    auto pack = firm.part(papers.back().paper.id).place.pack;
    auto pack_file = firm.pack_file(pack);
    turn();
    ASSERT_TRUE(firm.start_with(before));
    ASSERT_TRUE(std::filesystem::remove(pack_file));
    auto adopted = adopt();
    ASSERT_TRUE(adopted) << why(adopted);
    expect_whole(*adopted);
    expect_papers(3);
    EXPECT_EQ(problem_of(firm.get(papers[3].paper.id, 1, other)), Problem::not_found);
}

// The data's disk is lost, and the packs were elsewhere: what the key set covers comes back into a new database.
TEST_F(Restores, IntoAnEmptyDatabase) {
    keep(firm.matter, "left", 3);
    move_last_to_other("arrived");
    turn();
    firm.shut();
    for (auto ending : {"", "-wal", "-shm"}) std::filesystem::remove(firm.file().string() + ending);
    ASSERT_FALSE(firm.start());
    EXPECT_EQ(firm.standing().standing, Standing::older);
    auto adopted = adopt();
    ASSERT_TRUE(adopted) << why(adopted);
    expect_whole(*adopted);
    expect_papers();
    turn();
    expect_papers();
}

TEST_F(Restores, EverySessionEnds) {
    auto before = copy();
    keep(firm.matter, "lost", 9);
    ASSERT_TRUE(firm.watch->check());
    ASSERT_TRUE(firm.start_with(before));
    auto adopted = adopt();
    ASSERT_TRUE(adopted);
    EXPECT_GE(adopted->restored->sessions_ended, 2u);
    ASSERT_TRUE(firm.open());
    EXPECT_FALSE(firm.sign_in->principal(firm.anna->secret, Rooms::origin()));
}

TEST_F(Restores, NothingIsRestoredWithoutAKey) {
    turn();
    auto stored = in_slots();
    ASSERT_TRUE(firm.watch->stop_cleanly());
    for (auto& slot : firm.slots) ASSERT_TRUE(keys::erase_epoch(*slot, firm.ring->mark()));
    firm.close_strongroom();
    firm.close();
    auto found = firm.standing();
    EXPECT_EQ(found.standing, Standing::keyless);
    EXPECT_NE(text_of(found).find("DO NOT STOP IT"), std::string::npos);
    firm.slots[1]->away = true;
    EXPECT_NE(text_of(firm.standing()).find("1 slots are out of reach"), std::string::npos);
    firm.slots[1]->away = false;
    EXPECT_EQ(problem_of(adopt()), Problem::keyless);
    EXPECT_EQ(problem_of(mend()), Problem::keyless);
}

// ---- damage ----

TEST_F(Restores, ASecretLostToAStrayDeleteStopsTheTurnAndComesBack) {
    keep(firm.matter, "left", 3);
    move_last_to_other("arrived");
    turn();
    auto id = papers[0].paper.id;
    firm.tamper([&](storage::RecordWriter& writer) { return writer.drop_document(firm.matter, id); });
    firm.clock.advance(std::chrono::hours(25));
    firm.renew(*firm.anna);
    auto mark = firm.ring->mark();
    auto stopped = firm.turn().run(firm.root_key);
    ASSERT_EQ(problem_of(stopped), Problem::corrupt);
    EXPECT_NE(stopped.error().detail.find("document " + id.text() + " is missing"), std::string::npos) << stopped.error().detail;
    EXPECT_EQ(firm.ring->mark(), mark);
    EXPECT_FALSE(firm.records->single("turn").value()) << "nothing was begun";
    close_and_tamper([](storage::RecordWriter&) { return Result<void>{}; });
    auto mended = mend();
    ASSERT_TRUE(mended) << why(mended);
    EXPECT_EQ(mended->restored->papers, 1u);
    EXPECT_FALSE(mended->log.log_begun_anew);
    expect_whole(*mended);
    expect_papers();
    turn();
}

// A paper that the key set has and that left the matter since, or was dropped, does not come back.
TEST_F(Restores, MendingBringsBackNothingThatTheLogSaysWent) {
    keep(firm.matter, "left", 3);
    move_last_to_other("arrived");
    turn();
    auto moved = firm.move(papers[0].paper.id, firm.view(papers[0].paper.id).value().revision, {{}, "one"}, other);
    ASSERT_TRUE(moved) << why(moved);
    papers[0].matter = other;
    close_and_tamper([](storage::RecordWriter&) { return Result<void>{}; });
    auto mended = mend();
    ASSERT_TRUE(mended) << why(mended);
    EXPECT_EQ(mended->restored->papers, 0u);
    expect_whole(*mended);
    expect_papers();
    EXPECT_EQ(firm.list().value().size(), 1u);
}

TEST_F(Restores, DamagedKeysNamesAndGateAreMendedFromTheKeySet) {
    keep(firm.matter, "left", 3);
    move_last_to_other("arrived");
    turn();
    auto later = firm.new_client("After the key set", "777");
    auto flip = [](Bytes sealed) { return sealed.back() ^= 1, sealed; };
    auto record = firm.records->key(storage::OwnerKind::client, firm.client.bytes).value().value();
    auto head = firm.records->single("key-head").value().value();
    auto profile = firm.records->field(static_cast<std::uint16_t>(keys::Kind::client_profile), firm.client.bytes, firm.client.bytes)
                       .value().value();
    storage::GateRow gate_row;
    ASSERT_TRUE(firm.records->for_each_gate_row([&](const auto& row) { return gate_row = row, false; }));
    auto flipped_name = profile;
    flipped_name.sealed = flip(profile.sealed);
    auto flipped_gate_row = gate_row;
    flipped_gate_row.sealed = flip(gate_row.sealed);
    using Damage = storage::Records::Work;
    std::vector<std::pair<const char*, Damage>> damages{
        {"a record", [&](auto& w) { return w.put_key({record.kind, record.owner, record.number, flip(record.sealed)}); }},
        {"no record", [&](auto& w) { return w.drop_key(record.kind, record.owner); }},
        {"the head", [&](auto& w) { return w.put_single("key-head", {head.number, flip(head.value)}); }},
        {"an older number", [&](auto& w) { return w.put_single("key-head", {head.number - 1, head.value}); }},
        {"a name", [&](auto& w) { return w.put_field(flipped_name); }},
        {"a gate row", [&](auto& w) { return w.put_gate_row(flipped_gate_row); }},
    };
    std::uint64_t begun = 0;
    for (const auto& [name, damage] : damages) {
        SCOPED_TRACE(name);
        close_and_tamper(damage);
        auto found = firm.standing();
        bool of_keys = name != std::string("a name") && name != std::string("a gate row");
        EXPECT_EQ(found.standing, of_keys ? Standing::damaged : Standing::living);
        EXPECT_FALSE(firm.open());
        firm.close_strongroom();
        firm.close();
        auto mended = mend();
        ASSERT_TRUE(mended) << why(mended);
        bool of_head = name == std::string("the head") || name == std::string("an older number");
        EXPECT_EQ(mended->log.log_begun_anew, of_head) << "nothing says how long the log was";
        expect_whole(*mended, begun);
        begun += of_head;
        expect_papers();
        EXPECT_TRUE(firm.ring->client(later)) << "what was made since the key set stays";
    }
}

// Killed at any call, adopting is run again, and then everything is there.
TEST_F(Restores, AdoptingThatWasCutOffIsDoneAgain) {
    using namespace storage::faulty;
    auto before = copy();
    keep(firm.matter, "moves", 3);
    move_last_to_other("moved");
    turn();
    ASSERT_TRUE(firm.watch->check());
    Faults faults;
    std::size_t cut_off = 0, restored_again = 0;
    for (std::uint64_t nth = 1; ; nth += 1 + nth / 5) {
        SCOPED_TRACE(nth);
        ASSERT_TRUE(firm.start_with(before));
        auto slots_before = in_slots();
        FaultyRecords records(*firm.records, faults);
        std::vector<std::unique_ptr<FaultySlot>> slots;
        std::vector<storage::Slot*> ports;
        for (const auto& slot : firm.slots) ports.push_back(slots.emplace_back(std::make_unique<FaultySlot>(*slot, faults)).get());
        faults.fail_at(nth, Lasting::for_ever);
        auto adopted = strongroom::adopt({records, *firm.packs, ports, firm.copy_ports(), firm.clock}, firm.root_key, firm.firm);
        bool reached = faults.calls() >= nth;
        faults.none();
        if (!reached) {
            ASSERT_TRUE(adopted) << why(adopted);
            break;
        }
        if (!adopted) ++cut_off;   // that the last slot cannot be told is no reason
        if (firm.standing().standing == Standing::older) EXPECT_EQ(in_slots(), slots_before);
        auto again = adopt();
        ASSERT_TRUE(again) << why(again);
        EXPECT_TRUE(again->scrub.sound()) << again->scrub.wrong.front();
        if (again->restored) ++restored_again;
        ASSERT_TRUE(firm.open());
        firm.renew(*firm.anna);
        expect_papers();
        auto key = audit::VerifierKey::parse(firm.log->verifier_key()).value();
        ASSERT_TRUE(firm.log->checkpoint_now());
        EXPECT_TRUE(audit::verify(*firm.records, key)->sound());
        firm.close_strongroom();
        firm.close();
    }
    EXPECT_GT(restored_again, 10u) << "before the commit";
    EXPECT_LT(restored_again, cut_off) << "and after it";
}

// ---- copies ----

TEST_F(Restores, ACopyReadsAndTakesNothingInUntilItIsAdopted) {
    ASSERT_TRUE(firm.log->checkpoint_now());
    auto file = copy();
    ASSERT_TRUE(firm.watch->check());   // the original goes on
    ASSERT_TRUE(firm.start_with(file));
    EXPECT_EQ(firm.standing().standing, Standing::copy);
    EXPECT_FALSE(refusal(firm.standing()));
    ASSERT_TRUE(firm.open());
    EXPECT_TRUE(firm.watch->is_copy());
    firm.gate->take_nothing_in(firm.watch->is_copy());
    auto before = in_slots();
    expect_papers();
    EXPECT_EQ(problem_of(firm.put("new", content(5))), Problem::only_a_copy);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(problem_of(firm.watch->check()), Problem::conflict);
    EXPECT_EQ(problem_of(firm.turn().run(firm.root_key)), Problem::unavailable);
    EXPECT_EQ(in_slots(), before);
    firm.close_strongroom();
    firm.close();
    auto adopted = adopt();
    ASSERT_TRUE(adopted) << why(adopted);
    EXPECT_EQ(adopted->found.standing, Standing::copy);
    EXPECT_FALSE(adopted->restored);
    EXPECT_TRUE(adopted->log.log_begun_anew) << "the other one may have signed on";
    expect_whole(*adopted);
    EXPECT_TRUE(firm.log->origin().ends_with("/2"));
    EXPECT_FALSE(firm.watch->is_copy());
    ASSERT_TRUE(firm.put("new", content(5)));
    turn();
}

// One slot that names us is enough: whoever holds another must not keep the firm from its work.
TEST_F(Restores, OneHostileSlotMakesNoCopyOfTheFirm) {
    ASSERT_TRUE(keys::write_living(*firm.slots[1], {new_random_id(), new_random_id(), false}));
    EXPECT_EQ(problem_of(firm.watch->check()), Problem::conflict);
    EXPECT_FALSE(firm.watch->is_copy());
    firm.slots[0]->away = true;
    EXPECT_EQ(problem_of(firm.watch->check()), Problem::conflict);
    EXPECT_TRUE(firm.watch->is_copy());
}

// It was away long before, and remembers something between what the older database has and the end of the former log.
TEST_F(Restores, ASlotThatWasAwayLongBeforeHasNothingNewerToTell) {
    auto before = copy();
    keep(firm.matter, "lost", 9);
    ASSERT_TRUE(firm.watch->check());
    firm.slots[1]->away = true;
    keep(firm.matter, "lost too", 8);
    ASSERT_TRUE(firm.watch->check());
    ASSERT_TRUE(firm.start_with(before));
    ASSERT_TRUE(adopt());
    firm.slots[1]->away = false;
    EXPECT_EQ(firm.standing().standing, Standing::living);
}

// A slot that was away while the firm was adopted is claimed when it is back, by adopting again.
TEST_F(Restores, ASlotThatWasAwayIsAdoptedLater) {
    auto before = copy();
    keep(firm.matter, "lost", 9);
    ASSERT_TRUE(firm.watch->check());
    ASSERT_TRUE(firm.start_with(before));
    firm.slots[1]->away = true;
    ASSERT_TRUE(adopt());
    firm.slots[1]->away = false;
    EXPECT_EQ(firm.standing().standing, Standing::living) << "what that slot remembers is named in the log as lost";
    ASSERT_TRUE(firm.open());
    EXPECT_EQ(problem_of(firm.watch->check()), Problem::conflict) << "it names another database";
    firm.close_strongroom();
    firm.close();
    auto again = adopt();
    ASSERT_TRUE(again) << why(again);
    EXPECT_FALSE(again->restored);
    ASSERT_TRUE(firm.open());
    EXPECT_TRUE(firm.watch->check());
    EXPECT_TRUE(firm.log->origin().ends_with("/2")) << "the log did not end twice";
}

}  // namespace
}  // namespace muniment::strongroom
