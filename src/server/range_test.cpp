// SPDX-License-Identifier: Apache-2.0
#include "server/range.hpp"

#include <gtest/gtest.h>

namespace muniment::server {
namespace {

const ETag current{.opaque = "v2"};
using Range = std::optional<ByteRange>;

TEST(Range, OneRangeOfBytesIsHonoured) {
    const auto of = [](std::string_view range) { return *requested_range(range, std::nullopt, current, 1'000); };
    EXPECT_EQ(of("bytes=0-0"), Range({0, 1}));
    EXPECT_EQ(of("bytes=0-99"), Range({0, 100}));
    EXPECT_EQ(of("bytes=990-2000"), Range({990, 10}));
    EXPECT_EQ(of("bytes=500-"), Range({500, 500}));
    EXPECT_EQ(of("bytes=-1"), Range({999, 1}));
    EXPECT_EQ(of("bytes=-5000"), Range({0, 1'000}));
    EXPECT_EQ(of("bytes=1-99999999999999999999999"), Range({1, 999}));
    EXPECT_EQ(content_range({990, 10}, 1'000), "bytes 990-999/1000");
}

TEST(Range, WhatIsNotOneRangeOfBytesIsIgnored) {
    for (const auto* range : {"bytes=0-1,5-6", "pages=1-2", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=1-b",
                              "bytes= 1-2", "bytes=+1-2", "0-5"}) {
        const auto result = requested_range(range, std::nullopt, current, 1'000);
        ASSERT_TRUE(result) << range;
        EXPECT_EQ(*result, std::nullopt) << range;
    }
}

TEST(Range, OutsideOfTheContentIsAnError) {
    for (const auto* range : {"bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999999999-"}) {
        const auto result = requested_range(range, std::nullopt, current, 1'000);
        ASSERT_FALSE(result) << range;
        EXPECT_EQ(result.error().problem, Problem::range_unsatisfiable);
    }
    EXPECT_FALSE(requested_range("bytes=-5", std::nullopt, current, 0));
    EXPECT_FALSE(requested_range("bytes=0-", std::nullopt, current, 0));
    EXPECT_EQ(content_range_unsatisfied(1'000), "bytes */1000");
}

TEST(Range, IfRangeCountsOnlyAsTheStrongTagOfWhatStandsThere) {
    const auto with = [](std::string_view if_range) { return *requested_range("bytes=0-9", if_range, current, 1'000); };
    EXPECT_EQ(with("\"v2\""), Range({0, 10}));
    EXPECT_EQ(with("\"v1\""), std::nullopt);
    EXPECT_EQ(with("W/\"v2\""), std::nullopt);
    EXPECT_EQ(with("Sun, 06 Nov 1994 08:49:37 GMT"), std::nullopt);
}

TEST(ETag, ParsesListsWithCommasInside) {
    const auto list = parse_etag_list(R"("a,b" , W/"c",  "")");
    ASSERT_TRUE(list);
    EXPECT_EQ(list->tags, (std::vector<ETag>{{"a,b", false}, {"c", true}, {"", false}}));
    EXPECT_TRUE(parse_etag_list("*")->any);
    EXPECT_EQ(parse_etag("W/\"x\"")->text(), "W/\"x\"");
    for (const auto* bad : {"", "a", "\"a", "\"a\" \"b\"", "\"a\",", "\"a b\"", "w/\"a\"", "*, \"a\""})
        EXPECT_FALSE(parse_etag_list(bad)) << bad;
    EXPECT_FALSE(parse_etag("\"a\", \"b\""));
}

TEST(ETag, IfMatchIsStrongAndIfNoneMatchIsWeak) {
    const ETagList any{.any = true}, same{.tags = {{"v2", false}}}, weak{.tags = {{"v2", true}}}, other{.tags = {{"v1", false}}};
    EXPECT_TRUE(if_match_holds(same, current));
    EXPECT_FALSE(if_match_holds(weak, current));
    EXPECT_FALSE(if_match_holds(other, current));
    EXPECT_TRUE(if_match_holds(any, current));
    EXPECT_FALSE(if_match_holds(any, std::nullopt));
    EXPECT_FALSE(if_none_match_holds(weak, current));
    EXPECT_TRUE(if_none_match_holds(other, current));
    EXPECT_FALSE(if_none_match_holds(any, current));
    EXPECT_TRUE(if_none_match_holds(any, std::nullopt));
}

}  // namespace
}  // namespace muniment::server
