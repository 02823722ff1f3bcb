// SPDX-License-Identifier: Apache-2.0
// Whether the content of a version has arrived whose rows were committed by a process that is gone since.
#pragma once
#include "storage/packs.hpp"
#include "strongroom/matters/papers.hpp"

namespace muniment::strongroom {

/// False where it was taken back. `unavailable` where its rows are there and its bytes do not open: it is for the recovery to say whether
/// they never arrived or were damaged.
Result<bool> has_arrived(access::Gate& gate, const Papers& papers, storage::PackStore& packs, const DocumentId& document,
                         std::uint32_t version);

}  // namespace muniment::strongroom
