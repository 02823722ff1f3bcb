// SPDX-License-Identifier: Apache-2.0
// Whether an object is whole: read and opened from its first byte to its last, nothing kept. For recovery and scrubbing.
#pragma once
#include "keys/keys.hpp"
#include "storage/packs.hpp"

namespace muniment::strongroom {

/// `corrupt` where the row's two lengths do not belong together.
Result<void> check_length(const storage::PartRow& part);
/// `corrupt` where a byte is missing or does not fit; other problems where the pack cannot be read.
Result<void> open_whole(storage::PackStore& packs, const FirmId& firm, const storage::PartRow& part, const keys::ObjectKey& key);

}  // namespace muniment::strongroom
