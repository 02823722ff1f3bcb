// SPDX-License-Identifier: Apache-2.0
#include "audit/batches.hpp"

#include "base/limits.hpp"

namespace muniment::audit {

static_assert(limits::verify_batch % tile_width == 0, "a batch ends where a tile does");

Batches::Batches(storage::RecordReader& reader, std::uint64_t entries, std::uint64_t size)
    : reader_(reader), entries_(entries), size_(size), thread_([this] { run(); }) {}

Batches::~Batches() {
    {
        std::lock_guard held(mutex_);
        dropped_ = true;
    }
    moved_.notify_all();
    thread_.join();
}

Result<std::optional<Batch>> Batches::next() {
    std::unique_lock held(mutex_);
    moved_.wait(held, [&] { return !ready_.empty() || finished_; });
    if (ready_.empty()) return std::nullopt;
    auto batch = std::move(ready_.front());
    ready_.pop_front();
    moved_.notify_all();
    if (!batch) return std::unexpected<Error>(batch.error());
    return std::move(*batch);
}

void Batches::run() {
    for (std::uint64_t from = 0; from < entries_; from += limits::verify_batch) {
        auto to = std::min<std::uint64_t>(entries_, from + limits::verify_batch);
        auto batch = read(from, to);
        bool last = !batch || from + batch->count() < to;
        std::unique_lock held(mutex_);
        moved_.wait(held, [&] { return ready_.size() < limits::verify_queue_max || dropped_; });
        if (dropped_) return;
        ready_.push_back(std::move(batch));
        moved_.notify_all();
        if (last) break;
    }
    std::lock_guard held(mutex_);
    finished_ = true;
    moved_.notify_all();
}

Result<Batch> Batches::read(std::uint64_t from, std::uint64_t to) {
    Batch batch{.from = from};
    batch.ends.reserve(to - from);
    batch.leaves.reserve((to - from) * 160);
    CHECK(reader_.for_each_entry(from, to, [&](const storage::EntryRow& row) {
        if (row.sequence != from + batch.count()) return false;
        batch.leaves.insert(batch.leaves.end(), row.leaf.begin(), row.leaf.end());
        batch.ends.push_back(static_cast<std::uint32_t>(batch.leaves.size()));
        return true;
    }));
    for (auto start = from; start < std::min(to, size_); start += tile_width) {
        TRY(auto tile, reader_.tile(0, start / tile_width));
        batch.leaf_tiles.push_back(std::move(tile));
    }
    // The entry before `end` fills a tile of each level whose index then ends one more tile's worth of the level below.
    for (auto end = from + tile_width; end <= std::min(to, size_); end += tile_width)
        for (auto hashes = end / tile_width, level = std::uint64_t{1}; hashes % tile_width == 0; hashes /= tile_width, ++level) {
            TRY(auto tile, reader_.tile(static_cast<std::uint8_t>(level), hashes / tile_width - 1));
            batch.upper_tiles.push_back(std::move(tile));
        }
    return batch;
}

}  // namespace muniment::audit
