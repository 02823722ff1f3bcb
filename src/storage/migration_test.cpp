// SPDX-License-Identifier: Apache-2.0
#include "storage/migration.hpp"

#include <gtest/gtest.h>

#include "storage/conformance/later_schema_test.hpp"
#include "storage/open.hpp"

namespace muniment::storage {
namespace {

struct Plans : ::testing::Test {
    std::array<Migration, 4> steps = testing::later_steps({1, ""});
    SchemaPlan of(std::size_t known, SchemaNow now) { return plan(std::span<const Migration>(steps).first(known), now); }
};

TEST_F(Plans, AStepContractsWhereItAsksForMore) {
    EXPECT_FALSE(contracts(steps, steps[0]));
    EXPECT_FALSE(contracts(steps, steps[2]));
    EXPECT_TRUE(contracts(steps, steps[3]));
}

TEST_F(Plans, TheFormerProgramRunsOnWhatWasOnlyExpanded) {
    EXPECT_TRUE(of(1, {1, 1}).runs());
    EXPECT_TRUE(of(1, {3, 1}).runs());
    EXPECT_TRUE(of(1, {3, 1}).ahead.empty());
    EXPECT_TRUE(of(1, {4, 2}).too_new);
    EXPECT_FALSE(of(1, {4, 2}).runs());
    EXPECT_TRUE(of(2, {4, 2}).runs()) << "what it asks for is known";
}

TEST_F(Plans, AProgramNeedsWhatItsReleaseAddedAndNotWhatItTakesAway) {
    EXPECT_FALSE(of(4, {1, 1}).runs());
    EXPECT_FALSE(of(4, {2, 1}).runs());
    EXPECT_TRUE(of(4, {3, 1}).runs());
    EXPECT_EQ(of(4, {3, 1}).ahead.size(), 1u);
    EXPECT_TRUE(of(4, {4, 2}).runs());
}

TEST_F(Plans, AreSeen) {
    auto sight = sight_of(steps, {1, 1});
    EXPECT_EQ(sight.known, 4);
    ASSERT_EQ(sight.ahead.size(), 3u);
    EXPECT_FALSE(sight.ahead[0].contracts);
    EXPECT_TRUE(sight.ahead[2].contracts);
    EXPECT_EQ(sight.ahead[1].what, "adds a table");
    EXPECT_FALSE(sight.runs);
    EXPECT_TRUE(sight.rest_contracts);
    // An expanding step behind a contracting one cannot be had without it.
    std::array<Migration, 3> crossed{{{1, ""}, {2, "", 2}, {3, "", 2}}};
    EXPECT_FALSE(sight_of(crossed, {1, 1}).rest_contracts);
    EXPECT_TRUE(sight_of(crossed, {3, 2}).rest_contracts);
}

}  // namespace
}  // namespace muniment::storage
