// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/turn.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "base/journal.hpp"
#include "strongroom/matters/papers.hpp"
#include "strongroom/matters/upload_rows.hpp"
#include "strongroom/turn/key_set.hpp"

namespace muniment::strongroom {
namespace {

constexpr std::size_t slots_needed = 2;

std::string stale_name(const MatterId& matter) { return "stale/" + to_hex(matter); }

audit::Draft own_draft(access::Gate& gate, audit::Action action, std::string_view words) {
    auto now = gate.clock().now();
    audit::Leaf leaf{.id = EntryId::fresh(now), .at = now, .action = action, .outcome = audit::Outcome::done};
    return audit::Draft(std::move(leaf), bytes(words),
                        {storage::OwnerKind::firm, gate.ring().firm().bytes, gate.ring().firm_details()});
}

}  // namespace

Result<TurnReport> Turn::run(const keys::RootKey& root, const TurnWish& wish) {
    auto& records = gate_.records();
    // Its own copy: what the watch keeps is another one after the commit.
    auto sealing = (wish.next_root ? *wish.next_root : root).clone();
    TRY(auto slots, call());
    Id16 token = new_random_id();
    CHECK(
        records.commit([&](storage::RecordWriter& writer) { return writer.put_single(turn_token, {1, bytes(View(token))}); }));
    reached(TurnStep::called);

    auto next = keys::EpochKey::random();
    CHECK(place(slots, sealing, next));
    reached(TurnStep::placed);
    CHECK(check());
    reached(TurnStep::checked);

    TurnReport report;
    TRY(auto renewed, commit(next, token, wish.next_root != nullptr, report));
    if (slots_.root()) slots_.keep_root(sealing.clone());
    reached(TurnStep::committed);
    CHECK(copy(wish.all_documents ? gate_.ring().matters() : renewed));
    reached(TurnStep::copied);
    CHECK(erase(sealing, report));
    reached(TurnStep::erased);
    return report;
}

Result<void> Turn::may_run() {
    CHECK(call());
    return {};
}

/// Step 1. Two slots in reach that hold the key, name us living, and have seen nothing newer.
Result<std::vector<storage::Slot*>> Turn::call() {
    if (!slots_.may_touch())
        return fail(Problem::unavailable,
                    "it is not certain yet that this is the living database: two checks of the slots must pass first");
    if (copies_.empty()) return fail(Problem::unavailable, "there is nowhere to copy the key set to");
    std::vector<storage::Slot*> good;
    auto reports = slots_.report();
    for (std::size_t i = 0; i < reports.size(); ++i) {
        if (reports[i].state == SlotState::newer || reports[i].state == SlotState::anothers) {
            return fail(Problem::conflict, "the slot " + reports[i].name + " " + std::string(text_of(reports[i].state)));
        }
        if (reports[i].state == SlotState::holds) good.push_back(slots_.slots()[i]);
    }
    if (good.size() < slots_needed) return fail(Problem::unavailable, "fewer than two slots are in reach and hold the epoch key");
    return good;
}

/// Step 2. Sealed into every slot in reach, each read back and opened (put_epoch does both).
Result<void> Turn::place(const std::vector<storage::Slot*>& slots, const keys::RootKey& root, const keys::EpochKey& next) {
    std::size_t placed = 0;
    for (auto* slot : slots) {
        auto put = keys::put_epoch(*slot, root, gate_.ring().firm(), next, gate_.ring().epoch_number() + 1);
        if (put) ++placed;
        else journal(Level::warning, "turn.slot-refused", {{"problem", put.error().problem}});
    }
    if (placed < slots_needed)
        return fail(Problem::unavailable, "fewer than two slots took the new epoch key; nothing was changed");
    return {};
}

/// Step 3. Whatever is carried over opens: every key record, and every document secret and list row of every matter.
Result<void> Turn::check() {
    auto& ring = gate_.ring();
    CHECK(ring.check_records(gate_.records()));
    for (const auto& matter : ring.matters()) {
        TRY(auto keys, ring.matter(matter));
        DocumentRows rows(ring.firm(), matter, std::move(keys));
        Result<void> outcome;
        CHECK(gate_.records().for_each_document(matter, [&](const storage::DocumentRow& row) {
            outcome = [&]() -> Result<void> {
                CHECK(rows.open(row));
                CHECK(rows.open_list(row));
                return {};
            }();
            return outcome.has_value();
        }));
        CHECK(std::move(outcome));
    }
    return {};
}

Result<std::vector<MatterId>> Turn::stale_matters() const {
    std::vector<MatterId> stale;
    for (const auto& matter : gate_.ring().matters()) {
        TRY(auto row, gate_.records().single(stale_name(matter)));
        if (row) stale.push_back(matter);
    }
    return stale;
}

/// Secrets, list rows and tags of a matter under its next page key. What was sealed anew is said in an entry of the matter's own, so
/// that rows and log fit each other as before.
Result<void> Turn::renew_page_in(storage::RecordWriter& writer, const MatterId& matter, const keys::MatterKeys& next) const {
    const auto& ring = gate_.ring();
    TRY(auto now, ring.matter(matter));
    DocumentRows before(ring.firm(), matter, now);
    DocumentRows after(ring.firm(), matter, std::make_shared<const keys::MatterKeys>(next.clone()));
    std::vector<storage::DocumentRow> rows;
    CHECK(writer.for_each_document(matter, [&](const storage::DocumentRow& row) {
        rows.push_back(row);
        return true;
    }));
    auto said = own_draft(gate_, audit::Action::page_renewed, "{}");
    said.add(audit::Subject{audit::SubjectKind::matter, matter.bytes});
    for (const auto& row : rows) {
        TRY(auto document, before.open(row));
        TRY(auto entry, before.open_list(row));
        after.seal_secret(document);
        after.seal_list(document.row, entry);
        document.row.tag = after.tag(document.row.parent, entry.name);
        Papers::mark(said, document.row);
        CHECK(writer.put_document(document.row));
    }
    CHECK(renew_uploads_in(writer, before, after));
    CHECK(gate_.log().append_in(writer, std::move(said)));
    return writer.drop_single(stale_name(matter));
}

/// Step 4. One transaction; the key head is checked in it (Ring::turn_in), so no other change comes between.
Result<std::vector<MatterId>> Turn::commit(const keys::EpochKey& next, const Id16& token, bool new_root, TurnReport& report) {
    auto& ring = gate_.ring();
    TRY(auto stale, stale_matters());
    keys::Ring::Turned turned{next.clone(), {}};
    for (const auto& matter : stale) {
        TRY(auto now, ring.matter(matter));
        auto renewed = now->clone();
        renewed.page = keys::PageKey::random();
        renewed.generation += 1;
        turned.new_pages.emplace(matter.bytes, std::move(renewed));
    }
    auto words = boost::json::serialize(
        boost::json::object{{"epoch", ring.epoch_number() + 1}, {"stale", stale.size()}, {"new_root_key", new_root}});
    auto done = gate_.log().commit(own_draft(gate_, audit::Action::epoch_turned, words),
                                   [&](storage::RecordWriter& writer, audit::Draft&) -> Result<void> {
                                       TRY(auto held, writer.single(turn_token));
                                       if (!held || held->value != bytes(View(token)))
                                           return fail(Problem::stale, "another turn was begun");
                                       for (const auto& matter : stale)
                                           CHECK(renew_page_in(writer, matter, turned.new_pages.at(matter.bytes)));
                                       return ring.turn_in(writer, turned);
                                   });
    if (!done) {
        // No answer to the commit is no answer: what stands in the database says whether it happened.
        auto needed = keys::Ring::needed_mark(gate_.records());
        if (!needed || *needed != keys::mark_of(next, ring.firm())) return std::unexpected(done.error());
    }
    ring.turned(std::move(turned));
    report.epoch = ring.epoch_number();
    report.stale_matters = stale.size();
    return stale;
}

/// Step 6. Read back and opened wherever it is copied to: otherwise the turn would kill every backup at once.
Result<void> Turn::copy(const std::vector<MatterId>& matters) {
    auto& ring = gate_.ring();
    auto mac = ring.key_set_mac();
    // In one transaction, so that heads and rows are of one moment, and only where they fit each other: after the turn this copy is
    // what brings the firm back.
    Bytes content;
    CHECK(gate_.records().commit([&](storage::RecordWriter& writer) -> Result<void> {
        CHECK(ring.check_records(writer));
        CHECK(gate_.rows().load(writer, [](const access::GateRows::Loaded&) { return Result<void>{}; }));
        TRY(content, collect_key_set(writer, matters, mac));
        return {};
    }));
    auto name = key_set_name(ring.mark());
    for (auto* copies : copies_) {
        CHECK(copies->put(name, content));
        TRY(auto back, copies->get(name));
        TRY([[maybe_unused]] auto records, check_key_set(back, mac));
    }
    return {};
}

/// Step 7. In each slot: what was seen, then every other key file goes, each confirmation an entry.
Result<void> Turn::erase(const keys::RootKey& root, TurnReport& report) {
    auto& ring = gate_.ring();
    auto mark = ring.mark();
    std::size_t holding = 0;
    for (auto* slot : slots_.slots()) {
        if (keys::get_epoch(*slot, root, ring.firm(), mark)) ++holding;
    }
    if (holding < slots_needed)
        return fail(Problem::unavailable, "fewer than two slots hold the new epoch key: the former one is kept");
    TRY(auto seen, slots_.seen_now());
    auto reports = slots_.report();
    for (std::size_t i = 0; i < reports.size(); ++i) {
        auto* slot = slots_.slots()[i];
        auto cleared = [&]() -> Result<void> {
            // A slot that came into reach since step 1 may be empty, or not be ours at all.
            if (reports[i].state == SlotState::empty) CHECK(ring.place_epoch(*slot, root));
            else if (reports[i].state != SlotState::holds)
                return fail(Problem::unavailable, std::string(text_of(reports[i].state)));
            CHECK(keys::write_seen(*slot, seen));
            TRY(auto marks, keys::epochs_in(*slot));
            for (const auto& other : marks) {
                if (other != mark) CHECK(keys::erase_epoch(*slot, other));
            }
            TRY(auto left, keys::epochs_in(*slot));
            if (left.size() > 1) return fail(Problem::unavailable, "a slot still lists a former epoch key");
            return {};
        }();
        (cleared ? report.erased : report.pending).push_back(slot->name());
        if (!cleared) continue;
        auto words = boost::json::serialize(boost::json::object{{"slot", slot->name()}, {"mark", to_hex(mark)}});
        CHECK(gate_.log().record(own_draft(gate_, audit::Action::epoch_erased, words)));
    }
    for (auto* copies : copies_) {
        TRY(auto names, copies->list());
        for (const auto& name : names) {
            if (name != key_set_name(mark) && name.ends_with(".keys")) CHECK(copies->remove(name));
        }
    }
    return gate_.records().commit([](storage::RecordWriter& writer) { return writer.drop_single(turn_token); });
}

Result<TurnReport> Turn::recover(const keys::RootKey& root) {
    TurnReport report{.epoch = gate_.ring().epoch_number()};
    TRY(auto token, gate_.records().single(turn_token));
    auto reports = slots_.report();
    bool leftovers = std::ranges::any_of(reports, [](const SlotReport& r) { return r.other_epochs > 0; });
    if (!token && !leftovers) return report;
    if (!slots_.may_touch()) return report;
    for (const auto& each : reports) {
        if (each.state == SlotState::newer || each.state == SlotState::anothers) return report;
    }
    // The head that the database holds is the living one. Key files of other marks are left over from a turn that was cut off before
    // its commit (a new key that seals nothing) or after it (the former key): both go the same way, the key set first.
    for (auto* slot : slots_.slots()) {
        auto has = keys::get_epoch(*slot, root, gate_.ring().firm(), gate_.ring().mark());
        if (!has && has.error().problem == Problem::not_found) CHECK(gate_.ring().place_epoch(*slot, root));
    }
    CHECK(copy(gate_.ring().matters()));
    CHECK(erase(root, report));
    return report;
}

}  // namespace muniment::strongroom
