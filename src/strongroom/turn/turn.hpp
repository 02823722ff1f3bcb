// SPDX-License-Identifier: Apache-2.0
// The turn of the epoch: a new epoch key seals the surviving key records, the former one is erased from its slots. Old copies of key
// records, wherever they are, are then sealed under a key that no longer exists. docs/formats/keys.md has the steps and why.
//
// Promises   No key is erased before two slots hold the new one, read back, and the key set lies beside each slot, read back and
//            opened. A record that is missing stops the turn: nothing is carried over that was not opened. Before the commit all can
//            be dropped; after it, only forward: whoever starts next goes on (recover()).
// Assumes    slot_watch.hpp: this is the living database.
// Does not   Destroy on order yet: orders come with retention. Matters that something left (stale) get a new page key.
#pragma once
#include <functional>

#include "access/gate.hpp"
#include "storage/key_sets.hpp"
#include "strongroom/turn/slot_watch.hpp"

namespace muniment::strongroom {

/// The steps of docs/formats/keys.md. 5 (spreading to other nodes) has nothing to do on one node; 8 (the certificate) comes with
/// destruction.
enum class TurnStep : std::uint8_t { called = 1, placed = 2, checked = 3, committed = 4, copied = 6, erased = 7 };

/// The single row that says a turn is under way.
inline constexpr std::string_view turn_token = "turn";

struct TurnWish {
    const keys::RootKey* next_root = nullptr;    ///< seals the new epoch key: once committed, the former root key opens nothing
    bool all_documents = false;                  ///< in the key set, not only those of stale matters: their secrets are new
};

struct TurnReport {
    std::uint64_t epoch = 0;                     ///< its number now
    std::size_t records = 0;
    std::size_t stale_matters = 0;
    std::vector<std::string> erased;             ///< slots that confirmed
    std::vector<std::string> pending;            ///< slots out of reach, which still hold the former key
};

class Turn {
  public:
    /// Called after each step is done; for tests that end the process there.
    using Probe = std::function<void(TurnStep)>;

    Turn(access::Gate& gate, SlotWatch& slots, std::vector<storage::KeySets*> copies, Probe probe = {})
        : gate_(gate), slots_(slots), copies_(std::move(copies)), probe_(std::move(probe)) {}

    Result<TurnReport> run(const keys::RootKey& root, const TurnWish& wish = {});
    /// Whether step 1 would let it begin.
    Result<void> may_run();
    /// At the start and each check: where a turn was cut off after its commit, goes on at step 6; key files of an epoch that was
    /// placed and never committed are erased. Nothing to do is success.
    Result<TurnReport> recover(const keys::RootKey& root);

  private:
    Result<std::vector<storage::Slot*>> call();
    Result<void> place(const std::vector<storage::Slot*>& slots, const keys::RootKey& root, const keys::EpochKey& next);
    Result<void> check();
    Result<std::vector<MatterId>> commit(const keys::EpochKey& next, const Id16& token, bool new_root, TurnReport& report);
    Result<void> copy(const std::vector<MatterId>& matters);
    Result<void> erase(const keys::RootKey& root, TurnReport& report);
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
