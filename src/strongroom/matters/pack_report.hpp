// SPDX-License-Identifier: Apache-2.0
// What lies in the packs, held against the rows: without a key, pack by pack.
#pragma once
#include "storage/packs.hpp"
#include "storage/records.hpp"

namespace muniment::strongroom {

struct PackReport {
    std::uint64_t packs = 0, objects = 0, bytes = 0;         ///< files, whole objects in them, their sealed bytes
    std::uint64_t orphans = 0, orphan_bytes = 0;             ///< objects that no row names: uploads that were refused or cut off
    std::vector<PackId> missing;                             ///< that rows name, and that are not there
    std::vector<PackId> lost;                                ///< whose loss was accepted
    std::uint64_t unfound = 0;                               ///< versions' parts that rows name and their pack does not have whole
};

/// While uploads are under way, their objects may be counted as orphans: bytes and rows become durable side by side.
Result<PackReport> report_packs(storage::RecordReader& reader, storage::PackStore& packs);

}  // namespace muniment::strongroom
