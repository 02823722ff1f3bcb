// SPDX-License-Identifier: Apache-2.0
#include "crypto/stream.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <boost/beast/zlib/inflate_stream.hpp>

#include "base/random.hpp"
#include "crypto/vectors_test.hpp"

namespace muniment::crypto {
namespace {

const Bytes key(32, 9);

Bytes some_bytes(std::size_t size) {
    Bytes out(size);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 2654435761u >> 13);
    return out;
}

Bytes sealed(View plaintext, View context = view("place")) {
    Bytes out;
    stream_seal(key, context, plaintext, out);
    return out;
}

/// RFC 1950: two bytes of head, deflated bytes, four of checksum.
Bytes inflated(View zlib) {
    Bytes out(5 * 1024 * 1024);
    boost::beast::zlib::inflate_stream inflater;
    boost::beast::zlib::z_params p;
    p.next_in = zlib.data() + 2;
    p.avail_in = zlib.size() - 2;
    p.next_out = out.data();
    p.avail_out = out.size();
    boost::beast::error_code error;
    inflater.write(p, boost::beast::zlib::Flush::finish, error);
    EXPECT_EQ(error, boost::beast::zlib::error::end_of_stream);
    out.resize(p.total_out);
    return out;
}

std::string sha512(View bytes) {
    std::array<std::uint8_t, 64> hash;
    EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha512(), nullptr);
    return to_hex(hash);
}

/// What can be read from the start, chunk by chunk, before the first error.
Bytes prefix_that_opens(View k, View context, View stream) {
    Bytes plaintext;
    auto opener = StreamOpener::create(k, context, stream.first(stream_head_bytes));
    if (!opener) return plaintext;
    auto rest = stream.subspan(stream_head_bytes);
    for (std::uint64_t index = 0; rest.size() >= stream_sealed_chunk_bytes; ++index) {
        Bytes chunk(stream_chunk_bytes);
        if (!opener->open_chunk(index, false, rest.first(stream_sealed_chunk_bytes), chunk)) break;
        plaintext.insert(plaintext.end(), chunk.begin(), chunk.end());
        rest = rest.subspan(stream_sealed_chunk_bytes);
    }
    return plaintext;
}

TEST(StreamTest, WycheproofCobblestone256) {
    vectors::each_of_wycheproof("c2sp_chunked_encryption_aes_256_gcm_test.json", [](auto&, auto& vector) {
        SCOPED_TRACE(vectors::word(vector, "comment"));
        auto k = vectors::hex(vector, "key"), context = vectors::hex(vector, "ctx"),
             stream = inflated(vectors::hex(vector, "ct"));
        auto flags = vector.at("flags").as_array();
        auto has = [&flags](auto flag) { return std::ranges::any_of(flags, [&](auto& f) { return f.as_string() == flag; }); };
        if (has("InvalidKeySize")) {
            // A key of another length cannot come from outside: keys/ refuses it (Key::from), and here it is our own mistake.
            EXPECT_DEATH((void)StreamOpener::create(k, context, View(stream).first(stream_head_bytes)), "wrong length");
            return;
        }
        auto opened = stream_open(k, context, stream);
        if (vectors::word(vector, "result") != "valid") {
            ASSERT_FALSE(opened);
            EXPECT_EQ(opened.error().problem, Problem::corrupt);
            if (has("PartialPlaintext")) {
                EXPECT_EQ(sha512(prefix_that_opens(k, context, stream)), vectors::word(vector, "msgSha512"));
            }
            return;
        }
        ASSERT_TRUE(opened);
        EXPECT_EQ(static_cast<std::int64_t>(opened->size()), vector.at("msgLength").as_int64());
        EXPECT_EQ(sha512(*opened), vectors::word(vector, "msgSha512"));
        Bytes again;
        auto sealer = StreamSealer::with_insecure_salt(k, context, View(stream).first(24));
        sealer.add(*opened, again);
        sealer.finish(again);
        EXPECT_TRUE(again == stream) << "sealing gives the vector's bytes too";
    });
}

