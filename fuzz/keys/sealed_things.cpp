// SPDX-License-Identifier: Apache-2.0
// Small sealed things and fields: anything at all, what was changed, and what was put elsewhere.
#include "base/limits.hpp"
#include "fuzz.hpp"
#include "keys/sealed.hpp"

using namespace muniment;

FUZZ_TARGET(sealed_things) {
    static const auto key = keys::SealKey::from(crypto::Secret::zeros(32)).value();
    const FirmId firm{};
    fuzz::Pieces pieces(input);
    auto pick = pieces.u64();
    keys::Place place{keys::Kind::client_profile, pieces.array<16>(), pieces.array<16>(), pieces.u64()};
    fuzz::must(!keys::open(key, firm, place, pieces.rest()), "a sealed thing that nobody sealed");
    fuzz::must(!keys::open_secret(key, firm, place, pieces.rest()), "a sealed key that nobody sealed");

    auto sealed = keys::seal(key, firm, place, pieces.rest());
    fuzz::must(keys::open(key, firm, place, sealed).value() == bytes(pieces.rest()), "what opens as something else");
    fuzz::must(!keys::open(key, firm, place, fuzz::damaged(sealed, pick)), "a changed thing that opens");
    fuzz::must(!keys::open(key, firm, place, View(sealed).first(pick % sealed.size())), "half a thing that opens");
    auto elsewhere = place;
    switch (pick % 4) {
        case 0: elsewhere.kind = keys::Kind::matter_profile; break;
        case 1: elsewhere.owner[pick / 4 % 16] ^= 1; break;
        case 2: elsewhere.row[pick / 4 % 16] ^= 1; break;
        default: elsewhere.number ^= 1ull << pick / 4 % 64; break;
    }
    fuzz::must(!keys::open(key, firm, elsewhere, sealed), "a thing that opens in another place");
    fuzz::must(!keys::open(key, FirmId{{1}}, place, sealed), "a thing that opens in another firm");

    // A field: whatever was sealed as one, only the padding that seal_field() writes is taken.
    auto field = keys::open_field(key, firm, place, sealed);
    if (!field) return;
    Writer padded;
    padded.str(*field);
    auto expected = std::move(padded).take();
    constexpr auto step = limits::field_padding_bytes;
    expected.resize((expected.size() + step - 1) / step * step);
    fuzz::must(expected == bytes(pieces.rest()), "a field with a padding that no encoder writes");
}
