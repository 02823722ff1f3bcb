// SPDX-License-Identifier: Apache-2.0
#include "keys/row_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "base/random.hpp"

namespace muniment::keys {
namespace {

TEST(RowSum, IsTheSameInWhateverOrderRowsComeAndGo) {
    std::vector<Hash> rows(200);
    for (auto& row : rows) row = random_bytes<32>();
    RowSum all;
    for (const auto& row : rows) all.add(row);
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::shuffle(order, std::mt19937(7));
    RowSum shuffled;
    for (auto i : order) shuffled.add(rows[i]);
    EXPECT_EQ(shuffled, all);
    for (auto i : order) shuffled.remove(rows[i]);
    EXPECT_EQ(shuffled, RowSum{});
}

TEST(RowSum, CarriesThroughAllBytes) {
    Hash ones, one{};
    ones.fill(0xff);
    one[31] = 1;
    RowSum sum;
    sum.add(ones);
    sum.add(one);
    EXPECT_EQ(sum.sum, Hash{}) << "modulo 2^256";
    EXPECT_EQ(sum.count, 2u) << "which the count tells from nothing";
    sum.remove(one);
    EXPECT_EQ(sum.sum, ones);
}

TEST(RowSum, EveryPartOfARowCounts) {
    auto key = mac_key(RootKey::random(), "record-sum", FirmId::random());
    auto owner = new_random_id(), row = new_random_id();
    auto hash = row_hash(key, 3, owner, row, 9, view("sealed"));
    EXPECT_EQ(hash, row_hash(key, 3, owner, row, 9, view("sealed")));
    EXPECT_NE(hash, row_hash(key, 4, owner, row, 9, view("sealed")));
    EXPECT_NE(hash, row_hash(key, 3, row, owner, 9, view("sealed")));
    EXPECT_NE(hash, row_hash(key, 3, owner, row, 10, view("sealed")));
    EXPECT_NE(hash, row_hash(key, 3, owner, row, 9, view("sealee")));
    EXPECT_NE(hash, row_hash(mac_key(RootKey::random(), "record-sum", FirmId::random()), 3, owner, row, 9, view("sealed")));
}

}  // namespace
}  // namespace muniment::keys
