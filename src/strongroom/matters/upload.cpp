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

/// One that is known not to fit is refused before its first byte, not when the disk is full.
Result<void> check_room(const storage::PackStore& packs, const UploadAbout& about) {
    auto room = packs.room();
    if (!about.size || !room || room->free_bytes >= *about.size + limits::disk_reserve_bytes) return {};
    return fail(Problem::no_room, "a paper of " + std::to_string(*about.size) + " bytes was announced");
}

/// A commit that failed with one of these was not made, for certain.
bool is_refusal(Problem problem) {
    switch (problem) {
        case Problem::conflict:
        case Problem::name_taken:
        case Problem::not_found:
        case Problem::denied:
        case Problem::stale:
        case Problem::already_done:
        case Problem::incomplete:
        case Problem::too_large:
        case Problem::no_room:
        case Problem::busy: return true;
        default: return false;
    }
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
      document_(std::visit([](const auto& p) { return p.action().document; }, permit_)) {}

Result<void> Upload::check_paper(storage::RecordReader& reader, const DocumentRows& rows, const UploadAbout& about) {
    CHECK(check(about, true));
    CHECK(Papers::check_folder_in(reader, rows.matter(), about.folder));
    TRY(auto taken, reader.live_document_with_tag(rows.matter(), rows.tag(about.folder, about.name)));
    if (taken) return fail(Problem::name_taken, "Add a version to it, or choose another name.");
    return {};
}

Result<DocumentRow> Upload::check_version(storage::RecordReader& reader, const MatterId& matter, const DocumentId& document,
                                          std::uint64_t if_revision, const UploadAbout& about) {
    CHECK(check(about, false));
    TRY(auto row, reader.document(matter, document));
    if (!row) return fail(Problem::not_found);
    if (row->folder || row->state != DocumentState::live)
        return fail(Problem::conflict, "a version can be added to a paper that is not in the trash");
    if (row->revision != if_revision) return fail(Problem::stale);
    if (row->versions >= limits::versions_per_document_max) return fail(Problem::too_large, "a paper of so many versions");
    return std::move(*row);
}

Result<std::unique_ptr<Upload>> Upload::begin(access::Gate& gate, Papers& papers, storage::PackStore& packs,
                                              Permit<AddPaper> permit, UploadAbout about) {
    TRY(auto rows, papers.rows_of(permit.action().matter));
    CHECK(check_paper(gate.records(), rows, about));
    CHECK(check_room(packs, about));
    return std::unique_ptr<Upload>(new Upload(gate, papers, packs, std::move(permit), std::move(about)));
}

Result<std::unique_ptr<Upload>> Upload::begin(access::Gate& gate, Papers& papers, storage::PackStore& packs,
                                              Permit<AddVersion> permit, std::uint64_t if_revision, UploadAbout about) {
    TRY(auto row, check_version(gate.records(), permit.action().matter, permit.action().document, if_revision, about));
    CHECK(check_room(packs, about));
    std::unique_ptr<Upload> upload(new Upload(gate, papers, packs, std::move(permit), std::move(about)));
    upload->if_revision_ = if_revision;
    upload->version_ = row.versions + 1;
    return upload;
}

Result<std::unique_ptr<Upload>> Upload::go_on(access::Gate& gate, Papers& papers, storage::PackStore& packs, AnyPermit permit,
                                              std::uint64_t if_revision, UploadAbout about, Continued from) {
    std::unique_ptr<Upload> upload(new Upload(gate, papers, packs, std::move(permit), std::move(about)));
    TRY(upload->hash_, crypto::Sha256::from(from.content.hash_state, from.content.size));
    upload->if_revision_ = if_revision;
    upload->version_ = from.document.row.versions + 1;
    upload->size_ = from.content.size;
    upload->parts_ = from.content.parts;
    upload->first_bytes_ = std::move(from.content.first_bytes);
    upload->continued_ = std::move(from);
    return upload;
}

Upload::~Upload() {
    // Cut off: the pack that was begun for it goes with its writer; the record says that something was on its way.
    if (!finished_ && came_ > 0) {
        gate_.note(ruling_.who, audit::Action::transfer_ended, audit::Outcome::cut,
                   {{audit::SubjectKind::matter, matter_.bytes}, {audit::SubjectKind::document, document_.bytes, came_}});
    }
    drop_unkept();
}

Result<void> Upload::add(View plaintext) {
    if (sealed_whole_) return fail(Problem::conflict, "the upload was ended");
    CHECK(gate_.still(ruling_));
    CHECK(gate_.room_left());
    if (size_ + plaintext.size() > limits::paper_bytes_max) return fail(Problem::too_large, "a paper holds at most 1 TiB");
    if (about_.size && size_ + plaintext.size() > *about_.size)
        return fail(Problem::incomplete, "more came than the size that was announced");
    size_ += plaintext.size();
    came_ += plaintext.size();
    if (first_bytes_.size() < type_told_by_bytes) {
        auto wanted = std::min(plaintext.size(), type_told_by_bytes - first_bytes_.size());
        first_bytes_.insert(first_bytes_.end(), plaintext.begin(), plaintext.begin() + static_cast<std::ptrdiff_t>(wanted));
    }
    hash_.add(plaintext);
    if (!part_) part_.emplace(gate_.ring().firm(), packs_, gate_.clock().now());
    return part_->add(plaintext);
}

Result<storage::PartRow> Upload::close_part() {
    require(part_ && continued_, "a part of an upload that has none");
    CHECK(gate_.still(ruling_));
    TRY(auto placed, part_->finish());
    if (placed.pending) CHECK(placed.pending->wait());
    CHECK(storage::not_taken_over(gate_.records()));
    TRY(auto rows, papers_.rows_of(matter_));
    storage::PartRow row{continued_->parts_under, 0, parts_.count, part_->object(), part_->length(), placed.place,
                         rows.wrap(continued_->document, part_->object(), version_, part_->key())};
    parts_.add(row.object, row.plain_length);
    part_.reset();
    unkept_.push_back(row);
    return row;
}

ContentSoFar Upload::content_so_far() const {
    require(!part_, "an open part cannot be gone on with");
    return {size_, parts_, hash_.state(), first_bytes_};
}

Bytes Upload::secret_under(const DocumentRows& rows) {
    rows.seal_secret(continued_->document);
    return continued_->document.row.secret;
}

void Upload::came_whole() {
    if (auto bytes = std::exchange(came_, 0); !finished_ && bytes > 0)
        gate_.note(ruling_.who, audit::Action::transfer_ended, audit::Outcome::ended,
                   {{audit::SubjectKind::matter, matter_.bytes}, {audit::SubjectKind::document, document_.bytes, bytes}});
}

VersionFacts Upload::facts() {
    auto now = gate_.clock().now();
    return {.name = about_.name, .path = about_.path, .modified = about_.modified.value_or(now), .added = now, .size = size_,
            .claimed_type = about_.claimed_type, .found_type = std::string(media_type_of(first_bytes_)),
            .sha256 = hash_.finish(), .who = ruling_.who.person(), .source = ruling_.who.origin().source,
            .comment = about_.comment, .handling_class = about_.handling_class, .parts = parts_};
}

ListEntry Upload::list_entry(const VersionFacts& f) const { return {f.name, f.size, f.modified, f.added, f.handling_class}; }

PaperView Upload::view_of(const DocumentRow& row, ListEntry entry) const {
    return {row.document, row.parent, false, false, row.number, row.versions, row.revision, std::move(entry), std::nullopt};
}

Result<PaperView> Upload::finish(storage::Records::Work with) {
    if (std::exchange(sealed_whole_, true)) return fail(Problem::conflict, "the upload was ended");
    if (about_.size && size_ != *about_.size) return fail(Problem::incomplete, "less came than the size that was announced");
    CHECK(gate_.still(ruling_));
    with_ = std::move(with);
    return continued_ ? finish_pieces() : finish_whole();
}

/// The object's bytes and the rows' transaction side by side.
Result<PaperView> Upload::finish_whole() {
    if (!part_) part_.emplace(gate_.ring().firm(), packs_, gate_.clock().now());
    TRY(auto placed, part_->finish());
    place_ = placed.place;
    parts_.add(part_->object(), part_->length());
    // The keys of now: the matter may have got a new page key while the content came.
    TRY(auto rows, papers_.rows_of(matter_));
    access::Answers::UnderWay under_way(gate_.answers(), ruling_.who);
    auto committed = commit(rows);
    auto durable = placed.pending ? placed.pending->wait() : Result<void>{};
    if (!committed) {
        if (!is_refusal(committed.error().problem)) under_way.stays();
        if (part_->has_its_own_pack()) drop_own_pack(gate_.records(), packs_, place_->pack);
        return std::unexpected(committed.error());
    }
    committed_ = true;
    if (!durable) {
        if (!drop_rows(*committed)) under_way.stays();
        return std::unexpected(durable.error());
    }
    // Another node drops what it finds incomplete once our lease has ended: what was durable before that it finds whole.
    if (auto ours = storage::not_taken_over(gate_.records()); !ours) {
        under_way.stays();
        return std::unexpected(ours.error());
    }
    finished_ = true;
    gate_.settle(ruling_.who);
    TRY(auto entry, rows.open_list(*committed));
    return view_of(*committed, std::move(entry));
}

/// Every part is durable before the rows name it as the version's.
Result<PaperView> Upload::finish_pieces() {
    if (part_) CHECK(close_part());
    TRY(auto rows, papers_.rows_of(matter_));
    TRY(auto committed, commit(rows));
    finished_ = true;
    keep();
    TRY(auto entry, rows.open_list(committed));
    return view_of(committed, std::move(entry));
}

Result<DocumentRow> Upload::commit(DocumentRows& rows) {
    auto facts = this->facts();
    if (about_.sha256 && *about_.sha256 != facts.sha256)
        return fail(Problem::incomplete, "what came is not the content whose SHA-256 was announced");
    if (std::holds_alternative<Permit<AddPaper>>(permit_)) return commit_paper(rows, std::move(facts));
    return commit_version(rows, facts);
}

Result<void> Upload::write_version_in(RecordWriter& writer, audit::Draft& draft, const DocumentRows& rows,
                                      const OpenDocument& document, const VersionFacts& facts) const {
    auto version = document.row.versions;
    storage::VersionRow row{document_, version, 1, rows.seal_version(document, version, 1, facts)};
    Papers::mark(draft, row);
    Papers::mark(draft, document.row);
    CHECK(writer.put_document(document.row));
    CHECK(writer.add_version(row));
    if (continued_) {
        CHECK(move_parts_in(writer, version));
    } else {
        CHECK(writer.add_part({document_, version, 0, part_->object(), size_, *place_,
                               rows.wrap(document, part_->object(), version, part_->key())}));
    }
    return with_ ? with_(writer) : Result<void>{};
}

/// From the rows of the upload to those of the version, as they stand now: where an object lies may have changed meanwhile.
Result<void> Upload::move_parts_in(RecordWriter& writer, std::uint32_t version) const {
    require(version == version_, "parts that were sealed for another version");
    TRY(auto rows, writer.parts(continued_->parts_under, 0));
    rows.insert(rows.end(), unkept_.begin(), unkept_.end());
    PartsMark found;
    for (auto& row : rows) {
        row.document = document_;
        row.version = version;
        row.part = found.count;
        found.add(row.object, row.plain_length);
        CHECK(writer.add_part(row));
    }
    if (found != parts_) return fail(Problem::corrupt, "the parts of upload " + continued_->parts_under.text());
    return writer.drop_version(continued_->parts_under, 0);
}

Result<DocumentRow> Upload::commit_paper(DocumentRows& rows, VersionFacts facts) {
    auto& permit = std::get<Permit<AddPaper>>(permit_);
    if (facts.handling_class.empty()) facts.handling_class = default_class;
    auto document = continued_ ? std::move(continued_->document) : rows.make(document_);
    rows.seal_secret(document);
    document.row.parent = about_.folder;
    document.row.versions = 1;
    permit.draft().say(words_about("added", facts.name));
    permit.draft().seal_under(rows.details(document));
    CHECK(gate_.commit(std::move(permit), [&](RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        TRY(bool turned, papers_.take_page_of_now(rows));
        if (turned) rows.seal_secret(document);
        document.row.tag = rows.tag(about_.folder, about_.name);
        CHECK(Papers::check_folder_in(writer, matter_, about_.folder));
        TRY(document.row.number, Papers::next_number_in(writer, matter_));
        rows.seal_list(document.row, list_entry(facts));
        return write_version_in(writer, draft, rows, document, facts);
    }));
    return document.row;
}

Result<DocumentRow> Upload::commit_version(DocumentRows& rows, const VersionFacts& facts) {
    auto& permit = std::get<Permit<AddVersion>>(permit_);
    DocumentRow written;
    auto who = ruling_.who.person();
    CHECK(gate_.commit(std::move(permit), [&](RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        TRY(auto row, writer.document(matter_, document_));
        if (!row || row->state != DocumentState::live) return fail(Problem::not_found);
        if (row->revision != if_revision_) return fail(Problem::stale);
        TRY([[maybe_unused]] bool turned, papers_.take_page_of_now(rows));
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
        CHECK(write_version_in(writer, draft, rows, document, now));
        written = document.row;
        return {};
    }));
    return written;
}

/// Parts that no committed row names, in packs that hold nothing else. A small one stays in its pack, and nothing opens it.
void Upload::drop_unkept() {
    for (const auto& part : std::exchange(unkept_, {}))
        if (part.plain_length > limits::small_object_bytes_max) drop_own_pack(gate_.records(), packs_, part.place.pack);
}

/// The rows are there and the bytes are not: nobody was told of them, and nobody will be. Somebody may have moved the paper meanwhile.
Result<void> Upload::drop_rows(const DocumentRow& row) {
    auto draft =
        gate_.draft(ruling_.who, audit::Action::upload_dropped, audit::Outcome::done,
                    {{audit::SubjectKind::matter, matter_.bytes}, {audit::SubjectKind::document, document_.bytes, row.versions}},
                    bytes("{}"));
    auto dropped = gate_.log().commit(std::move(draft), [&](RecordWriter& writer, audit::Draft& entry) -> Result<void> {
        TRY(auto matter, matter_of(writer, row));
        if (matter != matter_) entry.add(audit::Subject{audit::SubjectKind::matter, matter.bytes});
        TRY(auto rows, papers_.rows_of(matter));
        CHECK(gate_.answers().forget_in(writer, ruling_.who));
        return Papers::drop_version_in(writer, entry, rows, matter, row.document, row.versions);
    });
    if (dropped) return {};
    journal(Level::error, "upload.rows-left", {{"document", row.document}, {"version", row.versions}});
    return std::unexpected(dropped.error());
}

Result<MatterId> Upload::matter_of(storage::RecordReader& reader, const DocumentRow& row) const {
    TRY(auto here, reader.document(row.matter, row.document));
    if (here) return row.matter;
    for (const auto& matter : gate_.ring().matters()) {
        TRY(auto there, reader.document(matter, row.document));
        if (there) return matter;
    }
    return row.matter;
}

}  // namespace muniment::strongroom
