// SPDX-License-Identifier: Apache-2.0
// What the log says was made and not destroyed: owners of key records, names, the gate's rows, papers and folders with their versions.
// The database is held against this, for the log cannot be rewritten unnoticed and the database can: each entry is hashed on the way, and
// what the tree holds must be its hash. Entries that are not in the tree yet, those of the last second, are believed as they stand.
#pragma once
#include <map>
#include <set>
#include <unordered_map>

#include "audit/entry.hpp"
#include "audit/watch.hpp"
#include "storage/records.hpp"

namespace muniment::strongroom {

class LogSays {
  public:
    struct Paper {
        MatterId matter{};                  ///< nil: no entry said which
        std::uint64_t versions = 0;         ///< bit n: version n + 1 is there; of the first 64
        bool there = false, found = false;  ///< `found` is the scrubber's
        bool lies_in(const MatterId& where) const { return there && matter == where; }
    };

    /// Reads on by at most `count` entries of those that stand there; true at their end. `corrupt` where one is not what the tree holds:
    /// then nothing that was heard is to be believed.
    Result<bool> hear(storage::RecordReader& reader, std::uint64_t count);
    std::uint64_t heard() const { return heard_; }

    const std::set<std::pair<storage::OwnerKind, Id16>>& owners() const { return owners_; }
    const std::unordered_map<DocumentId, Paper>& papers() const { return papers_; }
    std::unordered_map<DocumentId, Paper>& papers() { return papers_; }
    const Paper* paper(const DocumentId& id) const;
    /// Rows that the gate reads, and names (profiles, memos), as the log named them last; those that went are not among them.
    using Marks = std::map<std::pair<std::uint16_t, Id16>, audit::RowMark>;
    const Marks& gate() const { return gate_; }
    const Marks& names() const { return names_; }

  private:
    Result<void> hear_some(storage::RecordReader& reader, std::uint64_t to, const audit::TreeHead& head);
    Result<void> fits(const audit::TreeHead& head) const;
    void hear(const audit::Leaf& leaf);
    Marks* marks_of(keys::Kind kind);

    std::uint64_t heard_ = 0;
    audit::Edge edge_;                       ///< of what was heard
    std::set<std::pair<storage::OwnerKind, Id16>> owners_;
    std::unordered_map<DocumentId, Paper> papers_;
    Marks gate_, names_;
};

}  // namespace muniment::strongroom
