// SPDX-License-Identifier: Apache-2.0
// Every row of every table of docs/formats/records.md, for whoever copies all of them.
#pragma once
#include <variant>

#include "storage/sql/reads.hpp"

namespace muniment::storage::sql {

struct NamedSingle {
    std::string name;
    SingleRow row;
};
struct AboutRow {
    Id16 subject;
    std::uint64_t sequence;
};
struct RememberedRow {
    Bytes key;
    SingleRow row;
};
using AnyRow = std::variant<KeyRow, GateRow, FieldRow, DocumentRow, VersionRow, PartRow, PackRow, EntryRow, TileRow, CheckpointRow,
                            AboutRow, RememberedRow, NamedSingle>;

inline constexpr auto named_single = [](auto& q) -> NamedSingle { return {q.text(), single_row(q)}; };
inline constexpr auto about_row = [](auto& q) -> AboutRow { return {q.id(), q.number()}; };
inline constexpr auto remembered_row = [](auto& q) -> RememberedRow { return {q.blob(), single_row(q)}; };

/// Table by table, entries in order of their sequence, and the single rows last: without them the others are no firm. Ends at the
/// first error of `take`.
template <class Source>
Result<void> for_each_row(Source source, const std::function<Result<void>(AnyRow)>& take) {
    Result<void> taken;
    auto take_any = [&](auto& row) {
        taken = take(AnyRow(std::move(row)));
        return taken.has_value();
    };
    auto walk = [&](auto make, const char* sql) -> Result<void> {
        CHECK(source.each(make, take_any, sql));
        return taken;
    };
    CHECK(walk(key_row, "SELECT kind, owner, number, sealed FROM key_records"));
    CHECK(walk(gate_row_of, "SELECT kind, row, owner, revision, sealed FROM gate_rows"));
    CHECK(walk(field_row, "SELECT kind, owner, row, revision, sealed FROM fields"));
    CHECK(walk(document_row,
               "SELECT matter, document, folder, state, number, versions, generation, revision, parent, tag, secret, list FROM documents"));
    CHECK(walk(version_row, "SELECT document, version, revision, sealed FROM versions"));
    CHECK(walk(part_row, "SELECT document, version, part, object, plain_length, pack, \"offset\", length, wrapped_key FROM parts"));
    CHECK(walk(pack_row, "SELECT pack, state FROM packs"));
    CHECK(walk(entry_row, "SELECT sequence, leaf, owner_kind, owner, detail FROM entries ORDER BY sequence"));
    CHECK(walk(tile_row, "SELECT level, tile, hashes FROM tiles"));
    CHECK(walk(checkpoint_row, "SELECT size, note FROM checkpoints"));
    CHECK(walk(about_row, "SELECT subject, sequence FROM about"));
    CHECK(walk(remembered_row, "SELECT key, number, value FROM remembered"));
    return walk(named_single, "SELECT name, number, value FROM singles");
}

}  // namespace muniment::storage::sql
