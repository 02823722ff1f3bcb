// SPDX-License-Identifier: Apache-2.0
// The statements that read, in the SQL that SQLite and PostgreSQL both speak. Each is one statement, so each is one consistent
// snapshot.
//
// A driver gives a Source: one(make, sql, values…), each(make, take, sql, values…), all(make, sql, values…) and number(sql),
// where `make` is called with the row that was read and takes its columns in order. Placeholders are $1, $2, … in the order in
// which the values come; names that are words of PostgreSQL's own stand in quotes.
#pragma once
#include "storage/records.hpp"

namespace muniment::storage::sql {

// The columns in the order in which every statement here names them. Braces evaluate from left to right.
inline constexpr auto single_row = [](auto& q) -> SingleRow { return {q.number(), q.blob()}; };
inline constexpr auto key_row = [](auto& q) -> KeyRow { return {q.kind(OwnerKind::report), q.id(), q.number(), q.blob()}; };
inline constexpr auto gate_row_of = [](auto& q) -> GateRow {
    return {q.template number<std::uint16_t>(), q.id(), q.id(), q.number(), q.blob()};
};
inline constexpr auto field_row = [](auto& q) -> FieldRow {
    return {q.template number<std::uint16_t>(), q.id(), q.id(), q.number(), q.blob()};
};
inline constexpr auto document_row = [](auto& q) -> DocumentRow {
    return {.matter = {q.id()},
            .document = {q.id()},
            .folder = q.template number<std::uint8_t>() != 0,
            .state = q.kind(DocumentState::moved),
            .number = q.number(),
            .versions = q.template number<std::uint32_t>(),
            .generation = q.number(),
            .revision = q.number(),
            .parent = {q.id()},
            .tag = q.blob(),
            .secret = q.blob(),
            .list = q.blob()};
};
inline constexpr auto version_row = [](auto& q) -> VersionRow {
    return {{q.id()}, q.template number<std::uint32_t>(), q.number(), q.blob()};
};
inline constexpr auto part_row = [](auto& q) -> PartRow {
    return {.document = {q.id()},
            .version = q.template number<std::uint32_t>(),
            .part = q.template number<std::uint32_t>(),
            .object = {q.id()},
            .plain_length = q.number(),
            .place = {.pack = {q.id()}, .offset = q.number(), .length = q.number()},
            .wrapped_key = q.blob()};
};
inline constexpr auto pack_row = [](auto& q) -> PackRow { return {{q.id()}, q.kind(PackState::emptied)}; };
inline constexpr auto entry_row = [](auto& q) -> EntryRow {
    return {q.number(), q.blob(), q.kind(OwnerKind::document), q.id(), q.blob()};
};
inline constexpr auto tile_row = [](auto& q) -> TileRow { return {q.template number<std::uint8_t>(), q.number(), q.blob()}; };
inline constexpr auto checkpoint_row = [](auto& q) -> CheckpointRow { return {q.number(), q.blob()}; };
inline constexpr auto just_number = [](auto& q) -> std::uint64_t { return q.number(); };

#define MUNIMENT_DOCUMENT_COLUMNS \
    "matter, document, folder, state, number, versions, generation, revision, parent, tag, secret, list"
#define MUNIMENT_PART_COLUMNS "document, version, part, object, plain_length, pack, \"offset\", length, wrapped_key"
#define MUNIMENT_ENTRY_COLUMNS "sequence, leaf, owner_kind, owner, detail"

/// Numbers beyond what a database holds stand for "all": no row has them.
inline std::int64_t bound(std::uint64_t number) { return number > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(number); }

template <class Source>
class Reads final : public RecordReader {
  public:
    explicit Reads(Source source) : source_(std::move(source)) {}

    Result<std::optional<SingleRow>> single(std::string_view name) override {
        return source_.one(single_row, "SELECT number, value FROM singles WHERE name = $1", name);
    }

    Result<std::optional<KeyRow>> key(OwnerKind kind, const Id16& owner) override {
        return source_.one(key_row, "SELECT kind, owner, number, sealed FROM key_records WHERE kind = $1 AND owner = $2", kind,
                           owner);
    }
    Result<void> for_each_key(const std::function<bool(const KeyRow&)>& take) override {
        return source_.each(key_row, take, "SELECT kind, owner, number, sealed FROM key_records ORDER BY kind, owner");
    }

    Result<std::optional<GateRow>> gate_row(std::uint16_t kind, const Id16& row) override {
        return source_.one(gate_row_of, "SELECT kind, row, owner, revision, sealed FROM gate_rows WHERE kind = $1 AND row = $2",
                           kind, row);
    }
    Result<void> for_each_gate_row(const std::function<bool(const GateRow&)>& take) override {
        return source_.each(gate_row_of, take, "SELECT kind, row, owner, revision, sealed FROM gate_rows ORDER BY kind, row");
    }

