// SPDX-License-Identifier: Apache-2.0
// Verification: reads the whole log again and believes nothing but the verifier key.
//
// verify() needs no other key: every leaf is hashed anew and compared with its tile, every tile with the tree, the tree with its
// head, and every checkpoint's signature and root with the tree at its size. verify_rows() needs no key either: every row that the
// log says was last written is the one in the database. verify_details() needs the firm unlocked: every detail opens and is what
// its leaf committed to.
// Entries beyond the newest checkpoint are nobody's word yet: they are counted, and an insertion there cannot be told from a
// write. Memory: a few batches, and 48 bytes per checkpoint; verify_rows() keeps limits::verify_rows_max rows and reads the log
// once more for each further so many.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "audit/entry.hpp"
#include "audit/note.hpp"
#include "base/limits.hpp"
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
    std::uint64_t begun_anew = 0;             ///< how often the log goes on where a former one was lost (origin.hpp)
    std::optional<Finding> first;             ///< nothing: the log is sound
    bool sound() const { return !first; }
};
Result<Report> verify(storage::RecordReader& reader, const VerifierKey& key, const Progress& progress = {});

/// A row as it stands in the database.
struct RowNow {
    std::uint64_t revision = 0;
    Hash sealed{};                            ///< SHA-256 of the sealed bytes
    friend bool operator==(const RowNow&, const RowNow&) = default;
};
/// What the log said last of a row.
struct Said {
    RowMark mark;
    std::uint64_t sequence = 0;               ///< of the entry that said it
    std::array<MatterId, 2> matters{};        ///< that this entry is about, the last two; nil: fewer
};
/// Nothing where there is none. Called while `reader` is not in use.
using Standing = std::function<Result<std::optional<RowNow>>(const Said&)>;
struct RowsReport {
    std::uint64_t rows = 0;                   ///< that are as the log last said
    std::uint64_t passes = 0;                 ///< over the log: one for each `rows_max` rows, or so
    std::optional<Finding> first;
    bool sound() const { return !first; }
};
/// Every row that the log says was written or dropped, against the database. Needs no key. Changes may go on meanwhile.
Result<RowsReport> verify_rows(storage::RecordReader& reader, const Standing& standing, const Progress& progress = {},
                               std::size_t rows_max = limits::verify_rows_max);

/// The details key of an entry's owner; `not_found` where it was destroyed.
using KeyOf = std::function<Result<std::shared_ptr<const keys::SealKey>>(const storage::EntryRow&, const Leaf&)>;
struct DetailsReport {
    std::uint64_t opened = 0;                 ///< details that open and fit
    std::uint64_t destroyed = 0;              ///< details that are gone, or whose owner's key is
    std::optional<Finding> first;
    bool sound() const { return !first; }
};
/// Every detail of the log, opened and held against what its leaf committed to.
Result<DetailsReport> verify_details(storage::RecordReader& reader, const FirmId& firm, const KeyOf& key_of,
                                     const Progress& progress = {});

}  // namespace muniment::audit
