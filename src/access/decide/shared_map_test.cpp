// SPDX-License-Identifier: Apache-2.0
#include "access/decide/shared_map.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace muniment::access {
namespace {

PersonId id(unsigned n) {
    PersonId p;
    p.bytes[14] = static_cast<std::uint8_t>(n >> 8);
    p.bytes[15] = static_cast<std::uint8_t>(n);
    return p;
}

TEST(SharedMap, IsAMapAndItsCopiesStayAsTheyWere) {
    std::mt19937 dice(1);
    using Map = SharedMap<PersonId, int>;
    std::vector<std::pair<Map, std::map<PersonId, int>>> kept;
    Map map;
    std::map<PersonId, int> model;
    for (int i = 0; i < 30'000; ++i) {
        auto key = id(dice() % 3'000);
        if (dice() % 3) {
            map.put(key, i);
            model[key] = i;
        } else {
            map.drop(key);
            model.erase(key);
        }
        if (i % 5'000 == 0) kept.emplace_back(map, model);
    }
    kept.emplace_back(map, model);
    for (const auto& [copy, expected] : kept) {
        std::map<PersonId, int> found;
        copy.each([&](const PersonId& key, int value) { found[key] = value; });
        EXPECT_EQ(found, expected);
        for (unsigned n = 0; n < 3'000; ++n) {
            const int* value = copy.find(id(n));
            auto at = expected.find(id(n));
            ASSERT_EQ(value != nullptr, at != expected.end());
            if (value) ASSERT_EQ(*value, at->second);
        }
    }
}

TEST(SharedMap, TellsExactlyWhatDiffers) {
    SharedMap<PersonId, int> x;
    for (unsigned n = 0; n < 1'000; ++n) x.put(id(n), 1);
    auto y = x;
    EXPECT_TRUE(x == y);
    y.put(id(5), 2);
    y.put(id(6), 1);      // put anew with the same value: no difference
    y.drop(id(7));
    y.put(id(2'000), 3);
    std::map<PersonId, std::pair<int, int>> differences;
    SharedMap<PersonId, int>::each_difference(x, y, [&](const PersonId& key, const int* a, const int* b) {
        differences[key] = {a ? *a : 0, b ? *b : 0};
    });
    EXPECT_EQ(differences, (std::map<PersonId, std::pair<int, int>>{{id(5), {1, 2}}, {id(7), {1, 0}}, {id(2'000), {0, 3}}}));
    EXPECT_FALSE(x == y);
}

TEST(SharedMap, EmptiedIsAsIfNeverFilled) {
    SharedMap<PersonId, int> map;
    for (unsigned n = 0; n < 500; ++n) map.put(id(n), 1);
    EXPECT_FALSE(map.empty());
    for (unsigned n = 0; n < 500; ++n) map.drop(id(n));
    map.drop(id(1));
    EXPECT_TRUE(map.empty());
    EXPECT_TRUE(map == (SharedMap<PersonId, int>{}));
}

}  // namespace
}  // namespace muniment::access
