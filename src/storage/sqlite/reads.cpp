// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/reads.hpp"

namespace muniment::storage::sqlite {
namespace {

// The columns in the order in which every statement here names them. Braces evaluate from left to right.
SingleRow single_row(Query& q) { return {q.number(), q.blob()}; }
KeyRow key_row(Query& q) { return {q.kind(OwnerKind::report), q.id(), q.number(), q.blob()}; }
GateRow gate_row_of(Query& q) { return {q.number<std::uint16_t>(), q.id(), q.id(), q.number(), q.blob()}; }
FieldRow field_row(Query& q) { return {q.number<std::uint16_t>(), q.id(), q.id(), q.number(), q.blob()}; }
DocumentRow document_row(Query& q) {
    return {.matter = {q.id()},
            .document = {q.id()},
            .folder = q.number<std::uint8_t>() != 0,
            .state = q.kind(DocumentState::moved),
            .number = q.number(),
            .versions = q.number<std::uint32_t>(),
            .generation = q.number(),
            .revision = q.number(),
            .parent = {q.id()},
            .tag = q.blob(),
            .secret = q.blob(),
            .list = q.blob()};
}
VersionRow version_row(Query& q) { return {{q.id()}, q.number<std::uint32_t>(), q.number(), q.blob()}; }
PartRow part_row(Query& q) {
    return {.document = {q.id()},
            .version = q.number<std::uint32_t>(),
            .part = q.number<std::uint32_t>(),
            .object = {q.id()},
            .plain_length = q.number(),
            .place = {.pack = {q.id()}, .offset = q.number(), .length = q.number()},
            .wrapped_key = q.blob()};
}
PackRow pack_row(Query& q) { return {{q.id()}, q.kind(PackState::closed)}; }
EntryRow entry_row(Query& q) { return {q.number(), q.blob(), q.kind(OwnerKind::document), q.id(), q.blob()}; }
TileRow tile_row(Query& q) { return {q.number<std::uint8_t>(), q.number(), q.blob()}; }
CheckpointRow checkpoint_row(Query& q) { return {q.number(), q.blob()}; }
std::uint64_t just_number(Query& q) { return q.number(); }

#define DOCUMENT_COLUMNS "matter, document, folder, state, number, versions, generation, revision, parent, tag, secret, list"
#define PART_COLUMNS "document, version, part, object, plain_length, pack, offset, length, wrapped_key"
#define ENTRY_COLUMNS "sequence, leaf, owner_kind, owner, detail"

}  // namespace

Result<std::optional<SingleRow>> Reads::single(std::string_view name) {
    return one(Query(db_, "SELECT number, value FROM singles WHERE name = ?1", name), single_row);
}

Result<std::optional<KeyRow>> Reads::key(OwnerKind kind, const Id16& owner) {
    return one(Query(db_, "SELECT kind, owner, number, sealed FROM key_records WHERE kind = ?1 AND owner = ?2", kind, owner),
               key_row);
}
Result<void> Reads::for_each_key(const std::function<bool(const KeyRow&)>& take) {
    return each(Query(db_, "SELECT kind, owner, number, sealed FROM key_records ORDER BY kind, owner"), key_row, take);
}

Result<std::optional<GateRow>> Reads::gate_row(std::uint16_t kind, const Id16& row) {
    return one(Query(db_, "SELECT kind, row, owner, revision, sealed FROM gate_rows WHERE kind = ?1 AND row = ?2", kind, row),
               gate_row_of);
}
Result<void> Reads::for_each_gate_row(const std::function<bool(const GateRow&)>& take) {
    return each(Query(db_, "SELECT kind, row, owner, revision, sealed FROM gate_rows ORDER BY kind, row"), gate_row_of, take);
}

Result<std::optional<FieldRow>> Reads::field(std::uint16_t kind, const Id16& owner, const Id16& row) {
    return one(Query(db_, "SELECT kind, owner, row, revision, sealed FROM fields WHERE kind = ?1 AND owner = ?2 AND row = ?3",
                     kind, owner, row),
               field_row);
}
Result<void> Reads::for_each_field(std::uint16_t kind, const std::function<bool(const FieldRow&)>& take) {
    return each(Query(db_, "SELECT kind, owner, row, revision, sealed FROM fields WHERE kind = ?1 ORDER BY owner, row", kind),
                field_row, take);
}
Result<void> Reads::for_each_field_of(const Id16& owner, const std::function<bool(const FieldRow&)>& take) {
    return each(Query(db_, "SELECT kind, owner, row, revision, sealed FROM fields WHERE owner = ?1 ORDER BY kind, row", owner),
                field_row, take);
}

Result<std::optional<DocumentRow>> Reads::document(const MatterId& matter, const DocumentId& document) {
    return one(Query(db_, "SELECT " DOCUMENT_COLUMNS " FROM documents WHERE matter = ?1 AND document = ?2", matter, document),
               document_row);
}
Result<std::optional<DocumentRow>> Reads::live_document_with_tag(const MatterId& matter, View tag) {
    return one(Query(db_, "SELECT " DOCUMENT_COLUMNS " FROM documents WHERE matter = ?1 AND tag = ?2 AND state = 1", matter, tag),
               document_row);
}
Result<void> Reads::for_each_document(const MatterId& matter, const std::function<bool(const DocumentRow&)>& take) {
    return each(Query(db_, "SELECT " DOCUMENT_COLUMNS " FROM documents WHERE matter = ?1 ORDER BY document", matter),
                document_row, take);
}
Result<std::uint64_t> Reads::document_count() {
    TRY(auto count, db_.number("SELECT count(*) FROM documents"));
    return static_cast<std::uint64_t>(count);
}

Result<std::optional<VersionRow>> Reads::version(const DocumentId& document, std::uint32_t version) {
    return one(Query(db_, "SELECT document, version, revision, sealed FROM versions WHERE document = ?1 AND version = ?2",
                     document, version),
               version_row);
}
Result<void> Reads::for_each_version(const DocumentId& document, const std::function<bool(const VersionRow&)>& take) {
    return each(
        Query(db_, "SELECT document, version, revision, sealed FROM versions WHERE document = ?1 ORDER BY version", document),
        version_row, take);
}
Result<std::vector<PartRow>> Reads::parts(const DocumentId& document, std::uint32_t version) {
    return all(
        Query(db_, "SELECT " PART_COLUMNS " FROM parts WHERE document = ?1 AND version = ?2 ORDER BY part", document, version),
        part_row);
}
Result<void> Reads::for_each_part_in(const PackId& pack, const std::function<bool(const PartRow&)>& take) {
    return each(Query(db_, "SELECT " PART_COLUMNS " FROM parts WHERE pack = ?1 ORDER BY offset, document, version, part", pack),
                part_row, take);
}
Result<std::vector<PackRow>> Reads::packs() { return all(Query(db_, "SELECT pack, state FROM packs ORDER BY pack"), pack_row); }

// Sequences have no holes, so the last one tells the count without counting.
Result<std::uint64_t> Reads::entry_count() {
    TRY(auto count, db_.number("SELECT coalesce(max(sequence) + 1, 0) FROM entries"));
    return static_cast<std::uint64_t>(count);
}
Result<void> Reads::for_each_entry(std::uint64_t from, std::uint64_t to, const std::function<bool(const EntryRow&)>& take) {
    return each(Query(db_, "SELECT " ENTRY_COLUMNS " FROM entries WHERE sequence >= ?1 AND sequence < ?2 ORDER BY sequence",
                      bound(from), bound(to)),
                entry_row, take);
}
Result<void> Reads::for_each_entry_backwards(std::uint64_t below, const std::function<bool(const EntryRow&)>& take) {
    return each(Query(db_, "SELECT " ENTRY_COLUMNS " FROM entries WHERE sequence < ?1 ORDER BY sequence DESC", bound(below)),
                entry_row, take);
}
Result<std::optional<TileRow>> Reads::tile(std::uint8_t level, std::uint64_t index) {
    return one(Query(db_, "SELECT level, tile, hashes FROM tiles WHERE level = ?1 AND tile = ?2", level, index), tile_row);
}
Result<std::optional<CheckpointRow>> Reads::newest_checkpoint() {
    return one(Query(db_, "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1"), checkpoint_row);
}
Result<void> Reads::for_each_checkpoint(const std::function<bool(const CheckpointRow&)>& take) {
    return each(Query(db_, "SELECT size, note FROM checkpoints ORDER BY size"), checkpoint_row, take);
}
Result<std::vector<std::uint64_t>> Reads::entries_about(const Id16& subject, std::uint64_t below, std::size_t count) {
    return all(Query(db_, "SELECT sequence FROM about WHERE subject = ?1 AND sequence < ?2 ORDER BY sequence DESC LIMIT ?3",
                     subject, bound(below), bound(count)),
               just_number);
}

Result<std::optional<SingleRow>> Reads::remembered(View key) {
    return one(Query(db_, "SELECT number, value FROM remembered WHERE key = ?1", key), single_row);
}

}  // namespace muniment::storage::sqlite
