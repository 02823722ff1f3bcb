// SPDX-License-Identifier: Apache-2.0
// Proofs of the tree: made as RFC 6962 sections 2.1.1 and 2.1.2 define them, from tiles; verified as RFC 9162 sections 2.1.3.2
// and 2.1.4.2 do, generalized to subtrees (draft-ietf-plants-merkle-tree-certs section 4.4), of which a tree's prefix is one.
#include <bit>
#include <map>

#include "audit/tree.hpp"

namespace muniment::audit {
namespace {

/// Largest power of two smaller than n (n > 1).
std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }

/// MTH(D[start : start + n]) in a tree of `size`, where [start, start + n) came of splitting the tree. A proof needs up to eight hashes
/// of one tile, so each tile is read once: of a tree of 30 million entries four or five in all.
class Hashes {
  public:
    Hashes(std::uint64_t size, const TileSource& source) : size_(size), source_(source) {}

    Result<Hash> of(std::uint64_t start, std::uint64_t n) {
        if (std::has_single_bit(n)) return perfect(start, static_cast<unsigned>(std::countr_zero(n)));
        auto k = split(n);
        TRY(auto left, of(start, k));
        TRY(auto right, of(start + k, n - k));
        return node_hash(left, right);
    }

  private:
    Result<Hash> perfect(std::uint64_t start, unsigned height) {
        auto level = static_cast<std::uint8_t>(height / tile_height);
        auto first = start >> (level * tile_height);
        auto count = std::size_t{1} << (height % tile_height);
        TRY(auto tile, tile_of(level, first / tile_width));
        auto at = static_cast<std::size_t>(first % tile_width);
        if (at + count > tile->size()) return fail(Problem::corrupt, "a tile is shorter than the tree");
        auto begin = tile->begin() + static_cast<std::ptrdiff_t>(at);
        std::vector<Hash> row(begin, begin + static_cast<std::ptrdiff_t>(count));
        for (; count > 1; count /= 2)
            for (std::size_t i = 0; i < count / 2; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
        return row[0];
    }

    Result<const std::vector<Hash>*> tile_of(std::uint8_t level, std::uint64_t index) {
        auto known = read_.find({level, index});
        if (known != read_.end()) return &known->second;
        auto width = tile_hashes(size_, level, index);
        TRY(auto row, source_(level, index, width));
        if (row.size() != width) return fail(Problem::corrupt, "a tile is shorter than the tree");
        return &read_.emplace(std::pair(level, index), std::move(row)).first->second;
    }

    std::uint64_t size_;
    const TileSource& source_;
    std::map<std::pair<std::uint8_t, std::uint64_t>, std::vector<Hash>> read_;
};

}  // namespace

Result<Hash> root_of(std::uint64_t size, const TileSource& source) {
    TRY(auto edge, Edge::restore(size, source));
    return edge.root();
}

Result<std::vector<Hash>> prove_inclusion(std::uint64_t index, std::uint64_t size, const TileSource& source) {
    if (index >= size) return fail(Problem::conflict, "the entry is not in a tree of " + std::to_string(size));
    Hashes hashes(size, source);
    std::vector<Hash> path;
    // RFC 6962 section 2.1.1, from the root down: PATH(m, D[n]) = PATH(in its half) : MTH(the other half).
    for (std::uint64_t start = 0, n = size; n > 1;) {
        auto k = split(n);
        bool right = index - start >= k;
        TRY(auto other, right ? hashes.of(start, k) : hashes.of(start + k, n - k));
        path.push_back(other);
        start += right ? k : 0;
        n = right ? n - k : k;
    }
    return std::vector<Hash>(path.rbegin(), path.rend());
}

Result<std::vector<Hash>> prove_consistency(std::uint64_t size1, std::uint64_t size2, const TileSource& source) {
    if (size1 > size2 || size1 == 0) return fail(Problem::conflict, "no tree of " + std::to_string(size2) + " grew out of it");
    Hashes hashes(size2, source);
    std::vector<Hash> proof;
    std::uint64_t start = 0, n = size2, m = size1;
    // RFC 6962 section 2.1.2, SUBPROOF from the root down; `whole` is its flag b: the former root itself need not be given.
    bool whole = true;
    while (m != n) {
        auto k = split(n);
        bool right = m > k;
        TRY(auto other, right ? hashes.of(start, k) : hashes.of(start + k, n - k));
        proof.push_back(other);
        if (right) {
            start += k;
            m -= k;
            whole = false;
        }
        n = right ? n - k : k;
    }
    if (!whole) {
        TRY(auto own, hashes.of(start, n));
        proof.push_back(own);
    }
    return std::vector<Hash>(proof.rbegin(), proof.rend());
}

bool is_subtree(std::uint64_t start, std::uint64_t end) {
    if (start >= end) return false;
    auto width = end - start;
    return width > std::uint64_t{1} << 63 ? start == 0 : start % std::bit_ceil(width) == 0;
}

bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash> proof, const Hash& root) {
    if (index >= size) return false;
    auto fn = index, sn = size - 1;
    auto hash = leaf;
    for (const auto& other : proof) {
        if (sn == 0) return false;
        if ((fn & 1) || fn == sn) {
            hash = node_hash(other, hash);
            for (; !(fn & 1) && fn != 0; fn >>= 1) sn >>= 1;
        } else {
            hash = node_hash(hash, other);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && hash == root;
}

bool verify_subtree_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t start, std::uint64_t end,
                              std::span<const Hash> proof, const Hash& subtree_root) {
    return is_subtree(start, end) && index >= start && verify_inclusion(leaf, index - start, end - start, proof, subtree_root);
}

bool verify_subtree_consistency(std::uint64_t start, std::uint64_t end, std::uint64_t size, std::span<const Hash> proof,
                                const Hash& subtree_root, const Hash& root) {
    // Nothing is part of every tree, so nothing is proved by it.
    if (start == end) return end <= size && proof.empty() && subtree_root == empty_root();
    if (!is_subtree(start, end) || end > size) return false;
    auto fn = start, sn = end - 1, tn = size - 1;
    auto up = [&] { fn >>= 1, sn >>= 1, tn >>= 1; };
    // The subtree's own root stands in the proof only where it is not a node of the whole tree.
    if (bool last = sn == tn; last)
        while (fn != sn) up();
    else
        while (fn != sn && (sn & 1)) up();
    auto former = subtree_root;
    if (fn != sn) {
        if (proof.empty()) return false;
        former = proof.front();
        proof = proof.subspan(1);
    }
    auto whole = former;
    for (const auto& other : proof) {
        if (tn == 0) return false;
        if ((sn & 1) || sn == tn) {
            if (fn < sn) former = node_hash(other, former);
            whole = node_hash(other, whole);
            while (!(sn & 1)) up();
        } else {
            whole = node_hash(whole, other);
        }
        up();
    }
    return tn == 0 && former == subtree_root && whole == root;
}

bool verify_consistency(std::uint64_t size1, std::uint64_t size2, std::span<const Hash> proof, const Hash& root1,
                        const Hash& root2) {
    return size1 > 0 && verify_subtree_consistency(0, size1, size2, proof, root1, root2);
}

}  // namespace muniment::audit
