// SPDX-License-Identifier: Apache-2.0
// Records: the port to the database. One class reads, one writes, one commits many writers' work together.
//
// Group commit: commit(work) queues the work; a committer runs what is queued, each piece in a savepoint of its own, in one
// database transaction, syncs once, and only then do the calls return. A piece that fails is undone alone and gets its error;
// a commit that fails fails every piece in it, and afterwards the store refuses all work until it is opened anew.
//   - Work runs on the committer's thread: it must not block, seal large things or call commit. It may be run more than once
//     (a driver with serializable transactions repeats it), so it must set its results, not add to them.
//   - Reads inside the work see what earlier pieces of the batch wrote.
// Reads outside see the newest commit; each call is one consistent snapshot. `for_each` callbacks return false to stop and must
// not call the store.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "storage/nodes.hpp"
#include "storage/room.hpp"
#include "storage/rows.hpp"

namespace muniment::storage {

class RecordReader {
  public:
    virtual ~RecordReader() = default;

    virtual Result<std::optional<SingleRow>> single(std::string_view name) = 0;

    virtual Result<std::optional<KeyRow>> key(OwnerKind kind, const Id16& owner) = 0;
    virtual Result<void> for_each_key(const std::function<bool(const KeyRow&)>& take) = 0;             ///< by kind, owner

    virtual Result<std::optional<GateRow>> gate_row(std::uint16_t kind, const Id16& row) = 0;
    virtual Result<void> for_each_gate_row(const std::function<bool(const GateRow&)>& take) = 0;       ///< by kind, row

    virtual Result<std::optional<FieldRow>> field(std::uint16_t kind, const Id16& owner, const Id16& row) = 0;
    virtual Result<void> for_each_field(std::uint16_t kind, const std::function<bool(const FieldRow&)>& take) = 0;
    /// Of one owner, all kinds.
    virtual Result<void> for_each_field_of(const Id16& owner, const std::function<bool(const FieldRow&)>& take) = 0;

    virtual Result<std::optional<DocumentRow>> document(const MatterId& matter, const DocumentId& document) = 0;
    virtual Result<std::optional<DocumentRow>> live_document_with_tag(const MatterId& matter, View tag) = 0;
    virtual Result<void> for_each_document(const MatterId& matter, const std::function<bool(const DocumentRow&)>& take) = 0;  ///< by id
    virtual Result<std::uint64_t> document_count() = 0;

    virtual Result<std::optional<VersionRow>> version(const DocumentId& document, std::uint32_t version) = 0;
    virtual Result<void> for_each_version(const DocumentId& document, const std::function<bool(const VersionRow&)>& take) = 0;
    virtual Result<std::vector<PartRow>> parts(const DocumentId& document, std::uint32_t version) = 0;  ///< in order
    virtual Result<void> for_each_part_in(const PackId& pack, const std::function<bool(const PartRow&)>& take) = 0;  ///< by offset
    virtual Result<std::vector<PackRow>> packs() = 0;                                                   ///< by id
    virtual Result<std::optional<PackRow>> pack(const PackId& pack) = 0;

    virtual Result<std::uint64_t> entry_count() = 0;                                                    ///< entries ever appended
    /// [from, to)
    virtual Result<void> for_each_entry(std::uint64_t from, std::uint64_t to, const std::function<bool(const EntryRow&)>& take) = 0;
    /// below-1, below-2, …
    virtual Result<void> for_each_entry_backwards(std::uint64_t below, const std::function<bool(const EntryRow&)>& take) = 0;
    virtual Result<std::optional<TileRow>> tile(std::uint8_t level, std::uint64_t index) = 0;
    virtual Result<std::optional<CheckpointRow>> newest_checkpoint() = 0;
    virtual Result<void> for_each_checkpoint(const std::function<bool(const CheckpointRow&)>& take) = 0;  ///< by size
    /// Sequences of entries about a subject, newest first, below `below`, at most `count`.
    virtual Result<std::vector<std::uint64_t>> entries_about(const Id16& subject, std::uint64_t below, std::size_t count) = 0;

