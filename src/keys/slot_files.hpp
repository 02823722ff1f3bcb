// SPDX-License-Identifier: Apache-2.0
// What lies in a slot: one file per epoch key, named by its mark; `seen`, the newest head and checkpoint that the slot was shown;
// `living`, which of several copies of the database is the firm. docs/formats/keys.md, "Slots".
#pragma once
#include <optional>

#include "keys/derive.hpp"
#include "storage/slots.hpp"

namespace muniment::keys {

struct Seen {
    Mark head_mark{};
    std::uint64_t head_number = 0;
    std::uint64_t log_size = 0;
    Hash log_root{};
    Bytes checkpoint;              ///< the signed note of that size and root; empty where there is none
};

struct Living {
    Id16 current{}, former{};      ///< the last two values of the living database
    bool stopped_cleanly = false;
};

inline constexpr std::size_t checkpoint_bytes_max = 768;   // of ours, with one signature: some 250

std::string epoch_file_name(const Mark& mark);

/// Adds the epoch key, sealed under the root key, and reads it back and opens it. A file that is there already must open too.
Result<void> put_epoch(storage::Slot& slot, const RootKey& root, const FirmId& firm, const EpochKey& epoch, std::uint64_t number);
/// `not_found` where the slot holds no key of that mark.
Result<EpochKey> get_epoch(storage::Slot& slot, const RootKey& root, const FirmId& firm, const Mark& mark);
/// Which epoch a slot's key is of, as its file says; sealed with it.
Result<std::uint64_t> epoch_number_in(storage::Slot& slot, const Mark& mark);
Result<std::vector<Mark>> epochs_in(storage::Slot& slot);
Result<void> erase_epoch(storage::Slot& slot, const Mark& mark);

Result<std::optional<Seen>> read_seen(storage::Slot& slot);
Result<void> write_seen(storage::Slot& slot, const Seen& seen);
Result<std::optional<Living>> read_living(storage::Slot& slot);
Result<void> write_living(storage::Slot& slot, const Living& living);

}  // namespace muniment::keys
