// SPDX-License-Identifier: Apache-2.0
// Recovery shares: SLIP-0039 (github.com/satoshilabs/slips, slip-0039.md), Shamir's secret sharing over GF(256), spelled in words
// with a checksum. docs/formats/shares.md says which part of it Muniment makes.
//
// Promises   Fewer shares than are needed say nothing of the secret. What combine() gives is what was split: a digest of 32 bits
//            inside the shares tells where one of them is another set's or was made up. Secrets, shares and what stands between
//            are in guarded memory, and arithmetic on them takes the same time whatever their value.
// Does not   Hide from a cache which words a share has: looking words up in the list is not constant-time. Hold against a
//            holder who makes up a share that fits 32 bits of digest together with k - 1 true ones: whoever uses the secret
//            sees whether it opens anything.
#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"

namespace muniment::crypto {

inline constexpr std::size_t shares_max = 16;

struct Share {
    std::uint16_t identifier = 0;              ///< 15 bits, the same for all shares of a set
    bool extendable = true;                    ///< the identifier is no part of the encryption
    std::uint8_t exponent = 0;                 ///< PBKDF2 takes 10,000 · 2^exponent iterations in all
    std::uint8_t group = 0, groups_needed = 1, groups = 1;   ///< the first counts from 0
    std::uint8_t member = 0, members_needed = 1;             ///< member counts from 0: holder 1 has member 0
    Secret value;

    /// `bad_share`, saying which word is not in the list, or that the checksum does not fit: somebody misread.
    static Result<Share> read(std::string_view words);
    Secret words() const;                      ///< lower case, one blank between two
    std::string set_name() const;              ///< the two words that every share of the set begins with
    bool same_set(const Share& other) const;   ///< everything but group, member and value
    Share clone() const;
};

/// One group, `needed` (2 to count) of `count` (to shares_max) open it. `secret` has an even number of bytes, from 16.
std::vector<Share> split(const Secret& secret, std::uint8_t needed, std::uint8_t count);
/// The shares of as many groups as are needed, of each as many as are needed, no more. `bad_share` where they do not fit each other.
/// The passphrase changes what comes out and is never found wrong.
Result<Secret> combine(std::span<const Share> shares, std::string_view passphrase = {});

namespace detail {
/// The product in GF(256) by the polynomial x^8 + x^4 + x^3 + x + 1, in constant time.
std::uint8_t gf256_product(std::uint8_t a, std::uint8_t b);
/// SLIP-0039, "Encryption of the master secret": four rounds of Feistel; in reverse, the decryption.
Secret share_cipher(View in, std::string_view passphrase, const Share& parameters, bool encrypt);
}  // namespace detail

}  // namespace muniment::crypto
