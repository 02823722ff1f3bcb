// SPDX-License-Identifier: Apache-2.0
#include "access/decide/policy_cell.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace muniment::access {
namespace {

Person person(std::uint8_t n, std::uint64_t revision) {
    Person p{.revision = revision};
    p.id.bytes[15] = n;
    return p;
}

TEST(PolicyCell, AReaderSeesWhatWasPublishedLast) {
    PolicyCell cell(Policy().at_revision(5));
    EXPECT_EQ(cell.revision(), 5u);
    auto former = cell.read();
    cell.publish(former->with(person(1, 1)));
    EXPECT_EQ(cell.revision(), 6u);
    EXPECT_EQ(former->person(person(1, 1).id), nullptr);
    EXPECT_NE(cell.read()->person(person(1, 1).id), nullptr);
}

TEST(PolicyCell, CellsAreNotMistakenForEachOther) {
    // One after the other at the same address: what this thread kept of the first must not be given out for the second.
    std::optional<PolicyCell> cell;
    for (std::uint64_t revision = 1; revision < 5; ++revision) {
        cell.emplace(Policy().at_revision(revision));
        EXPECT_EQ(cell->revision(), revision);
    }
    PolicyCell another(Policy().at_revision(77));
    EXPECT_EQ(another.revision(), 77u);
    EXPECT_EQ(cell->revision(), 4u);
}

TEST(PolicyCell, ReadersNeverGoBackNorSeeHalfAChange) {
    constexpr std::uint64_t last = 2'000;
    PolicyCell cell(Policy().with(person(1, 1)));  // revision 1, and each policy's one person carries its policy's revision
    auto reader = [&] {
        std::uint64_t seen = 0;
        while (seen < last) {
            auto policy = cell.read();
            ASSERT_GE(policy->revision(), seen);
            seen = policy->revision();
            ASSERT_EQ(policy->person(person(1, 0).id)->revision, seen);
        }
    };
    std::jthread first(reader), second(reader);
    for (std::uint64_t revision = 2; revision <= last; ++revision) cell.publish(cell.read()->with(person(1, revision)));
}

}  // namespace
}  // namespace muniment::access
