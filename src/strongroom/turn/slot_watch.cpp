// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/slot_watch.hpp"

#include <algorithm>

#include "audit/audit.hpp"
#include "base/journal.hpp"

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

/// The checkpoint that a slot has seen is one of our log: neither is ours shorter, nor another.
bool SlotWatch::contains(const keys::Seen& seen) const {
    if (seen.log_size == 0) return true;
    auto head = audit::TreeHead::read(records_);
    if (!head || head->size < seen.log_size) return false;
    auto root = audit::root_of(seen.log_size, audit::stored_tiles(records_));
    return root && *root == seen.log_root;
}

Result<keys::Seen> SlotWatch::seen_now() const {
    keys::Seen seen{.head_mark = ring_->mark(), .head_number = ring_->epoch_number()};
    TRY(auto newest, records_.newest_checkpoint());
    if (newest) {
        TRY(auto key, audit::VerifierKey::parse(log_.verifier_key()));
        TRY(auto checkpoint, audit::open_checkpoint(newest->note, key));
        seen.log_size = checkpoint.size;
        seen.log_root = checkpoint.root;
    }
    return seen;
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
    if (*seen && ((*seen)->head_number > ring_->epoch_number() || !contains(**seen))) {
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

Result<void> SlotWatch::look() {
    still_for_ = 0;
    bool all_clean = true;
    for (auto* slot : slots_) {
        auto report = report_of(*slot);
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
    TRY(auto seen, seen_now());
    for (auto* slot : slots_) {
        CHECK(keys::write_living(*slot, first));
        CHECK(keys::write_seen(*slot, seen));
    }
    still_for_ = checks_needed;
    return {};
}

/// What does not open is erased first, for no epoch file is ever written over: the key itself is in memory.
Result<void> SlotWatch::mend(storage::Slot& slot, SlotState state) {
    if (!root_ || (state != SlotState::empty && state != SlotState::damaged)) return {};
    if (state == SlotState::damaged) CHECK(keys::erase_epoch(slot, ring_->mark()));
    return ring_->place_epoch(slot, *root_);
}

Result<void> SlotWatch::check() {
    TRY(auto mine, ours());
    if (mine.empty()) return fail(Problem::corrupt, "the database has no living value");
    auto reports = report();
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
    Living next{new_random_id(), mine.front(), false};
    mine.insert(mine.begin(), next.current);
    if (mine.size() > values_max) mine.resize(values_max);
    CHECK(write_ours(records_, mine));
    TRY(auto seen, seen_now());
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (reports[i].state == SlotState::away) continue;
        CHECK(mend(*slots_[i], reports[i].state));
        CHECK(keys::write_living(*slots_[i], next));
        CHECK(keys::write_seen(*slots_[i], seen));
    }
    return {};
}

Result<void> SlotWatch::stop_cleanly() {
    if (!may_touch()) return {};
    TRY(auto mine, ours());
    if (mine.empty()) return {};
    Living last{mine.front(), mine.size() > 1 ? mine[1] : mine.front(), true};
    for (auto* slot : slots_) {
        if (report_of(*slot).state == SlotState::holds) CHECK(keys::write_living(*slot, last));
    }
    return {};
}

}  // namespace muniment::strongroom
