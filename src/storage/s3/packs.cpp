// SPDX-License-Identifier: Apache-2.0
#include "storage/s3/packs.hpp"

#include <algorithm>

#include "base/journal.hpp"
#include "base/limits.hpp"
#include "base/meters.hpp"
#include "storage/folder/pack_format.hpp"

namespace muniment::storage {
namespace s3 {
namespace {

// A sealed object is longer than its plaintext by a header and the tags of its chunks.
constexpr std::size_t sealed_bytes_max = limits::small_object_bytes_max + 64 * limits::KiB;
constexpr std::string_view store_mark = "MUNISTOR", extension = ".pack";
constexpr std::uint8_t store_format = 1;

void append_to(Bytes& bytes, View piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); }

std::string place_text(const Placement& place) { return "pack " + place.pack.text() + " at " + std::to_string(place.offset); }

}  // namespace

S3Packs::S3Packs(S3Place place, S3Credentials credentials, RegisterPack registered)
    : client_(std::move(place), std::move(credentials)), blocks_(client_), registered_(std::move(registered)) {
    for (std::size_t n = 0; n < limits::s3_puts_at_once_max; ++n) threads_.emplace_back([this] { run(); });
}

S3Packs::~S3Packs() {
    // A failure was told to everybody who waited for an object; there is nobody else to tell.
    static_cast<void>(close().has_value());
    {
        std::lock_guard held(lock_);
        stopping_ = true;
    }
    work_came_.notify_all();
    for (auto& thread : threads_) thread.join();
}

Result<void> S3Packs::meet(Missing missing) {
    auto key = client_.place().prefix + "store";
    TRY(auto id, parse_uuid_text(client_.place().store));
    auto said = std::move(Writer().raw(store_mark).u8(store_format).raw(id)).take();
    if (missing == Missing::make) {
        auto made = client_.put_new(key, said, client_.deadline());
        if (!made && made.error().problem == Problem::conflict)
            return fail(Problem::already_done,
                        "a firm's packs are in that bucket under that prefix already; choose another prefix");
        return made;
    }
    Bytes there(said.size());
    auto got = client_.get(key, 0, there);
    if (!got && got.error().problem == Problem::not_found)
        return fail(Problem::unavailable, "there is nothing of this firm in that bucket under that prefix");
    if (!got) return std::unexpected(got.error());
    if (got->total != said.size() || there != said)
        return fail(Problem::unavailable, "another firm's packs are in that bucket under that prefix");
    return {};
}

Result<PendingObject> S3Packs::append(const ObjectId& object, Bytes sealed) {
    auto size = sealed.size();
    if (size > sealed_bytes_max)
        return fail(Problem::too_large, "an object of " + std::to_string(size) + " bytes for a shared pack");
    std::unique_lock held(lock_);
    work_done_.wait(held, [&] { return queued_bytes_ + size <= limits::pack_queue_bytes_max; });
    bool is_full = gathering_ && gathering_->bytes.size() + folder::frame_bytes + size > limits::s3_batch_bytes_max;
    if (is_full) full_.push_back(std::move(gathering_));
    bool begins = !gathering_;
    auto begun = begins ? begin_batch() : Result<void>{};
    if (is_full || begins) work_came_.notify_all();
    CHECK(begun);
    auto& batch = *gathering_;
    append_to(batch.bytes, folder::encode_frame({object, size}));
    Placement place{.pack = batch.pack, .offset = batch.bytes.size(), .length = size};
    append_to(batch.bytes, sealed);
    batch.waiting.emplace_back();
    queued_bytes_ += size;
    meters::pack_queue_bytes.add(size);
    return PendingObject(place, batch.waiting.back().get_future().share());
}

Result<void> S3Packs::begin_batch() {
    auto id = PackId::fresh(SystemClock().now());
    CHECK(registered_({id, PackState::open}));
    gathering_ = std::make_unique<Batch>(Batch{.pack = id, .bytes = bytes(folder::encode_pack_head(id)), .waiting = {},
                                               .begun = std::chrono::steady_clock::now()});
    under_way_.insert(id);
    return {};
}

void S3Packs::run() {
    std::unique_lock held(lock_);
    for (;;) {
        work_came_.wait(held, [&] { return stopping_ || gathering_ || !full_.empty(); });
        auto batch = next(held);
        if (!batch) {
            if (stopping_) return;
            continue;
        }
        held.unlock();
        send(std::move(batch));
        held.lock();
    }
}

/// A full batch, or the one that is gathering when its time has come; nothing where another thread took it meanwhile.
std::unique_ptr<S3Packs::Batch> S3Packs::next(std::unique_lock<std::mutex>& held) {
    if (full_.empty() && gathering_) {
        auto pack = gathering_->pack;
        auto others_had_time = gathering_->begun + limits::s3_company_wait;
        work_came_.wait_until(held, others_had_time, [&] {
            return !full_.empty() || closing_ > 0 || stopping_ || !gathering_ || gathering_->pack != pack;
        });
        if (full_.empty() && gathering_ && gathering_->pack == pack) return std::move(gathering_);
    }
    if (full_.empty()) return nullptr;
    auto batch = std::move(full_.front());
    full_.pop_front();
    return batch;
}

void S3Packs::send(std::unique_ptr<Batch> batch) {
    auto kept = client_.put_new(key_of(client_.place(), batch->pack), batch->bytes, batch->begun + client_.place().patience);
    // Nobody is told before it is registered as closed: a pack that a crash left open was acknowledged to nobody, and only so may
    // recovery drop what lay in one that is not there.
    if (kept) kept = registered_({batch->pack, PackState::closed});
    if (!kept) journal(Level::error, "pack.not-kept", {{"pack", batch->pack}, {"problem", kept.error().problem}});
    for (auto& waiting : batch->waiting) waiting.set_value(kept);
    {
        std::lock_guard held(lock_);
        auto framing = folder::pack_head_bytes + batch->waiting.size() * folder::frame_bytes;
        auto bytes = batch->bytes.size() - framing;
        queued_bytes_ -= bytes;
        meters::pack_queue_bytes.take(bytes);
        if (kept) {
            meters::pack_objects_written.add(batch->waiting.size());
            meters::pack_bytes_written.add(bytes);
        }
        under_way_.erase(batch->pack);
        if (!kept && closing_ > 0) failed_while_closing_ = kept;
    }
    work_done_.notify_all();
}

Result<void> S3Packs::close() {
    std::unique_lock held(lock_);
    if (closing_++ == 0) failed_while_closing_ = {};
    work_came_.notify_all();
    auto waited_for = under_way_;
    work_done_.wait(held, [&] {
        return std::ranges::none_of(waited_for, [&](const PackId& pack) { return under_way_.contains(pack); });
    });
    --closing_;
    return failed_while_closing_;
}

Result<std::vector<Placement>> S3Packs::gather(std::span<const SealedObject> objects) {
    auto pack = PackId::fresh(SystemClock().now());
    CHECK(registered_({pack, PackState::gathering}));
    auto laid = folder::lay_out(pack, objects);
    CHECK(client_.put_new(key_of(client_.place(), pack), laid.bytes, client_.deadline()));
    return std::move(laid.places);
}

Result<std::unique_ptr<ObjectWriter>> S3Packs::create(const ObjectId& object) {
    auto pack = PackId::fresh(SystemClock().now());
    CHECK(registered_({pack, PackState::open}));
    return std::make_unique<S3ObjectWriter>(client_, registered_, object, pack);
}

Result<void> S3Packs::read(const Placement& place, std::uint64_t offset, std::span<std::uint8_t> out) {
    if (offset > place.length || out.size() > place.length - offset || place.offset > INT64_MAX || place.length > INT64_MAX)
        return fail(Problem::corrupt, place_text(place) + ": more was asked than the object's length");
    // A small object is read whole, its beginning, its end and then the rest: one request for all.
    auto together = place.length <= sealed_bytes_max ? place.length - offset : 0;
    auto read = blocks_.read(place.pack, place.offset + offset, out, together);
    if (read) return {};
    if (read.error().problem == Problem::not_found) return fail(Problem::corrupt, place_text(place) + ": the pack is missing");
    if (read.error().problem == Problem::corrupt) return fail(Problem::corrupt, place_text(place) + ": " + read.error().detail);
    return read;
}

Result<std::vector<FoundObject>> S3Packs::list(const PackId& pack) {
    TRY(auto size, blocks_.length(pack));
    std::vector<FoundObject> found;
    for (std::uint64_t at = folder::pack_head_bytes; size - at >= folder::frame_bytes;) {
        folder::FrameHead bytes;
        CHECK(blocks_.read(pack, at, bytes));
        auto frame = folder::decode_frame(bytes);
        at += bytes.size();
        if (!frame || frame->length > size - at) break;
        found.push_back({frame->object, {.pack = pack, .offset = at, .length = frame->length}});
        at += frame->length;
    }
    return found;
}

Result<std::vector<PackId>> S3Packs::packs() {
    TRY(auto keys, client_.list(client_.place().prefix));
    std::vector<PackId> ids;
    for (std::string_view key : keys) {
        if (!key.ends_with(extension) || key.size() < extension.size() + 36) continue;
        auto id = PackId::parse(key.substr(key.size() - extension.size() - 36, 36));
        if (id && key == key_of(client_.place(), *id)) ids.push_back(*id);
    }
    std::ranges::sort(ids);
    return ids;
}

Result<void> S3Packs::remove(const PackId& pack) {
    {
        std::lock_guard held(lock_);
        if (under_way_.contains(pack)) return fail(Problem::conflict, "pack " + pack.text() + " is being written");
    }
    blocks_.forget(pack);
    auto removed = client_.remove(key_of(client_.place(), pack));
    blocks_.forget(pack);
    return removed;
}

/// Ours that are under way are younger: an upload whose client stands still is cut off within minutes.
Result<std::size_t> S3Packs::end_forgotten(Instant before) {
    TRY(auto uploads, client_.uploads(client_.place().prefix));
    std::size_t aborted = 0;
    for (const auto& upload : uploads) {
        auto initiated = parse_rfc3339(upload.initiated);
        if (!initiated || *initiated >= before) continue;
        CHECK(client_.abort_upload(upload.key, upload.id, client_.deadline()));
        ++aborted;
    }
    return aborted;
}

}  // namespace s3

Result<std::unique_ptr<PackStore>> open_pack_s3(S3Place place, S3Credentials credentials, RegisterPack registered,
                                                Missing missing) {
    CHECK(s3::check(place));
    auto packs = std::make_unique<s3::S3Packs>(std::move(place), std::move(credentials), std::move(registered));
    CHECK(packs->meet(missing));
    return packs;
}

}  // namespace muniment::storage
