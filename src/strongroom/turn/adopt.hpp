// SPDX-License-Identifier: Apache-2.0
// What only people decide: that this database is the firm from now on (adopt), and that damaged rows are brought back (mend). Both need
// the root key, however it was come by, and a database that nobody else uses.
#pragma once
#include "strongroom/turn/restore.hpp"
#include "strongroom/turn/scrub.hpp"
#include "strongroom/turn/slot_watch.hpp"

namespace muniment::strongroom {

struct Adopted {
    Diagnosis found;                          ///< before
    std::optional<RestoreReport> restored;    ///< where the database was older, or was mended
    BegunAnew log;                            ///< by the restoring, or because this was a copy
    ScrubReport scrub;                        ///< afterwards: what is still missing or damaged
    std::vector<SlotReport> slots;            ///< afterwards
    std::string verifier_key;                 ///< of the log, a new one where it began anew
};

/// Names this database as the living one, in every slot in reach. One that is older than the firm is restored first; of a copy the log
/// goes on under an origin of its own, for the other one may have signed on. A slot that is away stays another's, until this is run again.
Result<Adopted> adopt(const Places& places, const keys::RootKey& root, const FirmId& firm);
/// Brings back what a key set holds and this database lost. Touches no slot. `older_database` for a database that is older than the firm.
Result<Adopted> mend(const Places& places, const keys::RootKey& root, const FirmId& firm);

}  // namespace muniment::strongroom
