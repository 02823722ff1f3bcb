// SPDX-License-Identifier: Apache-2.0
// A key set in memory, by what its rows belong to: for a restore.
#pragma once
#include <map>
#include <set>

#include "strongroom/turn/key_set.hpp"
#include "strongroom/turn/standing.hpp"

namespace muniment::strongroom {

struct LoadedSet {
    using VersionKey = std::pair<DocumentId, std::uint32_t>;
    std::string place;
    keys::Mark mark{};
    keys::Head head;
    std::map<std::string, storage::SingleRow> singles;
    std::vector<storage::KeyRow> records;
    std::vector<storage::GateRow> gate;
    std::vector<storage::FieldRow> fields;
    std::map<MatterId, std::map<DocumentId, storage::DocumentRow>> covered;
    std::map<VersionKey, storage::VersionRow> versions;
    std::map<VersionKey, std::vector<storage::PartRow>> parts;
    std::optional<storage::CheckpointRow> checkpoint;
};

/// The newest that can be opened: by epoch, then by the number of its head, both sealed under its key.
Result<std::optional<LoadedSet>> newest_key_set(const std::vector<storage::KeySets*>& copies, const std::vector<HeldEpoch>& held,
                                                const FirmId& firm);

}  // namespace muniment::strongroom
