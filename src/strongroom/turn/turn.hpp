// SPDX-License-Identifier: Apache-2.0
// The turn of the epoch: a new epoch key seals the surviving key records, the former one is erased from its slots. Old copies of key
// records, wherever they are, are then sealed under a key that no longer exists. docs/formats/keys.md has the steps and why.
//
// Promises   No key is erased before two slots hold the new one, read back, and the key set lies beside two slots (or wherever there
//            is a place for one), read back and opened. A record that is missing stops the turn: nothing is carried over that was not
//            opened. Before the commit all can be dropped; after it, only forward: whoever starts next goes on (recover()).
// Assumes    slot_watch.hpp: this is the living database.
// Does not   Destroy on order yet: orders come with retention. Matters that something left (stale) get a new page key.
// Read next  token.hpp (one turn at a time), scrub.hpp (step 3), key_set.hpp (step 6), standing.hpp (where recovery may not go on)
#pragma once
#include <functional>

#include "access/gate.hpp"
#include "storage/key_sets.hpp"
#include "strongroom/turn/slot_watch.hpp"
#include "strongroom/turn/token.hpp"

namespace muniment::strongroom {

/// The steps of docs/formats/keys.md.
enum class TurnStep : std::uint8_t { called = 1, placed = 2, checked = 3, committed = 4, spread = 5, copied = 6, erased = 7, attested = 8 };

struct TurnWish {
    const keys::RootKey* next_root = nullptr;    ///< seals the new epoch key: once committed, the former root key opens nothing
};

struct TurnReport {
    std::uint64_t epoch = 0;                     ///< its number now
    std::size_t records = 0;
    std::size_t stale_matters = 0;
    std::vector<std::string> nodes;              ///< others, which work by the new key or by none
    std::vector<std::string> erased;             ///< slots that confirmed
    std::vector<std::string> pending;            ///< slots out of reach, which still hold the former key
    std::vector<std::string> copies_pending;     ///< places out of reach, which still lack the key set
    /// Whose leases were ended by others, and which did not come back: the former key may be in their memory.
    struct OutOfTouch {
        std::string node;
        Instant until;                           ///< its lease
    };
    std::vector<OutOfTouch> out_of_touch;
    bool complete() const { return pending.empty() && copies_pending.empty() && out_of_touch.empty(); }
};

class Turn {
  public:
    /// Called after each step is done; for tests that end the process there.
    using Probe = std::function<void(TurnStep)>;

    Turn(access::Gate& gate, SlotWatch& slots, std::vector<storage::KeySets*> copies, Probe probe = {})
        : gate_(gate), slots_(slots), copies_(std::move(copies)), probe_(std::move(probe)) {}

    Result<TurnReport> run(const keys::RootKey& root, const TurnWish& wish = {});
    /// Whether step 1 would let it begin.
    Result<void> may_run(const keys::RootKey& root);
    /// At the start and each check: where a turn was cut off after its commit, goes on at step 6; key files of an epoch that was
    /// placed and never committed are erased; slots and places for key sets that were away get what they lack. Nothing to do is success.
    Result<TurnReport> recover(const keys::RootKey& root);
    /// The key set once more, as of now: what was made since the turn is in it then. After each pass of the scrubber.
    Result<TurnReport> renew_key_set(const keys::RootKey& root);

  private:
    Result<bool> is_ours(const keys::RootKey& root);
    Result<std::vector<storage::Slot*>> call(const keys::RootKey& root);
    Result<void> place(const std::vector<storage::Slot*>& slots, const keys::RootKey& root, const keys::EpochKey& next);
    Result<void> await_scrub();
    Result<void> check(const keys::RootKey& root);
    Result<void> has_what_was_copied(const keys::RootKey& root) const;
    Result<void> commit(const keys::EpochKey& next, const TurnToken& token, bool new_root, TurnReport& report);
    Result<void> spread(TurnToken& token, TurnReport& report);
    Result<void> copy(const keys::RootKey& root, TurnToken& token, TurnReport& report);
    Result<void> erase(const keys::RootKey& root, TurnToken& token, TurnReport& report);
    Result<void> erase_in(storage::Slot& slot, SlotState state, const std::vector<keys::Mark>& marks, const keys::RootKey& root,
                          const keys::Seen& seen) const;
    Result<void> look_for_out_of_touch(TurnReport& report) const;
    Result<void> attest(const TurnReport& report);
    Result<void> go_on(const keys::RootKey& root, TurnToken& token, TurnReport& report);
    Result<bool> something_is_left() const;
    bool a_key_set_is_missing() const;
    Result<std::vector<MatterId>> stale_matters() const;
    Result<void> renew_page_in(storage::RecordWriter& writer, const MatterId& matter, const keys::MatterKeys& next) const;
    void reached(TurnStep step) const {
        if (probe_) probe_(step);
    }

    access::Gate& gate_;
    SlotWatch& slots_;
    std::vector<storage::KeySets*> copies_;
    Probe probe_;
};

}  // namespace muniment::strongroom
