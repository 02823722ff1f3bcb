// SPDX-License-Identifier: Apache-2.0
// The Merkle tree of RFC 6962 section 2.1, kept as the tiles of C2SP tlog-tiles: 256 hashes wide, so eight levels of the tree
// high.
//
// Edge is the right edge of a growing tree: all that is needed to append and to know the root. Proofs are made from tiles that
// lie elsewhere, and verified from nothing but themselves. Pure: no input, no output.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace muniment::audit {

inline constexpr std::size_t tile_width = 256;
inline constexpr unsigned tile_height = 8;

Hash leaf_hash(View entry);                              ///< SHA-256(0x00 ‖ entry)
Hash node_hash(const Hash& left, const Hash& right);     ///< SHA-256(0x01 ‖ left ‖ right)
Hash empty_root();                                       ///< SHA-256 of nothing

/// The index-th tile of a level: hash i is that of the perfect subtree over 256^level leaves from (index * 256 + i) * 256^level.
struct Tile {
    std::uint8_t level = 0;
    std::uint64_t index = 0;
    std::vector<Hash> hashes;
    friend bool operator==(const Tile&, const Tile&) = default;
};

/// How many hashes the tile holds in a tree of `size`: 256 where it is full, 0 where it does not exist.
std::size_t tile_hashes(std::uint64_t size, std::uint8_t level, std::uint64_t index);
/// "tile/1/x001/067", "tile/0/000.p/5"; of entries: "tile/entries/000". `width` 256 is the full one.
std::string tile_path(std::uint8_t level, std::uint64_t index, std::size_t width);
std::string entries_path(std::uint64_t index, std::size_t width);

/// Gives the first `width` hashes of a tile.
using TileSource = std::function<Result<std::vector<Hash>>(std::uint8_t level, std::uint64_t index, std::size_t width)>;

class Edge {
  public:
    Edge() = default;
    /// The edge of the tree of `size`, from its partial tiles. Compare root() with what is known of it.
    static Result<Edge> restore(std::uint64_t size, const TileSource& source);

    /// Adds a leaf; tiles that it fills are put at the end of `full`, lowest level first.
    void append(const Hash& leaf, std::vector<Tile>& full);
    std::uint64_t size() const { return size_; }
    Hash root() const;
    /// The tiles at the right that are not full: those that tlog-tiles asks for at this size.
    std::vector<Tile> partial_tiles() const;

  private:
    void place(std::uint8_t level, const Hash& hash, std::vector<Tile>& full);

    std::uint64_t size_ = 0;
    std::vector<Hash> peaks_;                            ///< roots of the perfect subtrees, the widest first
    std::vector<std::vector<Hash>> rightmost_;           ///< by level: what stands in the unfinished tile
};

/// Proofs, from tiles. `conflict` where the index or a size is outside of the tree.
Result<Hash> root_of(std::uint64_t size, const TileSource& source);
Result<std::vector<Hash>> prove_inclusion(std::uint64_t index, std::uint64_t size, const TileSource& source);
Result<std::vector<Hash>> prove_consistency(std::uint64_t size1, std::uint64_t size2, const TileSource& source);

bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash> proof, const Hash& root);
bool verify_consistency(std::uint64_t size1, std::uint64_t size2, std::span<const Hash> proof, const Hash& root1,
                        const Hash& root2);

/// A subtree [start, end) of the tree: start is a multiple of the smallest power of two that is at least its width.
bool is_subtree(std::uint64_t start, std::uint64_t end);
bool verify_subtree_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t start, std::uint64_t end,
                              std::span<const Hash> proof, const Hash& subtree_root);
bool verify_subtree_consistency(std::uint64_t start, std::uint64_t end, std::uint64_t size, std::span<const Hash> proof,
                                const Hash& subtree_root, const Hash& root);

}  // namespace muniment::audit
