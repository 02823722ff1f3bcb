// SPDX-License-Identifier: Apache-2.0
// Ed25519 (RFC 8032), strict: small-order keys and non-canonical encodings are refused.
#pragma once
#include <array>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace muniment::crypto {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

class SigningKey {
  public:
    static SigningKey random();
    static Result<SigningKey> from_seed(Secret seed);     ///< 32 bytes
    const Secret& seed() const { return seed_; }
    const PublicKey& public_key() const { return public_key_; }
    Signature sign(View message) const;

  private:
    SigningKey(Secret seed, PublicKey public_key) : seed_(std::move(seed)), public_key_(public_key) {}
    Secret seed_;
    PublicKey public_key_;
};

bool verify(const PublicKey& key, View message, View signature);

}  // namespace muniment::crypto
