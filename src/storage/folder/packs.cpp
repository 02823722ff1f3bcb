// SPDX-License-Identifier: Apache-2.0
#include "storage/folder/packs.hpp"

#include <sched.h>
#include <sys/uio.h>

#include <algorithm>

#include "base/meters.hpp"
#include "base/safeguards.hpp"
#include "storage/folder/object_writer.hpp"
#include "storage/open.hpp"

namespace muniment::storage {
namespace folder {
namespace {

// A sealed object is longer than its plaintext by a header and the tags of its chunks.
constexpr std::size_t sealed_bytes_max = limits::small_object_bytes_max + 64 * limits::KiB;

}  // namespace

FolderPacks::FolderPacks(std::filesystem::path folder, RegisterPack registered, Disk& disk, std::uint64_t pack_bytes_max)
    : files_(std::move(folder), disk),
      registered_(std::move(registered)),
      pack_bytes_max_(pack_bytes_max),
      thread_([this] { run(); }) {}

FolderPacks::~FolderPacks() {
    // A failure was told to everybody who waited for an object; there is nobody else to tell.
    static_cast<void>(close().has_value());
    {
        std::lock_guard held(lock_);
        stopping_ = true;
    }
    work_came_.notify_one();
    thread_.join();
}

Result<PendingObject> FolderPacks::append(const ObjectId& object, Bytes sealed) {
    auto size = sealed.size();
    if (size > sealed_bytes_max)
        return fail(Problem::too_large, "an object of " + std::to_string(size) + " bytes for a shared pack");
    std::unique_lock held(lock_);
    work_done_.wait(held, [&] { return queued_bytes_ + size <= limits::pack_queue_bytes_max; });
    if (!current_ || current_->end + frame_bytes + size > pack_bytes_max_) CHECK(begin_pack());

    auto& pack = *current_;
    Placement place{.pack = pack.id, .offset = pack.end + frame_bytes, .length = size};
    queue_.push_back({current_, pack.end, encode_frame({object, size}), std::move(sealed), {}});
    pack.end = place.offset + size;
    ++pack.waiting;
    queued_bytes_ += size;
    meters::pack_queue_bytes.add(size);
    PendingObject pending(place, queue_.back().durable.get_future().share());
    held.unlock();
    work_came_.notify_one();
    return pending;
}

// The lock is held while the new pack is registered: once in pack_bytes_max, and nobody could append meanwhile anyway.
Result<void> FolderPacks::begin_pack() {
    if (auto former = std::exchange(current_, nullptr)) {
        former->complete = true;
        if (former->waiting == 0 && former->state) CHECK(registered_({former->id, PackState::closed}));
    }
    auto id = PackId::fresh(SystemClock().now());
    CHECK(registered_({id, PackState::open}));
    TRY(auto file, files_.create(id));
    // Before any row names the pack: recovery tells a pack whose bytes never arrived from one that is not ours by its head.
    CHECK(file->sync(SyncPoint::pack_begun));
    current_ = std::make_shared<Pack>(id, std::move(file));
    return {};
}

void FolderPacks::run() {
    for (;;) {
        std::unique_lock held(lock_);
        work_came_.wait(held, [&] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        await_company(held);
        auto batch = std::exchange(queue_, {});
        written_last_ = batch.size();
        held.unlock();
        write_batch(std::move(batch));
    }
}

/// Those whose objects were synced together come back at nearly the same time with their next ones: whoever is first and does not
/// wait for the others makes them wait for a sync that carries one. The processor is offered to them while more keep coming.
void FolderPacks::await_company(std::unique_lock<std::mutex>& held) {
    constexpr int offers_max = 32;
    for (int offers = 0, in_vain = 0; queue_.size() < written_last_ && offers < offers_max && in_vain < 2; ++offers) {
        auto before = queue_.size();
        held.unlock();
        ::sched_yield();
        held.lock();
        in_vain = queue_.size() > before ? 0 : in_vain + 1;
    }
}

void FolderPacks::write_batch(Objects batch) {
    // Objects of one pack stand together: places are given in the order of the queue.
    for (auto rest = std::span(batch); !rest.empty();) {
        auto other = std::ranges::find_if(rest, [&](auto& object) { return object.pack != rest.front().pack; });
        auto group = rest.first(static_cast<std::size_t>(other - rest.begin()));
        rest = rest.subspan(group.size());
        if constexpr (broken(5)) {
            // Promise 5 broken, for its scenario only: all are told that the bytes are safe, 3 seconds before they are written.
            settle(group, {});
            std::this_thread::sleep_for(std::chrono::seconds(3));
            static_cast<void>(write(group).has_value());
            continue;
        }
        settle(group, write(group));
    }
}

Result<void> FolderPacks::write(std::span<Object> of_one_pack) {
    auto& pack = *of_one_pack.front().pack;
    CHECK(pack.state);
    std::vector<iovec> pieces;
    pieces.reserve(2 * of_one_pack.size());
    for (auto& object : of_one_pack) {
        pieces.push_back({object.frame.data(), object.frame.size()});
        pieces.push_back({object.sealed.data(), object.sealed.size()});
    }
    CHECK(pack.file->write_at(of_one_pack.front().at, pieces));
    return pack.file->sync(SyncPoint::pack_batch);
}

void FolderPacks::settle(std::span<Object> of_one_pack, const Result<void>& result) {
    auto pack = of_one_pack.front().pack;
    std::size_t bytes = 0;
    for (const auto& object : of_one_pack) bytes += object.sealed.size();
    bool to_register = false;
    {
        std::lock_guard held(lock_);
        if (!result) {
            pack->state = result;
            if (current_ == pack) current_ = nullptr;
        }
        queued_bytes_ -= bytes;
        meters::pack_queue_bytes.take(bytes);
        if (result) {
            meters::pack_objects_written.add(of_one_pack.size());
            meters::pack_bytes_written.add(bytes);
        }
        pack->waiting -= of_one_pack.size();
        to_register = pack->waiting == 0 && pack->complete && pack->state;
    }
    for (auto& object : of_one_pack) object.durable.set_value(result);
    // That a pack is closed only spares recovery from looking into it: one that stays `open` is looked at.
    if (to_register) static_cast<void>(registered_({pack->id, PackState::closed}).has_value());
    work_done_.notify_all();
}

Result<void> FolderPacks::remove(const PackId& pack) {
    std::lock_guard held(lock_);
    if (current_ && current_->id == pack) return fail(Problem::conflict, "pack " + pack.text() + " is being written");
    return files_.remove(pack);
}

Result<void> FolderPacks::close() {
    std::unique_lock held(lock_);
    auto pack = std::exchange(current_, nullptr);
    if (!pack) {
        work_done_.wait(held, [&] { return queued_bytes_ == 0 && queue_.empty(); });
        return {};
    }
    work_done_.wait(held, [&] { return pack->waiting == 0; });
    CHECK(pack->state);
    pack->complete = true;
    held.unlock();
    return registered_({pack->id, PackState::closed});
}

Result<std::unique_ptr<ObjectWriter>> FolderPacks::create(const ObjectId& object) {
    return FolderObjectWriter::begin(files_, behind_, registered_, object);
}

Result<std::vector<Placement>> FolderPacks::gather(std::span<const SealedObject> objects) {
    auto pack = PackId::fresh(SystemClock().now());
    CHECK(registered_({pack, PackState::gathering}));
    TRY(auto file, files_.create(pack));
    auto laid = lay_out(pack, objects);
    CHECK(file->write_at(0, View(laid.bytes)));
    CHECK(file->sync(SyncPoint::pack_object));
    return std::move(laid.places);
}

}  // namespace folder

Result<std::unique_ptr<PackStore>> open_pack_folder(const std::filesystem::path& folder, RegisterPack registered,
                                                    Missing missing, Disk& disk) {
    if (missing == Missing::make) CHECK(make_folder(disk, folder));
    CHECK(check_folder(disk, folder));
    return std::make_unique<folder::FolderPacks>(folder, std::move(registered), disk);
}

}  // namespace muniment::storage
