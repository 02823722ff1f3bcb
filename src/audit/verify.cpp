// SPDX-License-Identifier: Apache-2.0
#include "audit/verify.hpp"

#include <algorithm>

#include "audit/batches.hpp"
#include "audit/origin.hpp"
#include "audit/watch.hpp"
#include "base/safeguards.hpp"

namespace muniment::audit {
namespace {

/// The safeguard of promise 4: what is recomputed is compared with what is stored. Left out only in a build with
/// -DMUNIMENT_BREAK=4, where the scenario of that promise must fail.
bool same(const Hash& computed, const Hash& stored) { return broken(4) || computed == stored; }

struct Signed {
    std::uint64_t size = 0;
    Hash root{};
    std::uint64_t number = 0;      ///< of the log that signed it; 0: none of ours
};

std::string name_of(const storage::TileRow& row) { return "tile " + std::to_string(row.level) + "/" + std::to_string(row.index); }

class Verification {
  public:
    Verification(storage::RecordReader& reader, const VerifierKey& key, const Progress& progress)
        : reader_(reader), key_(key), progress_(progress) {}

    Result<Report> run() {
        CHECK(read_checkpoints());
        TRY(head_, TreeHead::read(reader_));
        TRY(report_.entries, reader_.entry_count());
        report_.covered = checkpoints_.empty() ? 0 : std::min(checkpoints_.back().size, report_.entries);
        report_.beyond = report_.entries - report_.covered;
        check_checkpoints_here();
        CHECK(read_entries());
        if (report_.sound() && edge_.size() < head_.size)
            found(edge_.size(), {}, "the tree has this entry, the database has not");
        if (report_.sound() && edge_.size() == head_.size) CHECK(check_edge());
        if (report_.sound() && next_checkpoint_ < checkpoints_.size())
            found(head_.size, {}, at_checkpoint() + " covers more than the tree has");
        return std::move(report_);
    }

  private:
    void found(std::uint64_t sequence, std::optional<EntryId> entry, std::string why) {
        if (report_.sound()) report_.first = Finding{sequence, entry, std::move(why)};
    }
    std::string at_checkpoint() const { return "the checkpoint at size " + std::to_string(checkpoints_[next_checkpoint_].size); }

    Result<void> read_checkpoints() {
        return reader_.for_each_checkpoint([&](const storage::CheckpointRow& row) {
            auto opened = open_checkpoint_of_line(row.note, key_);
            bool genuine = opened && opened->checkpoint.size == row.size;
            checkpoints_.push_back({row.size, genuine ? opened->checkpoint.root : Hash{}, genuine ? opened->number : 0});
            return true;
        });
    }

    /// Those whose size the tree has just reached.
    void check_checkpoints_here() {
        for (; next_checkpoint_ < checkpoints_.size() && checkpoints_[next_checkpoint_].size == edge_.size();
             ++next_checkpoint_) {
            const auto& checkpoint = checkpoints_[next_checkpoint_];
            if (checkpoint.number == 0) return found(edge_.size(), {}, at_checkpoint() + " is not signed by the log's key");
            bool begun = report_.begun_anew > begun_before_;
            if (begun ? checkpoint.number <= signed_by_ : checkpoint.number != signed_by_)
                return found(edge_.size(), {}, at_checkpoint() + " is of another log than the entries before it say");
            signed_by_ = checkpoint.number;
            begun_before_ = report_.begun_anew;
            if (!same(edge_.root(), checkpoint.root))
                return found(edge_.size(), {}, at_checkpoint() + " has another root than the entries");
            ++report_.checkpoints;
        }
    }

    Result<void> read_entries() {
        Batches batches(reader_, report_.entries, head_.size);
        for (std::uint64_t done = 0; report_.sound();) {
            TRY(auto batch, batches.next());
            if (!batch) {
                if (done < report_.entries) found(done, {}, "no entry stands at this sequence");
                return {};
            }
            check(*batch);
            done += batch->count();
            if (progress_ && !progress_(done, report_.entries)) return fail(Problem::stopping, "the verification was stopped");
        }
        return {};
    }

