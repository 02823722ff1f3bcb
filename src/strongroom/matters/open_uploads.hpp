// SPDX-License-Identifier: Apache-2.0
// OpenUploads: papers and versions that come in pieces, over as many connections, sessions and runs of this program as it takes.
//
// Promises   A piece that is acknowledged is durable: its bytes are a part (or parts) of their own, sealed with keys that hang on
//            the paper's secret, and the rows that name them are committed. Nothing is continued under a key that sealed before.
//            What was cut off is closed as a part where it is worth one, or thrown away; the offset never says more than there
//            is.
//            One writer at a time. One that brings nothing for limits::upload_writer_quiet gives way to the next, and what it
//            brought is kept. The last piece files the paper, by Upload::finish, as if it had come in one request.
//            Whether it may be is decided when it is begun, with each piece, with each step of one, and in the commit.
//            What is not finished within limits::upload_kept_idle is removed with its bytes, with an entry.
// Assumes    Every upload's person is the same: another one's is `not_found`.
// Does not   Speak tus: server/routes/uploads.cpp.
#pragma once
#include <mutex>
#include <unordered_map>

#include "strongroom/matters/upload_rows.hpp"

namespace muniment::strongroom {

class OpenUploads {
    struct Seat;

  public:
    OpenUploads(access::Gate& gate, Papers& papers, storage::PackStore& packs) : gate_(gate), papers_(papers), packs_(packs) {}

    /// Of a new paper, whose id the permit names; `about` says its size.
    Result<UploadInPieces> begin(Permit<BeginUpload> permit, UploadAbout about);
    /// Of a version of the paper that the permit names.
    Result<UploadInPieces> begin_version(Permit<BeginUpload> permit, std::uint64_t if_revision, UploadAbout about);
    /// Its own person's. A writer that has gone quiet is ended first, and what it brought counts.
    Result<UploadInPieces> look(const Permit<SendPiece>& permit);
    /// As for a listing, without the content's state: that of a former request's answer.
    Result<std::vector<UploadInPieces>> list(const Permit<ListUploads>& permit) const;
    Result<void> cancel(Permit<CancelUpload> permit);

    /// One piece coming in.
    class Piece {
      public:
        ~Piece();
        /// At most limits::transfer_step_bytes at a time. `upload_busy` once another connection has taken over.
        Result<void> add(View plaintext);
        /// All of it came, and is durable when this returns. Files the paper where it was the last piece.
        Result<UploadInPieces> finish();
        std::uint64_t size() const { return state_.size; }   ///< of the whole

      private:
        friend class OpenUploads;
        Piece(OpenUploads& uploads, std::shared_ptr<Seat> seat, UploadInPieces state, std::unique_ptr<Upload> upload);
        Result<void> check_holder() const;
        Result<void> save();
        Result<void> file();
        void settle();
        OpenUploads& uploads_;
        std::shared_ptr<Seat> seat_;
        UploadInPieces state_;
        std::unique_ptr<Upload> upload_;
    };
    /// `upload_busy` while another connection brings one; `conflict` at another offset than look() says.
    Result<std::unique_ptr<Piece>> go_on(Permit<SendPiece> permit, std::uint64_t offset);

    struct Swept {
        std::size_t expired = 0, forgotten = 0, damaged = 0;
    };
    /// At intervals: ends what has expired.
    Result<Swept> sweep();

  private:
    /// Who brings a piece of an upload. All that is done with an upload is done holding it.
    struct Seat {
        std::mutex mutex;
        Piece* holder = nullptr;
        Duration moved{};                ///< when the holder last brought something
    };
    class Seated;

    std::shared_ptr<Seat> seat_of(const UploadId& upload);
    void leave(const UploadId& upload);
    void end_quiet(Seat& seat) const;
    Result<UploadInPieces> begin_with(Permit<BeginUpload> permit, const DocumentRows& rows, UploadInPieces upload);
    Result<UploadInPieces> load(const PersonId& who, const MatterId& matter, const UploadId& upload) const;
    Result<std::unique_ptr<Upload>> continued(const access::Principal& who, const UploadInPieces& state) const;
    Result<std::vector<UploadInPieces>> all(std::size_t* damaged = nullptr) const;
    Result<void> check_room(const PersonId& who, std::uint64_t size) const;
    Result<std::vector<storage::Placement>> drop_in(storage::RecordWriter& writer, const UploadInPieces& upload) const;
    void remove_packs(const std::vector<storage::Placement>& places) const;
    Result<void> expire(const UploadInPieces& upload);

    access::Gate& gate_;
    Papers& papers_;
    storage::PackStore& packs_;
    std::mutex beginning_;               ///< so that two at once do not both fit under the limit
    std::mutex seats_mutex_;
    std::unordered_map<UploadId, std::shared_ptr<Seat>> seats_;
};

}  // namespace muniment::strongroom
