// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

namespace muniment {
namespace {

const std::vector<Problem> all_problems{
#define PROBLEM(name, status, sentence) Problem::name,
#include "base/problems.def"
#undef PROBLEM
};

Result<int> half(int n) {
    if (n % 2 != 0) return fail(Problem::malformed, "an odd number");
    return n / 2;
}

Result<int> quarter(int n) {
    TRY(auto first, half(n));
    TRY(auto second, half(first));
    return second;
}

Result<void> must_be_even(int n) {
    CHECK(half(n));
    return {};
}

TEST(ResultTest, TryGivesTheValueOrReturnsTheError) {
    EXPECT_EQ(*quarter(8), 2);
    EXPECT_EQ(quarter(7).error().detail, "an odd number");
    EXPECT_EQ(quarter(6).error().problem, Problem::malformed) << "the second step failed";
    EXPECT_TRUE(must_be_even(2));
    EXPECT_FALSE(must_be_even(3));
}

TEST(ResultTest, TryMovesWhatCannotBeCopied) {
    auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(5); };
    auto use = [&]() -> Result<int> {
        TRY(auto owned, make());
        return *owned;
    };
    EXPECT_EQ(*use(), 5);
}

TEST(ResultTest, AnErrorKnowsWhereItWasMade) {
    auto result = half(1);
    EXPECT_TRUE(std::string_view(result.error().where.file_name()).ends_with("result_test.cpp"));
    EXPECT_STREQ(result.error().where.function_name(), half(3).error().where.function_name());
}

TEST(ProblemTest, EachHasANameAStatusAndASentence) {
    std::set<std::string_view> names;
    for (auto problem : all_problems) {
        names.insert(slug(problem));
        EXPECT_EQ(slug(problem).find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos) << slug(problem);
        EXPECT_TRUE(http_status(problem) >= 400 && http_status(problem) < 600) << slug(problem);
        auto text = sentence(problem, "the detail");
        EXPECT_EQ(text.find('%'), std::string::npos) << text;
        EXPECT_TRUE(text.ends_with('.') || text.ends_with("the detail")) << text;
    }
    EXPECT_EQ(names.size(), all_problems.size()) << "names are not shared";
    EXPECT_EQ(slug(Problem::sign_in_refused), "sign-in-refused");
    EXPECT_EQ(http_status(Problem::no_room), 507);
}

TEST(ProblemTest, TheDetailStandsInTheSentence) {
    EXPECT_EQ(Error(Problem::in_use, "the folder").text(), "Another process uses this: the folder.");
    EXPECT_EQ(sentence(Problem::method_not_allowed, ""), "This cannot be done here.");
    EXPECT_EQ(sentence(Problem::malformed, "50 % of it"),
              "The request could not be understood: 50 % of it. Nothing was changed.");
}

TEST(ResultDeathTest, OurOwnMistakesEndTheProgram) {
    EXPECT_DEATH(die("a reason"), "a mistake of its own at .*result_test.cpp:[0-9]+: a reason");
    EXPECT_DEATH(require(1 > 2, "one is not more"), "one is not more");
    require(true, "never said");
}

}  // namespace
}  // namespace muniment
