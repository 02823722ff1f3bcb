// SPDX-License-Identifier: Apache-2.0
// The key set: everything that opens things, as rows that are sealed already, copied to where a restore finds it. docs/formats/keys.md
//
// It holds the heads, every key record, the names sealed under them, the gate's rows, the newest checkpoint of the log, and of every
// matter whose page key is not its first, or that a paper entered from another, all rows that lead to its papers: what an older copy
// of the database would have under keys that no longer exist. A MAC under D(E, "key-set") ends it: who cannot open it cannot make one.
#pragma once
#include <variant>

#include "keys/ring.hpp"
#include "storage/key_sets.hpp"
#include "storage/records.hpp"

namespace muniment::strongroom {

struct NamedSingle {
    std::string name;
    storage::SingleRow row;
};
/// All documents of this matter follow or stand before it: one that does not is not in the matter.
struct CoveredMatter {
    MatterId matter;
};
using KeySetRow = std::variant<NamedSingle, storage::KeyRow, storage::GateRow, storage::DocumentRow, storage::VersionRow, storage::PartRow,
                               storage::FieldRow, storage::CheckpointRow, CoveredMatter>;

std::string key_set_name(const keys::Mark& mark);
/// The mark of the epoch key that a file of this name needs; nothing where it is no key set's name.
std::optional<keys::Mark> key_set_mark(std::string_view name);

/// Of the database as it is.
Result<Bytes> collect_key_set(storage::RecordReader& reader, const keys::Ring& ring);
/// Checks the MAC and that it is whole, and hands over each row. Gives the number of key records. `take` may fail, which ends it.
Result<std::uint64_t> read_key_set(View content, const keys::MacKey& mac, const std::function<Result<void>(KeySetRow&&)>& take);
/// The same, without a look at the rows.
Result<std::uint64_t> check_key_set(View content, const keys::MacKey& mac);

}  // namespace muniment::strongroom