    Result<std::optional<FieldRow>> field(std::uint16_t kind, const Id16& owner, const Id16& row) override {
        return source_.one(field_row,
                           "SELECT kind, owner, row, revision, sealed FROM fields WHERE kind = $1 AND owner = $2 AND row = $3",
                           kind, owner, row);
    }
    Result<void> for_each_field(std::uint16_t kind, const std::function<bool(const FieldRow&)>& take) override {
        return source_.each(field_row, take,
                            "SELECT kind, owner, row, revision, sealed FROM fields WHERE kind = $1 ORDER BY owner, row", kind);
    }
    Result<void> for_each_field_of(const Id16& owner, const std::function<bool(const FieldRow&)>& take) override {
        return source_.each(field_row, take,
                            "SELECT kind, owner, row, revision, sealed FROM fields WHERE owner = $1 ORDER BY kind, row", owner);
    }

    Result<std::optional<DocumentRow>> document(const MatterId& matter, const DocumentId& document) override {
        return source_.one(document_row,
                           "SELECT " MUNIMENT_DOCUMENT_COLUMNS " FROM documents WHERE matter = $1 AND document = $2", matter,
                           document);
    }
    Result<std::optional<DocumentRow>> live_document_with_tag(const MatterId& matter, View tag) override {
        return source_.one(document_row,
                           "SELECT " MUNIMENT_DOCUMENT_COLUMNS " FROM documents WHERE matter = $1 AND tag = $2 AND state = 1",
                           matter, tag);
    }
    Result<void> for_each_document(const MatterId& matter, const std::function<bool(const DocumentRow&)>& take) override {
        return source_.each(document_row, take,
                            "SELECT " MUNIMENT_DOCUMENT_COLUMNS " FROM documents WHERE matter = $1 ORDER BY document", matter);
    }
    Result<std::uint64_t> document_count() override {
        TRY(auto count, source_.number("SELECT count(*) FROM documents"));
        return static_cast<std::uint64_t>(count);
    }

    Result<std::optional<VersionRow>> version(const DocumentId& document, std::uint32_t version) override {
        return source_.one(version_row,
                           "SELECT document, version, revision, sealed FROM versions WHERE document = $1 AND version = $2",
                           document, version);
    }
    Result<void> for_each_version(const DocumentId& document, const std::function<bool(const VersionRow&)>& take) override {
        return source_.each(version_row, take,
                            "SELECT document, version, revision, sealed FROM versions WHERE document = $1 ORDER BY version",
                            document);
    }
    Result<std::vector<PartRow>> parts(const DocumentId& document, std::uint32_t version) override {
        return source_.all(part_row,
                           "SELECT " MUNIMENT_PART_COLUMNS " FROM parts WHERE document = $1 AND version = $2 ORDER BY part",
                           document, version);
    }
    Result<void> for_each_part_in(const PackId& pack, const std::function<bool(const PartRow&)>& take) override {
        return source_.each(
            part_row, take,
            "SELECT " MUNIMENT_PART_COLUMNS " FROM parts WHERE pack = $1 ORDER BY \"offset\", document, version, part", pack);
    }
    Result<std::vector<PackRow>> packs() override { return source_.all(pack_row, "SELECT pack, state FROM packs ORDER BY pack"); }
    Result<std::optional<PackRow>> pack(const PackId& pack) override {
        return source_.one(pack_row, "SELECT pack, state FROM packs WHERE pack = $1", pack);
    }

    // Sequences have no holes, so the last one tells the count without counting.
    Result<std::uint64_t> entry_count() override {
        TRY(auto count, source_.number("SELECT coalesce(max(sequence) + 1, 0) FROM entries"));
        return static_cast<std::uint64_t>(count);
    }
    Result<void> for_each_entry(std::uint64_t from, std::uint64_t to, const std::function<bool(const EntryRow&)>& take) override {
        return source_.each(entry_row, take,
                            "SELECT " MUNIMENT_ENTRY_COLUMNS
                            " FROM entries WHERE sequence >= $1 AND sequence < $2 ORDER BY sequence",
                            bound(from), bound(to));
    }
    Result<void> for_each_entry_backwards(std::uint64_t below, const std::function<bool(const EntryRow&)>& take) override {
        return source_.each(entry_row, take,
                            "SELECT " MUNIMENT_ENTRY_COLUMNS " FROM entries WHERE sequence < $1 ORDER BY sequence DESC",
                            bound(below));
    }
    Result<std::optional<TileRow>> tile(std::uint8_t level, std::uint64_t index) override {
        return source_.one(tile_row, "SELECT level, tile, hashes FROM tiles WHERE level = $1 AND tile = $2", level, index);
    }
    Result<std::optional<CheckpointRow>> newest_checkpoint() override {
        return source_.one(checkpoint_row, "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1");
    }
    Result<void> for_each_checkpoint(const std::function<bool(const CheckpointRow&)>& take) override {
        return source_.each(checkpoint_row, take, "SELECT size, note FROM checkpoints ORDER BY size");
    }
    Result<std::vector<std::uint64_t>> entries_about(const Id16& subject, std::uint64_t below, std::size_t count) override {
        return source_.all(just_number,
                           "SELECT sequence FROM about WHERE subject = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT $3",
                           subject, bound(below), bound(count));
    }

    Result<std::optional<SingleRow>> remembered(View key) override {
        return source_.one(single_row, "SELECT number, value FROM remembered WHERE key = $1", key);
    }

  private:
    Source source_;
};

#undef MUNIMENT_DOCUMENT_COLUMNS
#undef MUNIMENT_PART_COLUMNS
#undef MUNIMENT_ENTRY_COLUMNS

}  // namespace muniment::storage::sql
