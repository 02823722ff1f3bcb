// SPDX-License-Identifier: Apache-2.0
// The reading half of a port, written once for all who hand it on: a writer reads through its own connection, a store through one
// of its pool, a faulty wrapper through the store that it breaks. `Self` gives reading(f), which calls f with a RecordReader.
#pragma once
#include "storage/records.hpp"

namespace muniment::storage {

/// For `add_version` and `add_part` of both drivers.
inline std::unexpected<Error> already_there(const DocumentId& document, std::uint32_t version) {
    return fail(Problem::corrupt, "document " + document.text() + " has a version " + std::to_string(version) + " already");
}

template <class Port, class Self>
class ForwardsReads : public Port {
    template <class F>
    auto read(F f) {
        return static_cast<Self*>(this)->reading(std::move(f));
    }

  public:
    using R = RecordReader;

    Result<std::optional<SingleRow>> single(std::string_view name) override {
        return read([&](R& r) { return r.single(name); });
    }
    Result<std::optional<KeyRow>> key(OwnerKind kind, const Id16& owner) override {
        return read([&](R& r) { return r.key(kind, owner); });
    }
    Result<void> for_each_key(const std::function<bool(const KeyRow&)>& take) override {
        return read([&](R& r) { return r.for_each_key(take); });
    }
    Result<std::optional<GateRow>> gate_row(std::uint16_t kind, const Id16& row) override {
        return read([&](R& r) { return r.gate_row(kind, row); });
    }
    Result<void> for_each_gate_row(const std::function<bool(const GateRow&)>& take) override {
        return read([&](R& r) { return r.for_each_gate_row(take); });
    }
    Result<std::optional<FieldRow>> field(std::uint16_t kind, const Id16& owner, const Id16& row) override {
        return read([&](R& r) { return r.field(kind, owner, row); });
    }
    Result<void> for_each_field(std::uint16_t kind, const std::function<bool(const FieldRow&)>& take) override {
        return read([&](R& r) { return r.for_each_field(kind, take); });
    }
    Result<void> for_each_field_of(const Id16& owner, const std::function<bool(const FieldRow&)>& take) override {
        return read([&](R& r) { return r.for_each_field_of(owner, take); });
    }
    Result<std::optional<DocumentRow>> document(const MatterId& matter, const DocumentId& document) override {
        return read([&](R& r) { return r.document(matter, document); });
    }
    Result<std::optional<DocumentRow>> live_document_with_tag(const MatterId& matter, View tag) override {
        return read([&](R& r) { return r.live_document_with_tag(matter, tag); });
    }
    Result<void> for_each_document(const MatterId& matter, const std::function<bool(const DocumentRow&)>& take) override {
        return read([&](R& r) { return r.for_each_document(matter, take); });
    }
    Result<std::uint64_t> document_count() override {
        return read([&](R& r) { return r.document_count(); });
    }
    Result<std::optional<VersionRow>> version(const DocumentId& document, std::uint32_t version) override {
        return read([&](R& r) { return r.version(document, version); });
    }
    Result<void> for_each_version(const DocumentId& document, const std::function<bool(const VersionRow&)>& take) override {
        return read([&](R& r) { return r.for_each_version(document, take); });
    }
    Result<std::vector<PartRow>> parts(const DocumentId& document, std::uint32_t version) override {
        return read([&](R& r) { return r.parts(document, version); });
    }
    Result<void> for_each_part_in(const PackId& pack, const std::function<bool(const PartRow&)>& take) override {
        return read([&](R& r) { return r.for_each_part_in(pack, take); });
    }
    Result<std::vector<PackRow>> packs() override {
        return read([&](R& r) { return r.packs(); });
    }
    Result<std::optional<PackRow>> pack(const PackId& pack) override {
        return read([&](R& r) { return r.pack(pack); });
    }
    Result<std::uint64_t> entry_count() override {
        return read([&](R& r) { return r.entry_count(); });
    }
    Result<void> for_each_entry(std::uint64_t from, std::uint64_t to, const std::function<bool(const EntryRow&)>& take) override {
        return read([&](R& r) { return r.for_each_entry(from, to, take); });
    }
    Result<void> for_each_entry_backwards(std::uint64_t below, const std::function<bool(const EntryRow&)>& take) override {
        return read([&](R& r) { return r.for_each_entry_backwards(below, take); });
    }
    Result<std::optional<TileRow>> tile(std::uint8_t level, std::uint64_t index) override {
        return read([&](R& r) { return r.tile(level, index); });
    }
    Result<std::optional<CheckpointRow>> newest_checkpoint() override {
        return read([&](R& r) { return r.newest_checkpoint(); });
    }
    Result<void> for_each_checkpoint(const std::function<bool(const CheckpointRow&)>& take) override {
        return read([&](R& r) { return r.for_each_checkpoint(take); });
    }
    Result<std::vector<std::uint64_t>> entries_about(const Id16& subject, std::uint64_t below, std::size_t count) override {
        return read([&](R& r) { return r.entries_about(subject, below, count); });
    }
    Result<std::optional<SingleRow>> remembered(View key) override {
        return read([&](R& r) { return r.remembered(key); });
    }
};

}  // namespace muniment::storage
