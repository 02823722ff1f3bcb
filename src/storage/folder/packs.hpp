// SPDX-License-Identifier: Apache-2.0
// Packs in a folder. Small objects get their place at once and their bytes from one writing thread, which takes all that waits,
// writes it, syncs once and then tells everybody.
//
// Promises   A pack is appended to only by the store that began it. After a write or sync that failed it is never touched again:
//            what the kernel dropped cannot be told from what it kept, and a second fsync would not say (the error is told once).
#pragma once
#include <condition_variable>
#include <deque>
#include <thread>

#include "base/limits.hpp"
#include "storage/folder/pack_files.hpp"
#include "storage/folder/pack_format.hpp"
#include "storage/folder/write_behind.hpp"

namespace muniment::storage::folder {

class FolderPacks final : public PackStore {
  public:
    FolderPacks(std::filesystem::path folder, RegisterPack registered, Disk& disk,
                std::uint64_t pack_bytes_max = limits::pack_bytes_max);
    ~FolderPacks() override;

    Result<PendingObject> append(const ObjectId& object, Bytes sealed) override;
    Result<std::unique_ptr<ObjectWriter>> create(const ObjectId& object) override;
    Result<std::vector<Placement>> gather(std::span<const SealedObject> objects) override;
    Appears appears() const override { return Appears::before_its_first_object; }
    Result<void> read(const Placement& place, std::uint64_t offset, std::span<std::uint8_t> out) override {
        return files_.read(place, offset, out);
    }
    Result<void> check(const PackId& pack) override { return files_.check(pack); }
    Result<std::vector<FoundObject>> list(const PackId& pack) override { return files_.list(pack); }
    Result<std::vector<PackId>> packs() override { return files_.packs(); }
    Result<void> remove(const PackId& pack) override;
    Result<void> close() override;
    std::optional<Room> room() const override { return files_.room(); }

  private:
    struct Pack {
        PackId id;
        std::unique_ptr<File> file;
        std::uint64_t end = pack_head_bytes;  ///< the next frame's place
        std::size_t waiting = 0;              ///< objects not yet durable
        bool complete = false;                ///< nothing more will be appended
        Result<void> state{};                 ///< why it must not be touched any more
    };
    struct Object {
        std::shared_ptr<Pack> pack;
        std::uint64_t at = 0;  ///< of the frame
        FrameHead frame{};
        Bytes sealed;
        std::promise<Result<void>> durable;
    };
    using Objects = std::vector<Object>;

    Result<void> begin_pack();  ///< lock_ is held
    void run();
    void write_batch(Objects batch);
    void await_company(std::unique_lock<std::mutex>& held);
    Result<void> write(std::span<Object> of_one_pack);
    void settle(std::span<Object> of_one_pack, const Result<void>& result);

    PackFiles files_;
    WriteBehind behind_;
    RegisterPack registered_;
    std::uint64_t pack_bytes_max_;

    std::mutex lock_;
    std::condition_variable work_came_, work_done_;
    std::shared_ptr<Pack> current_;
    Objects queue_;
    std::size_t written_last_ = 0;          // objects of the last batch; the writing thread's own
    std::size_t queued_bytes_ = 0;  ///< with what is being written
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace muniment::storage::folder
