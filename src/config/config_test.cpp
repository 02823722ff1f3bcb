// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "config/config.hpp"
#include "config/nearest.hpp"

namespace muniment::config {
namespace {

std::string file(const std::string& path) {
    std::ifstream in(MUNIMENT_SOURCE_DIR "/" + path, std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
}

std::string findings(std::string_view text) {
    std::string out;
    for (const auto& found : read(text).findings) out += std::to_string(found.line) + ": " + found.text + "\n";
    return out;
}

const Key& key(std::string_view name) {
    return *std::ranges::find(keys(), name, [](const Key& k) { return k.name.text(); });
}

TEST(Config, AnEmptyFileIsWhatHoldsAnyway) {
    auto reading = read("");
    EXPECT_TRUE(reading.findings.empty());
    EXPECT_EQ(reading.settings, Settings{});
    EXPECT_TRUE(reading.origins.empty());
}

TEST(Config, ReadsEveryKindAndSaysWhereItStands) {
    auto reading = read("home = '/srv/firm'\n\n[listen]\nport = 443\nnames = [\"a.example\", \"192.0.2.1\"]\n"
                        "tls = 1\n[tls]\nallow_tls12 = true\nkey = \"systemd:tls-key\"\n[log]\nlevel = \"error\"\n");
    EXPECT_EQ(reading.settings.home, "/srv/firm");
    EXPECT_EQ(reading.settings.port, 443u);
    EXPECT_EQ(reading.settings.names, (std::vector<std::string>{"a.example", "192.0.2.1"}));
    EXPECT_TRUE(reading.settings.allow_tls12);
    EXPECT_EQ(reading.settings.key, "systemd:tls-key");
    EXPECT_EQ(reading.origin(key("listen.port")).line, 4u);
    EXPECT_EQ(reading.origin(key("listen.port")).from, Origin::From::file);
    EXPECT_EQ(reading.origin(key("listen.address")).from, Origin::From::standard);
    ASSERT_EQ(reading.findings.size(), 1u);   // `tls = 1` stands beneath [listen]
    EXPECT_EQ(reading.findings[0].line, 6u);
}

TEST(Config, FindsEverythingAtOnceByLine) {
    EXPECT_EQ(findings("homme = '/x'\n[listen]\nprot = 1\nport = \"443\"\naddress = 'localhost'\n[lissten]\nport = 1\n"
                       "[tls]\nallow_tls12 = 1\n[work]\nworkers = 0\nloops = 3.0\nloop = 2\n"),
              "1: there is no key homme; was home meant?\n"
              "3: there is no key listen.prot; was listen.port meant?\n"
              "4: listen.port is text: it must be a whole number from 0 to 65535\n"
              "5: listen.address does not fit: it must be a numeric address like \"127.0.0.1\" or \"::\"\n"
              "6: there is no section [lissten]; was listen meant?\n"
              "9: tls.allow_tls12 is a whole number: it must be true or false\n"
              "11: work.workers does not fit: it must be a whole number from 1 to 256\n"
              "12: work.loops is a number with a point: it must be a whole number from 0 to 64\n"
              "13: there is no key work.loop; was work.loops meant?\n");
}

TEST(Config, WhatWasWrongCountsAsNotSaid) {
    auto reading = read("[listen]\nport = 70000\naddress = '::1'\n");
    EXPECT_EQ(reading.settings.port, Settings{}.port);
    EXPECT_EQ(reading.settings.address, "::1");
    EXPECT_EQ(reading.origin(key("listen.port")).from, Origin::From::standard);
}

TEST(Config, NearestKnowsSlipsAndTheWrongSection) {
    EXPECT_EQ(nearest("listen.prot", false), "listen.port");
    EXPECT_EQ(nearest("port", false), "listen.port");
    EXPECT_EQ(nearest("tls.workers", false), "work.workers");
    EXPECT_EQ(nearest("lgo", true), "log");
    EXPECT_EQ(nearest("colour", false), "");
    EXPECT_EQ(nearest(std::string(1'000'000, 'a'), false), "");
}

TEST(Config, NoFindingRepeatsAValue) {
    for (const auto* text : {"[tls]\nkey = \"-----BEGIN s3cr3t\"\n", "password = \"s3cr3t\"\n", "[tls]\nkey = s3cr3t\n",
                             "[unlock]\npassphrase = \"s3cr3t words\"\n", "[s3]\nx = \"s3cr3t\"\n", "x = \"s3cr3t\nhome = 1\n"}) {
        auto said = findings(text);
        EXPECT_FALSE(said.empty()) << text;
        EXPECT_FALSE(said.contains("s3cr3t")) << said;
    }
    EXPECT_TRUE(findings("[unlock]\nsecret_words = \"x\"\n").contains("Secrets never stand in this file"));
}

TEST(Config, NamesFromTheFileCannotActOnATerminal) {
    auto said = findings("\"\\u001b[2Jx\" = 1\n\"" + std::string(10'000, 'k') + "\" = 2\n");
    EXPECT_FALSE(said.contains('\x1b'));
    EXPECT_LT(said.size(), 400u);
}

TEST(Config, TellsTheLineOfWhatIsNoToml) {
    auto reading = read("[listen]\nport = 1\nport = 2\n");
    ASSERT_EQ(reading.findings.size(), 1u);
    EXPECT_EQ(reading.findings[0].line, 3u);
    EXPECT_EQ(reading.settings, Settings{});
    EXPECT_EQ(read("[listen\n").findings.size(), 1u);
    EXPECT_EQ(read("\xff\xfe").findings.size(), 1u);
}

TEST(Config, HasBounds) {
    EXPECT_EQ(read(std::string(configuration_bytes_max + 1, '#')).findings.size(), 1u);
    std::string many;
    for (int i = 0; i < 500; ++i) many += "k" + std::to_string(i) + " = 1\n";
    EXPECT_EQ(read(many).findings.size(), findings_max);
    EXPECT_FALSE(findings("x = " + std::string(30'000, '[') + "\n").empty());
    std::string names = "[listen]\nnames = [";
    for (std::size_t i = 0; i <= names_max; ++i) names += "\"a\",";
    EXPECT_FALSE(findings(names + "]\n").empty());
}

TEST(Config, ShapesAreKept) {
    for (const auto* wrong : {"home = ''", "home = 'relative'", "home = \"/a\\nb\"", "home = \"/a\\u0000b\"",
                              "[tls]\nkey = 'systemd:'",
                              "[tls]\nkey = 'systemd:../x'", "[listen]\nnames = ['-a']", "[listen]\nnames = ['a..b']",
                              "[listen]\nnames = ['']",
                              "[listen]\nnames = 'a'", "[listen]\nnames = [1]", "[log]\nlevel = 'Info'", "[listen]\nport = -1",
                              "[work]\ncheck_seconds = 9223372036854775807", "[[listen]]\nport = 1", "listen = 1", "[home]\nx = 1"})
        EXPECT_FALSE(findings(wrong).empty()) << wrong;
    EXPECT_EQ(findings("[tls]\nkey = ''\n[work]\nloops = 0\n[listen]\nnames = ['::1']\n"), "");
}

TEST(Config, FlagsStandOverTheFile) {
    auto reading = read("[listen]\nport = 443\n");
    const std::vector<std::string> typed{"8080"}, wrong{"80a"}, relative{"server.key"};
    EXPECT_FALSE(set(reading, key("listen.port"), typed));
    EXPECT_EQ(reading.settings.port, 8080u);
    EXPECT_EQ(reading.origin(key("listen.port")).from, Origin::From::flag);
    EXPECT_EQ(set(reading, key("listen.port"), wrong), "--port must be a whole number from 0 to 65535");
    EXPECT_EQ(reading.settings.port, 8080u);
    EXPECT_FALSE(set(reading, key("tls.allow_tls12"), {}));
    EXPECT_TRUE(reading.settings.allow_tls12);
    EXPECT_FALSE(set(reading, key("tls.key"), relative));
    EXPECT_TRUE(reading.settings.key.starts_with('/') && reading.settings.key.ends_with("/server.key"));
}

TEST(Config, SaysWhatChanged) {
    auto before = Settings{}, after = Settings{};
    after.port = 1;
    after.names = {"a"};
    auto list = changed(before, after);
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0]->name.text(), "listen.port");
    EXPECT_EQ(list[1]->name.text(), "listen.names");
    EXPECT_TRUE(changed(after, after).empty());
}

// With each key no comment any more, the file says what holds without it, and nothing else.
TEST(Config, TheCommentedFileIsWhatTheParserKnows) {
    const auto text = commented_file();
    EXPECT_TRUE(read(text).findings.empty());
    EXPECT_TRUE(read(text).origins.empty());
    const auto awake = std::regex_replace(text, std::regex("\n#([a-z_0-9]+ = )"), "\n$1");
    auto reading = read(awake);
    EXPECT_EQ(findings(awake), "");
    EXPECT_EQ(reading.settings, Settings{});
    EXPECT_EQ(reading.origins.size(), keys().size());
    EXPECT_EQ(file("packaging/muniment.toml"), text) << "write it anew: muniment config template > packaging/muniment.toml";
}

// docs/operate/configuration.md has one row for each key: its name, what holds without it, and when it counts.
TEST(Config, TheDocumentedTableIsWhatTheParserKnows) {
    std::vector<std::string> rows, documented;
    for (const auto& k : keys())
        rows.push_back("| `" + std::string(k.name.text()) + "` | `" + written(k.in(Settings{})) + "` | " +
                       (k.flag.empty() ? "–" : "`" + std::string(k.flag) + "`") + " | " +
                       (k.effect == Effect::at_once ? "at once" : "restart") + " |");
    std::istringstream page(file("docs/operate/configuration.md"));
    const std::regex row(R"(^(\| `.* \| (at once|restart) \|) .*$)");
    std::smatch parts;
    for (std::string line; std::getline(page, line);)
        if (std::regex_match(line, parts, row)) documented.push_back(parts[1]);
    EXPECT_EQ(documented, rows);
}

}  // namespace
}  // namespace muniment::config
