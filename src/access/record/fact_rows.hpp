// SPDX-License-Identifier: Apache-2.0
// Facts of the policy as the plaintext of gate rows, and back. docs/formats/gate.md
#pragma once
#include "access/decide/facts.hpp"
#include "base/bytes.hpp"
#include "keys/kinds.hpp"

namespace muniment::access {

/// Where a fact's row stands.
struct RowPlace {
    keys::Kind kind;
    Id16 owner;
    Id16 row;
};

RowPlace place_of(const FirmId& firm, const Person& person);
RowPlace place_of(const FirmId& firm, const Group& group);
RowPlace place_of(const FirmId& firm, const Matter& matter);
RowPlace place_of(const FirmId& firm, const Wall& wall);
RowPlace place_of(const FirmId& firm, const Grant& grant);   ///< one row for each matter and grantee

Bytes encode(const Person& person);
Bytes encode(const Group& group);
Bytes encode(const Matter& matter);
Bytes encode(const Wall& wall);
Bytes encode(const Grant& grant);

/// Adds the fact that the row holds. Rows of other kinds (credentials, sessions) are passed over.
Result<void> decode_into(Facts& facts, keys::Kind kind, View content);

}  // namespace muniment::access
