// SPDX-License-Identifier: Apache-2.0
// The papers of a restore: of each matter that the key set covers, the rows that open under its page key of now.
#pragma once
#include "audit/log.hpp"
#include "storage/packs.hpp"
#include "strongroom/matters/document_rows.hpp"
#include "strongroom/turn/loaded_set.hpp"
#include "strongroom/turn/log_says.hpp"

namespace muniment::strongroom {

/// What a restore says in the log, row by row: entries of at most row_marks_max rows, those of a matter's papers under its name.
class Said {
  public:
    Said(storage::RecordWriter& writer, const keys::Ring& ring, const Clock& clock) : writer_(writer), ring_(ring), clock_(clock) {}
    Result<void> about(const MatterId& matter);   ///< from here on; nil: none
    Result<void> wrote(const storage::FieldRow& row) { return mark(row.kind, row.row, row.revision, crypto::sha256(row.sealed)); }
    Result<void> wrote(const storage::GateRow& row) { return mark(row.kind, row.row, row.revision, crypto::sha256(row.sealed)); }
    Result<void> wrote(const storage::DocumentRow& row);
    Result<void> wrote(const storage::VersionRow& row);
    Result<void> dropped(std::uint16_t kind, const Id16& row, std::uint64_t revision) { return mark(kind, row, revision, Hash{}); }
    Result<void> finish();
    audit::Draft draft(audit::Action action) const;

  private:
    Result<void> mark(std::uint16_t kind, const Id16& row, std::uint64_t revision, const Hash& sealed);

    storage::RecordWriter& writer_;
    const keys::Ring& ring_;
    const Clock& clock_;
    MatterId matter_{};
    std::vector<audit::RowMark> marks_;
};

class RestoredPapers {
  public:
    /// `says`: nothing where the key set is newer than the log, so that its word counts and not the log's.
    RestoredPapers(storage::RecordWriter& writer, storage::PackStore& packs, const keys::Ring& ring, const LoadedSet* set,
                   const LogSays* says, Said& said)
        : writer_(writer), packs_(packs), ring_(ring), set_(set), says_(says), said_(said) {}
    Result<void> run();
    std::uint64_t papers() const { return papers_; }
    std::uint64_t versions() const { return versions_; }

  private:
    struct Chosen {
        storage::DocumentRow row;
        bool from_set = false;
    };
    enum class Pass { drop, put };
    Result<void> matter(const MatterId& matter, const std::map<DocumentId, storage::DocumentRow>& in_set, Pass pass);
    std::optional<Chosen> choose(const DocumentRows& rows, const storage::DocumentRow* here, const storage::DocumentRow* in_set) const;
    Result<void> put(const DocumentRows& rows, Chosen chosen);
    Result<bool> put_versions(const DocumentRows& rows, Chosen& chosen);
    Result<bool> put_version(const DocumentRows& rows, const OpenDocument& document, std::uint32_t version);
    Result<bool> packs_are_there(const std::vector<storage::PartRow>& parts);
    Result<void> drop_strays();
    bool moved_away(const storage::DocumentRow& row) const;
    Result<void> drop_dead_uploads(const DocumentRows& rows);
    Result<void> drop_dead_checkout(const DocumentRows& rows, const storage::DocumentRow& row);
    Result<void> count_on(const MatterId& matter, std::uint64_t number);

    storage::RecordWriter& writer_;
    storage::PackStore& packs_;
    const keys::Ring& ring_;
    const LoadedSet* set_;
    const LogSays* says_;
    Said& said_;
    std::set<PackId> known_packs_;
    std::map<DocumentId, MatterId> lies_in_;   ///< by the key set
    std::uint64_t papers_ = 0, versions_ = 0;
};

}  // namespace muniment::strongroom
