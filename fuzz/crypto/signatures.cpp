// SPDX-License-Identifier: Apache-2.0
// Ed25519: a signature is valid for one text, and nobody can make a second one out of it.
#include "crypto/signature.hpp"
#include "fuzz.hpp"

using namespace muniment;

FUZZ_TARGET(signatures) {
    static const auto key = crypto::SigningKey::from_seed(crypto::Secret::zeros(32)).value();
    fuzz::Pieces pieces(input);
    auto pick = pieces.u64();
    auto foreign_key = pieces.array<32>();
    auto foreign = pieces.array<64>();
    fuzz::must(!crypto::verify(key.public_key(), pieces.rest(), foreign), "a signature that we did not make");
    static_cast<void>(crypto::verify(foreign_key, pieces.rest(), foreign));
    auto ours = key.sign(pieces.rest());
    fuzz::must(crypto::verify(key.public_key(), pieces.rest(), ours), "a signature of ours that is not valid");
    fuzz::must(!crypto::verify(key.public_key(), pieces.rest(), fuzz::damaged(ours, pick)), "a changed signature that is valid");
    // S plus the group's order: the same signature to who does not look (RFC 8032 section 5.1.7).
    constexpr std::array<std::uint8_t, 32> order{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                                 0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                                 0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    auto second = ours;
    unsigned carry = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        carry += second[32 + i] + order[i];
        second[32 + i] = static_cast<std::uint8_t>(carry);
        carry >>= 8;
    }
    fuzz::must(!crypto::verify(key.public_key(), pieces.rest(), second), "a second spelling of a signature");
}
