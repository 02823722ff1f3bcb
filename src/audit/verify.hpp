// SPDX-License-Identifier: Apache-2.0
// Verification: reads the whole log again and believes nothing but the verifier key.
//
// verify() needs no other key: every leaf is hashed anew and compared with its tile, every tile with the tree, the tree with its
// head, and every checkpoint's signature and root with the tree at its size. verify_sealed() needs the firm unlocked: every
// detail opens and is what its leaf committed to, and every row that the log says was last written is the one in the database.
// Entries beyond the newest checkpoint are nobody's word yet: they are counted, and an insertion there cannot be told from a
// write. Memory: a few batches, and 48 bytes per checkpoint; verify_sealed() about 100 bytes per row that was ever marked.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "audit/entry.hpp"
#include "audit/note.hpp"
#include "storage/records.hpp"

namespace muniment::audit {

/// The first thing that does not fit.
struct Finding {
    std::uint64_t sequence = 0;               ///< of the entry, or of the first one that the damage is about
    std::optional<EntryId> entry;             ///< as the stored leaf says, where one stands there
    std::string why;
};

/// Told now and then; false stops, and the verification fails with `stopping`.
using Progress = std::function<bool(std::uint64_t done, std::uint64_t all)>;

struct Report {
    std::uint64_t entries = 0;                ///< that stand in the database
    std::uint64_t covered = 0;                ///< by the newest checkpoint
    std::uint64_t beyond = 0;                 ///< the newest checkpoint
    std::uint64_t checkpoints = 0, tiles = 0; ///< that were compared
    std::optional<Finding> first;             ///< nothing: the log is sound
    bool sound() const { return !first; }
};
Result<Report> verify(storage::RecordReader& reader, const VerifierKey& key, const Progress& progress = {});

struct RowNow {
    std::uint64_t revision = 0;
    Hash sealed{};                            ///< SHA-256 of the sealed bytes
};
struct Doors {
    /// The details key of an owner; `not_found` where it was destroyed.
    std::function<Result<std::shared_ptr<const keys::SealKey>>(storage::OwnerKind, const Id16& owner)> key_of;
    /// A row as it stands in the database; nothing where there is none. May be called while `reader` is not in use.
    std::function<Result<std::optional<RowNow>>(std::uint16_t kind, const Id16& row)> row_now;
};
struct SealedReport {
    std::uint64_t opened = 0;                 ///< details that open and fit
    std::uint64_t destroyed = 0;              ///< details that are gone, or whose owner's key is
    std::uint64_t rows = 0;                   ///< that are as the log last said
    std::optional<Finding> first;
    bool sound() const { return !first; }
};
Result<SealedReport> verify_sealed(storage::RecordReader& reader, const FirmId& firm, const Doors& doors,
                                   const Progress& progress = {});

}  // namespace muniment::audit
