// SPDX-License-Identifier: Apache-2.0
#include <ranges>

#include "storage/memory/tables.hpp"

namespace muniment::storage::memory {
namespace {

constexpr Id16 id_min{};

template <class Map>
std::optional<typename Map::mapped_type> found(const Map& map, const typename Map::key_type& key) {
    auto it = map.find(key);
    if (it == map.end()) return std::nullopt;
    return it->second;
}

/// From `it` on while `belongs` holds and `take` goes on.
template <class Iterator, class Map, class Belongs, class Take>
Result<void> walk(Iterator it, const Map& map, Belongs belongs, const Take& take) {
    for (; it != map.end() && belongs(it->second); ++it)
        if (!take(it->second)) break;
    return {};
}

constexpr auto every = [](const auto&) { return true; };

}  // namespace

Result<std::optional<SingleRow>> Reads::single(std::string_view name) { return found(t_.singles, std::string(name)); }

Result<std::optional<KeyRow>> Reads::key(OwnerKind kind, const Id16& owner) { return found(t_.keys, {kind, owner}); }
Result<void> Reads::for_each_key(const std::function<bool(const KeyRow&)>& take) {
    return walk(t_.keys.begin(), t_.keys, every, take);
}

Result<std::optional<GateRow>> Reads::gate_row(std::uint16_t kind, const Id16& row) { return found(t_.gate_rows, {kind, row}); }
Result<void> Reads::for_each_gate_row(const std::function<bool(const GateRow&)>& take) {
    return walk(t_.gate_rows.begin(), t_.gate_rows, every, take);
}

Result<std::optional<FieldRow>> Reads::field(std::uint16_t kind, const Id16& owner, const Id16& row) {
    return found(t_.fields, {kind, owner, row});
}
Result<void> Reads::for_each_field(std::uint16_t kind, const std::function<bool(const FieldRow&)>& take) {
    return walk(t_.fields.lower_bound({kind, id_min, id_min}), t_.fields, [&](auto& row) { return row.kind == kind; }, take);
}
Result<void> Reads::for_each_field_of(const Id16& owner, const std::function<bool(const FieldRow&)>& take) {
    for (const auto& [key, row] : t_.fields)
        if (row.owner == owner && !take(row)) break;
    return {};
}

Result<std::optional<DocumentRow>> Reads::document(const MatterId& matter, const DocumentId& document) {
    return found(t_.documents, {matter, document});
}
Result<std::optional<DocumentRow>> Reads::live_document_with_tag(const MatterId& matter, View tag) {
    auto document = found(t_.live_tags, {matter, bytes(tag)});
    if (!document) return std::nullopt;
    return found(t_.documents, {matter, *document});
}
Result<void> Reads::for_each_document(const MatterId& matter, const std::function<bool(const DocumentRow&)>& take) {
    return walk(
        t_.documents.lower_bound({matter, DocumentId{}}), t_.documents, [&](auto& row) { return row.matter == matter; }, take);
}
Result<std::uint64_t> Reads::document_count() { return t_.documents.size(); }

Result<std::optional<VersionRow>> Reads::version(const DocumentId& document, std::uint32_t version) {
    return found(t_.versions, {document, version});
}
Result<void> Reads::for_each_version(const DocumentId& document, const std::function<bool(const VersionRow&)>& take) {
    return walk(t_.versions.lower_bound({document, 0}), t_.versions, [&](auto& row) { return row.document == document; }, take);
}
Result<std::vector<PartRow>> Reads::parts(const DocumentId& document, std::uint32_t version) {
    std::vector<PartRow> rows;
    CHECK(walk(
        t_.parts.lower_bound({document, version, 0}), t_.parts,
        [&](auto& row) { return row.document == document && row.version == version; },
        [&](auto& row) { return rows.push_back(row), true; }));
    return rows;
}
Result<void> Reads::for_each_part_in(const PackId& pack, const std::function<bool(const PartRow&)>& take) {
    for (auto it = t_.parts_by_place.lower_bound({pack, 0, PartKey{}}); it != t_.parts_by_place.end(); ++it) {
        const auto& [in, offset, part] = it->first;
        if (in != pack || !take(t_.parts.at(part))) break;
    }
    return {};
}
Result<std::vector<PackRow>> Reads::packs() {
    std::vector<PackRow> rows;
    for (const auto& [id, row] : t_.packs) rows.push_back(row);
    return rows;
}
Result<std::optional<PackRow>> Reads::pack(const PackId& pack) { return found(t_.packs, pack); }

Result<std::uint64_t> Reads::entry_count() { return t_.entries.size(); }
Result<void> Reads::for_each_entry(std::uint64_t from, std::uint64_t to, const std::function<bool(const EntryRow&)>& take) {
    return walk(t_.entries.lower_bound(from), t_.entries, [&](auto& row) { return row.sequence < to; }, take);
}
Result<void> Reads::for_each_entry_backwards(std::uint64_t below, const std::function<bool(const EntryRow&)>& take) {
    for (auto it = t_.entries.lower_bound(below); it != t_.entries.begin();)
        if (!take((--it)->second)) break;
    return {};
}
Result<std::optional<TileRow>> Reads::tile(std::uint8_t level, std::uint64_t index) { return found(t_.tiles, {level, index}); }
Result<std::optional<CheckpointRow>> Reads::newest_checkpoint() {
    if (t_.checkpoints.empty()) return std::nullopt;
    return t_.checkpoints.rbegin()->second;
}
Result<void> Reads::for_each_checkpoint(const std::function<bool(const CheckpointRow&)>& take) {
    return walk(t_.checkpoints.begin(), t_.checkpoints, every, take);
}
Result<std::vector<std::uint64_t>> Reads::entries_about(const Id16& subject, std::uint64_t below, std::size_t count) {
    std::vector<std::uint64_t> sequences;
    for (auto it = t_.about.lower_bound({subject, below}); it != t_.about.begin() && sequences.size() < count;) {
        const auto& [whom, sequence] = (--it)->first;
        if (whom != subject) break;
        sequences.push_back(sequence);
    }
    return sequences;
}

Result<std::optional<SingleRow>> Reads::remembered(View key) { return found(t_.remembered, bytes(key)); }

}  // namespace muniment::storage::memory
