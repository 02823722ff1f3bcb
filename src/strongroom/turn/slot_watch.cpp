// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/slot_watch.hpp"

#include <algorithm>

#include "audit/audit.hpp"
#include "audit/origin.hpp"
#include "base/journal.hpp"
#include "strongroom/turn/known_log.hpp"

namespace muniment::strongroom {

using keys::Living;

namespace {

constexpr std::string_view living_single = "living";

/// A slot that was away longer than so many checks must be adopted anew. With one check an hour: six weeks.
constexpr std::size_t values_max = 1'024;

Bytes encode(const std::vector<Id16>& values) {
    Writer w;
    for (const auto& value : values) w.raw(value);
    return std::move(w).take();
}

Result<std::vector<Id16>> decode(View content) {
    if (content.empty() || content.size() % 16 != 0) return fail(Problem::corrupt, "the living values");
    std::vector<Id16> values;
    for (Reader r(content); !r.rest().empty();) values.push_back(r.array<16>());
    return values;
}

Result<void> write_ours(storage::Records& records, const std::vector<Id16>& values) {
    return records.commit([&](storage::RecordWriter& writer) { return writer.put_single(living_single, {1, encode(values)}); });
}

/// The next value before those that are there: nodes of one database renew it in turn, and each knows the others'.
Result<Living> renew_ours(storage::Records& records) {
    auto fresh = new_random_id();
    Living next;
    CHECK(records.commit([&](storage::RecordWriter& writer) -> Result<void> {
        TRY(auto row, writer.single(living_single));
        if (!row) return fail(Problem::corrupt, "the database has no living value");
        TRY(auto values, decode(row->value));
        next = {fresh, values.front(), false};
        values.insert(values.begin(), fresh);
        if (values.size() > values_max) values.resize(values_max);
        return writer.put_single(living_single, {1, encode(values)});
    }));
    return next;
}

}  // namespace

std::string_view text_of(SlotState state) {
    switch (state) {
        case SlotState::holds: return "holds the epoch key";
        case SlotState::empty: return "is in reach but does not hold the epoch key";
        case SlotState::damaged: return "has an epoch key that does not open";
        case SlotState::away: return "is not in reach";
        case SlotState::anothers: return "names another copy of the database as the living one";
        case SlotState::newer: return "has seen a newer state than this database";
    }
    return "";
}

Result<std::vector<Id16>> SlotWatch::ours() {
    TRY(auto row, records_.single(living_single));
    if (!row) return std::vector<Id16>{};
    return decode(row->value);
}

/// The database is renewed first, so a slot may be behind (one that was away: by many values), never ahead.
bool SlotWatch::is_ours(const Living& there, const std::vector<Id16>& ours) const {
    return std::ranges::find(ours, there.current) != ours.end();
}

std::string text_of(const SlotReport& report) {
    std::string text(text_of(report.state));
    if (report.not_believed) text += "; claims to have seen a state of the log that this firm never signed (not believed)";
    return text;
}

/// The key is that of the open log, whatever the database says now. Where its row does not open any more, no log counts as ended.
audit::Lineage SlotWatch::lineage() const {
    auto stored = audit::Log::lineage_in(records_, *ring_);
    if (stored && stored->newest.text() == log_.verifier_key()) return std::move(*stored);
    auto key = audit::VerifierKey::parse(log_.verifier_key()).value();
    auto number = audit::line_of(key.name()).number;
    return {std::move(key), number, {}};
}

Result<keys::Seen> SlotWatch::seen_now() const {
    keys::Seen seen{.head_mark = ring_->mark(), .head_number = ring_->epoch_number()};
    TRY(auto newest, records_.newest_checkpoint());
    if (newest) {
        TRY(auto key, audit::VerifierKey::parse(log_.verifier_key()));
        TRY(auto opened, audit::open_checkpoint_of_line(newest->note, key));
        const auto& checkpoint = opened.checkpoint;
        seen.log_size = checkpoint.size;
        seen.log_root = checkpoint.root;
        seen.checkpoint = newest->note;
    }
    return seen;
}

Result<void> SlotWatch::show(storage::Slot& slot, const keys::Seen& seen) const {
    auto there = keys::read_seen(slot);
    if (there && *there && (*there)->log_size > seen.log_size) {
        auto line = lineage();
        auto judged = judge(records_, line, **there);
        // What the firm did not sign is written over, and what a former log had that has ended.
        bool of_this_log = judged.checkpoint && judged.checkpoint->number == line.number;
        if (judged.is == SeenIs::newer || (judged.is == SeenIs::known && of_this_log)) return {};
    }
    return keys::write_seen(slot, seen);
}

SlotReport SlotWatch::report_of(storage::Slot& slot) {
    SlotReport report{slot.name(), SlotState::away};
    auto marks = keys::epochs_in(slot);
    auto seen = keys::read_seen(slot);
    auto living = keys::read_living(slot);
    auto mine = ours();
    if (!marks || !seen || !living || !mine) return report;
    report.other_epochs =
        static_cast<std::size_t>(std::ranges::count_if(*marks, [&](const auto& mark) { return mark != ring_->mark(); }));
    // The bare folder under a mount that is away, or another's: `claim` writes both before a slot counts as one.
    if (!*seen && !*living) return report;
    bool has = std::ranges::find(*marks, ring_->mark()) != marks->end();
    auto judged = *seen ? judge(records_, lineage(), **seen).is : SeenIs::known;
    report.not_believed = judged == SeenIs::unsigned_;
    if (judged == SeenIs::newer) {
        report.state = SlotState::newer;
    } else if (*living && !is_ours(**living, *mine)) {
        report.state = SlotState::anothers;
    } else {
        report.state = has ? SlotState::holds : SlotState::empty;
        if (!has || !root_) return report;
        auto epoch = keys::get_epoch(slot, *root_, ring_->firm(), ring_->mark());
        if (!epoch) report.state = epoch.error().problem == Problem::corrupt ? SlotState::damaged : SlotState::away;
    }
    return report;
}

std::vector<SlotReport> SlotWatch::report() {
    std::vector<SlotReport> all;
    for (auto* slot : slots_) all.push_back(report_of(*slot));
    return all;
}

/// One slot that names us is enough not to be a copy: whoever holds another slot must not be able to keep the firm from its work.
void SlotWatch::weigh(const std::vector<SlotReport>& reports) {
    bool ours = false, not_ours = false;
    for (const auto& each : reports) {
        ours |= each.state == SlotState::holds || each.state == SlotState::empty || each.state == SlotState::damaged;
        not_ours |= each.state == SlotState::anothers || each.state == SlotState::newer;
        if (each.not_believed) journal(Level::error, "slot.seen-not-signed");
    }
    if (ours || not_ours) is_copy_ = not_ours && !ours;   // nobody in reach says nothing
}

bool SlotWatch::key_is_only_here() {
    // Whomever a slot names, and whatever it has seen: a copy that is stopped takes no key with it that lies there.
    return std::ranges::none_of(slots_, [&](storage::Slot* slot) {
        if (root_) return keys::get_epoch(*slot, *root_, ring_->firm(), ring_->mark()).has_value();
        auto marks = keys::epochs_in(*slot);
        return marks && std::ranges::find(*marks, ring_->mark()) != marks->end();
    });
}

Result<void> SlotWatch::look() {
    still_for_ = 0;
    bool all_clean = true;
    auto reports = report();
    weigh(reports);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        auto* slot = slots_[i];
        const auto& report = reports[i];
        if (report.state == SlotState::newer) {
            return fail(Problem::conflict, "this database is older than the firm: the slot " + report.name +
                                               " has seen a newer state. Nothing was touched; restore instead of starting it");
        }
        auto living = keys::read_living(*slot);
        all_clean &= report.state == SlotState::holds && living && *living && (*living)->stopped_cleanly;
    }
    if (all_clean) still_for_ = checks_needed;
    return {};
}

