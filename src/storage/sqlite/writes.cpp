// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/writes.hpp"

#include <algorithm>

namespace muniment::storage::sqlite {

Result<void> Writes::put_single(std::string_view name, const SingleRow& row) {
    return write("INSERT OR REPLACE INTO singles (name, number, value) VALUES (?1, ?2, ?3)", name, row.number, row.value);
}
Result<void> Writes::drop_single(std::string_view name) { return write("DELETE FROM singles WHERE name = ?1", name); }

Result<void> Writes::put_key(const KeyRow& row) {
    return write("INSERT OR REPLACE INTO key_records (kind, owner, number, sealed) VALUES (?1, ?2, ?3, ?4)", row.kind, row.owner,
                 row.number, row.sealed);
}
Result<void> Writes::drop_key(OwnerKind kind, const Id16& owner) {
    return write("DELETE FROM key_records WHERE kind = ?1 AND owner = ?2", kind, owner);
}

Result<void> Writes::put_gate_row(const GateRow& row) {
    return write("INSERT OR REPLACE INTO gate_rows (kind, row, owner, revision, sealed) VALUES (?1, ?2, ?3, ?4, ?5)", row.kind,
                 row.row, row.owner, row.revision, row.sealed);
}
Result<void> Writes::drop_gate_row(std::uint16_t kind, const Id16& row) {
    return write("DELETE FROM gate_rows WHERE kind = ?1 AND row = ?2", kind, row);
}

Result<void> Writes::put_field(const FieldRow& row) {
    return write("INSERT OR REPLACE INTO fields (kind, owner, row, revision, sealed) VALUES (?1, ?2, ?3, ?4, ?5)", row.kind,
                 row.owner, row.row, row.revision, row.sealed);
}
Result<void> Writes::drop_field(std::uint16_t kind, const Id16& owner, const Id16& row) {
    return write("DELETE FROM fields WHERE kind = ?1 AND owner = ?2 AND row = ?3", kind, owner, row);
}

// Not INSERT OR REPLACE: that would silently remove the other document whose tag or number is the same.
Result<void> Writes::put_document(const DocumentRow& row) {
    auto done = write(
        "INSERT INTO documents (matter, document, folder, state, number, versions, generation, revision, parent, tag, secret, "
        "list)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (matter, document) DO UPDATE SET"
        " folder = excluded.folder, state = excluded.state, number = excluded.number, versions = excluded.versions,"
        " generation = excluded.generation, revision = excluded.revision, parent = excluded.parent, tag = excluded.tag,"
        " secret = excluded.secret, list = excluded.list",
        row.matter, row.document, row.folder, row.state, row.number, row.versions, row.generation, row.revision, row.parent,
        row.tag, row.secret, row.list);
    if (done || done.error().problem != Problem::conflict) return done;
    TRY(auto other, reads_.live_document_with_tag(row.matter, row.tag));
    if (row.state == DocumentState::live && other && other->document != row.document) return fail(Problem::name_taken);
    return fail(Problem::conflict, "number " + std::to_string(row.number) + " of the matter is another document's");
}
Result<void> Writes::drop_document(const MatterId& matter, const DocumentId& document) {
    return write("DELETE FROM documents WHERE matter = ?1 AND document = ?2", matter, document);
}

Result<void> Writes::add_version(const VersionRow& row) {
    TRY(auto there, reads_.version(row.document, row.version));
    if (there) return already_there(row.document, row.version);
    return put_version(row);
}
Result<void> Writes::add_part(const PartRow& row) {
    TRY(auto there, reads_.parts(row.document, row.version));
    if (std::ranges::find(there, row.part, &PartRow::part) != there.end()) return already_there(row.document, row.version);
    return put_part(row);
}
Result<void> Writes::put_version(const VersionRow& row) {
    return write("INSERT OR REPLACE INTO versions (document, version, revision, sealed) VALUES (?1, ?2, ?3, ?4)", row.document,
                 row.version, row.revision, row.sealed);
}
Result<void> Writes::drop_version(const DocumentId& document, std::uint32_t version) {
    CHECK(write("DELETE FROM parts WHERE document = ?1 AND version = ?2", document, version));
    return write("DELETE FROM versions WHERE document = ?1 AND version = ?2", document, version);
}
Result<void> Writes::put_part(const PartRow& row) {
    return write(
        "INSERT OR REPLACE INTO parts (document, version, part, object, plain_length, pack, offset, length, wrapped_key)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        row.document, row.version, row.part, row.object, row.plain_length, row.place.pack, row.place.offset, row.place.length,
        row.wrapped_key);
}
Result<void> Writes::put_pack(const PackRow& row) {
    return write("INSERT OR REPLACE INTO packs (pack, state) VALUES (?1, ?2)", row.pack, row.state);
}

Result<std::uint64_t> Writes::append_entry(const EntryRow& row) {
    // One search for the end of the tree, in the page that is written anyway.
    CHECK(
        write("INSERT INTO entries (sequence, leaf, owner_kind, owner, detail)"
              " VALUES ((SELECT coalesce(max(sequence) + 1, 0) FROM entries), ?1, ?2, ?3, ?4)",
              row.leaf, row.owner_kind, row.owner, row.detail));
    return static_cast<std::uint64_t>(db_.last_rowid());
}
Result<void> Writes::replace_detail(std::uint64_t sequence, OwnerKind kind, const Id16& owner, View detail) {
    CHECK(
        write("UPDATE entries SET owner_kind = ?2, owner = ?3, detail = ?4 WHERE sequence = ?1", sequence, kind, owner, detail));
    if (db_.changes() == 0) return fail(Problem::not_found, "entry " + std::to_string(sequence));
    return {};
}
Result<void> Writes::put_tile(const TileRow& row) {
    return write("INSERT OR REPLACE INTO tiles (level, tile, hashes) VALUES (?1, ?2, ?3)", row.level, row.index, row.hashes);
}
Result<void> Writes::put_checkpoint(const CheckpointRow& row) {
    return write("INSERT OR REPLACE INTO checkpoints (size, note) VALUES (?1, ?2)", row.size, row.note);
}
Result<void> Writes::index_entry(const Id16& subject, std::uint64_t sequence) {
    return write("INSERT OR REPLACE INTO about (subject, sequence) VALUES (?1, ?2)", subject, sequence);
}

Result<void> Writes::remember(View key, const SingleRow& row) {
    return write("INSERT OR REPLACE INTO remembered (key, number, value) VALUES (?1, ?2, ?3)", key, row.number, row.value);
}
Result<void> Writes::forget_before(std::int64_t us) { return write("DELETE FROM remembered WHERE number < ?1", us); }

}  // namespace muniment::storage::sqlite
