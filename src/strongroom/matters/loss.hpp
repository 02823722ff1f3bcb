// SPDX-License-Identifier: Apache-2.0
// A pack that is gone for good. The strongroom stays shut while the newest pack, or one that a crash left open, is missing, since the
// disk that it lies on may only be away (recovery.hpp). When it is known not to come back, a person accepts the loss: it is said what
// is lost, the record says it for ever, and the strongroom opens without it. The papers' rows stay: they are shown as damaged, and
// readable again should the pack turn up after all.
#pragma once
#include "access/gate.hpp"
#include "storage/packs.hpp"

namespace muniment::strongroom {

struct LostVersion {
    MatterId matter;                 ///< nil: no matter has such a document any more
    DocumentId document;
    std::uint32_t version = 0;
};

/// What lies in a pack by the rows, ordered by matter and document. Needs no key. `not_found` where no row knows the pack, `conflict`
/// where it can be read: then nothing is lost.
Result<std::vector<LostVersion>> loss_of(storage::RecordReader& reader, storage::PackStore& packs, const PackId& pack);

/// Accepts it: one entry with the reason, and for each matter entries that name what it lost; in one commit with the pack's state.
Result<void> accept_loss(access::Gate& gate, storage::PackStore& packs, const PackId& pack, const std::string& reason);

}  // namespace muniment::strongroom
