// SPDX-License-Identifier: Apache-2.0
// Hashes and key derivation: SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104), HKDF-SHA-512 (RFC 5869).
#pragma once
#include <initializer_list>
#include <memory>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace muniment::crypto {

Hash sha256(View bytes);
Hash sha256(std::initializer_list<View> pieces);          ///< of the pieces one after the other

class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    void add(View bytes);
    Hash finish();                                        ///< and begins anew

    /// Where it stands, to go on from later: the eight words (FIPS 180-4 section 6.2) and the bytes since the last whole block of 64,
    /// which are the content's. To be kept as secret as the content.
    Bytes state() const;
    /// `corrupt` where it is not the state after `length` bytes.
    static Result<Sha256> from(View state, std::uint64_t length);

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

Hash hmac_sha256(View key, std::initializer_list<View> pieces);
bool equal(View a, View b);                               ///< constant time for equal lengths

/// RFC 5869 section 2.3, with SHA-512; `out` at most 255 * 64 bytes.
void hkdf_expand_sha512(View prk, View info, std::span<std::uint8_t> out);
/// RFC 5869, extract (salt may be empty) then expand, with SHA-512.
void hkdf_sha512(View salt, View ikm, View info, std::span<std::uint8_t> out);

}  // namespace muniment::crypto
