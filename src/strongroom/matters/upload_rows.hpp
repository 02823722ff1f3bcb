// SPDX-License-Identifier: Apache-2.0
// How an upload in pieces lies in the database between two of them. docs/formats/papers.md, "Upload in pieces".
#pragma once
#include "strongroom/matters/upload.hpp"

namespace muniment::strongroom {

struct UploadInPieces {
    UploadId id;
    MatterId matter;
    std::uint64_t revision = 1;              ///< of its row
    bool filed = false;                      ///< then only what stands above `if_revision` is kept
    PersonId who;
    Instant begun{}, moved{};                ///< moved: when the last piece came
    std::uint64_t size = 0;                  ///< announced
    DocumentId document;                     ///< the paper that it will be, or be a version of
    std::uint32_t version = 1;

    std::uint64_t if_revision = 0;           ///< 0: a new paper
    UploadAbout about;
    Bytes secret;                            ///< of a new paper, sealed as in a document row
    ContentSoFar content;

    std::uint64_t offset() const { return filed ? size : content.size; }
    Instant expires() const;
    /// It cannot be filed any more: from here on it is as one that expired, and the next sweep removes it with its bytes. Whoever
    /// brings a piece at this moment is told so.
    void end() { moved = {}, revision += 1; }
    DocumentId parts_under() const { return {id.bytes}; }
};

storage::FieldRow seal_upload(const DocumentRows& rows, const UploadInPieces& upload);
/// `unavailable` where a turn has sealed it anew since the keys were taken.
Result<UploadInPieces> open_upload(const DocumentRows& rows, const storage::FieldRow& row);

/// All of a matter that open: one that does not was acknowledged as no paper yet, and stays as useless as it is.
Result<std::vector<UploadInPieces>> uploads_in(storage::RecordReader& reader, const DocumentRows& rows);
/// In the transaction by which a paper leaves its matter: uploads of a new version of it end. Their parts hang on the secret that it
/// had there.
Result<void> end_uploads_of_in(storage::RecordWriter& writer, const DocumentRows& rows, const DocumentId& document);
/// In a turn's transaction: all uploads of the matter, sealed under its next page key.
Result<void> renew_uploads_in(storage::RecordWriter& writer, const DocumentRows& before, const DocumentRows& after);

}  // namespace muniment::strongroom
