// SPDX-License-Identifier: Apache-2.0
// Upload: a paper or version coming in. A Transfer made from a spent permit: it is sealed as it comes, in bounded steps, and decided
// on again in its commit. Nothing of it is ever on disk in the clear, and nothing is kept unless finish() says so.
//
// Order of acknowledging: the object's bytes and the rows' transaction are synced side by side; finish() returns when both are
// durable. Where the rows came first and the bytes never arrived (a crash), matters/recovery.hpp drops the rows: nobody was told.
#pragma once
#include <memory>
#include <optional>
#include <variant>

#include "storage/packs.hpp"
#include "strongroom/matters/papers.hpp"

namespace muniment::strongroom {

/// What the sender says of the paper.
struct UploadAbout {
    DocumentId folder{};
    std::string name;                        ///< of a new version: empty keeps the paper's
    std::string path, claimed_type, comment;
    std::string handling_class;              ///< empty: "client file", or the paper's
    std::optional<Instant> modified;
    std::optional<std::uint64_t> size;       ///< announced; another length is refused as `incomplete`
};

class Upload {
  public:
    /// Refuses early what can be known early: a bad name, a folder that is not there, a name that is taken, no room.
    static Result<std::unique_ptr<Upload>> begin(access::Gate& gate, Papers& papers, storage::PackStore& packs,
                                                 Permit<AddPaper> permit, UploadAbout about);
    static Result<std::unique_ptr<Upload>> begin(access::Gate& gate, Papers& papers, storage::PackStore& packs,
                                                 Permit<AddVersion> permit, std::uint64_t if_revision, UploadAbout about);
    ~Upload();

    /// At most limits::transfer_step_bytes at a time.
    Result<void> add(View plaintext);
    Result<PaperView> finish();

  private:
    using AnyPermit = std::variant<Permit<AddPaper>, Permit<AddVersion>>;
    Upload(access::Gate& gate, Papers& papers, storage::PackStore& packs, AnyPermit permit, UploadAbout about);
    Result<void> flush();
    Result<std::pair<storage::Placement, std::optional<storage::PendingObject>>> place_object();
    VersionFacts facts() const;
    ListEntry list_entry(const VersionFacts& facts) const;
    Result<storage::DocumentRow> commit_paper(const DocumentRows& rows, const storage::Placement& place,
                                              const VersionFacts& facts);
    Result<storage::DocumentRow> commit_version(const DocumentRows& rows, const storage::Placement& place, VersionFacts facts);
    Result<void> write_version_in(storage::RecordWriter& writer, audit::Draft& draft, const DocumentRows& rows,
                                  const OpenDocument& document, const storage::Placement& place, const VersionFacts& facts) const;
    void drop_pack(const storage::Placement& place);
    void drop_rows(const storage::DocumentRow& row);

    access::Gate& gate_;
    Papers& papers_;
    storage::PackStore& packs_;
    AnyPermit permit_;
    access::Ruling ruling_;
    UploadAbout about_;
    MatterId matter_;
    DocumentId document_;
    std::uint64_t if_revision_ = 0;
    std::uint32_t version_ = 1;

    ObjectId object_;
    keys::ObjectKey key_;
    crypto::StreamSealer sealer_;
    crypto::Sha256 hash_;
    std::uint64_t size_ = 0;
    Bytes first_bytes_;                                   ///< what the type is told by
    Bytes sealed_;                                        ///< not yet given to storage
    std::unique_ptr<storage::ObjectWriter> writer_;       ///< once it is too large for a shared pack
    bool sealed_whole_ = false;                           ///< finish() was called: nothing may be added
    bool finished_ = false;
};

}  // namespace muniment::strongroom
