// SPDX-License-Identifier: Apache-2.0
// AES-256-GCM (NIST SP 800-38D) with 96-bit nonces and 128-bit tags, for the two suites built on it (seal.cpp, stream.cpp).
// It does not care whether a nonce repeats: that is what the suites are for.
#pragma once
#include <span>

#include "base/bytes.hpp"
#include "crypto/openssl.hpp"

namespace muniment::crypto {

inline constexpr std::size_t gcm_key_bytes = 32, gcm_nonce_bytes = 12, gcm_tag_bytes = 16;

class Gcm {
  public:
    Gcm();
    void set_key(View key);
    /// Drops the key; the memory of its round keys is wiped.
    void drop_key();
    /// `out` is plaintext.size() + 16 bytes: ciphertext, then the tag.
    void seal(View nonce, View associated_data, View plaintext, std::span<std::uint8_t> out);
    /// `out` is sealed.size() - 16 bytes, and all zeros where false is returned.
    [[nodiscard]] bool open(View nonce, View associated_data, View sealed, std::span<std::uint8_t> out);

  private:
    void begin(View nonce, View associated_data, int encrypt);
    CipherContext context_;
};

}  // namespace muniment::crypto
