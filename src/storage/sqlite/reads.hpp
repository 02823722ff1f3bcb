// SPDX-License-Identifier: Apache-2.0
// What RecordReader promises, over one connection. Each function is one statement, so each is one consistent snapshot.
#pragma once
#include "storage/records.hpp"
#include "storage/sqlite/database.hpp"

namespace muniment::storage::sqlite {

class Reads final : public RecordReader {
  public:
    explicit Reads(Database& db) : db_(db) {}

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
    Result<std::uint64_t> entry_count() override;
    Result<void> for_each_entry(std::uint64_t from, std::uint64_t to, const std::function<bool(const EntryRow&)>& take) override;
    Result<void> for_each_entry_backwards(std::uint64_t below, const std::function<bool(const EntryRow&)>& take) override;
    Result<std::optional<TileRow>> tile(std::uint8_t level, std::uint64_t index) override;
    Result<std::optional<CheckpointRow>> newest_checkpoint() override;
    Result<void> for_each_checkpoint(const std::function<bool(const CheckpointRow&)>& take) override;
    Result<std::vector<std::uint64_t>> entries_about(const Id16& subject, std::uint64_t below, std::size_t count) override;
    Result<std::optional<SingleRow>> remembered(View key) override;

  private:
    Database& db_;
};

/// Numbers beyond what SQLite can hold stand for "all": no row has them.
inline std::int64_t bound(std::uint64_t number) { return number > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(number); }

}  // namespace muniment::storage::sqlite
