// SPDX-License-Identifier: Apache-2.0
// Proofs that somebody hands over: ours hold, changed ones do not, and no proof shows an entry that is not in the tree.
#include "audit/tree.hpp"
#include "fuzz.hpp"

using namespace muniment;
using namespace muniment::audit;

namespace {

constexpr std::uint64_t leaves_max = 600;      // two full tiles and a piece

struct Tree {
    std::vector<Hash> leaves;
    Edge edge;
    std::vector<Tile> full;

    explicit Tree(std::uint64_t size) {
        for (std::uint64_t i = 0; i < size; ++i) {
            leaves.push_back(leaf_hash(Writer().u64(i).written()));
            edge.append(leaves.back(), full);
        }
    }
    TileSource tiles() const {
        return [this](std::uint8_t level, std::uint64_t index, std::size_t width) -> Result<std::vector<Hash>> {
            for (const auto& some : {full, edge.partial_tiles()})
                for (const auto& tile : some)
                    if (tile.level == level && tile.index == index && tile.hashes.size() >= width)
                        return std::vector(tile.hashes.begin(), tile.hashes.begin() + static_cast<long>(width));
            return fail(Problem::corrupt, "no such tile");
        };
    }
};

std::vector<Hash> foreign_proof(fuzz::Pieces& pieces) {
    std::vector<Hash> proof;
    while (!pieces.rest().empty() && proof.size() < 70) proof.push_back(pieces.array<32>());
    return proof;
}

}  // namespace

FUZZ_TARGET(proofs) {
    fuzz::Pieces pieces(input);
    auto pick = pieces.u64(), index = pieces.u64(), size = pieces.u64(), size1 = pieces.u64();
    auto foreign_root = pieces.array<32>();
    auto foreign = foreign_proof(pieces);
    // Numbers of any size must not make it work long or read beyond the proof.
    static_cast<void>(verify_inclusion(foreign_root, index, size, foreign, foreign_root));
    static_cast<void>(verify_consistency(size1, size, foreign, foreign_root, foreign_root));
    static_cast<void>(verify_subtree_inclusion(foreign_root, index, size1, size, foreign, foreign_root));
    static_cast<void>(verify_subtree_consistency(size1, size, index, foreign, foreign_root, foreign_root));

    static const Tree tree(leaves_max);
    size = size % leaves_max + 1, index %= size, size1 = size1 % size + 1;
    auto root = root_of(size, tree.tiles()).value();
    auto proof = prove_inclusion(index, size, tree.tiles()).value();
    fuzz::must(verify_inclusion(tree.leaves[index], index, size, proof, root), "a proof of ours that does not hold");
    // Fuzzing does find the hashes that are right.
    fuzz::must(foreign_root == tree.leaves[index] || !verify_inclusion(foreign_root, index, size, foreign, root),
               "a proof of an entry that is not there");
    fuzz::must(size == 1 || !verify_inclusion(tree.leaves[index], (index + 1 + pick % (size - 1)) % size, size, proof, root),
               "a proof that holds at two places");
    auto older = root_of(size1, tree.tiles()).value();
    auto growth = prove_consistency(size1, size, tree.tiles()).value();
    fuzz::must(verify_consistency(size1, size, growth, older, root), "a consistency proof of ours that does not hold");
    fuzz::must(foreign_root == older || !verify_consistency(size1, size, growth, foreign_root, root), "a past that never was");
    for (auto* some : {&proof, &growth}) {
        if (some->empty()) continue;
        (*some)[pick / 256 % some->size()][pick / 8 % 32] ^= static_cast<std::uint8_t>(1u << pick % 8);
    }
    if (!proof.empty()) fuzz::must(!verify_inclusion(tree.leaves[index], index, size, proof, root), "a changed proof that holds");
    if (!growth.empty()) fuzz::must(!verify_consistency(size1, size, growth, older, root), "a changed growth that holds");
    proof.push_back(foreign_root);
    fuzz::must(!verify_inclusion(tree.leaves[index], index, size, proof, root), "a proof with more behind it that holds");
}
