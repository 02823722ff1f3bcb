// SPDX-License-Identifier: Apache-2.0
// Where a database stands towards the firm: the four cases of docs/formats/keys.md, "Recovery". Told by marks and checkpoints, never by
// numbers, from whatever is in reach; nothing is written.
#pragma once
#include <functional>

#include "keys/keys.hpp"
#include "storage/key_sets.hpp"
#include "storage/records.hpp"
#include "storage/slots.hpp"

namespace muniment::strongroom {

enum class Standing : std::uint8_t {
    living,     ///< a: the head opens with a key from a slot, its records count and open, nothing newer was seen
    copy,       ///< the same, but every slot in reach names another database as the living one
    older,      ///< b: something newer was seen, or no slot has this head's key while one has a key set's
    damaged,    ///< c: the head or a record does not open or count, with the right key
    keyless,    ///< d: no slot in reach has a key for the head or for any key set
};

struct Diagnosis {
    Standing standing = Standing::living;
    std::string why;              ///< a clause: which slot, what does not fit
    std::size_t slots_away = 0;
    std::vector<std::string> not_believed;   ///< slots whose `seen` the firm's key did not sign
};
/// What it is, what is safe, and what to do, in sentences for the person at the machine.
std::string text_of(const Diagnosis& diagnosis);
std::string_view name_of(Standing standing);       ///< "living", "older", …
/// What a start that must not serve says instead; nothing where it may.
std::optional<Error> refusal(const Diagnosis& diagnosis);

Result<Diagnosis> diagnose(storage::Records& records, const std::vector<storage::Slot*>& slots,
                           const std::vector<storage::KeySets*>& copies, const keys::RootKey& root, const FirmId& firm);

/// Epoch keys that slots hold, opened; each once.
struct HeldEpoch {
    keys::Mark mark;
    keys::EpochKey key;
    std::uint64_t number;
};
std::vector<HeldEpoch> epochs_held(const std::vector<storage::Slot*>& slots, const keys::RootKey& root, const FirmId& firm);
/// Calls for every key set in reach whose key is held, by its name there; false ends it.
void for_each_key_set(const std::vector<storage::KeySets*>& copies, const std::vector<HeldEpoch>& held,
                      const std::function<bool(storage::KeySets&, const std::string&, const HeldEpoch&)>& take);

/// The place of a key set whose key some slot holds, and whose checkpoint our log does not contain.
Result<std::optional<std::string>> newer_key_set(storage::RecordReader& reader, const std::vector<storage::Slot*>& slots,
                                                 const std::vector<storage::KeySets*>& copies, const keys::RootKey& root,
                                                 const FirmId& firm);

}  // namespace muniment::strongroom