Result<void> SlotWatch::claim() {
    Living first{new_random_id(), new_random_id(), false};
    CHECK(write_ours(records_, {first.current, first.former}));
    CHECK(log_.checkpoint_now());
    TRY(auto seen, seen_now());
    std::size_t claimed = 0;
    std::optional<Error> last;
    for (auto* slot : slots_) {
        auto done = [&]() -> Result<void> {
            CHECK(keys::write_living(*slot, first));
            return keys::write_seen(*slot, seen);
        }();
        if (done) ++claimed;
        else last = done.error();
    }
    if (claimed == 0) return last ? Result<void>(std::unexpected(*last)) : fail(Problem::unavailable, "there is no slot to claim");
    still_for_ = checks_needed;
    is_copy_ = false;
    return {};
}

/// What does not open is erased first, for no epoch file is ever written over: the key itself is in memory.
Result<void> SlotWatch::mend(storage::Slot& slot, SlotState state) {
    if (!root_ || (state != SlotState::empty && state != SlotState::damaged)) return {};
    if (state == SlotState::damaged) CHECK(keys::erase_epoch(slot, ring_->mark()));
    return place(slot, *root_);
}

Result<void> SlotWatch::place(storage::Slot& slot, const keys::RootKey& root) const {
    auto mark = ring_->mark();
    CHECK(ring_->place_epoch(slot, root));
    // Where the database cannot say, it stays: it may be the only slot that has the living key.
    TRY(auto needed, keys::Ring::needed_mark(records_));
    if (needed == mark) return {};
    CHECK(keys::erase_epoch(slot, mark));
    return fail(Problem::turned_elsewhere, "another node has turned the epoch meanwhile");
}

