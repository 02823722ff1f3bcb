// SPDX-License-Identifier: Apache-2.0
#include "audit/note.hpp"

#include <gtest/gtest.h>

#include "audit/checkpoint.hpp"

namespace muniment::audit {
namespace {

// The example of C2SP signed-note.
const std::string example_key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const std::string example_line =
    "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
const std::string example = "This is an example message.\n\n" + example_line;

TEST(Note, TheSpecificationsExampleVerifies) {
    auto key = VerifierKey::parse(example_key).value();
    EXPECT_EQ(key.name(), "example.com/foo");
    EXPECT_EQ(key.text(), example_key);
    EXPECT_EQ(open_note(view(example), key).value(), "This is an example message.\n");
}

TEST(Note, WhatWeSignOthersCanParse) {
    auto signer = crypto::SigningKey::random();
    VerifierKey key("log.example/x", signer.public_key());
    auto note = sign_note("one\n\ntwo\n", key.name(), signer).encode();
    EXPECT_EQ(open_note(view(note), VerifierKey::parse(key.text()).value()).value(), "one\n\ntwo\n");
    EXPECT_EQ(Note::parse(view(note))->encode(), note);
}

TEST(Note, AnUnknownSignerIsIgnoredAndAFalseSignatureRefusesTheWhole) {
    auto key = VerifierKey::parse(example_key).value();
    auto others = "This is an example message.\n\n\u2014 witness.example/w AAAAAAEC\n" + example_line;
    EXPECT_TRUE(open_note(view(others), key));
    auto unsigned_by_us = std::string("This is an example message.\n\n\u2014 witness.example/w AAAAAAEC\n");
    EXPECT_EQ(open_note(view(unsigned_by_us), key).error().problem, Problem::wrong_key);
    auto changed = example;
    changed[0] = 't';
    EXPECT_EQ(open_note(view(changed), key).error().problem, Problem::corrupt);
    auto twice = example + "\u2014 example.com/foo Uw2QOgECAw==\n";
    EXPECT_EQ(open_note(view(twice), key).error().problem, Problem::corrupt);
}

TEST(Note, AnyFlippedBitIsRefused) {
    auto key = VerifierKey::parse(example_key).value();
    for (std::size_t i = 0; i < example.size() * 8; ++i) {
        auto changed = example;
        changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
        ASSERT_FALSE(open_note(view(changed), key)) << "bit " << i;
    }
}

TEST(Note, WhatIsNoNoteIsRefused) {
    const std::string text = "text\n\n";
    const std::vector<std::string> refused{"",
                                           "\n",
                                           "text\n",
                                           text,
                                           "text\n" + example_line,
                                           example.substr(0, example.size() - 1),
                                           example + "\n",
                                           "te\txt\n\n" + example_line,
                                           "te\rxt\n\n" + example_line,
                                           std::string("te\0xt\n\n", 7) + example_line,
                                           "te\xff\n\n" + example_line,
                                           "te\xc0\xaf\n\n" + example_line,
                                           "te\xed\xa0\x80\n\n" + example_line,
                                           "te\xf4\x90\x80\x80\n\n" + example_line,
                                           text + "- name AAAAAAEC\n",
                                           text + "\u2014 AAAAAAEC\n",
                                           text + "\u2014  AAAAAAEC\n",
                                           text + "\u2014 na+me AAAAAAEC\n",
                                           text + "\u2014 na\u00a0me AAAAAAEC\n",
                                           text + "\u2014 na\u2003me AAAAAAEC\n",
                                           text + "\u2014 name AAAAAA==\n",
                                           text + "\u2014 name AAAAAAEC \n",
                                           text + "\u2014 name AAAAAAED=\n",
                                           text + "\u2014 name AAAAAAEC\nmore\n",
                                           text + "\u2014 name AAAAAAF=\n"};
    for (const auto& note : refused) {
        auto parsed = Note::parse(view(note));
        ASSERT_FALSE(parsed) << note;
        EXPECT_EQ(parsed.error().problem, Problem::corrupt);
    }
    std::string many = text;
    for (std::size_t i = 0; i < note_signatures_max; ++i) many += "\u2014 name AAAAAAEC\n";
    EXPECT_TRUE(Note::parse(view(many)));
    EXPECT_FALSE(Note::parse(view(many + "\u2014 name AAAAAAEC\n")));
    EXPECT_FALSE(Note::parse(view(std::string(note_bytes_max, 'x') + example)));
}

TEST(VerifierKeys, OnlyTheirOneSpellingIsTaken) {
    for (const auto* text :
         {"", "example.com/foo", "example.com/foo+530d903a", "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
          "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
          "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
          "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
          "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", "example.com/foo+530d903a+AekyeRrm"})
        EXPECT_FALSE(VerifierKey::parse(text)) << text;
}

TEST(Checkpoints, EncodeAndParseAgree) {
    Checkpoint checkpoint{"example.com/log", 20'852'163, {}, {}};
    checkpoint.root.fill(7);
    EXPECT_EQ(checkpoint.encode(), "example.com/log\n20852163\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n");
    EXPECT_EQ(Checkpoint::parse(checkpoint.encode()).value(), checkpoint);
    checkpoint.extensions = {"more", "and more"};
    EXPECT_EQ(Checkpoint::parse(checkpoint.encode()).value(), checkpoint);
}

TEST(Checkpoints, OtherSpellingsAreRefused) {
    const std::string root = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n";
    for (const auto& text :
         {std::string(), std::string("\n"), "o\n1\n" + root.substr(0, root.size() - 1), "\n1\n" + root, "o\n01\n" + root,
          "o\n+1\n" + root, "o\n-1\n" + root, "o\n1 \n" + root, "o\n18446744073709551616\n" + root, "o\n\n" + root,
          "o\n1\n" + root.substr(4), "o\n1\n" + root + "\n", "o\n1\n" + root + "x\n\n", std::string("o\n1\n")})
        EXPECT_FALSE(Checkpoint::parse(text)) << text;
    EXPECT_TRUE(Checkpoint::parse("o\n0\n" + root));
}

TEST(Checkpoints, OfAnotherOriginAreRefused) {
    auto signer = crypto::SigningKey::random();
    Checkpoint checkpoint{"one.example", 1, {}, {}};
    EXPECT_TRUE(open_checkpoint(sign_checkpoint(checkpoint, signer), VerifierKey("one.example", signer.public_key())));
    auto as_other = sign_note(checkpoint.encode(), "two.example", signer).encode();
    EXPECT_EQ(open_checkpoint(view(as_other), VerifierKey("two.example", signer.public_key())).error().problem,
              Problem::wrong_key);
}

}  // namespace
}  // namespace muniment::audit
