// SPDX-License-Identifier: Apache-2.0
// Small sealed things: 0x01 (format) || 0x01 (suite XAES-256-GCM) || nonce 24 || ciphertext || tag 16.
//
// Their associated data name what they are and where they belong, which defeats whoever can write to the database and copies a
// sealed value into another row, another owner's row, or an older revision over a newer one.
#pragma once
#include "base/ids.hpp"
#include "keys/derive.hpp"
#include "keys/kinds.hpp"

namespace muniment::keys {

/// Where a sealed thing belongs.
struct Place {
    Kind kind;
    Id16 owner;
    Id16 row;
    std::uint64_t number;   ///< revision, generation or version: the kind says which
};

Bytes seal(const SealKey& key, const FirmId& firm, const Place& place, View plaintext);
/// `corrupt`, naming kind, row and number, where it does not open.
Result<Bytes> open(const SealKey& key, const FirmId& firm, const Place& place, View sealed);
/// The same for what is itself a key: it only ever stands in the arena.
Result<crypto::Secret> open_secret(const SealKey& key, const FirmId& firm, const Place& place, View sealed);

/// A field: its true length is hidden by padding to steps of limits::field_padding_bytes.
Bytes seal_field(const SealKey& key, const FirmId& firm, const Place& place, View plaintext);
Result<Bytes> open_field(const SealKey& key, const FirmId& firm, const Place& place, View sealed);

}  // namespace muniment::keys
