// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/pack_report.hpp"

#include <algorithm>
#include <unordered_map>

namespace muniment::strongroom {
namespace {

Result<void> report_one(storage::RecordReader& reader, storage::PackStore& packs, const PackId& pack, PackReport& report) {
    TRY(auto found, packs.list(pack));
    ++report.packs;
    report.objects += found.size();
    std::unordered_map<std::uint64_t, const storage::FoundObject*> by_offset;
    for (const auto& object : found) {
        report.bytes += object.place.length;
        by_offset.emplace(object.place.offset, &object);
    }
    CHECK(reader.for_each_part_in(pack, [&](const storage::PartRow& part) {
        auto at = by_offset.find(part.place.offset);
        if (at == by_offset.end() || at->second->object != part.object) ++report.unfound;
        else by_offset.erase(at);
        return true;
    }));
    report.orphans += by_offset.size();
    for (const auto& [offset, object] : by_offset) report.orphan_bytes += object->place.length;
    return {};
}

}  // namespace

Result<PackReport> report_packs(storage::RecordReader& reader, storage::PackStore& packs) {
    PackReport report;
    TRY(auto files, packs.packs());
    TRY(auto known, reader.packs());
    for (const auto& pack : files) CHECK(report_one(reader, packs, pack, report));
    for (const auto& row : known) {
        if (row.state == storage::PackState::lost) report.lost.push_back(row.pack);
        if (std::ranges::binary_search(files, row.pack)) continue;
        bool named = false;
        CHECK(reader.for_each_part_in(row.pack, [&](const storage::PartRow&) { return named = true, false; }));
        if (named && row.state != storage::PackState::lost) report.missing.push_back(row.pack);
    }
    return report;
}

}  // namespace muniment::strongroom
