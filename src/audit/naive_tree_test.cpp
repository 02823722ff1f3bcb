// SPDX-License-Identifier: Apache-2.0
// RFC 6962 section 2.1 transcribed word by word, slow and plain, as the judge of the tree of tiles.
#include <random>

#include "audit/vectors_test.hpp"
#include "crypto/hash.hpp"

namespace muniment::audit::testing {
namespace {

using List = std::span<const Bytes>;

std::size_t k_of(std::size_t n) {  // "the largest power of two smaller than n"
    std::size_t k = 1;
    while (k * 2 < n) k *= 2;
    return k;
}

Hash mth(List d) {
    if (d.empty()) return crypto::sha256(View{});
    if (d.size() == 1) return crypto::sha256({View(Bytes{0x00}), View(d[0])});
    auto k = k_of(d.size());
    auto left = mth(d.first(k)), right = mth(d.subspan(k));
    return crypto::sha256({View(Bytes{0x01}), View(left), View(right)});
}

using Hashes = std::vector<Hash>;
Hashes joined(Hashes list, const Hash& last) {
    list.push_back(last);
    return list;
}

Hashes path(std::size_t m, List d) {
    if (d.size() == 1) return {};
    auto k = k_of(d.size());
    if (m < k) return joined(path(m, d.first(k)), mth(d.subspan(k)));
    return joined(path(m - k, d.subspan(k)), mth(d.first(k)));
}

Hashes subproof(std::size_t m, List d, bool b) {
    if (m == d.size()) return b ? Hashes{} : Hashes{mth(d)};
    auto k = k_of(d.size());
    if (m <= k) return joined(subproof(m, d.first(k), b), mth(d.subspan(k)));
    return joined(subproof(m - k, d.subspan(k), false), mth(d.first(k)));
}

Hashes proof(std::size_t m, List d) { return subproof(m, d, true); }

class Naive : public ::testing::Test {
  protected:
    static constexpr std::size_t grown = 600;
    std::mt19937_64 random{20261123};
    std::vector<Bytes> entries;
    TiledTree tree;

    void grow_to(std::size_t size) {
        while (entries.size() < size) {
            Bytes entry(random() % 200);
            for (auto& byte : entry) byte = static_cast<std::uint8_t>(random());
            tree.append(leaf_hash(entry));
            entries.push_back(std::move(entry));
        }
    }
    void compare(std::size_t size, std::size_t part) {
        SCOPED_TRACE(::testing::Message() << "size " << size << ", part " << part);
        auto list = List(entries).first(size);
        auto source = tree.source();
        auto root = mth(list);
        auto inclusion = prove_inclusion(part, size, source);
        ASSERT_TRUE(inclusion) << inclusion.error().text();
        EXPECT_EQ(*inclusion, path(part, list));
        EXPECT_TRUE(verify_inclusion(leaf_hash(list[part]), part, size, *inclusion, root));
        EXPECT_FALSE(verify_inclusion(leaf_hash(list[part]), part + 1, size, *inclusion, root));
        auto consistency = prove_consistency(part + 1, size, source);
        ASSERT_TRUE(consistency) << consistency.error().text();
        EXPECT_EQ(*consistency, proof(part + 1, list));
        EXPECT_TRUE(verify_consistency(part + 1, size, *consistency, mth(list.first(part + 1)), root));
        EXPECT_FALSE(verify_consistency(part + 1, size, *consistency, mth(list.first(part)), root));
    }
};

TEST_F(Naive, EveryRootFromEmptyTo600) {
    for (std::size_t size = 0; size <= grown; ++size) {
        grow_to(size);
        auto expected = mth(entries);
        ASSERT_EQ(tree.edge().root(), expected) << size;
        ASSERT_EQ(*root_of(size, tree.source()), expected) << size;
        auto restored = Edge::restore(size, tree.source());
        ASSERT_TRUE(restored);
        ASSERT_EQ(restored->root(), expected) << size;
        ASSERT_EQ(restored->partial_tiles(), tree.edge().partial_tiles()) << size;
    }
}

TEST_F(Naive, ProofsOfEverySizeTo600AtRandomPlaces) {
    grow_to(grown);
    for (std::size_t size = 1; size <= grown; ++size)
        for (auto part : {std::size_t{0}, size - 1, random() % size}) compare(size, part);
}

TEST_F(Naive, ARandomTreeOfThreeLevels) {
    grow_to(66'000 + random() % 1'000);
    EXPECT_EQ(tree.edge().root(), mth(entries));
    for (int i = 0; i < 4; ++i) {
        auto size = 1 + random() % entries.size();
        compare(size, random() % size);
    }
}

}  // namespace
}  // namespace muniment::audit::testing
