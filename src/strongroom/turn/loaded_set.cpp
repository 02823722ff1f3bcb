// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/loaded_set.hpp"

#include <algorithm>

namespace muniment::strongroom {
namespace {

void keep(LoadedSet& set, KeySetRow&& row) {
    std::visit(
        [&]<class R>(R&& each) {
            using T = std::remove_cvref_t<R>;
            if constexpr (std::is_same_v<T, NamedSingle>) set.singles[each.name] = std::move(each.row);
            else if constexpr (std::is_same_v<T, storage::KeyRow>) set.records.push_back(std::move(each));
            else if constexpr (std::is_same_v<T, storage::GateRow>) set.gate.push_back(std::move(each));
            else if constexpr (std::is_same_v<T, storage::FieldRow>) set.fields.push_back(std::move(each));
            else if constexpr (std::is_same_v<T, storage::CheckpointRow>) set.checkpoint = std::move(each);
            else if constexpr (std::is_same_v<T, CoveredMatter>) set.covered[each.matter];
            else if constexpr (std::is_same_v<T, storage::DocumentRow>) set.covered[each.matter].emplace(each.document, std::move(each));
            else if constexpr (std::is_same_v<T, storage::VersionRow>) set.versions[{each.document, each.version}] = std::move(each);
            else set.parts[{each.document, each.version}].push_back(std::move(each));
        },
        std::move(row));
}

/// With the rows, or only the head.
Result<LoadedSet> load(storage::KeySets& place, const std::string& name, const HeldEpoch& epoch, const FirmId& firm, bool rows) {
    LoadedSet set{.place = place.name(), .mark = epoch.mark, .head = {}};
    TRY(auto content, place.get(name));
    CHECK(read_key_set(content, keys::mac_key(epoch.key, "key-set", firm), [&](KeySetRow&& row) -> Result<void> {
        if (rows || std::holds_alternative<NamedSingle>(row)) keep(set, std::move(row));
        return {};
    }));
    TRY(set.head, keys::Ring::open_head(set.singles["key-head"], firm, epoch.key));
    return set;
}

}  // namespace

Result<std::optional<LoadedSet>> newest_key_set(const std::vector<storage::KeySets*>& copies, const std::vector<HeldEpoch>& held,
                                                const FirmId& firm) {
    struct Found {
        storage::KeySets* place;
        std::string name;
        const HeldEpoch* epoch;
        keys::Head head;
    };
    std::optional<Found> newest;
    for_each_key_set(copies, held, [&](storage::KeySets& place, const std::string& name, const HeldEpoch& epoch) {
        auto set = load(place, name, epoch, firm, false);
        auto rank = [](const keys::Head& head) { return std::pair(head.epoch, head.number); };
        // One that is damaged may lie in another place too.
        if (set && (!newest || rank(set->head) > rank(newest->head))) newest = Found{&place, name, &epoch, set->head};
        return true;
    });
    if (!newest) return std::optional<LoadedSet>{};
    TRY(auto set, load(*newest->place, newest->name, *newest->epoch, firm, true));
    return std::optional(std::move(set));
}

}  // namespace muniment::strongroom
