// SPDX-License-Identifier: Apache-2.0
#include "audit/tree.hpp"

#include <bit>

#include "crypto/hash.hpp"

namespace muniment::audit {

// One buffer instead of pieces: at these lengths the calls cost as much as the hashing.
Hash node_hash(const Hash& left, const Hash& right) {
    std::array<std::uint8_t, 65> node;
    node[0] = 0x01;
    std::copy(left.begin(), left.end(), node.begin() + 1);
    std::copy(right.begin(), right.end(), node.begin() + 33);
    return crypto::sha256(View(node));
}

Hash leaf_hash(View entry) {
    constexpr std::size_t usual_bytes_max = 1023;
    if (entry.size() <= usual_bytes_max) {
        std::array<std::uint8_t, usual_bytes_max + 1> leaf;
        leaf[0] = 0x00;
        std::copy(entry.begin(), entry.end(), leaf.begin() + 1);
        return crypto::sha256(View(leaf).first(entry.size() + 1));
    }
    static constexpr std::array<std::uint8_t, 1> prefix{0x00};
    return crypto::sha256({View(prefix), entry});
}

Hash empty_root() { return crypto::sha256(View{}); }

namespace {

std::string numbered_path(std::string path, std::uint64_t index, std::size_t width) {
    auto three = [](std::uint64_t n) {
        auto digits = std::to_string(n);
        return std::string(3 - digits.size(), '0') + digits;
    };
    std::string number = three(index % 1000);
    for (index /= 1000; index > 0; index /= 1000) number = "x" + three(index % 1000) + "/" + number;
    path += "/" + number;
    return width == tile_width ? path : path + ".p/" + std::to_string(width);
}

/// Hashes that a level has in a tree of `size`.
std::uint64_t level_hashes(std::uint64_t size, unsigned level) {
    auto shift = level * tile_height;
    return shift < 64 ? size >> shift : 0;
}

}  // namespace

std::size_t tile_hashes(std::uint64_t size, std::uint8_t level, std::uint64_t index) {
    auto all = level_hashes(size, level);
    if (index > all / tile_width) return 0;
    return static_cast<std::size_t>(std::min<std::uint64_t>(all - index * tile_width, tile_width));
}

std::string tile_path(std::uint8_t level, std::uint64_t index, std::size_t width) {
    return numbered_path("tile/" + std::to_string(level), index, width);
}

std::string entries_path(std::uint64_t index, std::size_t width) { return numbered_path("tile/entries", index, width); }

Result<Edge> Edge::restore(std::uint64_t size, const TileSource& source) {
    Edge edge;
    edge.size_ = size;
    for (unsigned level = 0; level_hashes(size, level) > 0; ++level) {
        auto all = level_hashes(size, level);
        std::vector<Hash> hashes;
        if (auto width = static_cast<std::size_t>(all % tile_width); width > 0) {
            TRY(hashes, source(static_cast<std::uint8_t>(level), all / tile_width, width));
        }
        edge.rightmost_.push_back(std::move(hashes));
    }
    for (auto level = edge.rightmost_.size(); level-- > 0;) {
        const auto& hashes = edge.rightmost_[level];
        // Each bit of the width is one perfect subtree; they stand in the tile from the widest to the narrowest.
        for (std::size_t at = 0; at < hashes.size();) {
            auto width = std::bit_floor(hashes.size() - at);
            std::vector<Hash> row(hashes.begin() + static_cast<std::ptrdiff_t>(at),
                                  hashes.begin() + static_cast<std::ptrdiff_t>(at + width));
            for (; row.size() > 1; row.resize(row.size() / 2))
                for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
            edge.peaks_.push_back(row[0]);
            at += width;
        }
    }
    return edge;
}

void Edge::place(std::uint8_t level, const Hash& hash, std::vector<Tile>& full) {
    if (rightmost_.size() <= level) rightmost_.resize(level + 1u);
    auto& hashes = rightmost_[level];
    if (hashes.empty()) hashes.reserve(tile_width);
    hashes.push_back(hash);
    if (hashes.size() < tile_width) return;
    full.push_back({level, size_ >> (tile_height * (level + 1u)), std::move(hashes)});
    hashes.clear();
}

void Edge::append(const Hash& leaf, std::vector<Tile>& full) {
    place(0, leaf, full);
    Hash hash = leaf;
    unsigned height = 1;
    // A set bit of the size is a perfect subtree that waits for its right neighbour: this one.
    for (auto bits = size_; bits & 1; bits >>= 1, ++height) {
        hash = node_hash(peaks_.back(), hash);
        peaks_.pop_back();
        if (height % tile_height == 0) place(static_cast<std::uint8_t>(height / tile_height), hash, full);
    }
    peaks_.push_back(hash);
    ++size_;
}

Hash Edge::root() const {
    if (peaks_.empty()) return empty_root();
    Hash hash = peaks_.back();
    for (auto i = peaks_.size() - 1; i-- > 0;) hash = node_hash(peaks_[i], hash);
    return hash;
}

std::vector<Tile> Edge::partial_tiles() const {
    std::vector<Tile> tiles;
    for (std::size_t level = 0; level < rightmost_.size(); ++level)
        if (!rightmost_[level].empty())
            tiles.push_back({static_cast<std::uint8_t>(level),
                             level_hashes(size_, static_cast<unsigned>(level)) / tile_width, rightmost_[level]});
    return tiles;
}

}  // namespace muniment::audit
