// SPDX-License-Identifier: Apache-2.0
// What decisions are made from: plain facts by id, no names. Each is one row of the gate; record/ reads and writes them.
#pragma once
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "access/decide/permissions.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"

namespace muniment::access {

/// `until`, wherever it stands, is the first moment at which the thing no longer holds.
struct Person {
    PersonId id;
    std::uint64_t revision = 0;
    bool active = true;
    FirmRoles roles;
    std::optional<Instant> until;
    friend bool operator==(const Person&, const Person&) = default;
};

/// Groups hold people, not groups (limits::groups_depth_max).
struct Group {
    GroupId id;
    std::uint64_t revision = 0;
    std::vector<PersonId> members;
    friend bool operator==(const Group&, const Group&) = default;
};

enum class MatterState : std::uint8_t { open = 1, closed = 2 };  // numbers are on disk

struct Matter {
    MatterId id;
    ClientId client;
    MatterState state = MatterState::open;
    std::uint64_t revision = 0;
    friend bool operator==(const Matter&, const Matter&) = default;
};

using Grantee = std::variant<PersonId, GroupId>;

/// A place on a matter's team. There is one at most for each matter and grantee: putting another replaces it.
struct Grant {
    MatterId matter;
    Grantee grantee;
    TeamRole role = TeamRole::reader;
    std::optional<Instant> until;
    friend bool operator==(const Grant&, const Grant&) = default;
};

/// An ethical wall. Whoever stands on one side may see no matter of the other side, over every grant and role; whoever stands
/// on both is barred from both. A person stands on a side if they are listed, are in a listed group, or have a grant (their own
/// or by a group, expired or not) on one of the side's matters: those listed, and those of the clients listed.
/// A *screen* is a wall with only people on one side and only matters on the other.
struct Wall {
    struct Side {
        std::vector<MatterId> matters;
        std::vector<ClientId> clients;
        std::vector<PersonId> people;
        std::vector<GroupId> groups;
        friend bool operator==(const Side&, const Side&) = default;
    };
    WallId id;
    std::uint64_t revision = 0;
    Side a, b;
    friend bool operator==(const Wall&, const Wall&) = default;
};

/// One change: a fact stands for "put" (a new one, or in place of the former), a Drop for "take away" (nothing if absent).
template <class Id>
struct Drop {
    Id id;
};
struct DropGrant {
    MatterId matter;
    Grantee grantee;
};
using Change = std::variant<Person, Group, Matter, Grant, Wall, Drop<PersonId>, Drop<GroupId>, Drop<MatterId>, DropGrant,
                            Drop<WallId>>;

/// All facts at once, in any order: what is loaded at the start.
struct Facts {
    std::vector<Person> people;
    std::vector<Group> groups;
    std::vector<Matter> matters;
    std::vector<Grant> grants;
    std::vector<Wall> walls;
};

}  // namespace muniment::access
