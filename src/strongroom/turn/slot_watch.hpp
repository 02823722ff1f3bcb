// SPDX-License-Identifier: Apache-2.0
// The slots of a running firm: checked at intervals, and touched only when it is certain that this database is the living one.
//
// Each check renews a random value, in the database first, then in the slots. A copy of the data that was started elsewhere finds a
// value that is not its own, or its own moved on by another, and touches nothing until it is adopted. A start serves at once, but
// touches no slot until it saw the value stand still for two checks; a clean stop, written in the slot, spares the wait. Nodes of one
// database renew the value in turn: all that they wrote stand in it.
// docs/formats/keys.md, "Slots".
#pragma once
#include <atomic>
#include <span>

#include "audit/log.hpp"
#include "keys/keys.hpp"
#include "storage/records.hpp"
#include "storage/slots.hpp"

namespace muniment::strongroom {

enum class SlotState : std::uint8_t {
    holds,         ///< in reach, has the living epoch key, names us, has seen nothing newer
    empty,         ///< in reach, without the living epoch key
    damaged,       ///< in reach, with a file of the living epoch key that does not open
    away,          ///< not in reach, or a folder that is no slot of ours: nothing is written into it
    anothers,      ///< names another copy of the database as living
    newer,         ///< has seen a checkpoint of the firm that our log does not contain: this database is older than the firm
};
std::string_view text_of(SlotState state);

struct SlotReport {
    std::string name;
    SlotState state;
    std::size_t other_epochs = 0;    ///< key files besides the living one: left over from a turn
    bool not_believed = false;       ///< what it has seen was not signed by the firm's key; the next check writes it anew
};
/// With what is wrong besides.
std::string text_of(const SlotReport& report);

class SlotWatch {
  public:
    SlotWatch(storage::Records& records, std::vector<storage::Slot*> slots, std::shared_ptr<keys::Ring> ring, audit::Log& log)
        : records_(records), slots_(std::move(slots)), ring_(std::move(ring)), log_(log) {}

    /// At the start, before serving. `conflict` where a slot has seen something newer: the database is an older copy. Nothing is written.
    Result<void> look();
    /// At the founding and by `adopt`: this database is the living one.
    Result<void> claim();
    /// At each interval: renews the value, gives a slot that is empty or damaged its key again. Touches nothing while it may not.
    Result<void> check();
    /// The slots are told the newest checkpoint, which is to be signed before.
    Result<void> stop_cleanly();
    /// `older_database` where a slot in reach has seen a checkpoint that our log does not contain.
    Result<void> nothing_newer() const;

    /// By the last look or check: slots are in reach, and none of them names this database. It is a copy, which may be read and takes
    /// nothing in: whatever was filed here would be missing where the firm lives.
    bool is_copy() const { return is_copy_; }
    /// No slot in reach holds the living key, so it is in this process alone.
    bool key_is_only_here();
    bool may_touch() const { return still_for_ >= checks_needed; }
    /// Needs no permission to touch: for `keys status` and step 1 of the turn.
    std::vector<SlotReport> report();
    const std::vector<storage::Slot*>& slots() const { return slots_; }

    /// What a slot is to have seen: the newest head and checkpoint.
    Result<keys::Seen> seen_now() const;
    /// Tells a slot that, but where it has seen more of this log already: another node was quicker.
    Result<void> show(storage::Slot& slot, const keys::Seen& seen) const;
    /// The epoch key of now, into a slot that lacks it. A process that stood still since it looked may have met a turn: then what it
    /// placed was a former key, in a slot from which it had been erased, and goes again: `turned_elsewhere`. A key that is placed before
    /// the turn is committed, the turn finds when it erases.
    Result<void> place(storage::Slot& slot, const keys::RootKey& root) const;
    /// For empty and damaged slots: the root key, while it is in memory. Without it an empty slot is only reported, and a damaged one
    /// is taken for one that holds.
    void keep_root(keys::RootKey root) { root_ = std::move(root); }
    const keys::RootKey* root() const { return root_ ? &*root_ : nullptr; }

    static constexpr int checks_needed = 2;

  private:
    SlotReport report_of(storage::Slot& slot);
    audit::Lineage lineage() const;
    Result<void> mend(storage::Slot& slot, SlotState state);
    Result<std::vector<Id16>> ours();                ///< newest first; none where nothing was claimed yet
    bool is_ours(const keys::Living& there, const std::vector<Id16>& ours) const;
    void weigh(const std::vector<SlotReport>& reports);

    storage::Records& records_;
    std::vector<storage::Slot*> slots_;
    std::shared_ptr<keys::Ring> ring_;
    audit::Log& log_;
    std::optional<keys::RootKey> root_;
    std::atomic<int> still_for_ = 0;
    std::atomic<bool> is_copy_ = false;
};

}  // namespace muniment::strongroom
