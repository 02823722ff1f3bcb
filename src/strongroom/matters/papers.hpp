// SPDX-License-Identifier: Apache-2.0
// Papers and folders of a matter: listed, moved, put in the trash and taken out, checked out and in. Their content goes through
// upload.hpp and reading.hpp.
//
// Two names that some computer cannot tell apart cannot stand in one folder: the tag is over the folded name, and the database
// refuses a second live row with it. A change names the revision it was made from and is refused as `stale` otherwise.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "access/gate.hpp"
#include "base/text.hpp"
#include "strongroom/matters/document_rows.hpp"
#include "strongroom/matters/paper_actions.hpp"

namespace muniment::strongroom {

struct PaperView {
    DocumentId id;
    DocumentId folder{};                 ///< nil at the top
    bool is_folder = false;
    bool trashed = false;
    std::uint64_t number = 0;            ///< to cite: 10432.0007/<number>
    std::uint32_t versions = 0;
    std::uint64_t revision = 0;          ///< for If-Match
    ListEntry entry;
    std::optional<Checkout> checkout;
};

struct VersionView {
    std::uint32_t version;
    VersionFacts facts;
};

struct Destination {
    DocumentId folder{};
    std::string name;
};

class Papers {
  public:
    static Result<std::unique_ptr<Papers>> open(access::Gate& gate);

    /// Live ones and, asked for, those in the trash; by folder and name. At most limits::documents_per_matter_max.
    Result<std::vector<PaperView>> list(const Permit<ListPapers>& permit, bool trashed) const;
    Result<std::vector<VersionView>> versions(const Permit<ListVersions>& permit) const;
    Result<PaperView> view(const Permit<ListVersions>& permit) const;
    /// The newest version's number, or 0: a number for the entry of an opening that is yet to be decided.
    std::uint32_t newest(const MatterId& matter, const DocumentId& document) const;
    /// What distinguishes a version's content from any other, of that number too: a number is given again where an upload was dropped.
    /// Nil where there is no such version. No secret.
    ObjectId content_id(const DocumentId& document, std::uint32_t version) const;

    Result<PaperView> add_folder(Permit<AddFolder> permit, const Destination& where);
    /// Within the matter, or into another: then the document gets a new secret and everything of it is sealed anew, its words in
    /// the log too, and the matter that it left is marked stale (the next turn gives it a new page key).
    Result<PaperView> move(Permit<MovePaper> permit, std::uint64_t if_revision, const Destination& where);
    /// A folder takes with it what lies in it.
    Result<void> trash(Permit<TrashPaper> permit, std::uint64_t if_revision);
    Result<PaperView> restore(Permit<RestorePaper> permit, std::uint64_t if_revision);

    Result<PaperView> check_out(Permit<CheckOut> permit, Duration lasts, const std::string& note);
    Result<void> check_in(Permit<CheckIn> permit);
    Result<void> break_check_out(Permit<BreakCheckOut> permit);

    // For upload.hpp.
    Result<DocumentRows> rows_of(const MatterId& matter) const;
    /// In a transaction: the folder exists, is one, is live, and is not too deep.
    static Result<void> check_folder_in(storage::RecordReader& reader, const MatterId& matter, const DocumentId& folder);
    /// In a transaction: `conflict` where somebody else has the paper checked out.
    Result<void> check_not_out_in(storage::RecordReader& reader, const DocumentRows& rows, const OpenDocument& document,
                                  const PersonId& who) const;
    /// In a transaction: the next number to cite in the matter.
    static Result<std::uint64_t> next_number_in(storage::RecordWriter& writer, const MatterId& matter);
    /// In a transaction that seals under the page key: `unavailable` where the matter has another by now. For what cannot be sealed anew
    /// in the transaction.
    Result<void> check_pages_in_use(const DocumentRows& rows) const;
    /// In a transaction, before anything is opened or sealed under the page key: takes the keys of now. True where a turn has given
    /// the matter another page since `rows` was taken: what was sealed under the former one would be lost with it, and is sealed anew.
    Result<bool> take_page_of_now(DocumentRows& rows) const;
    /// Where a turn has sealed a row anew, the keys of that page; waits limits::turn_wait at most until this process has them.
    Result<void> take_page(DocumentRows& rows, std::uint64_t generation) const;
    static void mark(audit::Draft& draft, const storage::DocumentRow& row);
    static void mark(audit::Draft& draft, const storage::VersionRow& row);
    /// In a transaction: takes away a version that was never acknowledged; the list shows the one before again, or nothing.
    static Result<void> drop_version_in(storage::RecordWriter& writer, audit::Draft& draft, const DocumentRows& rows,
                                        const MatterId& matter, const DocumentId& document, std::uint32_t version);

  private:
    /// To list a large matter takes a processor for a while: each person has one list made at a time.
    class OneList {
      public:
        OneList(const Papers& papers, const PersonId& who) : papers_(papers), who_(who) {}
        ~OneList();
        OneList(const OneList&) = delete;
        OneList& operator=(const OneList&) = delete;
        Result<void> wait();

      private:
        const Papers& papers_;
        PersonId who_;
        bool taken_ = false;
    };
    Papers(access::Gate& gate, Collation collation) : gate_(gate), collation_(std::move(collation)) {}
    Result<PaperView> view_of(storage::RecordReader& reader, DocumentRows& rows, const storage::DocumentRow& row) const;
    /// `checkout` is its row, where there is one.
    Result<PaperView> view_of(DocumentRows& rows, const storage::DocumentRow& row, const storage::FieldRow* checkout) const;
    Result<OpenDocument> open_at(storage::RecordReader& reader, DocumentRows& rows, const MatterId& matter,
                                 const DocumentId& document, std::optional<std::uint64_t> if_revision) const;
    Result<std::optional<storage::FieldRow>> checkout_row(storage::RecordReader& reader, const DocumentId& document) const;
    template <class P>
    Result<void> end_check_out(P permit, bool anybodys);
    Result<void> move_within(storage::RecordWriter& writer, audit::Draft& draft, const DocumentRows& rows, OpenDocument& document,
                             const Destination& where) const;
    Result<void> move_between(storage::RecordWriter& writer, audit::Draft& draft, const DocumentRows& from,
                              const DocumentRows& to, OpenDocument& document, const MatterId& target, const Destination& where,
                              const std::vector<audit::Log::Found>& said) const;

    access::Gate& gate_;
    Collation collation_;
    mutable std::mutex lists_mutex_;
    mutable std::condition_variable list_made_;
    mutable std::unordered_map<PersonId, std::size_t> waiting_for_lists_;   ///< with the one whose list is being made
    mutable std::unordered_set<PersonId> lists_;                            ///< whose list is being made
};

/// Something the entry says about a document, sealed under its key.
Bytes words_about(std::string_view what, std::string_view name);

}  // namespace muniment::strongroom
