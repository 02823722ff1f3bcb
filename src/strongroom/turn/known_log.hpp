// SPDX-License-Identifier: Apache-2.0
// What slots and key sets know of the firm's log, held against the log that stands here. docs/formats/keys.md, "Slots"
//
// Promises   Believes a slot only where the firm's own key signed what it says: whoever can write into one slot makes no database older.
//            Takes no log for ended because an entry says so: only what is sealed with the log's key counts.
#pragma once
#include <optional>

#include "audit/lineage.hpp"
#include "keys/slot_files.hpp"
#include "storage/key_sets.hpp"

namespace muniment::strongroom {

struct HeldEpoch;

/// The log's key and line out of the database, by the firm's key record alone, so that it is there where other records are damaged. Where
/// that does not open, the key out of a key set, and no log counts as ended. `keyless` where none opens.
Result<audit::Lineage> lineage_known(storage::RecordReader& reader, const std::vector<storage::KeySets*>& copies,
                                     const std::vector<HeldEpoch>& held, const FirmId& firm);

/// The checkpoint is one of this log, neither beyond it nor another; or it is of a former log that is known to have ended: a slot that
/// was away meanwhile has nothing newer to tell.
bool log_contains(storage::RecordReader& reader, const audit::Lineage* line, const audit::OfLine& known);

enum class SeenIs : std::uint8_t {
    known,      ///< our log contains it, or nothing was seen
    newer,      ///< signed by the firm's key, and not in our log
    unsigned_,  ///< the firm's key did not sign it: not believed
};
struct JudgedSeen {
    SeenIs is;
    std::optional<audit::OfLine> checkpoint;     ///< of one that is signed
};
JudgedSeen judge(storage::RecordReader& reader, const audit::Lineage& line, const keys::Seen& seen);

/// What a note says, whoever signed it: of a key set, whose MAC is ours.
std::optional<audit::OfLine> said_by(View note);

}  // namespace muniment::strongroom
