// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "base/limits.hpp"

namespace muniment {
namespace {

using namespace std::string_literals;

TEST(Utf8Test, Accepts) {
    for (auto good : {"", "plain", "Müller", "日本語", "\U0001F4C4", "\U0010FFFF", "\uFFFD"})
        EXPECT_TRUE(check_utf8(view(good))) << good;
}

// Unicode 15, table 3-7: what is not a well-formed sequence.
TEST(Utf8Test, Refuses) {
    for (auto bad : {"\x80"s, "\xbf"s, "a\xc3"s, "\xc0\x80"s, "\xc1\xbf"s, "\xe0\x80\xaf"s, "\xed\xa0\x80"s, "\xed\xbf\xbf"s,
                     "\xf0\x80\x80\xaf"s, "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s, "\xff"s, "\xe2\x82"s, "\xe2(\xa1"s})
        EXPECT_EQ(check_utf8(view(bad)).error().problem, Problem::bad_name) << to_hex(view(bad));
}

TEST(NameTest, KeptByteForByte) {
    for (auto good : {"Contract.pdf"s, " leading and trailing "s, "e\u0301"s, "..."s, "a\\b:c*?"s, "~$lock"s,
                      "family \U0001F468\u200D\U0001F469"s}) {
        auto name = check_name(good);
        ASSERT_TRUE(name) << good << name.error().detail;
        EXPECT_EQ(*name, good);
        EXPECT_EQ(*check_label(good), good);
    }
    std::string longest(limits::name_bytes_max, 'a');
    EXPECT_TRUE(check_name(longest));
    EXPECT_TRUE(check_label("1/2 Müller ./. Meier"));
}

struct RefusedName {
    std::string name;
    std::string_view why;
};

TEST(NameTest, EachRefusalSaysWhich) {
    auto refuse = [](const RefusedName& c, auto check) {
        auto result = check(c.name);
        ASSERT_FALSE(result) << to_hex(view(c.name));
        EXPECT_EQ(result.error().problem, Problem::bad_name);
        EXPECT_NE(result.error().detail.find(c.why), std::string::npos)
            << result.error().detail << " for " << to_hex(view(c.name));
    };
    for (auto& c : std::vector<RefusedName>{
             {"", "empty"},
             {std::string(limits::name_bytes_max + 1, 'a'), "longer than 1024 bytes"},
             {"a\xff", "UTF-8 at byte"},
             {"a\0b"s, "zero byte"},
             {"a\nb", "line break"},
             {"a\rb", "line break"},
             {"a\u2028b", "line break"},
             {"a\u2029b", "line break"},
             {"a\tb", "control character"},
             {"\x1b[2J", "control character"},
             {"a\x7f", "control character"},
             {"a\u0085b", "control character"},
             {"a\u009f", "control character"}}) {
        refuse(c, check_name);
        refuse(c, check_label);
    }
    for (auto turn : {"\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u200e",
                      "\u200f", "\u061c"}) {
        refuse({"invoice"s + turn + "fdp.exe", "direction"}, check_name);
        refuse({"invoice"s + turn + "fdp.exe", "direction"}, check_label);
    }
    for (auto& c : std::vector<RefusedName>{{".", "folder"}, {"..", "folder"}, {"a/b", "slash"}, {"/", "slash"}}) {
        refuse(c, check_name);
        EXPECT_TRUE(check_label(c.name));
    }
}

TEST(NameTest, TheNameIsNeverRepeatedInTheRefusal) {
    EXPECT_EQ(check_name("secret-client/x").error().detail.find("secret"), std::string::npos);
    EXPECT_EQ(check_name("secret-client\n").error().detail.find("secret"), std::string::npos);
}

TEST(FoldTest, NamesThatComputersCannotTellApart) {
    EXPECT_EQ(fold_name("Contract.PDF"), "contract.pdf");
    EXPECT_EQ(fold_name("MÜLLER"), fold_name("müller"));
    EXPECT_EQ(fold_name("Mu\u0308ller"), fold_name("m\u00fcller")) << "macOS writes the first, Windows the second";
    EXPECT_EQ(fold_name("STRASSE"), fold_name("straße")) << "full folding, not simple";
    EXPECT_EQ(fold_name("ΣΊΣΥΦΟΣ"), fold_name("σίσυφος"));
    EXPECT_EQ(fold_name("\u212B"), fold_name("å")) << "the Ångström sign";
    EXPECT_EQ(fold_name("\u0345\u03b1"), fold_name(fold_name("\u0345\u03b1"))) << "folding twice changes nothing";
    EXPECT_EQ(fold_name("I"), "i") << "whatever the machine's language: no Turkish rules";
    EXPECT_NE(fold_name("a"), fold_name("ä"));
    EXPECT_NE(fold_name("file"), fold_name("\ufb01le2"));
    EXPECT_EQ(fold_name(""), "");
}

// U+1C89 became the capital of U+1C8A in Unicode 16. A program with a newer ICU must make the tags that this one made.
TEST(FoldTest, WhatUnicode15DoesNotKnowStaysAsItIs) {
    EXPECT_EQ(fold_name("\u1C89"), "\u1C89");
    EXPECT_EQ(fold_name("A\u1C89"), "a\u1C89");
}

TEST(CharactersTest, CountsCodePoints) {
    EXPECT_EQ(character_count(""), 0u);
    EXPECT_EQ(character_count("abc"), 3u);
    EXPECT_EQ(character_count("Müß"), 3u);
    EXPECT_EQ(character_count("日本語\U0001F4C4"), 4u);
}

TEST(WindowsTest, WhatItCannotStoreIsChanged) {
    struct Case {
        std::string name, safe;
    };
    for (auto& [name, safe] : std::vector<Case>{{"a<b>c:d\"e|f?g*h\\i", "a_b_c_d_e_f_g_h_i"},
                                                {"a/b", "a_b"},
                                                {"a\tb", "a_b"},
                                                {"etc.", "etc_"},
                                                {"etc. . ", "etc____"},
                                                {"...", "___"},
                                                {" ", "_"},
                                                {"", "_"},
                                                {"CON", "_CON"},
                                                {"con.txt", "_con.txt"},
                                                {"Nul", "_Nul"},
                                                {"aux .txt", "_aux .txt"},
                                                {"COM1", "_COM1"},
                                                {"lpt9.tar.gz", "_lpt9.tar.gz"},
                                                {"com¹", "_com¹"},
                                                {"CONIN$", "_CONIN$"}}) {
        bool changed = false;
        EXPECT_EQ(safe_on_windows(name, changed), safe) << name;
        EXPECT_TRUE(changed) << name;
        EXPECT_EQ(safe_on_windows(safe, changed), safe) << "what was made safe is safe";
        EXPECT_FALSE(changed) << safe;
    }
}

TEST(WindowsTest, EverythingElseStays) {
    for (auto name : {"Contract.pdf", "console.txt", "COM", "COM10", "comb", "coma", "Müller & Söhne.docx", ".hidden", "a.b.c",
                      " a", "日本語"}) {
        bool changed = true;
        EXPECT_EQ(safe_on_windows(name, changed), name);
        EXPECT_FALSE(changed) << name;
    }
}

std::vector<std::string> sorted(const Collation& collation, std::vector<std::string> names) {
    std::ranges::sort(names, {}, [&](auto& name) { return collation.key(name); });
    return names;
}

TEST(CollationTest, TheOrderOfALanguage) {
    using Names = std::vector<std::string>;
    auto german = *Collation::create("de");
    EXPECT_EQ(sorted(german, {"Zeppelin", "apfel", "Äpfel", "Apfelmus", "Öl", "Ofen"}),
              (Names{"apfel", "Äpfel", "Apfelmus", "Ofen", "Öl", "Zeppelin"}));
    auto swedish = *Collation::create("sv");
    EXPECT_EQ(sorted(swedish, {"Öl", "Zeppelin", "Ofen"}), (Names{"Ofen", "Zeppelin", "Öl"}));
    auto english = *Collation::create("en");
    EXPECT_EQ(sorted(english, {"10 Exhibits", "2 Reply", "1 Claim"}), (Names{"1 Claim", "2 Reply", "10 Exhibits"}));
}

TEST(CollationTest, Keys) {
    auto english = *Collation::create("en-GB");
    EXPECT_EQ(english.key("e\u0301"), english.key("\u00e9"));
    EXPECT_LT(english.key("a"), english.key("A"));
    EXPECT_LT(english.key(""), english.key("a"));
    std::string longest(1024, 'x');
    EXPECT_LT(english.key(longest), english.key(longest + "y"));
    EXPECT_GT(english.key("日本語の書類"), english.key("z"));
}

TEST(CollationTest, LanguagesThatAreNone) {
    EXPECT_TRUE(Collation::create("tlh")) << "no rules of its own: the root's";
    EXPECT_EQ(Collation::create("").error().problem, Problem::malformed);
    EXPECT_EQ(Collation::create("not a language").error().problem, Problem::malformed);
}

TEST(CollationTest, FromSeveralThreads) {
    auto german = *Collation::create("de");
    auto expected = german.key("Müller");
    std::vector<std::jthread> threads;
    for (int n = 0; n < 4; ++n)
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i) ASSERT_EQ(german.key("Müller"), expected);
        });
}

TEST(Password, IsTheSameFromEveryKeyboard) {
    EXPECT_EQ(normalize_password("plain ascii 71").value(), "plain ascii 71");
    EXPECT_EQ(normalize_password("Zu\u0308rich").value(), "Z\u00fcrich") << "a dead key, as macOS writes it";
    EXPECT_EQ(normalize_password("\uff21\uff22\uff11").value(), "AB1") << "full width, from a Japanese keyboard";
    EXPECT_EQ(normalize_password("a\u00a0b\u3000c").value(), "a b c") << "other blanks";
    EXPECT_EQ(normalize_password("\ufb01n").value(), "fin");
    EXPECT_NE(normalize_password("Secret\u00e9").value(), normalize_password("secret\u00e9").value()) << "case counts";
    EXPECT_EQ(normalize_password("\xff\xfe").error().problem, Problem::malformed);
    EXPECT_EQ(normalize_password("\U000e0fff").error().problem, Problem::weak_password) << "assigned to nothing yet";
    EXPECT_EQ(normalize_password(std::string(limits::password_bytes_max + 1, 'x')).error().problem, Problem::too_large);
    std::string grows;
    while (grows.size() + 3 <= limits::password_bytes_max) grows += "\ufdfa";   // one that becomes eighteen
    EXPECT_EQ(normalize_password(grows).error().problem, Problem::too_large);
}

}  // namespace
}  // namespace muniment
