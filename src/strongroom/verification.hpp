// SPDX-License-Identifier: Apache-2.0
// What the verification of the log (audit/verify.hpp) must know of the strongroom: where a row that an entry names stands, and which
// key opens an entry's words.
#pragma once
#include "access/gate.hpp"
#include "audit/verify.hpp"
#include "strongroom/matters/papers.hpp"

namespace muniment::strongroom {

/// Needs no key: sealed bytes are compared as they lie there. `reader` must outlive it.
audit::Standing rows_of_record(storage::RecordReader& reader, const FirmId& firm);
/// Both must outlive it. One thread at a time.
audit::KeyOf keys_of_details(access::Gate& gate, const Papers& papers);

}  // namespace muniment::strongroom
