// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/open_uploads.hpp"

#include <algorithm>
#include <utility>

#include "base/journal.hpp"
#include "base/limits.hpp"

namespace muniment::strongroom {

using storage::RecordWriter;

namespace {

/// How often a part's rows are committed anew because the policy moved at that moment.
constexpr int tries_max = 8;
constexpr auto upload_kind = static_cast<std::uint16_t>(keys::Kind::upload);

/// In a transaction: that nobody else wrote to the upload since `upload` was read.
Result<void> check_unchanged_in(RecordWriter& writer, const UploadInPieces& upload) {
    TRY(auto row, writer.field(upload_kind, upload.matter.bytes, upload.id.bytes));
    if (!row) return fail(Problem::not_found, "The upload was ended.");
    if (row->revision != upload.revision) return fail(Problem::upload_busy, "it moved on meanwhile");
    return {};
}

}  // namespace

/// The seat of an upload, held.
class OpenUploads::Seated {
  public:
    Seated(OpenUploads& uploads, const UploadId& upload) : uploads_(uploads), upload_(upload), seat_(uploads.seat_of(upload)) {
        lock_ = std::unique_lock(seat_->mutex);
    }
    ~Seated() {
        lock_.unlock();
        seat_.reset();
        uploads_.leave(upload_);
    }
    Seat* operator->() const { return seat_.get(); }
    Seat& operator*() const { return *seat_; }
    const std::shared_ptr<Seat>& shared() const { return seat_; }

