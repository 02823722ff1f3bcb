// SPDX-License-Identifier: Apache-2.0
// Writes blocks of files behind those who fill them: while a block of a large object is on its way to the disk, the next is sealed.
//
// One thread, first come first served. Who gave a block keeps it untouched until its future is ready, and so has at most as many
// under way as it has blocks: the queue is bounded by the objects being written.
#pragma once
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "storage/disk.hpp"

namespace muniment::storage::folder {

class WriteBehind {
  public:
    WriteBehind() : thread_([this] { run(); }) {}
    ~WriteBehind();
    WriteBehind(const WriteBehind&) = delete;
    WriteBehind& operator=(const WriteBehind&) = delete;

    std::future<Result<void>> write(File& file, std::uint64_t offset, View block);

  private:
    struct Block {
        File& file;
        std::uint64_t offset;
        View bytes;
        std::promise<Result<void>> written{};
    };
    void run();

    std::mutex lock_;
    std::condition_variable came_;
    std::deque<Block> queue_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace muniment::storage::folder
