// SPDX-License-Identifier: Apache-2.0
// The key set: everything that opens things, as rows that are sealed already, copied to where a restore finds it. docs/formats/keys.md
//
// It holds the key head, every key record, the gate's rows and head, and of every matter whose page key is new the document rows
// that carry secrets and list rows. A MAC under D(E, "key-set") ends it: who cannot open it cannot make one either.
#pragma once
#include "keys/ring.hpp"
#include "storage/key_sets.hpp"
#include "storage/records.hpp"

namespace muniment::strongroom {

std::string key_set_name(const keys::Mark& mark);
/// Of the database as it is, with the documents of `matters`.
Result<Bytes> collect_key_set(storage::RecordReader& reader, const std::vector<MatterId>& matters, const keys::MacKey& mac);
/// Checks the MAC and that head and rows are complete, and gives the number of key records.
Result<std::uint64_t> check_key_set(View content, const keys::MacKey& mac);

}  // namespace muniment::strongroom
