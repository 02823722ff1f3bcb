// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/writes.hpp"

namespace muniment::storage::sqlite {

Result<std::uint64_t> Writes::append_entry(const EntryRow& row) {
    // One search for the end of the tree, in the page that is written anyway.
    CHECK(source_.write("INSERT INTO entries (sequence, leaf, owner_kind, owner, detail)"
                        " VALUES ((SELECT coalesce(max(sequence) + 1, 0) FROM entries), $1, $2, $3, $4)",
                        row.leaf, row.owner_kind, row.owner, row.detail));
    return static_cast<std::uint64_t>(source_.last_rowid());
}

Result<void> Writes::index_entry(const Id16& subject, std::uint64_t sequence) {
    return source_.write("INSERT OR REPLACE INTO about (subject, sequence) VALUES ($1, $2)", subject, sequence);
}

}  // namespace muniment::storage::sqlite
