// SPDX-License-Identifier: Apache-2.0
// Upload: a paper or version coming in. A Transfer made from a spent permit: it is sealed as it comes, in bounded steps, and decided
// on again in its commit. Nothing of it is ever on disk in the clear, and nothing is kept unless finish() says so, or close_part()
// of an upload in pieces (open_uploads.hpp).
//
// Order of acknowledging: the object's bytes and the rows' transaction are synced side by side; finish() returns when both are
// durable. Where the rows came first and the bytes never arrived (a crash), matters/recovery.hpp drops the rows: nobody was told.
// A part of an upload in pieces is durable before any row names it.
#pragma once
#include <memory>
#include <optional>
#include <variant>

#include "strongroom/matters/papers.hpp"
#include "strongroom/matters/part_sealer.hpp"

namespace muniment::strongroom {

/// What the sender says of the paper.
struct UploadAbout {
    DocumentId folder{};
    std::string name;                        ///< of a new version: empty keeps the paper's
    std::string path, claimed_type, comment;
    std::string handling_class;              ///< empty: "client file", or the paper's
    std::optional<Instant> modified;
    std::optional<std::uint64_t> size;       ///< announced; another length is refused as `incomplete`
    std::optional<Hash> sha256;              ///< announced; another content is refused as `incomplete`
};

/// What is known of the content so far: enough to go on from in another process.
struct ContentSoFar {
    std::uint64_t size = 0;                  ///< bytes that lie in parts
    PartsMark parts;
    Bytes hash_state;                        ///< crypto::Sha256::state() after them
    Bytes first_bytes;                       ///< what the type is told by
};

/// What an upload in pieces goes on from: its parts lie in rows of their own until the version is filed.
struct Continued {
    OpenDocument document;                   ///< keys of the paper that it will be, or be a version of
    DocumentId parts_under;                  ///< the upload's id, in place of the document's; their version is 0
    ContentSoFar content;
};

class Upload {
  public:
    using AnyPermit = std::variant<Permit<AddPaper>, Permit<AddVersion>>;

    /// Refuses early what can be known early: a bad name, a folder that is not there, a name that is taken.
    static Result<std::unique_ptr<Upload>> begin(access::Gate& gate, Papers& papers, storage::PackStore& packs,
                                                 Permit<AddPaper> permit, UploadAbout about);
    static Result<std::unique_ptr<Upload>> begin(access::Gate& gate, Papers& papers, storage::PackStore& packs,
                                                 Permit<AddVersion> permit, std::uint64_t if_revision, UploadAbout about);
    /// `if_revision` counts for a version only.
    static Result<std::unique_ptr<Upload>> go_on(access::Gate& gate, Papers& papers, storage::PackStore& packs, AnyPermit permit,
                                                 std::uint64_t if_revision, UploadAbout about, Continued from);
    ~Upload();

    // The same checks, for who begins an upload in pieces.
    static Result<void> check_paper(storage::RecordReader& reader, const DocumentRows& rows, const UploadAbout& about);
    /// The row of the paper that the version is to be added to.
    static Result<storage::DocumentRow> check_version(storage::RecordReader& reader, const MatterId& matter,
                                                      const DocumentId& document, std::uint64_t if_revision,
                                                      const UploadAbout& about);

    /// At most limits::transfer_step_bytes at a time.
    Result<void> add(View plaintext);
    /// `with` is done in the same transaction.
    Result<PaperView> finish(storage::Records::Work with = {});
    /// finish() came as far as to commit rows. Where it failed all the same they were taken back, or will be: what is remembered under
    /// the request's key would then be this upload's own.
    bool committed() const { return committed_; }

    /// Of an upload in pieces: bytes that no closed part holds yet.
    std::uint64_t unclosed() const { return part_ ? part_->length() : 0; }
    /// Of an upload in pieces: what was added since the last part becomes one, durable when this returns. Kept once keep() was called
    /// after its row was committed; its bytes go with the upload otherwise.
    Result<storage::PartRow> close_part();
    void keep() { unkept_.clear(); }
    /// For the transaction that keeps a part: whoever sends it may still do so.
    Result<void> still() { return gate_.still(ruling_); }
    ContentSoFar content_so_far() const;     ///< after close_part()
    Bytes secret_under(const DocumentRows& rows);   ///< of a new paper, sealed anew
    /// Of an upload in pieces: the piece came to its end. Says so in the record, as finish() does by the paper's entry.
    void came_whole();

  private:
    Upload(access::Gate& gate, Papers& papers, storage::PackStore& packs, AnyPermit permit, UploadAbout about);
    Result<PaperView> finish_whole();
    Result<PaperView> finish_pieces();
    Result<storage::DocumentRow> commit(DocumentRows& rows);
    PaperView view_of(const storage::DocumentRow& row, ListEntry entry) const;
    VersionFacts facts();
    ListEntry list_entry(const VersionFacts& facts) const;
    Result<storage::DocumentRow> commit_paper(DocumentRows& rows, VersionFacts facts);
    Result<storage::DocumentRow> commit_version(DocumentRows& rows, const VersionFacts& facts);
    Result<void> write_version_in(storage::RecordWriter& writer, audit::Draft& draft, const DocumentRows& rows,
                                  const OpenDocument& document, const VersionFacts& facts) const;
    Result<void> move_parts_in(storage::RecordWriter& writer, std::uint32_t version) const;
    void drop_unkept();
    Result<MatterId> matter_of(storage::RecordReader& reader, const storage::DocumentRow& row) const;
    Result<void> drop_rows(const storage::DocumentRow& row);

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
    std::optional<Continued> continued_;                  ///< an upload in pieces

    std::optional<PartSealer> part_;                      ///< where what comes now goes
    std::optional<storage::Placement> place_;             ///< of the whole, where it came in one piece
    storage::Records::Work with_;
    PartsMark parts_;                                     ///< of the closed ones
    crypto::Sha256 hash_;
    std::uint64_t size_ = 0, came_ = 0;                   ///< in all; of that here
    Bytes first_bytes_;
    std::vector<storage::PartRow> unkept_;                ///< closed, their rows not committed yet
    bool sealed_whole_ = false;                           ///< finish() was called: nothing may be added
    bool committed_ = false, finished_ = false;
};

}  // namespace muniment::strongroom
