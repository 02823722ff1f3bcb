// SPDX-License-Identifier: Apache-2.0
#include "access/decide/conflicts.hpp"

#include "access/decide/decide.hpp"
#include "access/decide/sorted.hpp"

namespace muniment::access {
namespace {

std::vector<WallSide> stands(const Policy& policy, PersonId person) {
    const auto* card = policy.person_card(person);
    return card ? card->stands : std::vector<WallSide>{};
}

std::vector<WallId> on_both_sides(const std::vector<WallSide>& stands) {
    // Sorted by wall, then side: who stands on both has them next to each other.
    std::vector<WallId> walls;
    for (std::size_t i = 1; i < stands.size(); ++i)
        if (stands[i - 1].wall == stands[i].wall) walls.push_back(stands[i].wall);
    return walls;
}

std::optional<WallId> wall_changed(const Change& change) {
    if (const auto* wall = std::get_if<Wall>(&change)) return wall->id;
    if (const auto* drop = std::get_if<Drop<WallId>>(&change)) return drop->id;
    return std::nullopt;
}

}  // namespace

std::vector<SideLeft> sides_left_by(const Policy& policy, const Change& change) {
    const Policy after = policy.with(change);
    const auto changed = wall_changed(change);
    std::vector<SideLeft> left;
    for (auto person : Policy::standing_differs(policy, after))
        for (const auto& side : without(stands(policy, person), stands(after, person)))
            if (side.wall != changed) left.push_back({person, side});
    return left;
}

Wall remembering(Wall wall, const std::vector<SideLeft>& left) {
    for (const auto& [person, where] : left) {
        if (where.wall != wall.id) continue;
        auto& people = (where.side == SideName::a ? wall.a : wall.b).people;
        if (std::ranges::find(people, person) == people.end()) people.push_back(person);
    }
    return wall;
}

std::vector<Breach> would_breach(const Policy& policy, const Change& change) {
    const Policy after = policy.with(change);
    std::vector<Breach> breaches;
    for (auto person : Policy::standing_differs(policy, after))
        for (auto wall : without(on_both_sides(stands(after, person)), on_both_sides(stands(policy, person))))
            breaches.push_back({person, wall});
    if (const auto* grant = std::get_if<Grant>(&change)) {
        std::vector<PersonId> receivers;
        if (const auto* person = std::get_if<PersonId>(&grant->grantee))
            receivers = {*person};
        else if (const auto* group = policy.group(std::get<GroupId>(grant->grantee)))
            receivers = group->members;
        for (auto person : receivers)
            if (auto wall = wall_bars(after, person, grant->matter)) breaches.push_back({person, *wall});
    }
    sort_unique(breaches);
    return breaches;
}

}  // namespace muniment::access