    virtual Result<std::optional<SingleRow>> remembered(View key) = 0;                                  ///< number: when, µs
};

class RecordWriter : public RecordReader {
  public:
    // Each `put_…` inserts or replaces the row of that place.
    virtual Result<void> put_single(std::string_view name, const SingleRow& row) = 0;
    virtual Result<void> drop_single(std::string_view name) = 0;

    virtual Result<void> put_key(const KeyRow& row) = 0;
    virtual Result<void> drop_key(OwnerKind kind, const Id16& owner) = 0;

    virtual Result<void> put_gate_row(const GateRow& row) = 0;
    virtual Result<void> drop_gate_row(std::uint16_t kind, const Id16& row) = 0;

    virtual Result<void> put_field(const FieldRow& row) = 0;
    virtual Result<void> drop_field(std::uint16_t kind, const Id16& owner, const Id16& row) = 0;

    /// `name_taken` where another live document of the matter has the same tag; `conflict` where its number is another's.
    virtual Result<void> put_document(const DocumentRow& row) = 0;
    virtual Result<void> drop_document(const MatterId& matter, const DocumentId& document) = 0;
    /// `corrupt` where one of that number is there: what was filed once is never written over by what is filed now.
    virtual Result<void> add_version(const VersionRow& row) = 0;
    virtual Result<void> add_part(const PartRow& row) = 0;
    virtual Result<void> put_version(const VersionRow& row) = 0;                                        ///< sealed anew, by a move
    virtual Result<void> drop_version(const DocumentId& document, std::uint32_t version) = 0;           ///< and its parts
    virtual Result<void> put_part(const PartRow& row) = 0;
    virtual Result<void> put_pack(const PackRow& row) = 0;
    virtual Result<void> drop_pack(const PackId& pack) = 0;

    virtual Result<std::uint64_t> append_entry(const EntryRow& row) = 0;                                ///< gives its sequence
    virtual Result<void> replace_detail(std::uint64_t sequence, OwnerKind kind, const Id16& owner, View detail) = 0;
    virtual Result<void> put_tile(const TileRow& row) = 0;
    virtual Result<void> put_checkpoint(const CheckpointRow& row) = 0;
    virtual Result<void> index_entry(const Id16& subject, std::uint64_t sequence) = 0;

    virtual Result<void> remember(View key, const SingleRow& row) = 0;
    virtual Result<void> forget_before(std::int64_t us) = 0;                                            ///< what was remembered earlier
};

class Records : public RecordReader {
  public:
    using Work = std::function<Result<void>(RecordWriter&)>;
    /// Blocks until the work is durable. `busy` where too much waits, `no_room` where the disk is full.
    virtual Result<void> commit(Work work) = 0;
    /// Copies the whole database to a file, consistent, while it is in use (before a migration, for tests).
    virtual Result<void> copy_to(const std::string& path) = 0;
    /// What is left where the rows lie; nothing where the driver cannot know.
    virtual std::optional<Room> room() const { return std::nullopt; }
    /// Null where only one process can have these rows open.
    virtual Nodes* nodes() { return nullptr; }
};

/// What other nodes committed before this call is followed, where there can be any.
inline Result<void> catch_up(Records& records) {
    auto* nodes = records.nodes();
    return nodes ? nodes->catch_up() : Result<void>{};
}
/// This process may still speak for what it made durable.
inline Result<void> in_force(Records& records) {
    auto* nodes = records.nodes();
    return nodes ? nodes->in_force() : Result<void>{};
}
/// Whoever takes over from this process, should it have to be, finds all that is durable by now.
inline Result<void> not_taken_over(Records& records) {
    auto* nodes = records.nodes();
    return nodes ? nodes->not_taken_over() : Result<void>{};
}
/// Nobody else serves this firm, or this process was there before all that do: what is done by one of them alone is done by it.
inline Result<bool> eldest(Records& records) {
    auto* nodes = records.nodes();
    if (!nodes) return true;
    TRY(auto all, nodes->list());
    return !all.empty() && all.front().ours;
}
/// Other nodes that serve this firm, by name.
inline Result<std::vector<NodeRow>> other_nodes(Records& records) {
    auto* nodes = records.nodes();
    if (!nodes) return std::vector<NodeRow>{};
    TRY(auto all, nodes->list());
    std::erase_if(all, [](const NodeRow& node) { return node.ours; });
    return all;
}

}  // namespace muniment::storage
