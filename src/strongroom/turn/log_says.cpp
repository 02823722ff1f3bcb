// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/log_says.hpp"

namespace muniment::strongroom {
namespace {

using keys::Kind;
using storage::OwnerKind;

/// Whoever has a key record was given a name in the same change.
std::optional<OwnerKind> owner_named_by(Kind profile) {
    switch (profile) {
        case Kind::person_profile: return OwnerKind::person;
        case Kind::client_profile: return OwnerKind::client;
        case Kind::matter_profile: return OwnerKind::matter;
        default: return std::nullopt;
    }
}

constexpr std::uint64_t entries_each = 16 * audit::tile_width;

/// Of a database that is empty, to be restored into: an empty tree.
Result<audit::TreeHead> head_of(storage::RecordReader& reader) {
    TRY(auto row, reader.single(audit::tree_row));
    TRY(auto entries, reader.entry_count());
    if (!row && entries == 0) return audit::TreeHead{0, audit::empty_root()};
    return audit::TreeHead::read(reader);
}

std::unexpected<Error> not_in_tree(std::uint64_t sequence) {
    return fail(Problem::corrupt, "entry " + std::to_string(sequence) + " of the log is missing or is not what its tree holds, so the log "
                                  "says nothing that can be believed; `muniment audit verify` tells more");
}

bool holds(const std::vector<std::vector<Hash>>& tiles, std::uint64_t first, std::uint64_t sequence, const Hash& hash) {
    const auto& tile = tiles[sequence / audit::tile_width - first];
    auto at = sequence % audit::tile_width;
    return at < tile.size() && tile[at] == hash;
}

constexpr std::uint64_t bit(std::uint64_t version) { return version >= 1 && version <= 64 ? std::uint64_t{1} << (version - 1) : 0; }

}  // namespace

Result<bool> LogSays::hear(storage::RecordReader& reader, std::uint64_t count) {
    // The head first: the log may go on meanwhile, and has the entries of this head whatever comes after it.
    TRY(auto head, head_of(reader));
    TRY(auto entries, reader.entry_count());
    if (entries < head.size) return fail(Problem::corrupt, "the log has entries missing from " + std::to_string(entries) + " on");
    auto to = std::min(entries, heard_ + count);
    while (heard_ < to) CHECK(hear_some(reader, std::min(to, (heard_ / entries_each + 1) * entries_each), head));
    CHECK(fits(head));
    return to == entries;
}

Result<void> LogSays::fits(const audit::TreeHead& head) const {
    if (edge_.size() == head.size && edge_.root() != head.root)
        return fail(Problem::corrupt, "the entries of the log do not give the root of its tree");
    return {};
}

/// Up to `to`, all within the same sixteen tiles.
Result<void> LogSays::hear_some(storage::RecordReader& reader, std::uint64_t to, const audit::TreeHead& head) {
    std::vector<std::vector<Hash>> tiles;
    auto first = heard_ / audit::tile_width;
    for (auto index = first; index * audit::tile_width < std::min(to, head.size); ++index) {
        TRY(auto row, reader.tile(0, index));
        if (!row) return not_in_tree(index * audit::tile_width);
        TRY(auto hashes, audit::hashes_in(*row));
        tiles.push_back(std::move(hashes));
    }
    std::vector<audit::Tile> full;
    Result<void> outcome;
    CHECK(reader.for_each_entry(heard_, to, [&](const storage::EntryRow& row) {
        auto leaf = audit::Leaf::decode(row.leaf);
        auto hash = audit::leaf_hash(row.leaf);
        if (!leaf) outcome = fail(Problem::corrupt, "entry " + std::to_string(row.sequence) + " of the log does not decode");
        else if (row.sequence != edge_.size() || (row.sequence < head.size && !holds(tiles, first, row.sequence, hash)))
            outcome = not_in_tree(edge_.size());
        if (!outcome) return false;
        hear(*leaf);
        edge_.append(hash, full);
        full.clear();
        outcome = fits(head);
        return outcome.has_value();
    }));
    CHECK(std::move(outcome));
    if (edge_.size() != to) return not_in_tree(edge_.size());
    heard_ = to;
    return {};
}

LogSays::Marks* LogSays::marks_of(Kind kind) {
    if (kind >= Kind::gate_person && kind <= Kind::gate_client) return &gate_;
    if (kind == Kind::firm_profile || (kind >= Kind::person_profile && kind <= Kind::group_profile)) return &names_;
    return nullptr;
}

void LogSays::hear(const audit::Leaf& leaf) {
    MatterId matter{};
    for (const auto& subject : leaf.subjects) {
        if (subject.kind == audit::SubjectKind::matter) matter.bytes = subject.id;   // of a move: the last is where it went
    }
    for (const auto& mark : leaf.rows) {
        auto kind = static_cast<Kind>(mark.kind);
        bool written = mark.sealed != Hash{};
        if (auto* marks = marks_of(kind)) {
            if (written) marks->insert_or_assign({mark.kind, mark.row}, mark);
            else marks->erase({mark.kind, mark.row});
        }
        if (auto owner = owner_named_by(kind)) {
            if (written) owners_.emplace(*owner, mark.row);
            else owners_.erase({*owner, mark.row});
        } else if (kind == Kind::document_list) {
            auto& paper = papers_[DocumentId{mark.row}];
            paper.there = written;
            if (!matter.is_nil()) paper.matter = matter;
        } else if (kind == Kind::document_version) {
            auto& versions = papers_[DocumentId{mark.row}].versions;
            versions = written ? versions | bit(mark.revision) : versions & ~bit(mark.revision);
        }
    }
}

const LogSays::Paper* LogSays::paper(const DocumentId& id) const {
    auto at = papers_.find(id);
    return at == papers_.end() ? nullptr : &at->second;
}

}  // namespace muniment::strongroom