TEST(StreamTest, LengthsAreExact) {
    for (std::uint64_t plain : {0u, 1u, 16'383u, 16'384u, 16'385u, 32'768u, 100'000u}) {
        auto length = stream_sealed_length(plain);
        EXPECT_EQ(sealed(some_bytes(plain)).size(), length);
        EXPECT_EQ(stream_plain_length(length), plain);
    }
    EXPECT_FALSE(stream_plain_length(0));
    EXPECT_FALSE(stream_plain_length(stream_head_bytes + 15));
    EXPECT_FALSE(stream_plain_length(stream_head_bytes + stream_sealed_chunk_bytes)) << "no last chunk";
    EXPECT_FALSE(stream_plain_length(~std::uint64_t{0}));
    EXPECT_EQ(stream_plain_length(stream_sealed_length((std::uint64_t{1} << 52) - 1)), (std::uint64_t{1} << 52) - 1);
}

TEST(StreamTest, HoweverItIsCutIntoPieces) {
    auto plaintext = some_bytes(50'000);
    auto salt = random_bytes<24>();
    Bytes whole;
    auto at_once = StreamSealer::with_insecure_salt(key, view("place"), salt);
    at_once.add(plaintext, whole);
    at_once.finish(whole);
    for (std::size_t step : {1u, 1'000u, 16'383u, 16'384u, 16'385u, 40'000u}) {
        Bytes pieces;
        auto sealer = StreamSealer::with_insecure_salt(key, view("place"), salt);
        for (std::size_t at = 0; at < plaintext.size(); at += step)
            sealer.add(View(plaintext).subspan(at, std::min(step, plaintext.size() - at)), pieces);
        sealer.finish(pieces);
        EXPECT_TRUE(pieces == whole) << step;
    }
    EXPECT_TRUE(*stream_open(key, view("place"), whole) == plaintext);
}

TEST(StreamTest, AnyFlippedBitIsRefused) {
    auto stream = sealed(some_bytes(100));
    for (std::size_t bit = 0; bit < stream.size() * 8; ++bit) {
        auto damaged = stream;
        damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        ASSERT_FALSE(stream_open(key, view("place"), damaged)) << "bit " << bit;
    }
    EXPECT_TRUE(stream_open(key, view("place"), stream)) << "unharmed, it opens";
}

TEST(StreamTest, AnyTruncationIsRefused) {
    auto stream = sealed(some_bytes(stream_chunk_bytes + 50));
    for (std::size_t size = 0; size < stream.size(); ++size) {
        auto opened = stream_open(key, view("place"), View(stream).first(size));
        ASSERT_FALSE(opened) << "cut to " << size;
        ASSERT_EQ(opened.error().problem, Problem::corrupt);
    }
}

TEST(StreamTest, ExtensionAndSwappedChunksAreRefused) {
    auto stream = sealed(some_bytes(3 * stream_chunk_bytes));
    auto longer = stream;
    longer.push_back(0);
    EXPECT_FALSE(stream_open(key, view("place"), longer));
    auto swapped = stream;
    auto first = swapped.begin() + stream_head_bytes;
    std::swap_ranges(first, first + stream_sealed_chunk_bytes, first + stream_sealed_chunk_bytes);
    EXPECT_FALSE(stream_open(key, view("place"), swapped));
    auto dropped = stream;
    dropped.erase(dropped.begin() + stream_head_bytes, dropped.begin() + stream_head_bytes + stream_sealed_chunk_bytes);
    EXPECT_FALSE(stream_open(key, view("place"), dropped));
}

TEST(StreamTest, AnotherKeyOrContextIsRefusedByTheHeadAlone) {
    auto stream = sealed(some_bytes(100));
    auto head = View(stream).first(stream_head_bytes);
    EXPECT_TRUE(StreamOpener::create(key, view("place"), head));
    EXPECT_EQ(StreamOpener::create(key, view("other"), head).error().problem, Problem::corrupt);
    EXPECT_EQ(StreamOpener::create(Bytes(32, 8), view("place"), head).error().problem, Problem::corrupt);
    EXPECT_EQ(StreamOpener::create(key, view("place"), head.first(55)).error().problem, Problem::corrupt);
}

TEST(StreamTest, RandomAccessReadsWhatTheWholeHolds) {
    auto plaintext = some_bytes(5 * stream_chunk_bytes + 123);
    auto stream = sealed(plaintext);
    auto opener = *StreamOpener::create(key, view("place"), View(stream).first(stream_head_bytes));
    for (std::uint64_t index : {5u, 0u, 3u, 3u, 1u}) {
        bool last = index == 5;
        Bytes chunk(last ? 123 : stream_chunk_bytes);
        auto from = View(stream).subspan(stream_head_bytes + index * stream_sealed_chunk_bytes, chunk.size() + 16);
        ASSERT_TRUE(opener.open_chunk(index, last, from, chunk));
        EXPECT_TRUE(std::ranges::equal(chunk, View(plaintext).subspan(index * stream_chunk_bytes, chunk.size())));
    }
}

TEST(StreamTest, WhatDoesNotOpenLeavesNothing) {
    auto stream = sealed(some_bytes(1000));
    auto opener = *StreamOpener::create(key, view("place"), View(stream).first(stream_head_bytes));
    auto chunk = bytes(View(stream).subspan(stream_head_bytes));
    chunk.back() ^= 1;
    Bytes out(1000, 0xaa);
    EXPECT_FALSE(opener.open_chunk(0, true, chunk, out));
    EXPECT_EQ(out, Bytes(1000, 0));
    out.assign(1000, 0xaa);
    EXPECT_FALSE(opener.open_chunk(0, false, chunk, out)) << "too short to have another behind it";
    EXPECT_EQ(out, Bytes(1000, 0));
}

TEST(StreamTest, ALastChunkIsNeverWhole) {
    auto stream = sealed(some_bytes(stream_chunk_bytes));
    auto opener = *StreamOpener::create(key, view("place"), View(stream).first(stream_head_bytes));
    Bytes out(stream_chunk_bytes);
    auto chunk = View(stream).subspan(stream_head_bytes, stream_sealed_chunk_bytes);
    EXPECT_FALSE(opener.open_chunk(0, true, chunk, out));
    EXPECT_TRUE(opener.open_chunk(0, false, chunk, out));
    EXPECT_FALSE(opener.open_chunk(std::uint64_t{1} << 38, false, chunk, out));
}

TEST(StreamDeathTest, AStreamIsSealedOnce) {
    StreamSealer sealer(key, {});
    Bytes out;
    sealer.finish(out);
    EXPECT_DEATH(sealer.add(view("more"), out), "sealed once");
    EXPECT_DEATH(sealer.finish(out), "sealed once");
}

}  // namespace
}  // namespace muniment::crypto
