// SPDX-License-Identifier: Apache-2.0
// What can be done with papers: each an Action that the gate decides and records (access/permit.hpp).
#pragma once
#include "access/permit.hpp"

namespace muniment::strongroom {

using access::Permission;
using access::Permit;

#define MUNIMENT_PAPER_SUBJECT(...)                                        \
    access::Subject subject() const { return {.matter = matter}; }         \
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::matter, matter.bytes}, __VA_ARGS__}; }

struct AddPaper {
    static constexpr auto permission = Permission::papers_write;
    static constexpr auto entry = audit::Action::paper_added;
    static constexpr bool changes = true;
    MatterId matter;
    DocumentId document;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::document, document.bytes, 1})
};
struct AddVersion {
    static constexpr auto permission = Permission::papers_write;
    static constexpr auto entry = audit::Action::version_added;
    static constexpr bool changes = true;
    MatterId matter;
    DocumentId document;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::document, document.bytes})
};
/// An upload in pieces: begun, gone on with (which leaves no entry of its own: the paper's does, or a refusal), given up.
struct BeginUpload {
    static constexpr auto permission = Permission::papers_write;
    static constexpr auto entry = audit::Action::upload_begun;
    static constexpr bool changes = true;
    MatterId matter;
    DocumentId document;
    UploadId upload;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::document, document.bytes}, {audit::SubjectKind::other, upload.bytes})
};
struct SendPiece {
    static constexpr auto permission = Permission::papers_write;
    static constexpr auto entry = audit::Action::upload_continued;
    static constexpr bool changes = true;
    MatterId matter;
    UploadId upload;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::other, upload.bytes})
};
struct CancelUpload {
    static constexpr auto permission = Permission::papers_write;
    static constexpr auto entry = audit::Action::upload_ended;
    static constexpr bool changes = true;
    MatterId matter;
    UploadId upload;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::other, upload.bytes})
};
/// One's own open ones, in all matters that one may still file in.
struct ListUploads {
    static constexpr auto permission = Permission::papers_write;
    static constexpr auto entry = audit::Action::uploads_listed;
    static constexpr bool changes = false;
    static constexpr bool own = true;
    access::Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {}; }
};
struct AddFolder {
    static constexpr auto permission = Permission::papers_write;
    static constexpr auto entry = audit::Action::folder_added;
    static constexpr bool changes = true;
    MatterId matter;
    DocumentId document;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::document, document.bytes})
};
/// One person, session, version and purpose: an opening.
struct OpenPaper {
    static constexpr auto permission = Permission::papers_read;
    static constexpr auto entry = audit::Action::paper_opened;
    static constexpr bool changes = false;
    MatterId matter;
    DocumentId document;
    std::uint32_t version;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::document, document.bytes, version})
};
struct ListPapers {
    static constexpr auto permission = Permission::papers_list;
    static constexpr auto entry = audit::Action::papers_listed;
    static constexpr bool changes = false;
    MatterId matter;
    MUNIMENT_PAPER_SUBJECT()
};
struct ListVersions {
    static constexpr auto permission = Permission::papers_list;
    static constexpr auto entry = audit::Action::versions_listed;
    static constexpr bool changes = false;
    MatterId matter;
    DocumentId document;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::document, document.bytes})
};
/// To another name, folder or matter. The permission to file in the other matter is asked for besides.
struct MovePaper {
    static constexpr auto permission = Permission::papers_move;
    static constexpr auto entry = audit::Action::paper_moved;
    static constexpr bool changes = true;
    MatterId matter;
    DocumentId document;
    MatterId to;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::document, document.bytes}, {audit::SubjectKind::matter, to.bytes})
};
struct TrashPaper {
    static constexpr auto permission = Permission::papers_trash;
    static constexpr auto entry = audit::Action::paper_trashed;
    static constexpr bool changes = true;
    MatterId matter;
    DocumentId document;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::document, document.bytes})
};
struct RestorePaper {
    static constexpr auto permission = Permission::papers_trash;
    static constexpr auto entry = audit::Action::paper_restored;
    static constexpr bool changes = true;
    MatterId matter;
    DocumentId document;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::document, document.bytes})
};
struct CheckOut {
    static constexpr auto permission = Permission::papers_write;
    static constexpr auto entry = audit::Action::paper_checked_out;
    static constexpr bool changes = true;
    MatterId matter;
    DocumentId document;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::document, document.bytes})
};
struct CheckIn {
    static constexpr auto permission = Permission::papers_write;
    static constexpr auto entry = audit::Action::paper_checked_in;
    static constexpr bool changes = true;
    MatterId matter;
    DocumentId document;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::document, document.bytes})
};
/// Somebody else's, by who manages the matter.
struct BreakCheckOut {
    static constexpr auto permission = Permission::checkout_break;
    static constexpr auto entry = audit::Action::paper_checked_in;
    static constexpr bool changes = true;
    MatterId matter;
    DocumentId document;
    MUNIMENT_PAPER_SUBJECT({audit::SubjectKind::document, document.bytes})
};

#undef MUNIMENT_PAPER_SUBJECT

}  // namespace muniment::strongroom
