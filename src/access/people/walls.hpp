// SPDX-License-Identifier: Apache-2.0
// Ethical walls: who is kept from what, over every grant and role. What a wall is for (its memo) lies under the firm's key.
#pragma once
#include "access/gate.hpp"

namespace muniment::access {

struct ChangeWall {
    static constexpr auto permission = Permission::walls_manage;
    static constexpr auto entry = audit::Action::wall_added;
    static constexpr bool changes = true;
    static constexpr bool in_reserve = true;
    WallId wall;
    Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::wall, wall.bytes}}; }
};
struct RemoveWall {
    static constexpr auto permission = Permission::walls_manage;
    static constexpr auto entry = audit::Action::wall_removed;
    static constexpr bool changes = true;
    WallId wall;
    Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::wall, wall.bytes}}; }
};
struct ListWalls {
    static constexpr auto permission = Permission::walls_manage;
    static constexpr auto entry = audit::Action::walls_listed;
    static constexpr bool changes = false;
    static constexpr bool in_reserve = true;
    Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {}; }
};

struct WallView {
    Wall wall;
    std::string memo;
};

/// Puts up a wall. Somebody who stands on both sides afterwards is barred from both: their ids are given back, to be told.
Result<std::vector<PersonId>> put_up(Gate& gate, Permit<ChangeWall> permit, Wall wall, const std::string& memo);
Result<void> take_down(Gate& gate, Permit<RemoveWall> permit);
Result<std::vector<WallView>> walls(Gate& gate, const Permit<ListWalls>& permit);

}  // namespace muniment::access
