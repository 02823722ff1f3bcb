// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/turn.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <thread>

#include "base/journal.hpp"
#include "base/limits.hpp"
#include "strongroom/matters/papers.hpp"
#include "strongroom/matters/page_marks.hpp"
#include "strongroom/matters/upload_rows.hpp"
#include "strongroom/turn/key_set.hpp"
#include "strongroom/turn/loaded_set.hpp"
#include "strongroom/turn/log_says.hpp"
#include "strongroom/turn/scrub.hpp"
#include "strongroom/turn/standing.hpp"

namespace muniment::strongroom {
namespace {

constexpr std::size_t slots_needed = 2, copies_needed = 2;
const std::string mending = ". Nothing was turned; `muniment keys mend` brings it back";

audit::Draft own_draft(access::Gate& gate, audit::Action action, std::string_view words) {
    auto now = gate.clock().now();
    audit::Leaf leaf{.id = EntryId::fresh(now), .at = now, .action = action, .outcome = audit::Outcome::done};
    return audit::Draft(std::move(leaf), bytes(words),
                        {storage::OwnerKind::firm, gate.ring().firm().bytes, gate.ring().firm_details()});
}

}  // namespace

Result<TurnReport> Turn::run(const keys::RootKey& root, const TurnWish& wish) {
    // Its own copy: what the watch keeps is another one after the commit.
    auto sealing = (wish.next_root ? *wish.next_root : root).clone();
    TRY(bool left, something_is_left());
    if (left || a_key_set_is_missing()) CHECK(recover(root));
    // Which may take long: what is looked at from here on is of now.
    CHECK(await_scrub());
    TRY(auto slots, call(root));
    TRY(auto token, TurnToken::take(gate_.records(), gate_.clock()));
    reached(TurnStep::called);

    auto next = keys::EpochKey::random();
    CHECK(place(slots, sealing, next));
    CHECK(token.check());
    reached(TurnStep::placed);
    CHECK(check(root));
    CHECK(token.check());
    reached(TurnStep::checked);

    TurnReport report;
    CHECK(commit(next, token, wish.next_root != nullptr, report));
    if (slots_.root()) slots_.keep_root(sealing.clone());
    reached(TurnStep::committed);
    CHECK(go_on(sealing, token, report));
    return report;
}

Result<void> Turn::may_run(const keys::RootKey& root) {
    CHECK(call(root));
    return {};
}

/// After the commit there is only this way.
Result<void> Turn::go_on(const keys::RootKey& root, TurnToken& token, TurnReport& report) {
    CHECK(spread(token, report));
    reached(TurnStep::spread);
    CHECK(copy(root, token, report));
    reached(TurnStep::copied);
    CHECK(erase(root, token, report));
    reached(TurnStep::erased);
    CHECK(look_for_out_of_touch(report));
    CHECK(attest(report));
    if (auto* nodes = gate_.records().nodes()) CHECK(nodes->told_of_out_of_touch(View(gate_.ring().mark())));
    CHECK(token.release());
    reached(TurnStep::attested);
    return {};
}

/// Step 1. Two slots in reach that hold the key, name us living, and have seen nothing newer.
Result<std::vector<storage::Slot*>> Turn::call(const keys::RootKey& root) {
    if (!slots_.may_touch())
        return fail(Problem::unavailable,
                    "it is not certain yet that this is the living database: two checks of the slots must pass first");
    if (copies_.empty()) return fail(Problem::unavailable, "there is nowhere to copy the key set to");
    TRY([[maybe_unused]] bool ours, is_ours(root));   // which slot is not, is said below
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

namespace {
Result<bool> scrubbed_lately(access::Gate& gate) {
    TRY(auto last, last_scrub(gate));
    if (!last) return false;
    auto age = gate.clock().now() - *last;
    return age >= Duration::zero() && age <= Duration(scrub_age_max);
}
}  // namespace

/// Before the token is taken: a pass over a large firm takes minutes.
Result<void> Turn::await_scrub() {
    TRY(bool lately, scrubbed_lately(gate_));
    if (lately) return {};
    Scrub pass(gate_);
    CHECK(pass.run());
    return pass.verdict();
}

/// Step 3. Every key record opens, and what the commit re-seals opens there (renew_page_in); all the rest was opened, and held against
/// what the log says was made, by a pass of the scrubber at most a day ago.
Result<void> Turn::check(const keys::RootKey& root) {
    CHECK(gate_.ring().check_records(gate_.records()));
    CHECK(has_what_was_copied(root));
    TRY(bool ours, is_ours(root));
    if (!ours) return fail(Problem::conflict, "another database was adopted meanwhile");
    TRY(bool lately, scrubbed_lately(gate_));
    return lately ? Result<void>{} : fail(Problem::unavailable, "the last pass of the scrubber is more than a day old");
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
Result<void> Turn::commit(const keys::EpochKey& next, const TurnToken& token, bool new_root, TurnReport& report) {
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
                                       CHECK(token.check_in(writer));
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
    return {};
}

/// The key set that is about to be replaced may be the last copy of something: what it holds and the log does not say went must be here.
Result<void> Turn::has_what_was_copied(const keys::RootKey& root) const {
    auto& records = gate_.records();
    const auto& firm = gate_.ring().firm();
    TRY(auto set, newest_key_set(copies_, epochs_held(slots_.slots(), root, firm), firm));
    if (!set) return {};
    std::vector<std::pair<MatterId, DocumentId>> missing;
    for (const auto& [matter, papers] : set->covered)
        for (const auto& [paper, copied] : papers) {
            TRY(auto row, records.document(matter, paper));
            if (!row) missing.emplace_back(matter, paper);
        }
    std::vector<storage::FieldRow> names;
    for (const auto& copied : set->fields) {
        TRY(auto row, records.field(copied.kind, copied.owner, copied.row));
        if (!row) names.push_back(copied);
    }
    if (missing.empty() && names.empty()) return {};
    LogSays says;
    for (bool all = false; !all;) {
        TRY(all, says.hear(records, 1'000'000));
    }
    for (const auto& [matter, paper] : missing) {
        const auto* said = says.paper(paper);
        if (said && !said->lies_in(matter)) continue;
        return fail(Problem::corrupt, "document " + paper.text() + " is missing, and the key set that is to be replaced has it" + mending);
    }
    for (const auto& name : names) {
        if (says.names().contains({name.kind, name.row}))
            return fail(Problem::corrupt, "a name is missing, and the key set that is to be replaced has it" + mending);
    }
    return {};
}

/// Step 5. Another node finds the new mark within a second, and opens the firm anew; one that is out of touch loses its lease meanwhile.
/// Until then it may hold the former key.
Result<void> Turn::spread(TurnToken& token, TurnReport& report) {
    auto* nodes = gate_.records().nodes();
    if (!nodes) return {};
    auto mark = bytes(View(gate_.ring().mark()));
    CHECK(nodes->works_by(mark));
    constexpr auto step = std::chrono::milliseconds(100);
    for (auto waited = Duration::zero();; waited += step) {
        TRY(auto others, storage::other_nodes(gate_.records()));
        auto behind = std::ranges::find_if(others, [&](const auto& node) { return !node.mark.empty() && node.mark != mark; });
        if (behind == others.end()) {
            for (const auto& node : others) report.nodes.push_back(node.name);
            return token.check();
        }
        if (waited >= limits::nodes_turn_wait)
            return fail(Problem::unavailable, "the node on " + behind->name + " still works by the former key, which is kept therefore");
        if (waited % std::chrono::seconds(5) == Duration::zero()) CHECK(token.check());
        std::this_thread::sleep_for(step);
    }
}

/// Step 6. Read back and opened wherever it is copied to: otherwise the turn would kill every backup at once. A place that is away
/// (it lies beside a slot) gets it later; two must have it, as two slots must have the key.
Result<void> Turn::copy(const keys::RootKey& root, TurnToken& token, TurnReport& report) {
    CHECK(has_what_was_copied(root));
    auto& ring = gate_.ring();
    auto mac = ring.key_set_mac();
    // With a checkpoint that covers the turn itself: it is what tells an older database that the key set is newer.
    CHECK(gate_.log().checkpoint_now());
    // In one transaction, so that heads and rows are of one moment, and only where they fit each other: after the turn this copy is
    // what brings the firm back.
    Bytes content;
    CHECK(gate_.records().commit([&](storage::RecordWriter& writer) -> Result<void> {
        CHECK(token.check_in(writer));
        CHECK(ring.check_records(writer));
        CHECK(gate_.rows().load(writer, [](const access::GateRows::Loaded&) { return Result<void>{}; }));
        TRY(content, collect_key_set(writer, ring));
        return {};
    }));
    auto name = key_set_name(ring.mark());
    std::size_t copied = 0;
    std::optional<Error> last;
    for (auto* copies : copies_) {
        auto done = [&]() -> Result<void> {
            CHECK(copies->put(name, content));
            TRY(auto back, copies->get(name));
            CHECK(check_key_set(back, mac));
            return {};
        }();
        if (done) {
            ++copied;
            continue;
        }
        last = done.error();
        report.copies_pending.push_back(copies->name());
        journal(Level::warning, "turn.key-set-pending", {{"problem", last->problem}});
    }
    if (copied < std::min(copies_needed, copies_.size()))
        return fail(Problem::unavailable, "too few places took the key set (" + (last ? last->detail : "") + "): the former key is kept");
    return token.check();
}

/// Step 7 in one slot: what was seen, then every other key file goes.
Result<void> Turn::erase_in(storage::Slot& slot, SlotState state, const std::vector<keys::Mark>& marks, const keys::RootKey& root,
                            const keys::Seen& seen) const {
    const auto& ring = gate_.ring();
    // A slot that came into reach since step 1 may be empty, or not be ours at all.
    if (state == SlotState::empty) CHECK(slots_.place(slot, root));
    else if (state != SlotState::holds) return fail(Problem::unavailable, std::string(text_of(state)));
    CHECK(slots_.show(slot, seen));
    auto mark = ring.mark();
    TRY(auto there, keys::epochs_in(slot));
    for (const auto& other : there) {
        if (other != mark && std::ranges::find(marks, other) != marks.end()) CHECK(keys::erase_epoch(slot, other));
    }
    TRY(auto left, keys::epochs_in(slot));
    if (left != std::vector{mark}) return fail(Problem::unavailable, "a slot lists another epoch key than the living one");
    return {};
}

/// Step 7. Each slot's confirmation is an entry.
Result<void> Turn::erase(const keys::RootKey& root, TurnToken& token, TurnReport& report) {
    auto& ring = gate_.ring();
    auto mark = ring.mark();
    std::size_t holding = 0;
    auto before = slots_.report();
    for (std::size_t i = 0; i < before.size(); ++i) {
        auto* slot = slots_.slots()[i];
        if (before[i].state == SlotState::empty) {
            if (auto placed = slots_.place(*slot, root); !placed)
                journal(Level::warning, "turn.slot-refused", {{"problem", placed.error().problem}});
        }
        bool anothers = before[i].state == SlotState::anothers || before[i].state == SlotState::newer;
        if (!anothers && keys::get_epoch(*slot, root, ring.firm(), mark)) ++holding;
    }
    if (holding < slots_needed)
        return fail(Problem::unavailable, "fewer than two slots hold the new epoch key: the former one is kept");
    TRY(auto seen, slots_.seen_now());
    auto reports = slots_.report();
    for (std::size_t i = 0; i < reports.size(); ++i) {
        auto* slot = slots_.slots()[i];
        // Listed before the token is looked at: a key that a later turn placed, while this process stood still, is not among them.
        auto marks = keys::epochs_in(*slot);
        CHECK(token.check());
        auto cleared = erase_in(*slot, reports[i].state, marks.value_or(std::vector<keys::Mark>{}), root, seen);
        (cleared ? report.erased : report.pending).push_back(slot->name());
        if (!cleared) continue;
        auto words = boost::json::serialize(boost::json::object{{"slot", slot->name()}, {"mark", to_hex(mark)}});
        CHECK(gate_.log().record(own_draft(gate_, audit::Action::epoch_erased, words)));
    }
    TRY(bool ours, is_ours(root));
    if (!ours) return {};   // a slot is another's by now: what it may have copied is left where it is
    for (auto* copies : copies_) {
        auto names = copies->list();
        if (!names) continue;   // away, and pending
        CHECK(token.check());
        // Only where the living one lies: what is there is better than nothing.
        if (std::ranges::find(*names, key_set_name(mark)) == names->end()) continue;
        for (const auto& name : *names) {
            auto of = key_set_mark(name);
            if (of && *of != mark) CHECK(copies->remove(name));
        }
    }
    return {};
}

/// Of a node that was cut off it is certain that it wipes its keys when its lease has ended, and of one that was killed that it holds none.
/// But nobody can tell either from one that stands still, and does so when it goes on: so they are named.
Result<void> Turn::look_for_out_of_touch(TurnReport& report) const {
    auto* nodes = gate_.records().nodes();
    if (!nodes) return {};
    TRY(auto lost, nodes->out_of_touch(View(gate_.ring().mark())));
    for (const auto& node : lost) report.out_of_touch.push_back({node.name, node.until});
    return {};
}

/// Step 8: what is confirmed and what is pending, as an entry. The certificate with orders and statements comes with destruction.
Result<void> Turn::attest(const TurnReport& report) {
    auto list = [](const std::vector<std::string>& names) { return boost::json::value_from(names); };
    boost::json::array lost;
    for (const auto& node : report.out_of_touch)
        lost.push_back(boost::json::object{{"node", node.node}, {"until", to_rfc3339(node.until)}});
    auto words = boost::json::serialize(boost::json::object{{"epoch", gate_.ring().epoch_number()},
                                                            {"mark", to_hex(gate_.ring().mark())},
                                                            {"nodes", list(report.nodes)},
                                                            {"confirmed", list(report.erased)},
                                                            {"pending", list(report.pending)},
                                                            {"key_sets_pending", list(report.copies_pending)},
                                                            {"out_of_touch", std::move(lost)},
                                                            {"complete", report.complete()}});
    CHECK(gate_.log().record(own_draft(gate_, audit::Action::epoch_attested, words)));
    return {};
}

/// A token of a turn that was cut off, a slot in reach with another key than the living one or without it.
Result<bool> Turn::something_is_left() const {
    TRY(bool token, TurnToken::lies_there(gate_.records()));
    if (token) return true;
    return std::ranges::any_of(slots_.report(),
                               [](const SlotReport& r) { return r.other_epochs > 0 || r.state == SlotState::empty; });
}

/// A place in reach without the living key set: it was away, or the firm was founded just now.
bool Turn::a_key_set_is_missing() const {
    auto name = key_set_name(gate_.ring().mark());
    return std::ranges::any_of(copies_, [&](storage::KeySets* copies) {
        auto names = copies->list();
        return names && std::ranges::find(*names, name) == names->end();
    });
}

/// Nothing in reach says otherwise. A key set that is newer is an error.
Result<bool> Turn::is_ours(const keys::RootKey& root) {
    if (!slots_.may_touch()) return false;
    for (const auto& each : slots_.report()) {
        if (each.state == SlotState::newer || each.state == SlotState::anothers) return false;
    }
    TRY(auto newer, newer_key_set(gate_.records(), slots_.slots(), copies_, root, gate_.ring().firm()));
    if (newer) return fail(Problem::conflict, "the key set at " + *newer + " is of a newer state than this database");
    return true;
}

Result<TurnReport> Turn::renew_key_set(const keys::RootKey& root) {
    TurnReport report{.epoch = gate_.ring().epoch_number()};
    TRY(bool ours, is_ours(root));
    if (!ours) return report;
    TRY(auto token, TurnToken::take(gate_.records(), gate_.clock()));
    CHECK(gate_.ring().fence_in(gate_.records()));
    CHECK(copy(root, token, report));
    CHECK(token.release());
    return report;
}

Result<TurnReport> Turn::recover(const keys::RootKey& root) {
    TurnReport report{.epoch = gate_.ring().epoch_number()};
    TRY(bool left, something_is_left());
    if (!left && a_key_set_is_missing()) return renew_key_set(root);
    if (!left) return report;
    TRY(bool ours, is_ours(root));
    if (!ours) return report;
    TRY(auto token, TurnToken::take(gate_.records(), gate_.clock()));
    // Only now may the head be believed: whoever held the token before commits nothing any more.
    CHECK(gate_.ring().fence_in(gate_.records()));
    // The head that the database holds is the living one. Key files of other marks are left over from a turn that was cut off before
    // its commit (a new key that seals nothing) or after it (the former key): both go the same way, the key set first.
    CHECK(go_on(root, token, report));
    return report;
}

}  // namespace muniment::strongroom
