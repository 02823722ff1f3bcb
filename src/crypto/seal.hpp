// SPDX-License-Identifier: Apache-2.0
// Sealing of small things: C2SP XAES-256-GCM (c2sp.org/XAES-256-GCM) with a random 24-byte nonce.
//
// A sealed thing is nonce (24) || ciphertext || tag (16), so it is 40 bytes longer than what is in it.
#pragma once
#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace muniment::crypto {

inline constexpr std::size_t xaes_overhead_bytes = 40;

/// `key` is 32 bytes. Appends to `out`, so that a format's own head can stand before it.
void xaes_seal(View key, View associated_data, View plaintext, Bytes& out);
/// `corrupt` where the key, the associated data or a single bit is another one.
Result<Bytes> xaes_open(View key, View associated_data, View sealed);
/// The same, for keys: the plaintext only ever stands in the arena.
Result<Secret> xaes_open_secret(View key, View associated_data, View sealed);

/// With the nonce given: for test vectors only.
void xaes_seal_insecure_nonce(View key, View nonce, View associated_data, View plaintext, Bytes& out);

}  // namespace muniment::crypto
