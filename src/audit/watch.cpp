// SPDX-License-Identifier: Apache-2.0
#include "audit/watch.hpp"

#include <cstring>

#include "audit/origin.hpp"

namespace muniment::audit {

Result<TreeHead> TreeHead::read(storage::RecordReader& reader) {
    TRY(auto row, reader.single(tree_row));
    TreeHead head;
    if (!row || row->value.size() != head.root.size()) return fail(Problem::corrupt, "the head of the log's tree is missing");
    head.size = row->number;
    std::copy(row->value.begin(), row->value.end(), head.root.begin());
    return head;
}

storage::TileRow row_of(const Tile& tile) {
    storage::TileRow row{tile.level, tile.index, Bytes(tile.hashes.size() * sizeof(Hash))};
    std::memcpy(row.hashes.data(), tile.hashes.data(), row.hashes.size());
    return row;
}

Result<std::vector<Hash>> hashes_in(const storage::TileRow& row) {
    auto size = row.hashes.size();
    if (size == 0 || size % sizeof(Hash) != 0 || size > tile_width * sizeof(Hash))
        return fail(Problem::corrupt,
                    "tile " + std::to_string(row.level) + "/" + std::to_string(row.index) + " has an impossible length");
    std::vector<Hash> hashes(size / sizeof(Hash));
    std::memcpy(hashes.data(), row.hashes.data(), size);
    return hashes;
}

TileSource stored_tiles(storage::RecordReader& reader) {
    return [&reader](std::uint8_t level, std::uint64_t index, std::size_t width) -> Result<std::vector<Hash>> {
        TRY(auto row, reader.tile(level, index));
        if (row) {
            TRY(auto hashes, hashes_in(*row));
            // The tree may have grown since its size was read: what stood in a tile keeps its place.
            if (hashes.size() >= width) {
                hashes.resize(width);
                return hashes;
            }
        }
        return fail(Problem::corrupt, "tile " + std::to_string(level) + "/" + std::to_string(index) + " has fewer than " +
                                          std::to_string(width) + " hashes");
    };
}

Result<Edge> stored_edge(storage::RecordReader& reader, const TreeHead& head) {
    TRY(auto edge, Edge::restore(head.size, stored_tiles(reader)));
    if (edge.root() != head.root) return fail(Problem::corrupt, "the log's tiles do not give the root of its tree");
    return edge;
}

Result<void> Watch::fits(const Checkpoint& checkpoint, const TreeHead& head, storage::RecordReader& reader) const {
    auto at = "the checkpoint at size " + std::to_string(checkpoint.size);
    if (checkpoint.size > head.size) return fail(Problem::corrupt, "the log's tree is shorter than " + at);
    TRY(auto root, root_of(checkpoint.size, stored_tiles(reader)));
    if (root != checkpoint.root) return fail(Problem::corrupt, "the log's tree has another root than " + at);
    return {};
}

Result<TreeHead> Watch::look(storage::RecordReader& reader) {
    // In this order, another node that extends and signs meanwhile is never taken for a forger.
    TRY(auto row, reader.newest_checkpoint());
    TRY(auto head, TreeHead::read(reader));
    TRY(auto entries, reader.entry_count());
    if (entries < head.size) return fail(Problem::corrupt, "the log has entries missing from " + std::to_string(entries) + " on");
    TRY(auto edge, stored_edge(reader, head));
    if (newest_) {
        if (!row || row->size < newest_->size)
            return fail(Problem::corrupt, "the log's checkpoint at size " + std::to_string(newest_->size) + " is gone");
        CHECK(fits(*newest_, head, reader));
    }
    if (row) {
        // Right after a log began anew, its newest checkpoint is still one of the former's.
        TRY(auto opened, open_checkpoint_of_line(row->note, key_));
        auto& checkpoint = opened.checkpoint;
        if (checkpoint.size != row->size) return fail(Problem::corrupt, "a checkpoint of the log lies in another's place");
        CHECK(fits(checkpoint, head, reader));
        newest_ = std::move(checkpoint);
    }
    return head;
}

}  // namespace muniment::audit
