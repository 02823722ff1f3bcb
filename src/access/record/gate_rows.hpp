// SPDX-License-Identifier: Apache-2.0
// The rows that the gate reads, sealed under the firm's key, and their head: one sealed row with their count, a keyed hash over all
// of them, the policy's revision, and the size of the log at the last change. docs/formats/gate.md
//
// The database may lose, keep back, add or exchange rows: then count or sum differ, and nothing is opened (`wall_shut`). An older copy
// of all rows and their head fits itself, but not the log, whose entries name the rows that changes since then wrote.
#pragma once
#include <functional>

#include "access/record/fact_rows.hpp"
#include "audit/entry.hpp"
#include "keys/ring.hpp"
#include "storage/records.hpp"

namespace muniment::access {

struct GateHead {
    std::uint64_t number = 0;           ///< grows with every change of a row
    std::uint64_t policy_revision = 0;  ///< grows when what is decided from changes
    keys::RowSum rows;
    std::uint64_t log_size = 0;         ///< entries when it was sealed: a log that is shorter is another one
};

class GateRows {
  public:
    explicit GateRows(const keys::Ring& ring);

    /// An empty gate, in the founding transaction.
    Result<void> found_in(storage::RecordWriter& writer) const;

    struct Loaded {
        RowPlace place;
        std::uint64_t revision;
        Bytes content;
    };
    /// Opens every row and checks the head. `wall_shut` where anything does not fit; `take` is then not to be believed.
    Result<GateHead> load(storage::RecordReader& reader, const std::function<Result<void>(const Loaded&)>& take) const;

    /// In a transaction: writes the row at its next revision, renews the head, and names the row in the entry.
    Result<void> put_in(storage::RecordWriter& writer, audit::Draft& draft, const RowPlace& place, View content) const;
    Result<void> drop_in(storage::RecordWriter& writer, audit::Draft& draft, const RowPlace& place) const;
    /// In a transaction: the policy moves from `from` to from + 1; `stale` where it stands elsewhere.
    Result<void> advance_in(storage::RecordWriter& writer, std::uint64_t from) const;
    /// In a transaction, once load() found that all fits: the log of now stands in the head, so that the next load() reads less of it.
    Result<void> renew_in(storage::RecordWriter& writer) const;
    /// In a transaction, by a restore: these rows are all there are, and the head is made anew over them. They stand there already.
    Result<void> rebuild_in(storage::RecordWriter& writer, std::span<const storage::GateRow> rows, std::uint64_t number,
                            std::uint64_t policy_revision) const;
    /// One by itself: whether it was sealed by the firm for its place, not whether it is to be there. `wall_shut`.
    Result<GateHead> open_head(const storage::SingleRow& row) const;
    Result<Bytes> opens(const storage::GateRow& row) const;
    /// In a transaction: whether the policy still stands at `revision`. Cheap: nothing is opened.
    static Result<bool> stands_at(storage::RecordReader& reader, std::uint64_t revision);

  private:
    Result<GateHead> head_in(storage::RecordReader& reader) const;
    Result<void> write_head_in(storage::RecordWriter& writer, GateHead head) const;
    Result<void> nothing_newer_in_log(storage::RecordReader& reader, const GateHead& head, std::uint64_t entries) const;
    Hash hash_of(const storage::GateRow& row) const;

    FirmId firm_;
    keys::SealKey seal_;
    keys::MacKey mac_;
};

}  // namespace muniment::access
