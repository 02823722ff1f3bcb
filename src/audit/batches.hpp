// SPDX-License-Identifier: Apache-2.0
// The log read for verification: by a thread of its own, a few batches ahead of the one that hashes.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "audit/tree.hpp"
#include "storage/records.hpp"

namespace muniment::audit {

/// Consecutive leaves in one piece of memory, and the tiles that are due with them, as they are stored.
struct Batch {
    std::uint64_t from = 0;
    Bytes leaves;
    std::vector<std::uint32_t> ends;                        ///< of each leaf in `leaves`
    std::vector<std::optional<storage::TileRow>> leaf_tiles;   ///< level 0, one for each 256 leaves in the tree, the last partial
    std::vector<std::optional<storage::TileRow>> upper_tiles;  ///< full ones of the levels above, in the order in which they fill

    std::size_t count() const { return ends.size(); }
    View leaf(std::size_t i) const {
        auto begin = i == 0 ? 0 : ends[i - 1];
        return View(leaves).subspan(begin, ends[i] - begin);
    }
};

/// While one of these lives, nobody else may use the reader.
class Batches {
  public:
    /// Of entries [0, entries), in a tree of `size`.
    Batches(storage::RecordReader& reader, std::uint64_t entries, std::uint64_t size);
    ~Batches();
    /// The next batch. A batch shorter than it should be ends at a missing entry. Nothing after the last one.
    Result<std::optional<Batch>> next();

  private:
    void run();
    Result<Batch> read(std::uint64_t from, std::uint64_t to);

    storage::RecordReader& reader_;
    std::uint64_t entries_, size_;
    std::mutex mutex_;
    std::condition_variable moved_;
    std::deque<Result<Batch>> ready_;
    bool finished_ = false, dropped_ = false;
    std::thread thread_;
};

}  // namespace muniment::audit
