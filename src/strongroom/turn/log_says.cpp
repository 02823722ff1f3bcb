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

constexpr std::uint64_t bit(std::uint64_t version) { return version >= 1 && version <= 64 ? std::uint64_t{1} << (version - 1) : 0; }

}  // namespace

Result<bool> LogSays::hear(storage::RecordReader& reader, std::uint64_t count) {
    TRY(auto entries, reader.entry_count());
    auto to = std::min(entries, heard_ + count);
    Result<void> decoded;
    CHECK(reader.for_each_entry(heard_, to, [&](const storage::EntryRow& row) {
        auto leaf = audit::Leaf::decode(row.leaf);
        if (!leaf) decoded = fail(Problem::corrupt, "entry " + std::to_string(row.sequence) + " of the log does not decode");
        else hear(*leaf);
        return decoded.has_value();
    }));
    CHECK(std::move(decoded));
    heard_ = to;
    return to == entries;
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
