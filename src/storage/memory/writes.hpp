// SPDX-License-Identifier: Apache-2.0
// What RecordWriter promises, over maps. Every change goes through the undo list.
#pragma once
#include "storage/forwarding.hpp"
#include "storage/memory/tables.hpp"

namespace muniment::storage::memory {

class Writes final : public ForwardsReads<RecordWriter, Writes> {
  public:
    Writes(Tables& tables, Undo& undo) : t_(tables), undo_(undo), reads_(tables) {}
    template <class F>
    auto reading(F f) {
        return f(reads_);
    }

    Result<void> put_single(std::string_view name, const SingleRow& row) override {
        return put(t_.singles, std::string(name), row);
    }
    Result<void> drop_single(std::string_view name) override { return drop(t_.singles, std::string(name)); }
    Result<void> put_key(const KeyRow& row) override { return put(t_.keys, {row.kind, row.owner}, row); }
    Result<void> drop_key(OwnerKind kind, const Id16& owner) override { return drop(t_.keys, {kind, owner}); }
    Result<void> put_gate_row(const GateRow& row) override { return put(t_.gate_rows, {row.kind, row.row}, row); }
    Result<void> drop_gate_row(std::uint16_t kind, const Id16& row) override { return drop(t_.gate_rows, {kind, row}); }
    Result<void> put_field(const FieldRow& row) override { return put(t_.fields, {row.kind, row.owner, row.row}, row); }
    Result<void> drop_field(std::uint16_t kind, const Id16& owner, const Id16& row) override {
        return drop(t_.fields, {kind, owner, row});
    }

    Result<void> put_document(const DocumentRow& row) override {
        if (row.state == DocumentState::live && another(t_.live_tags, {row.matter, row.tag}, row.document))
            return fail(Problem::name_taken);
        if (row.number > 0 && another(t_.numbers, {row.matter, row.number}, row.document))
            return fail(Problem::conflict, "number " + std::to_string(row.number) + " of the matter is another document's");
        CHECK(drop_document(row.matter, row.document));
        undo_.put(t_.documents, {row.matter, row.document}, row);
        if (row.state == DocumentState::live) undo_.put(t_.live_tags, {row.matter, row.tag}, row.document);
        if (row.number > 0) undo_.put(t_.numbers, {row.matter, row.number}, row.document);
        return {};
    }
    Result<void> drop_document(const MatterId& matter, const DocumentId& document) override {
        auto it = t_.documents.find({matter, document});
        if (it == t_.documents.end()) return {};
        if (it->second.state == DocumentState::live) undo_.drop(t_.live_tags, {matter, it->second.tag});
        if (it->second.number > 0) undo_.drop(t_.numbers, {matter, it->second.number});
        return drop(t_.documents, {matter, document});
    }
    Result<void> add_version(const VersionRow& row) override {
        return t_.versions.contains({row.document, row.version}) ? Result<void>(already_there(row.document, row.version))
                                                                      : put_version(row);
    }
    Result<void> add_part(const PartRow& row) override {
        return t_.parts.contains(part_key(row)) ? Result<void>(already_there(row.document, row.version)) : put_part(row);
    }
    Result<void> put_version(const VersionRow& row) override { return put(t_.versions, {row.document, row.version}, row); }
    Result<void> drop_version(const DocumentId& document, std::uint32_t version) override {
        TRY(auto rows, reads_.parts(document, version));
        for (const auto& row : rows) drop_part(row);
        return drop(t_.versions, {document, version});
    }
    Result<void> put_part(const PartRow& row) override {
        auto key = part_key(row);
        if (auto it = t_.parts.find(key); it != t_.parts.end()) drop_part(PartRow(it->second));
        undo_.put(t_.parts_by_place, {row.place.pack, row.place.offset, key}, true);
        return put(t_.parts, key, row);
    }
    Result<void> put_pack(const PackRow& row) override { return put(t_.packs, row.pack, row); }
    Result<void> drop_pack(const PackId& pack) override { return drop(t_.packs, pack); }

    Result<std::uint64_t> append_entry(const EntryRow& row) override {
        auto entry = row;
        entry.sequence = t_.entries.size();
        CHECK(put(t_.entries, entry.sequence, entry));
        return entry.sequence;
    }
    Result<void> replace_detail(std::uint64_t sequence, OwnerKind kind, const Id16& owner, View detail) override {
        auto it = t_.entries.find(sequence);
        if (it == t_.entries.end()) return fail(Problem::not_found, "entry " + std::to_string(sequence));
        auto entry = it->second;
        entry.owner_kind = kind, entry.owner = owner, entry.detail = bytes(detail);
        return put(t_.entries, sequence, entry);
    }
    Result<void> put_tile(const TileRow& row) override { return put(t_.tiles, {row.level, row.index}, row); }
    Result<void> put_checkpoint(const CheckpointRow& row) override { return put(t_.checkpoints, row.size, row); }
    Result<void> index_entry(const Id16& subject, std::uint64_t sequence) override {
        return put(t_.about, {subject, sequence}, true);
    }

    Result<void> remember(View key, const SingleRow& row) override { return put(t_.remembered, bytes(key), row); }
    Result<void> forget_before(std::int64_t us) override {
        for (auto it = t_.remembered.begin(); it != t_.remembered.end();) {
            auto next = std::next(it);
            if (static_cast<std::int64_t>(it->second.number) < us) undo_.drop(t_.remembered, Bytes(it->first));
            it = next;
        }
        return {};
    }

  private:
    template <class Map>
    Result<void> put(Map& map, const typename Map::key_type& key, const typename Map::mapped_type& row) {
        undo_.put(map, key, row);
        return {};
    }
    template <class Map>
    Result<void> drop(Map& map, const typename Map::key_type& key) {
        undo_.drop(map, key);
        return {};
    }
    template <class Map>
    static bool another(const Map& map, const typename Map::key_type& key, const DocumentId& document) {
        auto it = map.find(key);
        return it != map.end() && it->second != document;
    }
    static PartKey part_key(const PartRow& row) { return {row.document, row.version, row.part}; }
    void drop_part(const PartRow& row) {
        undo_.drop(t_.parts_by_place, {row.place.pack, row.place.offset, part_key(row)});
        undo_.drop(t_.parts, part_key(row));
    }

    Tables& t_;
    Undo& undo_;
    Reads reads_;
};

}  // namespace muniment::storage::memory
