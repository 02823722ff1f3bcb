// SPDX-License-Identifier: Apache-2.0
#include "base/journal_level.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <thread>
#include <type_traits>
#include <vector>

namespace muniment {
namespace {

// What must not get into the operations log does not compile.
static_assert(!std::is_constructible_v<Field, Literal, std::string>);
static_assert(!std::is_constructible_v<Field, Literal, std::string_view>);
static_assert(!std::is_constructible_v<Field, Literal, const char*>);
static_assert(!std::is_constructible_v<Field, Literal, Bytes>);
static_assert(!std::is_constructible_v<Field, Literal, View>);
static_assert(!std::is_constructible_v<Field, Literal, char>);
static_assert(!std::is_constructible_v<Field, Literal, double>);
static_assert(!std::is_constructible_v<Field, Literal, Error>, "its problem is loggable, its detail is text");
static_assert(!std::is_constructible_v<Literal, std::string> && !std::is_constructible_v<Literal, const char*>);
static_assert(std::is_constructible_v<Field, Literal, MatterId> && std::is_constructible_v<Field, Literal, std::uint64_t>);

std::string written(auto&& write) {
    testing::internal::CaptureStderr();
    write();
    return testing::internal::GetCapturedStderr();
}

TEST(JournalTest, OneLineOfJson) {
    auto id = *PackId::parse("0197a1b2-0000-7000-8000-000000000001");
    auto line = written([&] {
        journal(Level::warning, "pack.damaged",
                {{"pack", id}, {"offset", std::uint64_t{4096}}, {"delta", -1}, {"mended", false}, {"problem", Problem::wall_shut},
                 {"since", Instant{1'500'000}}, {"took", Duration(250)}, {"what", "a head"}});
    });
    std::regex expected(R"(\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z","level":"warning","event":"pack\.damaged",)"
                        R"("pack":"0197a1b2-0000-7000-8000-000000000001","offset":4096,"delta":-1,"mended":false,)"
                        R"("problem":"wall-shut","since":"1970-01-01T00:00:01\.500000Z","took":250,"what":"a head"\})"
                        "\n");
    EXPECT_TRUE(std::regex_match(line, expected)) << line;
}

TEST(JournalTest, LeavesOutWhatLiesBelowTheLevel) {
    set_journal_level(*level_named("warning"));
    auto text = written([] {
        journal(Level::info, "left-out");
        journal(Level::warning, "written");
    });
    set_journal_level(Level::debug);
    EXPECT_FALSE(text.contains("left-out")) << text;
    EXPECT_TRUE(text.contains("\"written\"")) << text;
    EXPECT_FALSE(level_named("Info") || level_named(""));
}

TEST(JournalTest, WithoutFields) {
    for (auto level : {Level::debug, Level::info, Level::warning, Level::error}) {
        auto line = written([&] { journal(level, "started"); });
        EXPECT_TRUE(line.ends_with("\"event\":\"started\"}\n")) << line;
    }
}

TEST(JournalTest, LinesOfThreadsDoNotMix) {
    constexpr int threads = 4, lines_each = 200;
    auto text = written([] {
        std::vector<std::jthread> writers;
        for (int n = 0; n < threads; ++n)
            writers.emplace_back([] {
                for (int i = 0; i < lines_each; ++i) journal(Level::info, "line", {{"number", i}});
            });
    });
    std::regex whole(R"(\{"time":"[^"]+","level":"info","event":"line","number":\d+\})");
    int seen = 0;
    for (std::size_t at = 0; at < text.size(); ++seen) {
        auto end = text.find('\n', at);
        ASSERT_NE(end, std::string::npos);
        ASSERT_TRUE(std::regex_match(text.substr(at, end - at), whole)) << text.substr(at, end - at);
        at = end + 1;
    }
    EXPECT_EQ(seen, threads * lines_each);
}

}  // namespace
}  // namespace muniment
