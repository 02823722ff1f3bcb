// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/upload.hpp"

#include <utility>

#include "base/journal.hpp"
#include "base/limits.hpp"
#include "strongroom/matters/media_type.hpp"

namespace muniment::strongroom {

using storage::DocumentRow;
using storage::DocumentState;
using storage::Placement;
using storage::RecordWriter;

namespace {

constexpr std::string_view default_class = "client file";
/// Sealed bytes of the largest small object: its head, and what Cobblestone adds.
const std::uint64_t small_sealed_max = keys::object_head.size() + crypto::stream_sealed_length(limits::small_object_bytes_max);

Result<void> check(const UploadAbout& about, bool name_needed) {
    if (name_needed || !about.name.empty()) CHECK(check_name(about.name));
    if (about.path.size() > limits::path_bytes_max) return fail(Problem::too_large, "the path");
    if (about.comment.size() > limits::comment_bytes_max) return fail(Problem::too_large, "the comment");
    if (about.claimed_type.size() > 255 || about.handling_class.size() > 255)
        return fail(Problem::too_large, "the type or class");
    for (const auto* text : {&about.path, &about.comment, &about.claimed_type, &about.handling_class})
        CHECK(check_utf8(view(*text)));
    if (about.size && *about.size > limits::paper_bytes_max) return fail(Problem::too_large, "a paper holds at most 1 TiB");
    return {};
}

}  // namespace

Upload::Upload(access::Gate& gate, Papers& papers, storage::PackStore& packs, AnyPermit permit, UploadAbout about)
    : gate_(gate),
      papers_(papers),
      packs_(packs),
      permit_(std::move(permit)),
      ruling_(std::visit([](const auto& p) { return p.ruling(); }, permit_)),
      about_(std::move(about)),
      matter_(std::visit([](const auto& p) { return p.action().matter; }, permit_)),
      document_(std::visit([](const auto& p) { return p.action().document; }, permit_)),
      object_(ObjectId::fresh(gate.clock().now())),
      key_(keys::ObjectKey::random()),
      sealer_(key_.expose(), keys::object_context(gate.ring().firm(), object_, keys::Role::part)) {
    sealed_.assign(keys::object_head.begin(), keys::object_head.end());
}

Result<std::unique_ptr<Upload>> Upload::begin(access::Gate& gate, Papers& papers, storage::PackStore& packs,
                                              Permit<AddPaper> permit, UploadAbout about) {
    CHECK(check(about, true));
    const auto& matter = permit.action().matter;
    TRY(auto rows, papers.rows_of(matter));
    CHECK(Papers::check_folder_in(gate.records(), matter, about.folder));
    TRY(auto taken, gate.records().live_document_with_tag(matter, rows.tag(about.folder, about.name)));
    if (taken) return fail(Problem::name_taken, "Add a version to it, or choose another name.");
    return std::unique_ptr<Upload>(new Upload(gate, papers, packs, std::move(permit), std::move(about)));
}

Result<std::unique_ptr<Upload>> Upload::begin(access::Gate& gate, Papers& papers, storage::PackStore& packs,
                                              Permit<AddVersion> permit, std::uint64_t if_revision, UploadAbout about) {
    CHECK(check(about, false));
    TRY(auto row, gate.records().document(permit.action().matter, permit.action().document));
    if (!row) return fail(Problem::not_found);
    if (row->folder || row->state != DocumentState::live)
        return fail(Problem::conflict, "a version can be added to a paper that is not in the trash");
    if (row->revision != if_revision) return fail(Problem::stale);
    if (row->versions >= limits::versions_per_document_max) return fail(Problem::too_large, "a paper of so many versions");
    std::unique_ptr<Upload> upload(new Upload(gate, papers, packs, std::move(permit), std::move(about)));
    upload->if_revision_ = if_revision;
    upload->version_ = row->versions + 1;
    return upload;
}

Upload::~Upload() {
    // Cut off: the pack that was begun for it goes with its writer; the record says that something was on its way.
    if (!finished_ && size_ > 0) {
        gate_.note(ruling_.who, audit::Action::transfer_ended, audit::Outcome::cut,
                   {{audit::SubjectKind::matter, matter_.bytes}, {audit::SubjectKind::document, document_.bytes, size_}});
    }
}

Result<void> Upload::add(View plaintext) {
    if (sealed_whole_) return fail(Problem::conflict, "the upload was ended");
    CHECK(gate_.still(ruling_));
    size_ += plaintext.size();
    if (size_ > limits::paper_bytes_max) return fail(Problem::too_large, "a paper holds at most 1 TiB");
    if (about_.size && size_ > *about_.size) return fail(Problem::incomplete, "more came than the size that was announced");
    if (first_bytes_.size() < type_told_by_bytes) {
        auto wanted = std::min(plaintext.size(), type_told_by_bytes - first_bytes_.size());
        first_bytes_.insert(first_bytes_.end(), plaintext.begin(), plaintext.begin() + static_cast<std::ptrdiff_t>(wanted));
    }
    hash_.add(plaintext);
    sealer_.add(plaintext, sealed_);
    return size_ > limits::small_object_bytes_max ? flush() : Result<void>{};
}

Result<void> Upload::flush() {
    if (!writer_) {
        TRY(writer_, packs_.create(object_));
    }
    CHECK(writer_->add(sealed_));
    sealed_.clear();
    return {};
}

Result<std::pair<Placement, std::optional<storage::PendingObject>>> Upload::place_object() {
    sealer_.finish(sealed_);
    if (writer_) {
        CHECK(flush());
        TRY(auto place, writer_->finish());
        return std::pair(place, std::optional<storage::PendingObject>{});
    }
    require(sealed_.size() <= small_sealed_max, "a small object that is not small");
    TRY(auto pending, packs_.append(object_, std::move(sealed_)));
    auto place = pending.place();
    return std::pair(place, std::optional(std::move(pending)));
}

VersionFacts Upload::facts() const {
    auto now = gate_.clock().now();
    return {.name = about_.name, .path = about_.path, .modified = about_.modified.value_or(now), .added = now, .size = size_,
            .claimed_type = about_.claimed_type, .found_type = std::string(media_type_of(first_bytes_)), .sha256 = {},
            .who = ruling_.who.person(), .source = ruling_.who.origin().source, .comment = about_.comment,
            .handling_class = about_.handling_class};
}

ListEntry Upload::list_entry(const VersionFacts& f) const { return {f.name, f.size, f.modified, f.added, f.handling_class}; }

Result<PaperView> Upload::finish() {
    if (std::exchange(sealed_whole_, true)) return fail(Problem::conflict, "the upload was ended");
    if (about_.size && size_ != *about_.size) return fail(Problem::incomplete, "less came than the size that was announced");
    CHECK(gate_.still(ruling_));
    auto facts = this->facts();
    facts.sha256 = hash_.finish();
    TRY(auto placed, place_object());
    auto& [place, pending] = placed;
    // The keys of now: the matter may have got a new page key while the content came.
    TRY(auto rows, papers_.rows_of(matter_));
    auto committed =
        std::holds_alternative<Permit<AddPaper>>(permit_) ? commit_paper(rows, place, facts) : commit_version(rows, place, facts);
    auto durable = pending ? pending->wait() : Result<void>{};
    if (!committed) {
        if (writer_) drop_pack(place);
        return std::unexpected(committed.error());
    }
    if (!durable) {
        drop_rows(*committed);
        return std::unexpected(durable.error());
    }
    finished_ = true;
    TRY(auto entry, rows.open_list(*committed));
    return PaperView{committed->document, committed->parent, false,       false, committed->number, committed->versions,
                     committed->revision, std::move(entry),  std::nullopt};
}

Result<void> Upload::write_version_in(RecordWriter& writer, audit::Draft& draft, const DocumentRows& rows,
                                      const OpenDocument& document, const Placement& place, const VersionFacts& facts) const {
    auto version = document.row.versions;
    storage::VersionRow row{document_, version, 1, rows.seal_version(document, version, 1, facts)};
    CHECK(papers_.check_pages_in_use(rows));
    Papers::mark(draft, row);
    Papers::mark(draft, document.row);
    CHECK(writer.put_document(document.row));
    CHECK(writer.add_version(row));
    return writer.add_part({document_, version, 0, object_, size_, place, rows.wrap(document, object_, version, key_)});
}

Result<DocumentRow> Upload::commit_paper(const DocumentRows& rows, const Placement& place, const VersionFacts& said) {
    auto& permit = std::get<Permit<AddPaper>>(permit_);
    auto facts = said;
    if (facts.handling_class.empty()) facts.handling_class = default_class;
    auto document = rows.make(document_);
    document.row.parent = about_.folder;
    document.row.tag = rows.tag(about_.folder, about_.name);
    document.row.versions = 1;
    permit.draft().say(words_about("added", facts.name));
    permit.draft().seal_under(rows.details(document));
    CHECK(gate_.commit(std::move(permit), [&](RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        CHECK(Papers::check_folder_in(writer, matter_, about_.folder));
        TRY(document.row.number, Papers::next_number_in(writer, matter_));
        rows.seal_list(document.row, list_entry(facts));
        return write_version_in(writer, draft, rows, document, place, facts);
    }));
    return document.row;
}

Result<DocumentRow> Upload::commit_version(const DocumentRows& rows, const Placement& place, VersionFacts facts) {
    auto& permit = std::get<Permit<AddVersion>>(permit_);
    DocumentRow written;
    auto who = ruling_.who.person();
    CHECK(gate_.commit(std::move(permit), [&](RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        TRY(auto row, writer.document(matter_, document_));
        if (!row || row->state != DocumentState::live) return fail(Problem::not_found);
        if (row->revision != if_revision_) return fail(Problem::stale);
        TRY(auto document, rows.open(*row));
        CHECK(papers_.check_not_out_in(writer, rows, document, who));
        TRY(auto before, rows.open_list(document.row));
        auto now = facts;
        if (now.name.empty()) now.name = before.name;
        if (now.handling_class.empty()) now.handling_class = before.handling_class;
        auto entry = list_entry(now);
        entry.name = before.name;   // a version keeps the name it came with; the paper keeps its own
        document.row.versions += 1;
        document.row.revision += 1;
        rows.seal_list(document.row, entry);
        draft.add(audit::Subject{audit::SubjectKind::document, document_.bytes, document.row.versions});
        draft.say(words_about("version added", now.name));
        draft.seal_under(rows.details(document));
        CHECK(write_version_in(writer, draft, rows, document, place, now));
        written = document.row;
        return {};
    }));
    return written;
}

/// A large object whose rows were refused: its pack holds nothing else. Kept where the database does not say that no row names it.
void Upload::drop_pack(const Placement& place) {
    bool named = false;
    auto looked = gate_.records().for_each_part_in(place.pack, [&](const storage::PartRow&) { return named = true, false; });
    if (!looked || named) return;
    if (auto removed = packs_.remove(place.pack); !removed) journal(Level::warning, "upload.pack-left", {{"pack", place.pack}});
}

/// The rows are there and the bytes are not: nobody was told of them, and nobody will be.
void Upload::drop_rows(const DocumentRow& row) {
    auto draft =
        gate_.draft(ruling_.who, audit::Action::upload_dropped, audit::Outcome::done,
                    {{audit::SubjectKind::matter, matter_.bytes}, {audit::SubjectKind::document, document_.bytes, row.versions}},
                    bytes("{}"));
    auto rows = papers_.rows_of(matter_);
    auto dropped = gate_.log().commit(std::move(draft), [&](RecordWriter& writer, audit::Draft& entry) -> Result<void> {
        if (!rows) return std::unexpected(rows.error());
        return Papers::drop_version_in(writer, entry, *rows, row.matter, row.document, row.versions);
    });
    if (!dropped) journal(Level::error, "upload.rows-left", {{"document", row.document}, {"version", row.versions}});
}

}  // namespace muniment::strongroom
