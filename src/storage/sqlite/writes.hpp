// SPDX-License-Identifier: Apache-2.0
// What RecordWriter promises, within the transaction that the committer opened.
#pragma once
#include "storage/forwarding.hpp"
#include "storage/sqlite/reads.hpp"

namespace muniment::storage::sqlite {

class Writes final : public ForwardsReads<RecordWriter, Writes> {
  public:
    explicit Writes(Database& db) : db_(db), reads_(db) {}
    template <class F>
    auto reading(F f) {
        return f(static_cast<RecordReader&>(reads_));
    }

    Result<void> put_single(std::string_view name, const SingleRow& row) override;
    Result<void> drop_single(std::string_view name) override;
    Result<void> put_key(const KeyRow& row) override;
    Result<void> drop_key(OwnerKind kind, const Id16& owner) override;
    Result<void> put_gate_row(const GateRow& row) override;
    Result<void> drop_gate_row(std::uint16_t kind, const Id16& row) override;
    Result<void> put_field(const FieldRow& row) override;
    Result<void> drop_field(std::uint16_t kind, const Id16& owner, const Id16& row) override;
    Result<void> put_document(const DocumentRow& row) override;
    Result<void> drop_document(const MatterId& matter, const DocumentId& document) override;
    Result<void> add_version(const VersionRow& row) override;
    Result<void> add_part(const PartRow& row) override;
    Result<void> put_version(const VersionRow& row) override;
    Result<void> drop_version(const DocumentId& document, std::uint32_t version) override;
    Result<void> put_part(const PartRow& row) override;
    Result<void> put_pack(const PackRow& row) override;
    Result<std::uint64_t> append_entry(const EntryRow& row) override;
    Result<void> replace_detail(std::uint64_t sequence, OwnerKind kind, const Id16& owner, View detail) override;
    Result<void> put_tile(const TileRow& row) override;
    Result<void> put_checkpoint(const CheckpointRow& row) override;
    Result<void> index_entry(const Id16& subject, std::uint64_t sequence) override;
    Result<void> remember(View key, const SingleRow& row) override;
    Result<void> forget_before(std::int64_t us) override;

  private:
    template <class... Values>
    Result<void> write(const char* sql, const Values&... values) {
        // Where the disk is full SQLite ends the transaction by itself; what came after would be committed alone.
        if (!db_.in_transaction()) return fail(Problem::unavailable, "the transaction has ended");
        return Query(db_, sql, values...).run();
    }

    Database& db_;
    Reads reads_;
};

}  // namespace muniment::storage::sqlite
