// SPDX-License-Identifier: Apache-2.0
// A keyed hash over a set of rows that is renewed by one addition when one row changes.
//
// Each row's HMAC-SHA-256 is added modulo 2^256. Whoever can write to the database has neither the key nor any of the values (the
// sum itself is sealed in the head), so no other set of rows, and no older one, can be chosen to give the same sum.
#pragma once
#include "crypto/hash.hpp"
#include "keys/derive.hpp"

namespace muniment::keys {

struct RowSum {
    std::uint64_t count = 0;
    Hash sum{};                       ///< big-endian

    void add(const Hash& row);
    void remove(const Hash& row);
    friend bool operator==(const RowSum&, const RowSum&) = default;
};

/// HMAC over kind || owner || row || number || SHA-256(sealed).
Hash row_hash(const MacKey& key, std::uint16_t kind, const Id16& owner, const Id16& row, std::uint64_t number, View sealed);

}  // namespace muniment::keys