Result<void> SlotWatch::check() {
    TRY(auto mine, ours());
    if (mine.empty()) return fail(Problem::corrupt, "the database has no living value");
    auto reports = report();
    weigh(reports);
    bool in_reach = false;
    for (const auto& each : reports) {
        if (each.state == SlotState::newer || each.state == SlotState::anothers) {
            still_for_ = 0;
            journal(Level::error, "slot.not-ours", {{"newer", each.state == SlotState::newer}});
            return fail(Problem::conflict, "the slot " + each.name + " " + std::string(text_of(each.state)));
        }
        in_reach |= each.state != SlotState::away;
    }
    if (!in_reach) return {};   // nobody was seen standing still, and there is nobody to renew it at
    if (still_for_ < checks_needed) {
        ++still_for_;   // it stood still since the last look
        return {};
    }
    TRY(auto next, renew_ours(records_));
    CHECK(log_.checkpoint_now());
    TRY(auto seen, seen_now());
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (reports[i].state == SlotState::away) continue;
        CHECK(mend(*slots_[i], reports[i].state));
        CHECK(keys::write_living(*slots_[i], next));
        CHECK(show(*slots_[i], seen));
    }
    return {};
}

Result<void> SlotWatch::nothing_newer() const {
    for (auto* slot : slots_) {
        auto seen = keys::read_seen(*slot);
        if (seen && *seen && judge(records_, lineage(), **seen).is == SeenIs::newer)
            return fail(Problem::older_database, "the slot " + slot->name() + " has seen a newer state");
    }
    return {};
}

Result<void> SlotWatch::stop_cleanly() {
    if (!may_touch()) return {};
    // While another node serves, the firm has not stopped: a copy that was started elsewhere must go on waiting.
    TRY(auto others, storage::other_nodes(records_));
    if (!others.empty()) return {};
    TRY(auto mine, ours());
    if (mine.empty()) return {};
    Living last{mine.front(), mine.size() > 1 ? mine[1] : mine.front(), true};
    TRY(auto seen, seen_now());
    for (auto* slot : slots_) {
        if (report_of(*slot).state != SlotState::holds) continue;
        // While nothing runs, nothing but the slots remembers how far the log had come.
        CHECK(show(*slot, seen));
        CHECK(keys::write_living(*slot, last));
    }
    return {};
}

}  // namespace muniment::strongroom
