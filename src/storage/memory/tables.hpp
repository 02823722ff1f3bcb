// SPDX-License-Identifier: Apache-2.0
// The rows of the in-memory double, and how its writes are undone: each write leaves behind what takes it back.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "storage/records.hpp"

namespace muniment::storage::memory {

using PartKey = std::tuple<DocumentId, std::uint32_t, std::uint32_t>;

struct Tables {
    std::map<std::string, SingleRow, std::less<>> singles;
    std::map<std::tuple<OwnerKind, Id16>, KeyRow> keys;
    std::map<std::tuple<std::uint16_t, Id16>, GateRow> gate_rows;
    std::map<std::tuple<std::uint16_t, Id16, Id16>, FieldRow> fields;
    std::map<std::tuple<MatterId, DocumentId>, DocumentRow> documents;
    std::map<std::tuple<MatterId, Bytes>, DocumentId> live_tags;        ///< derived from documents
    std::map<std::tuple<MatterId, std::uint64_t>, DocumentId> numbers;  ///< derived from documents
    std::map<std::tuple<DocumentId, std::uint32_t>, VersionRow> versions;
    std::map<PartKey, PartRow> parts;
    std::map<std::tuple<PackId, std::uint64_t, PartKey>, bool> parts_by_place;  ///< derived from parts
    std::map<PackId, PackRow> packs;
    std::map<std::uint64_t, EntryRow> entries;
    std::map<std::tuple<std::uint8_t, std::uint64_t>, TileRow> tiles;
    std::map<std::uint64_t, CheckpointRow> checkpoints;
    std::map<std::tuple<Id16, std::uint64_t>, bool> about;
    std::map<Bytes, SingleRow> remembered;
};

class Undo {
  public:
    template <class Map>
    void put(Map& map, typename Map::key_type key, typename Map::mapped_type value) {
        auto it = map.find(key);
        if (it == map.end()) {
            map.emplace(key, std::move(value));
            steps_.push_back([&map, key] { map.erase(key); });
        } else {
            steps_.push_back([&map, key, former = std::move(it->second)] { map.at(key) = former; });
            it->second = std::move(value);
        }
    }
    template <class Map>
    void drop(Map& map, const typename Map::key_type& key) {
        auto node = map.extract(key);
        if (node.empty()) return;
        steps_.push_back([&map, key = node.key(), former = std::move(node.mapped())] { map.emplace(key, former); });
    }
    void mark() { mark_ = steps_.size(); }
    void to_mark() { back_to(mark_); }
    void all() { back_to(0); }
    void forget() { steps_.clear(), mark_ = 0; }

  private:
    void back_to(std::size_t size) {
        for (; steps_.size() > size; steps_.pop_back()) steps_.back()();
    }
    std::vector<std::function<void()>> steps_;
    std::size_t mark_ = 0;
};

class Reads final : public RecordReader {
  public:
    explicit Reads(const Tables& tables) : t_(tables) {}

    Result<std::optional<SingleRow>> single(std::string_view name) override;
    Result<std::optional<KeyRow>> key(OwnerKind kind, const Id16& owner) override;
    Result<void> for_each_key(const std::function<bool(const KeyRow&)>& take) override;
    Result<std::optional<GateRow>> gate_row(std::uint16_t kind, const Id16& row) override;
    Result<void> for_each_gate_row(const std::function<bool(const GateRow&)>& take) override;
    Result<std::optional<FieldRow>> field(std::uint16_t kind, const Id16& owner, const Id16& row) override;
    Result<void> for_each_field(std::uint16_t kind, const std::function<bool(const FieldRow&)>& take) override;
    Result<void> for_each_field_of(const Id16& owner, const std::function<bool(const FieldRow&)>& take) override;
    Result<std::optional<DocumentRow>> document(const MatterId& matter, const DocumentId& document) override;
    Result<std::optional<DocumentRow>> live_document_with_tag(const MatterId& matter, View tag) override;
    Result<void> for_each_document(const MatterId& matter, const std::function<bool(const DocumentRow&)>& take) override;
    Result<std::uint64_t> document_count() override;
    Result<std::optional<VersionRow>> version(const DocumentId& document, std::uint32_t version) override;
    Result<void> for_each_version(const DocumentId& document, const std::function<bool(const VersionRow&)>& take) override;
    Result<std::vector<PartRow>> parts(const DocumentId& document, std::uint32_t version) override;
    Result<void> for_each_part_in(const PackId& pack, const std::function<bool(const PartRow&)>& take) override;
    Result<std::vector<PackRow>> packs() override;
    Result<std::optional<PackRow>> pack(const PackId& pack) override;
    Result<std::uint64_t> entry_count() override;
    Result<void> for_each_entry(std::uint64_t from, std::uint64_t to, const std::function<bool(const EntryRow&)>& take) override;
    Result<void> for_each_entry_backwards(std::uint64_t below, const std::function<bool(const EntryRow&)>& take) override;
    Result<std::optional<TileRow>> tile(std::uint8_t level, std::uint64_t index) override;
    Result<std::optional<CheckpointRow>> newest_checkpoint() override;
    Result<void> for_each_checkpoint(const std::function<bool(const CheckpointRow&)>& take) override;
    Result<std::vector<std::uint64_t>> entries_about(const Id16& subject, std::uint64_t below, std::size_t count) override;
    Result<std::optional<SingleRow>> remembered(View key) override;

  private:
    const Tables& t_;
};

}  // namespace muniment::storage::memory
