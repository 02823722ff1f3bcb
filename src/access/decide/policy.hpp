// SPDX-License-Identifier: Apache-2.0
// Policy: all facts of the gate at one revision, indexed for decisions, never changed once made.
//
// with(change) gives the next one and shares with the former all that did not change, so that a change costs microseconds and
// whoever still decides by the former is not disturbed. Everything held is proportional to the facts, not to people x matters:
// per person the walls they stand at, per matter its team, per client its matters.
//
// Promises   A policy made by changes equals one made anew from the same facts (operator==; the tests compare them).
// Assumes    Facts come from sealed rows. A fact may name what is not there (a grant on an unknown matter): it then gives
//            nothing, but still counts for walls that list that matter itself.
// Does not   Decide (decide.hpp), nor hold names.
// Read next  decide.hpp; policy_cell.hpp for how threads share the current one.
#pragma once
#include <functional>
#include <utility>

#include "access/decide/facts.hpp"
#include "access/decide/shared_map.hpp"

namespace muniment::access {

enum class SideName : std::uint8_t { a, b };
constexpr SideName other(SideName side) { return side == SideName::a ? SideName::b : SideName::a; }

/// One side of one wall.
struct WallSide {
    WallId wall;
    SideName side;
    friend auto operator<=>(const WallSide&, const WallSide&) = default;
};

// What is known about one person, group, client, matter: the fact, if it was put, and the facts that point at it.
// Lists are sorted and without doubles.
struct PersonCard {
    std::optional<Person> fact;
    std::vector<GroupId> groups;
    std::vector<MatterId> granted;   ///< by grants of their own, expired ones too
    std::vector<WallSide> listed;    ///< sides that list this person by id
    std::vector<WallSide> stands;    ///< sides where they stand for whatever cause: derived, so that a decision need not search
    friend bool operator==(const PersonCard&, const PersonCard&) = default;
};
struct GroupCard {
    std::optional<Group> fact;
    std::vector<MatterId> granted;
    std::vector<WallSide> listed;
    friend bool operator==(const GroupCard&, const GroupCard&) = default;
};
struct ClientCard {
    std::vector<MatterId> matters;
    std::vector<WallSide> listed;
    friend bool operator==(const ClientCard&, const ClientCard&) = default;
};
struct MatterCard {
    std::optional<Matter> fact;
    std::vector<Grant> team;         ///< sorted by grantee
    std::vector<WallSide> listed;    ///< sides that list this matter by id
    friend bool operator==(const MatterCard&, const MatterCard&) = default;
};

class Policy {
  public:
    Policy() = default;                                   ///< nobody, nothing: everything is denied
    static Policy build(const Facts& facts, std::uint64_t revision);

    Policy with(const Change& change) const;              ///< at revision() + 1
    Policy at_revision(std::uint64_t revision) const;
    std::uint64_t revision() const { return revision_; }

    const Person* person(PersonId id) const;              ///< null if there is none; valid as long as this policy
    const Group* group(GroupId id) const;
    const Matter* matter(MatterId id) const;
    const Wall* wall(WallId id) const { return walls_.find(id); }

    const PersonCard* person_card(PersonId id) const { return people_.find(id); }
    const GroupCard* group_card(GroupId id) const { return groups_.find(id); }
    const ClientCard* client_card(ClientId id) const { return clients_.find(id); }
    const MatterCard* matter_card(MatterId id) const { return matters_.find(id); }
    bool in_group(PersonId person, GroupId group) const;

    void each_person(const std::function<void(const Person&)>& visit) const;  ///< in no particular order, as the next three
    void each_group(const std::function<void(const Group&)>& visit) const;
    void each_matter(const std::function<void(const Matter&)>& visit) const;
    void each_wall(const std::function<void(const Wall&)>& visit) const;

    /// People whose standing at walls differs between two policies; cheap when one was made from the other by few changes.
    static std::vector<PersonId> standing_differs(const Policy& before, const Policy& after);

    /// The same facts and indexes; the revision is not compared.
    friend bool operator==(const Policy& x, const Policy& y);

  private:
    friend class PolicyEditor;
    std::uint64_t revision_ = 0;
    SharedMap<PersonId, PersonCard> people_;
    SharedMap<GroupId, GroupCard> groups_;
    SharedMap<ClientId, ClientCard> clients_;
    SharedMap<MatterId, MatterCard> matters_;
    SharedMap<WallId, Wall> walls_;
};

}  // namespace muniment::access
