// SPDX-License-Identifier: Apache-2.0
// Sealed streams (Cobblestone-256): anything at all, and a stream of ours that was changed.
#include "crypto/stream.hpp"
#include "fuzz.hpp"

using namespace muniment;

FUZZ_TARGET(streams) {
    static const Bytes key(32, 0x42);
    fuzz::must(!crypto::stream_open(key, {}, input), "a stream that nobody sealed");

    fuzz::Pieces pieces(input);
    auto pick = pieces.u64();
    auto repeat = pieces.u8() % 3;
    auto context = bytes(pieces.raw(pieces.u8() % 40));
    Bytes plain;
    for (int i = 0; i <= repeat; ++i) {
        auto rest = pieces.rest();
        plain.insert(plain.end(), rest.begin(), rest.end());
        if (repeat) plain.resize(plain.size() + crypto::stream_chunk_bytes - 7);
    }
    Bytes sealed;
    crypto::stream_seal(key, context, plain, sealed);
    fuzz::must(sealed.size() == crypto::stream_sealed_length(plain.size()), "a stream of another length than foretold");
    fuzz::must(crypto::stream_plain_length(sealed.size()) == plain.size(), "a plaintext of another length than foretold");
    fuzz::must(crypto::stream_open(key, context, sealed).value() == plain, "a stream that opens as something else");
    fuzz::must(!crypto::stream_open(key, context, fuzz::damaged(sealed, pick)), "a changed stream that opens");
    fuzz::must(!crypto::stream_open(key, context, View(sealed).first(pick % sealed.size())), "half a stream that opens");
    auto longer = sealed;
    longer.push_back(static_cast<std::uint8_t>(pick));
    fuzz::must(!crypto::stream_open(key, context, longer), "a stream with more behind it that opens");
    fuzz::must(!crypto::stream_open(key, fuzz::damaged(context.empty() ? Bytes{0} : context, pick), sealed),
               "a stream that opens in another context");
    // Two chunks that changed places.
    if (constexpr auto chunk = crypto::stream_sealed_chunk_bytes; plain.size() > 2 * crypto::stream_chunk_bytes) {
        auto first = sealed.begin() + crypto::stream_head_bytes;
        std::swap_ranges(first, first + chunk, first + chunk);
        fuzz::must(!crypto::stream_open(key, context, sealed), "a stream in another order that opens");
    }
}
