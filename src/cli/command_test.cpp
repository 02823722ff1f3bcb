// SPDX-License-Identifier: Apache-2.0
// The command line as a whole: parsing, exit codes, and what is printed.
#include "cli/command.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "cli/commands/show.hpp"
#include "cli/output.hpp"
#include "cli/parallel.hpp"
#include "cli/progress.hpp"
#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

int run(std::span<const Command> commands, std::vector<std::string> words) {
    words.insert(words.begin(), "muniment-cli");
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = main_of(commands, static_cast<int>(argv.size()), argv.data());
    testing::internal::GetCapturedStdout();
    testing::internal::GetCapturedStderr();
    return code;
}

TEST(CommandTest, ArgumentsReachTheCommand) {
    Arguments got;
    const auto keep = [&](const Arguments& arguments) {
        got = arguments;
        return 0;
    };
    const std::vector<Command> commands = {
        {.name = "noun", .line = "A noun"},
        {.name = "noun deep verb",
         .line = "Does it",
         .options = {{.name = "what", .value = "FILE… TARGET", .required = true, .many = true},
                     {.name = "--pair", .value = "A B"},
                     {.name = "--some", .value = "X…"},
                     {.name = "--role", .value = "R", .many = true},
                     {.name = "--output", .value = "DIR", .letter = 'o'},
                     {.name = "--flag"}},
         .run = keep}};
    EXPECT_EQ(run(commands, {"noun", "deep", "verb",   "a", "b",      "c", "--pair", "1", "2",      "--some", "x",
                             "y",    "z",    "--role", "r", "--role", "s", "-o",     "d", "--flag", "--json"}),
              0);
    EXPECT_EQ(got.all("what"), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(got.all("--pair"), (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(got.all("--some"), (std::vector<std::string>{"x", "y", "z"}));
    EXPECT_EQ(got.all("--role"), (std::vector<std::string>{"r", "s"}));
    EXPECT_EQ(got.get("--output"), "d");
    EXPECT_TRUE(got.has("--flag"));
    EXPECT_TRUE(got.json());
    EXPECT_EQ(got.profile(), "default");
    EXPECT_EQ(run(commands, {"noun", "deep", "verb"}), 2) << "a required one is missing";
    EXPECT_EQ(run(commands, {"noun", "deep", "verb", "a", "--pair", "1"}), 2);
    EXPECT_EQ(run(commands, {"noun", "deep", "verb", "a", "--unknown"}), 2);
    EXPECT_EQ(run(commands, {"noun"}), 2);
    EXPECT_EQ(run(commands, {}), 2);
    EXPECT_EQ(run(commands, {"noun", "--help"}), 0);
}

TEST(CommandTest, AnOptionLeavesPositionalsAlone) {
    Arguments got;
    const std::vector<Command> commands = {{.name = "mv",
                                            .line = "x",
                                            .options = {{.name = "from", .value = "A", .required = true},
                                                        {.name = "to", .value = "B", .required = true},
                                                        {.name = "--role", .value = "R", .many = true},
                                                        {.name = "--pair", .value = "A B"}},
                                            .run = [&](const Arguments& arguments) {
                                                got = arguments;
                                                return 0;
                                            }}};
    EXPECT_EQ(run(commands, {"mv", "--role", "r", "a", "--pair", "1", "2", "b"}), 0);
    EXPECT_EQ(got.get("from"), "a");
    EXPECT_EQ(got.get("to"), "b");
    EXPECT_EQ(got.all("--role"), std::vector<std::string>{"r"});
    EXPECT_EQ(run(commands, {"mv", "a"}), 2);
    EXPECT_EQ(run(commands, {"mv", "a", "b", "c"}), 2);
}

TEST(CommandTest, EveryEndHasItsExitCode) {
    const std::vector<Command> commands = {
        {.name = "locked", .line = "x", .run = [](const Arguments&) -> int { throw Stop(ExitCode::locked, "locked"); }},
        {.name = "thrown", .line = "x", .run = [](const Arguments&) -> int { throw std::runtime_error("x"); }},
        {.name = "partly", .line = "x", .run = [](const Arguments&) { return static_cast<int>(ExitCode::partly_failed); }}};
    EXPECT_EQ(run(commands, {"locked"}), 7);
    EXPECT_EQ(run(commands, {"thrown"}), 1);
    EXPECT_EQ(run(commands, {"partly"}), 3);
    EXPECT_EQ(exit_code_of(Problem::locked), ExitCode::locked);
    EXPECT_EQ(exit_code_of(Problem::denied), ExitCode::denied);
    EXPECT_EQ(exit_code_of(Problem::unauthenticated), ExitCode::not_signed_in);
    EXPECT_EQ(exit_code_of(Problem::sign_in_refused), ExitCode::not_signed_in);
    EXPECT_EQ(exit_code_of(Problem::busy), ExitCode::failed);
    EXPECT_EQ(exit_code_of("something-new", 403), ExitCode::denied);
}

TEST(CommandTest, AllCommandsAreDescribedAndParse) {
    std::set<std::string> names;
    for (const auto& command : client_commands()) {
        EXPECT_TRUE(names.insert(command.name).second) << command.name;
        EXPECT_FALSE(command.line.empty()) << command.name;
        std::vector<std::string> words;
        for (std::size_t at = 0; at <= command.name.size();) {
            const auto end = std::min(command.name.find(' ', at), command.name.size());
            words.push_back(command.name.substr(at, end - at));
            at = end + 1;
        }
        words.push_back("--help");
        EXPECT_EQ(run(client_commands(), words), 0) << command.name;
        for (const auto& option : command.options) EXPECT_FALSE(option.help.empty()) << command.name << " " << option.name;
    }
    EXPECT_EQ(run(client_commands(), {"put", "onlyone"}), 2);
}

TEST(CommandTest, Numbers) {
    const Arguments arguments({{"--jobs", {"8"}}, {"--bad", {"8x"}}, {"--big", {"99"}}});
    EXPECT_EQ(arguments.number("--jobs", 4, 1, 16), 8u);
    EXPECT_EQ(arguments.number("--none", 4, 1, 16), 4u);
    EXPECT_THROW(arguments.number("--bad", 4, 1, 16), Stop);
    EXPECT_THROW(arguments.number("--big", 4, 1, 16), Stop);
}

TEST(CommandTest, Until) {
    EXPECT_EQ(until_text("2026-12-31"), "2027-01-01T00:00:00Z");
    EXPECT_EQ(until_text("2026-12-31T18:00:00Z"), "2026-12-31T18:00:00Z");
    EXPECT_THROW(until_text("tomorrow"), Stop);
    EXPECT_THROW(until_text("2026-13-01"), Stop);
}

TEST(OutcomesTest, Codes) {
    Outcomes none;
    EXPECT_EQ(none.code(), ExitCode::ok);
    Outcomes one;
    one.failed("a", Stop(ExitCode::denied, "no"));
    EXPECT_EQ(one.code(), ExitCode::denied) << "the only thing tried";
    one.done("filed");
    EXPECT_EQ(one.code(), ExitCode::partly_failed);
    EXPECT_FALSE(one.hopeless());
    one.failed("b", Stop(ExitCode::unreachable, "gone"));
    EXPECT_TRUE(one.hopeless());
    EXPECT_EQ(one.code(), ExitCode::unreachable);
    Outcomes skipped;
    skipped.skipped({"link", "a link"});
    EXPECT_EQ(skipped.code(), ExitCode::ok);
}

TEST(OutcomesTest, NothingIsBegunOnceItIsHopeless) {
    const Api api({"https://localhost", ""}, "");
    Outcomes outcomes;
    std::atomic<int> tried = 0;
    in_parallel(api, 1, 10, outcomes, [](std::size_t at) { return std::to_string(at); },
                [&](Api&, std::size_t at) {
                    ++tried;
                    if (at == 2) throw Stop(ExitCode::locked, "locked");
                    if (at == 1) throw std::runtime_error("one file");
                });
    EXPECT_EQ(tried, 3);
    EXPECT_EQ(outcomes.code(), ExitCode::locked);
}

TEST(OutputTest, NothingReachesTheTerminal) {
    EXPECT_EQ(printable("Müller 日本 \U0001F4C4"), "Müller 日本 \U0001F4C4");
    EXPECT_EQ(printable("a\x1b[2Jb\n"), "a\\x1b[2Jb\\x0a");
    EXPECT_EQ(printable("\x7f\xc2\x9b"), "\\x7f\\xc2\\x9b") << "C1: a CSI in one character";
    EXPECT_EQ(printable("a\xff\xc3"), "a\\xff\\xc3");
    EXPECT_EQ(printable("pdf\u202Etxt"), "pdf\\xe2\\x80\\xaetxt");
    EXPECT_EQ(printable("\u2066"), "\\xe2\\x81\\xa6");
}

TEST(OutputTest, TableLinesUpByCharacters) {
    Table table{"Name", "Size"};
    table.row({"Müller", "1"});
    table.row({"x", "22"});
    EXPECT_EQ(table.text(), "Name    Size\nMüller  1\nx       22\n");
    EXPECT_EQ(Table({"A"}).text(), "");
}

TEST(OutputTest, Sizes) {
    EXPECT_EQ(byte_count(0), "0 B");
    EXPECT_EQ(byte_count(999), "999 B");
    EXPECT_EQ(byte_count(1'000), "1.0 kB");
    EXPECT_EQ(byte_count(182'044), "182 kB");
    EXPECT_EQ(byte_count(999'999), "1.0 MB");
    EXPECT_EQ(byte_count(1'450'000'000), "1.4 GB");
    EXPECT_EQ(short_time("2026-11-23T20:50:05Z"), "2026-11-23 20:50");
    EXPECT_EQ(short_time(""), "");
}

TEST(ProgressTest, LineFits) {
    using namespace std::chrono_literals;
    const Advance half{.bytes = 500'000'000, .bytes_all = 1'000'000'000, .files = 3, .files_all = 10, .elapsed = 10s};
    EXPECT_EQ(progress_line(half, 120), "[##########----------]  50 %  500 MB of 1.0 GB  3 of 10 files  50 MB/s  10 s left");
    for (int columns : {20, 40, 60, 80}) EXPECT_LT(static_cast<int>(progress_line(half, columns).size()), columns);
    const Advance resumed{.bytes = 900'000'000, .bytes_all = 1'000'000'000, .files_all = 1, .elapsed = 10s, .kept = 400'000'000};
    EXPECT_EQ(progress_line(resumed, 120), "[##################--]  90 %  900 MB of 1.0 GB  0 of 1 files  50 MB/s  2 s left")
        << "the rate is of what was sent now";
    const Advance early{.bytes = 1, .bytes_all = 2, .files = 0, .files_all = 1, .elapsed = 100ms};
    EXPECT_EQ(progress_line(early, 120).find("left"), std::string::npos) << "no rate yet";
    const Advance empty{.files = 1, .files_all = 4};
    EXPECT_NE(progress_line(empty, 120).find(" 25 %"), std::string::npos) << "empty files count by number";
    EXPECT_EQ(spoken_duration(59s), "59 s");
    EXPECT_EQ(spoken_duration(240s), "4 min");
    EXPECT_EQ(spoken_duration(7'800s), "2 h 10 min");
}

}  // namespace
}  // namespace muniment::cli
