// SPDX-License-Identifier: Apache-2.0
// Bringing a firm back where its database is older than the firm, and mending one that is damaged: from the newest key set whose key a
// slot holds, and from the rows of the database where they still open. docs/formats/keys.md, "Restoring"
//
// Promises   One transaction: all of it, or nothing was changed. A row is taken only if it opens at its place under the keys that stand
//            then; of two that do, the newer. What the firm destroyed does not come back: its keys are gone. What was brought back is
//            said in the log, row by row.
// Assumes    Nobody else uses the database.
// Does not   Touch a slot. Bring back what was filed since the newest copy of its rows: a scrub afterwards says what is missing.
#pragma once
#include "audit/log.hpp"
#include "base/clock.hpp"
#include "storage/packs.hpp"
#include "strongroom/turn/standing.hpp"

namespace muniment::strongroom {

struct Places {
    storage::Records& records;
    storage::PackStore& packs;
    std::vector<storage::Slot*> slots;
    std::vector<storage::KeySets*> copies;
    const Clock& clock;
};

struct BegunAnew {
    bool log_begun_anew = false;
    std::uint64_t former_size = 0, entries_kept = 0;
};

struct RestoreReport : BegunAnew {
    std::string key_set;                  ///< where it lies; empty where there was none
    std::uint64_t records = 0;            ///< key records that came from it
    std::uint64_t papers = 0, versions = 0, names = 0;   ///< the same; papers and folders
    bool gate = false;                    ///< people, teams and walls were put together anew
    std::uint64_t gate_changes_lost = 0;  ///< of them, what the log tells of and nobody has
    std::uint64_t sessions_ended = 0;
    std::uint64_t credentials_ended = 0;  ///< of people who must be invited anew: a wall may be lost
};

enum class RestoreAs : bool {
    mended,     ///< damaged rows: the log goes on as it is, unless more of it was seen elsewhere, or sealed heads say so or are broken
    older,      ///< an older database: the log goes on under a new origin, every session ends
};
/// In a transaction, when no Log is open: the log goes on under an origin of its own, and names these as ended.
Result<void> begin_anew_in(storage::RecordWriter& writer, const keys::Ring& ring, const Clock& clock,
                           std::vector<audit::Log::Former> formers, BegunAnew& report);

/// `keyless` where no slot has a key for the database or a key set.
Result<RestoreReport> restore(const Places& places, const keys::RootKey& root, const FirmId& firm, RestoreAs as);

}  // namespace muniment::strongroom