  private:
    OpenUploads& uploads_;
    UploadId upload_;
    std::shared_ptr<Seat> seat_;
    std::unique_lock<std::mutex> lock_;
};

std::shared_ptr<OpenUploads::Seat> OpenUploads::seat_of(const UploadId& upload) {
    std::lock_guard lock(seats_mutex_);
    auto& seat = seats_[upload];
    if (!seat) seat = std::make_shared<Seat>();
    return seat;
}

void OpenUploads::leave(const UploadId& upload) {
    std::lock_guard lock(seats_mutex_);
    auto at = seats_.find(upload);
    if (at != seats_.end() && at->second.use_count() == 1) seats_.erase(at);
}

void OpenUploads::end_quiet(Seat& seat) const {
    if (!seat.holder || gate_.clock().steady() - seat.moved < limits::upload_writer_quiet) return;
    std::exchange(seat.holder, nullptr)->settle();
}

Result<std::vector<UploadInPieces>> OpenUploads::all(std::size_t* damaged) const {
    std::vector<storage::FieldRow> rows;
    CHECK(gate_.records().for_each_field(upload_kind, [&](const storage::FieldRow& row) {
        rows.push_back(row);
        return true;
    }));
    std::vector<UploadInPieces> found;
    for (const auto& row : rows) {
        auto keys = papers_.rows_of(MatterId{row.owner});
        auto upload = keys ? open_upload(*keys, row) : std::unexpected(keys.error());
        if (upload) {
            found.push_back(std::move(*upload));
        } else if (damaged) {
            ++*damaged;
            journal(Level::warning, "upload.damaged", {{"upload", UploadId{row.row}}, {"problem", upload.error().problem}});
        }
    }
    return found;
}

Result<void> OpenUploads::check_room(const PersonId& who, std::uint64_t size) const {
    TRY(auto uploads, all());
    std::size_t count = 0;
    std::uint64_t bytes = size;
    for (const auto& upload : uploads) {
        if (upload.who != who || upload.filed || upload.expires() <= gate_.clock().now()) continue;
        ++count;
        bytes += upload.size;
    }
    if (count >= limits::uploads_per_person_max)
        return fail(Problem::conflict, "you have " + std::to_string(count) + " uploads open; finish or cancel one first");
    if (bytes > limits::upload_bytes_per_person_max)
        return fail(Problem::conflict, "your open uploads together would be more than 2 TiB; finish or cancel one first");
    return {};
}

Result<UploadInPieces> OpenUploads::begin(Permit<BeginUpload> permit, UploadAbout about) {
    TRY(auto rows, papers_.rows_of(permit.action().matter));
    CHECK(Upload::check_paper(gate_.records(), rows, about));
    UploadInPieces upload{.document = permit.action().document, .about = std::move(about)};
    upload.secret = rows.make(upload.document).row.secret;
    return begin_with(std::move(permit), rows, std::move(upload));
}

Result<UploadInPieces> OpenUploads::begin_version(Permit<BeginUpload> permit, std::uint64_t if_revision, UploadAbout about) {
    const auto& [matter, document, id] = permit.action();
    TRY(auto rows, papers_.rows_of(matter));
    TRY(auto row, Upload::check_version(gate_.records(), matter, document, if_revision, about));
    UploadInPieces upload{
        .document = document, .version = row.versions + 1, .if_revision = if_revision, .about = std::move(about)};
    return begin_with(std::move(permit), rows, std::move(upload));
}

Result<UploadInPieces> OpenUploads::begin_with(Permit<BeginUpload> permit, const DocumentRows& rows, UploadInPieces upload) {
    if (upload.about.size.value_or(0) == 0)
        return fail(Problem::malformed, "an upload in pieces says its size, of 1 byte or more, when it is begun");
    std::lock_guard lock(beginning_);
    auto now = gate_.clock().now();
    upload.id = permit.action().upload;
    upload.matter = permit.action().matter;
    upload.who = permit.who().person();
    upload.begun = upload.moved = now;
    upload.size = *upload.about.size;
    upload.content.hash_state = crypto::Sha256().state();
    CHECK(check_room(upload.who, upload.size));
    auto row = seal_upload(rows, upload);
    CHECK(gate_.commit(std::move(permit), [&](RecordWriter& writer, audit::Draft&) -> Result<void> {
        CHECK(papers_.check_pages_in_use(rows));
        return writer.put_field(row);
    }));
    return upload;
}

/// Another person's is as none.
Result<UploadInPieces> OpenUploads::load(const PersonId& who, const MatterId& matter, const UploadId& id) const {
    constexpr auto gone = "It was finished or ended long ago, or never begun.";
    TRY(auto row, gate_.records().field(upload_kind, matter.bytes, id.bytes));
    if (!row) return fail(Problem::not_found, gone);
    TRY(auto rows, papers_.rows_of(matter));
    TRY(auto upload, open_upload(rows, *row));
    if (upload.who != who || upload.expires() <= gate_.clock().now()) return fail(Problem::not_found, gone);
    return upload;
}

Result<UploadInPieces> OpenUploads::look(const Permit<SendPiece>& permit) {
    const auto& [matter, id] = permit.action();
    Seated seat(*this, id);
    TRY(auto upload, load(permit.who().person(), matter, id));
    if (!seat->holder) return upload;
    end_quiet(*seat);
    return load(permit.who().person(), matter, id);
}

Result<std::vector<UploadInPieces>> OpenUploads::list(const Permit<ListUploads>& permit) const {
    auto who = permit.who().person();
    TRY(auto uploads, all());
    std::erase_if(uploads, [&](const UploadInPieces& upload) {
        return upload.who != who || upload.filed || upload.expires() <= gate_.clock().now() ||
               !gate_.ask(who, Permission::papers_write, {.matter = upload.matter}).permitted;
    });
    std::ranges::sort(uploads, {}, &UploadInPieces::begun);
    return uploads;
}

Result<std::unique_ptr<Upload>> OpenUploads::continued(const access::Principal& who, const UploadInPieces& state) const {
    auto go_on = [&](auto admitted, OpenDocument document) -> Result<std::unique_ptr<Upload>> {
        TRY(auto permit, std::move(admitted));
        return Upload::go_on(gate_, papers_, packs_, std::move(permit), state.if_revision, state.about,
                             {std::move(document), state.parts_under(), state.content});
    };
    TRY(auto rows, papers_.rows_of(state.matter));
    if (state.if_revision == 0) {
        TRY(auto document, rows.open_unfiled(state.document, state.secret));
        return go_on(gate_.admit(who, AddPaper{state.matter, state.document}), std::move(document));
    }
    TRY(auto row, Upload::check_version(gate_.records(), state.matter, state.document, state.if_revision, state.about));
    TRY(auto document, rows.open(row));
    return go_on(gate_.admit(who, AddVersion{state.matter, state.document}), std::move(document));
}

Result<std::unique_ptr<OpenUploads::Piece>> OpenUploads::go_on(Permit<SendPiece> permit, std::uint64_t offset) {
    const auto& [matter, id] = permit.action();
    auto who = permit.who();
    Seated seat(*this, id);
    CHECK(load(who.person(), matter, id));
    end_quiet(*seat);
    if (seat->holder) return fail(Problem::upload_busy, "it brought something a moment ago");
    TRY(auto state, load(who.person(), matter, id));
    if (state.offset() != offset)
        return fail(Problem::conflict,
                    "this upload has " + std::to_string(state.offset()) + " bytes, not " + std::to_string(offset));
    if (state.content.parts.count >= limits::parts_per_version_max)
        return fail(Problem::too_large, "an upload has at most 10,000 pieces; send larger ones");
    std::unique_ptr<Upload> upload;
    if (!state.filed) {
        TRY(upload, continued(who, state));
    }
    std::unique_ptr<Piece> piece(new Piece(*this, seat.shared(), std::move(state), std::move(upload)));
    seat->holder = piece.get();
    seat->moved = gate_.clock().steady();
    return piece;
}

OpenUploads::Piece::Piece(OpenUploads& uploads, std::shared_ptr<Seat> seat, UploadInPieces state, std::unique_ptr<Upload> upload)
    : uploads_(uploads), seat_(std::move(seat)), state_(std::move(state)), upload_(std::move(upload)) {}

OpenUploads::Piece::~Piece() {
    {
        std::lock_guard lock(seat_->mutex);
        if (seat_->holder == this) {
            settle();
            seat_->holder = nullptr;
        }
        upload_.reset();
    }
    seat_.reset();
    uploads_.leave(state_.id);
}

Result<void> OpenUploads::Piece::check_holder() const {
    if (seat_->holder != this) return fail(Problem::upload_busy, "it has taken over from this one");
    return {};
}

Result<void> OpenUploads::Piece::add(View plaintext) {
    std::lock_guard lock(seat_->mutex);
    CHECK(check_holder());
    if (!upload_) return fail(Problem::incomplete, "more came than the size that was announced");
    CHECK(upload_->add(plaintext));
    // Never the last one: an offset that is the whole size means that the paper is filed.
    auto came = state_.content.size + upload_->unclosed();
    if (came < state_.size && upload_->unclosed() >= std::max(limits::part_bytes_least, state_.content.size / 64)) CHECK(save());
    seat_->moved = uploads_.gate_.clock().steady();   // after the sync: whoever waits for the seat does not take it for silence
    return {};
}

Result<UploadInPieces> OpenUploads::Piece::finish() {
    std::lock_guard lock(seat_->mutex);
    CHECK(check_holder());
    if (upload_ && state_.content.size + upload_->unclosed() == state_.size) CHECK(file());
    else if (upload_ && upload_->unclosed() > 0) CHECK(save());
    if (upload_) upload_->came_whole();
    upload_.reset();
    return state_;
}

/// What came since the last part becomes one: first its bytes, then the rows.
Result<void> OpenUploads::Piece::save() {
    auto& gate = uploads_.gate_;
    if (state_.content.parts.count >= limits::parts_per_version_max)
        return fail(Problem::too_large, "an upload has at most 10,000 pieces; send larger ones");
    TRY(auto part, upload_->close_part());
    auto next = state_;
    next.revision += 1;
    next.moved = gate.clock().now();
    next.content = upload_->content_so_far();
    require(next.content.size < next.size, "an upload that is whole and not filed");
    TRY(auto rows, uploads_.papers_.rows_of(state_.matter));
    // A turn has sealed the secret anew, perhaps, since the row was read.
    if (!next.secret.empty()) next.secret = upload_->secret_under(rows);
    auto row = seal_upload(rows, next);
    auto keep = [&](RecordWriter& writer) -> Result<void> {
        TRY(bool current, access::GateRows::stands_at(writer, gate.policy()->revision()));
        if (!current) return fail(Problem::busy, "who may do what is being changed at this moment");
        CHECK(upload_->still());   // a wall may have been raised while the bytes were synced
        CHECK(check_unchanged_in(writer, state_));
        CHECK(uploads_.papers_.check_pages_in_use(rows));
        CHECK(writer.put_field(row));
        return writer.add_part(part);
    };
    auto kept = gate.records().commit(keep);
    for (int tries = 1; !kept && kept.error().problem == Problem::busy && tries < tries_max; ++tries)
        kept = gate.records().commit(keep);
    CHECK(std::move(kept));
    upload_->keep();
    state_ = std::move(next);
    return {};
}

Result<void> OpenUploads::Piece::file() {
    auto& papers = uploads_.papers_;
    UploadInPieces next{.id = state_.id, .matter = state_.matter, .revision = state_.revision + 1, .filed = true,
                        .who = state_.who, .begun = state_.begun, .moved = uploads_.gate_.clock().now(), .size = state_.size,
                        .document = state_.document, .version = state_.version};
    TRY(auto rows, papers.rows_of(state_.matter));
    auto row = seal_upload(rows, next);
    CHECK(upload_->finish([&](RecordWriter& writer) -> Result<void> {
        CHECK(check_unchanged_in(writer, state_));
        CHECK(papers.check_pages_in_use(rows));
        return writer.put_field(row);
    }));
    state_ = std::move(next);
    return {};
}

/// It was cut off, or another connection goes on. What came is kept where it is worth a part.
void OpenUploads::Piece::settle() {
    if (!upload_) return;
    Result<void> done;
    if (state_.content.size + upload_->unclosed() == state_.size) done = file();
    else if (upload_->unclosed() >= limits::cut_piece_bytes_min) done = save();
    if (!done) journal(Level::info, "upload.piece-dropped", {{"upload", state_.id}, {"problem", done.error().problem}});
    upload_.reset();
}

Result<std::vector<storage::Placement>> OpenUploads::drop_in(RecordWriter& writer, const UploadInPieces& upload) const {
    CHECK(check_unchanged_in(writer, upload));
    TRY(auto parts, writer.parts(upload.parts_under(), 0));
    CHECK(writer.drop_version(upload.parts_under(), 0));
    CHECK(writer.drop_field(upload_kind, upload.matter.bytes, upload.id.bytes));
    // What older copies of the database hold of it opens until the matter gets a new page key.
    CHECK(writer.put_single("stale/" + to_hex(upload.matter), {1, bytes(View(upload.matter))}));
    std::vector<storage::Placement> places;
    for (const auto& part : parts)
        if (part.plain_length > limits::small_object_bytes_max) places.push_back(part.place);
    return places;
}

void OpenUploads::remove_packs(const std::vector<storage::Placement>& places) const {
    for (const auto& place : places) drop_own_pack(gate_.records(), packs_, place.pack);
}

Result<void> OpenUploads::cancel(Permit<CancelUpload> permit) {
    const auto [matter, id] = permit.action();
    Seated seat(*this, id);
    TRY(auto upload, load(permit.who().person(), matter, id));
    if (upload.filed) return fail(Problem::already_done, "its last piece came, and it is filed");
    if (auto* holder = std::exchange(seat->holder, nullptr)) holder->upload_.reset();
    std::vector<storage::Placement> places;
    CHECK(gate_.commit(std::move(permit), [&](RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        draft.add(audit::Subject{audit::SubjectKind::document, upload.document.bytes, upload.version});
        TRY(places, drop_in(writer, upload));
        return {};
    }));
    remove_packs(places);
    return {};
}

Result<void> OpenUploads::expire(const UploadInPieces& upload) {
    if (upload.filed) {
        return gate_.records().commit([&](RecordWriter& writer) -> Result<void> {
            CHECK(check_unchanged_in(writer, upload));
            return writer.drop_field(upload_kind, upload.matter.bytes, upload.id.bytes);
        });
    }
    auto now = gate_.clock().now();
    audit::Leaf leaf{.id = EntryId::fresh(now),
                     .at = now,
                     .action = audit::Action::upload_ended,
                     .outcome = audit::Outcome::done,
                     .subjects = {{audit::SubjectKind::matter, upload.matter.bytes},
                                  {audit::SubjectKind::other, upload.id.bytes},
                                  {audit::SubjectKind::document, upload.document.bytes, upload.version}}};
    audit::Draft draft(std::move(leaf), bytes("{}"),
                       {storage::OwnerKind::firm, gate_.ring().firm().bytes, gate_.ring().firm_details()});
    std::vector<storage::Placement> places;
    CHECK(gate_.log().commit(std::move(draft), [&](RecordWriter& writer, audit::Draft&) -> Result<void> {
        TRY(places, drop_in(writer, upload));
        return {};
    }));
    remove_packs(places);
    return {};
}

Result<OpenUploads::Swept> OpenUploads::sweep() {
    Swept swept;
    TRY(auto uploads, all(&swept.damaged));
    for (const auto& upload : uploads) {
        if (upload.expires() > gate_.clock().now()) continue;
        Seated seat(*this, upload.id);
        if (seat->holder) continue;   // it is still coming: a piece that is days long
        auto done = expire(upload);
        if (!done && done.error().problem != Problem::not_found && done.error().problem != Problem::upload_busy)
            return std::unexpected(done.error());
        if (done) ++(upload.filed ? swept.forgotten : swept.expired);
    }
    return swept;
}

}  // namespace muniment::strongroom