    void check(const Batch& batch) {
        auto upper = batch.upper_tiles.begin();
        std::vector<Tile> full;
        for (std::size_t i = 0; i < batch.count() && report_.sound(); ++i) {
            auto sequence = batch.from + i;
            auto leaf = Leaf::decode(batch.leaf(i));
            if (!leaf) return found(sequence, {}, leaf.error().detail);
            if (sequence >= head_.size) continue;
            report_.begun_anew += leaf->action == Action::log_continued;
            auto hash = leaf_hash(batch.leaf(i));
            compare_leaf(sequence, leaf->id, hash, batch.leaf_tiles[i / tile_width]);
            edge_.append(hash, full);
            for (const auto& tile : full)
                if (tile.level > 0) compare_tile(tile, *upper++);
            full.clear();
            check_checkpoints_here();
        }
    }

    /// Only a tile of level 0 tells which entry it is that does not fit.
    void compare_leaf(std::uint64_t sequence, const EntryId& entry, const Hash& hash,
                      const std::optional<storage::TileRow>& row) {
        auto at = static_cast<std::size_t>(sequence % tile_width) * sizeof(Hash);
        if (!row || row->hashes.size() < at + sizeof(Hash))
            return found(sequence, entry, "tile 0/" + std::to_string(sequence / tile_width) + " has no hash for it");
        Hash stored;
        std::copy_n(row->hashes.begin() + static_cast<std::ptrdiff_t>(at), stored.size(), stored.begin());
        if (!same(hash, stored))
            return found(sequence, entry, "its hash differs from that in tile 0/" + std::to_string(sequence / tile_width));
        if (at == 0) check_width(*row, sequence);
    }

    /// Hashes beyond the tree: the log is in use and has grown since its head was read, or somebody put them there.
    void check_width(const storage::TileRow& row, std::uint64_t sequence) {
        ++report_.tiles;
        auto due = tile_hashes(head_.size, row.level, row.index) * sizeof(Hash);
        if (row.hashes.size() > due && !beyond_tree_)
            beyond_tree_ = Finding{sequence, {}, name_of(row) + " has more hashes than the tree"};
    }

    void compare_tile(const Tile& tile, const std::optional<storage::TileRow>& row) {
        auto leaves_each = std::uint64_t{1} << (tile_height * tile.level);
        auto start = tile.index * tile_width * leaves_each;
        auto name = name_of(storage::TileRow{tile.level, tile.index, {}});
        if (!row) return found(start, {}, name + " is missing");
        auto computed = row_of(tile).hashes;
        if (row->hashes.size() < computed.size()) return found(start, {}, name + " has too few hashes");
        for (std::size_t i = 0; i < tile.hashes.size(); ++i) {
            Hash stored;
            std::copy_n(row->hashes.begin() + static_cast<std::ptrdiff_t>(i * sizeof(Hash)), stored.size(), stored.begin());
            if (!same(tile.hashes[i], stored))
                return found(start + i * leaves_each, {},
                             name + " differs at hash " + std::to_string(i) + " from the entries below it");
        }
        check_width(*row, start);
    }

    /// What stands at the right of the whole tree: its partial tiles above level 0, its head.
    Result<void> check_edge() {
        for (const auto& tile : edge_.partial_tiles()) {
            if (tile.level == 0) continue;
            TRY(auto row, reader_.tile(tile.level, tile.index));
            compare_tile(tile, row);
        }
        if (!same(edge_.root(), head_.root)) found(head_.size, {}, "the tree's head has another root than the entries");
        if (!beyond_tree_) return {};
        TRY(auto now, TreeHead::read(reader_));
        if (now.size == head_.size) found(beyond_tree_->sequence, {}, beyond_tree_->why);
        return {};
    }

    storage::RecordReader& reader_;
    const VerifierKey& key_;
    const Progress& progress_;
    Report report_;
    TreeHead head_;
    std::vector<Signed> checkpoints_;
    std::size_t next_checkpoint_ = 0;
    std::uint64_t signed_by_ = 1, begun_before_ = 0;
    Edge edge_;
    std::optional<Finding> beyond_tree_;
};

}  // namespace

Result<Report> verify(storage::RecordReader& reader, const VerifierKey& key, const Progress& progress) {
    return Verification(reader, key, progress).run();
}

}  // namespace muniment::audit
