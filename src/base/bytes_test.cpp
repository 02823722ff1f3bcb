// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace muniment {
namespace {

TEST(HexTest, ReadsOnlyWhatItWrites) {
    EXPECT_EQ(to_hex(Bytes{0x00, 0x0f, 0xf0, 0xff}), "000ff0ff");
    EXPECT_EQ(*from_hex("000ff0ff"), (Bytes{0x00, 0x0f, 0xf0, 0xff}));
    EXPECT_TRUE(from_hex("")->empty());
    for (auto bad : {"0", "0F", "0g", " 0", "0x00", "00\n0"}) EXPECT_EQ(from_hex(bad).error().problem, Problem::malformed) << bad;
}

struct Spelling {
    std::string_view plain, base64, base64url, base32;
};

// RFC 4648 section 10, without the padding where we write none.
TEST(Base64Test, Rfc4648) {
    for (auto& s :
         {Spelling{"", "", "", ""}, Spelling{"f", "Zg==", "Zg", "MY"}, Spelling{"fo", "Zm8=", "Zm8", "MZXQ"},
          Spelling{"foo", "Zm9v", "Zm9v", "MZXW6"}, Spelling{"foob", "Zm9vYg==", "Zm9vYg", "MZXW6YQ"},
          Spelling{"fooba", "Zm9vYmE=", "Zm9vYmE", "MZXW6YTB"}, Spelling{"foobar", "Zm9vYmFy", "Zm9vYmFy", "MZXW6YTBOI"}}) {
        EXPECT_EQ(to_base64(view(s.plain)), s.base64);
        EXPECT_EQ(to_base64url(view(s.plain)), s.base64url);
        EXPECT_EQ(to_base32(view(s.plain)), s.base32);
        EXPECT_EQ(string(*from_base64(s.base64)), s.plain);
        EXPECT_EQ(string(*from_base64url(s.base64url)), s.plain);
    }
    EXPECT_EQ(to_base64(Bytes{0xfb, 0xff}), "+/8=");
    EXPECT_EQ(to_base64url(Bytes{0xfb, 0xff}), "-_8");
}

TEST(Base64Test, OnlyOneSpellingIsRead) {
    for (auto bad : {"Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Z===", "Zg==Zg==", "-_8="})
        EXPECT_EQ(from_base64(bad).error().problem, Problem::malformed) << bad;
    for (auto bad : {"Z", "Zg==", "Zh", "Zm9", "+/8", "Zg ", "Zm9vY"})
        EXPECT_EQ(from_base64url(bad).error().problem, Problem::malformed) << bad;
}

TEST(Base64Test, RoundTripsOfEveryLength) {
    for (std::size_t size = 0; size < 100; ++size) {
        Bytes plain(size);
        random_fill(plain);
        EXPECT_EQ(*from_base64(to_base64(plain)), plain);
        EXPECT_EQ(*from_base64url(to_base64url(plain)), plain);
        EXPECT_EQ(*from_hex(to_hex(plain)), plain);
    }
}

TEST(WriterTest, BigEndianAndLengthsBefore) {
    Writer w;
    w.u8(1).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0f).i64(-2).raw("ab").str("xyz");
    EXPECT_EQ(to_hex(w.written()), "0102030405060708090a0b0c0d0e0ffffffffffffffffe61620000000378797a");
    Reader r(w.written());
    EXPECT_EQ(r.u8(), 1);
    EXPECT_EQ(r.u16(), 0x0203);
    EXPECT_EQ(r.u32(), 0x04050607u);
    EXPECT_EQ(r.u64(), 0x08090a0b0c0d0e0fu);
    EXPECT_EQ(r.i64(), -2);
    EXPECT_EQ(r.array<2>(), (std::array<std::uint8_t, 2>{'a', 'b'}));
    EXPECT_EQ(text(r.str(3)), "xyz");
    EXPECT_TRUE(r.done("it"));
    EXPECT_EQ(std::move(w).take().size(), 32u);
}

TEST(ReaderTest, AfterAnErrorEverythingIsZero) {
    Bytes three = {1, 2, 3};
    Reader r(three);
    EXPECT_EQ(r.u32(), 0u);
    EXPECT_FALSE(r.ok());
    EXPECT_EQ(r.u8(), 0) << "even though three bytes are there";
    EXPECT_TRUE(r.raw(1).empty());
    EXPECT_EQ((r.array<2>()), (std::array<std::uint8_t, 2>{}));
    EXPECT_EQ(r.done("the row").error().problem, Problem::corrupt);
}

TEST(ReaderTest, NothingMayBeLeftOver) {
    Bytes three = {1, 2, 3};
    Reader r(three);
    r.u16();
    EXPECT_EQ(r.rest().size(), 1u);
    auto result = r.done("the row");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().detail, "the row is longer than its format");
}

TEST(ReaderTest, AStringIsBoundedBeforeItIsRead) {
    auto of = [](std::uint32_t length, std::string_view content) {
        Writer w;
        w.u32(length).raw(content);
        return std::move(w).take();
    };
    auto within = of(3, "abc"), over_limit = of(4, "abcd"), over_end = of(3, "ab"), huge = of(0xffffffff, "");
    EXPECT_EQ(text(Reader(within).str(3)), "abc");
    for (auto* bytes : {&over_limit, &over_end, &huge}) {
        Reader r(*bytes);
        EXPECT_TRUE(r.str(3).empty());
        EXPECT_FALSE(r.ok());
    }
}

}  // namespace
}  // namespace muniment
