// SPDX-License-Identifier: Apache-2.0
// The log as others' tools read it: a static folder in the layout of C2SP tlog-tiles.
#pragma once
#include <filesystem>

#include "storage/records.hpp"

namespace muniment::audit {

/// Writes checkpoint, tile/<level>/<n> and tile/entries/<n> of the tree at the newest checkpoint into `folder`, which is made
/// where it is missing. `not_found` where nothing was signed yet. Leaves go out as they are stored, details do not go out.
Result<void> export_tiles(storage::RecordReader& reader, const std::filesystem::path& folder);

}  // namespace muniment::audit
