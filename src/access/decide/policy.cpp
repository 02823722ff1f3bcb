// SPDX-License-Identifier: Apache-2.0
#include "access/decide/policy.hpp"

#include "access/decide/sorted.hpp"

namespace muniment::access {
namespace {

/// Replaces the card by what `change` makes of it; a card that says nothing is not kept, so that equal facts give equal maps.
template <class Id, class Card, class F>
void edit(SharedMap<Id, Card>& cards, const Id& id, F change) {
    const Card* former = cards.find(id);
    Card card = former ? *former : Card{};
    change(card);
    if (former && card == *former) return;
    if (card == Card{})
        cards.drop(id);
    else
        cards.put(id, std::move(card));
}

template <class T>
const T& or_empty(const T* value) {
    static const T empty;
    return value ? *value : empty;
}

void normalise(Wall::Side& side) {
    sort_unique(side.matters);
    sort_unique(side.clients);
    sort_unique(side.people);
    sort_unique(side.groups);
}

}  // namespace

/// Changes one policy that nobody else has seen yet, and keeps every card in step with the facts.
class PolicyEditor {
  public:
    explicit PolicyEditor(Policy& policy) : p_(policy) {}

    void apply(const Person& person) {
        edit(p_.people_, person.id, [&](PersonCard& card) { card.fact = person; });
    }
    void apply(const Drop<PersonId>& drop) {
        edit(p_.people_, drop.id, [](PersonCard& card) { card.fact.reset(); });
    }
    void apply(Group group) {
        sort_unique(group.members);
        set_group(group.id, group);
    }
    void apply(const Drop<GroupId>& drop) { set_group(drop.id, std::nullopt); }
    void apply(const Matter& matter) { set_matter(matter.id, matter); }
    void apply(const Drop<MatterId>& drop) { set_matter(drop.id, std::nullopt); }
    void apply(const Grant& grant);
    void apply(const DropGrant& drop);
    void apply(Wall wall) {
        normalise(wall.a);
        normalise(wall.b);
        set_wall(wall.id, std::move(wall));
    }
    void apply(const Drop<WallId>& drop) { set_wall(drop.id, std::nullopt); }

  private:
    void set_group(GroupId id, std::optional<Group> next);
    void set_matter(MatterId id, std::optional<Matter> next);
    void set_wall(WallId id, std::optional<Wall> next);
    void each_listed(const Wall& wall, SideName name, void (*change)(std::vector<WallSide>&, const WallSide&));
    void point_grantee(MatterId matter, const Grantee& grantee, void (*change)(std::vector<MatterId>&, const MatterId&));

    std::vector<PersonId> receivers(const Grantee& grantee) const;
    void add_holders(MatterId matter, std::vector<PersonId>& to) const;
    std::vector<PersonId> standing_on(const Wall::Side& side) const;
    bool at_a_wall(MatterId matter) const;
    void add_sides(MatterId matter, std::vector<WallSide>& to) const;
    void stand_anew(PersonId person);

    Policy& p_;
};

std::vector<PersonId> PolicyEditor::receivers(const Grantee& grantee) const {
    if (const auto* person = std::get_if<PersonId>(&grantee)) return {*person};
    const Group* group = p_.group(std::get<GroupId>(grantee));
    return group ? group->members : std::vector<PersonId>{};
}

void PolicyEditor::add_holders(MatterId matter, std::vector<PersonId>& to) const {
    for (const auto& grant : or_empty(p_.matters_.find(matter)).team) append(to, receivers(grant.grantee));
}

/// Everybody who stands on the side, from its lists: for one wall the cheap way, for one person stand_anew() is.
std::vector<PersonId> PolicyEditor::standing_on(const Wall::Side& side) const {
    std::vector<PersonId> people = side.people;
    for (auto group : side.groups) append(people, receivers(group));
    for (auto matter : side.matters) add_holders(matter, people);
    for (auto client : side.clients)
        for (auto matter : or_empty(p_.clients_.find(client)).matters) add_holders(matter, people);
    sort_unique(people);
    return people;
}

void PolicyEditor::add_sides(MatterId matter, std::vector<WallSide>& to) const {
    const auto& card = or_empty(p_.matters_.find(matter));
    append(to, card.listed);
    if (card.fact) append(to, or_empty(p_.clients_.find(card.fact->client)).listed);
}

bool PolicyEditor::at_a_wall(MatterId matter) const {
    std::vector<WallSide> sides;
    add_sides(matter, sides);
    return !sides.empty();
}

void PolicyEditor::stand_anew(PersonId person) {
    const auto& card = or_empty(p_.people_.find(person));
    std::vector<WallSide> stands = card.listed;
    for (auto matter : card.granted) add_sides(matter, stands);
    for (auto group : card.groups) {
        const auto& of_group = or_empty(p_.groups_.find(group));
        append(stands, of_group.listed);
        for (auto matter : of_group.granted) add_sides(matter, stands);
    }
    sort_unique(stands);
    edit(p_.people_, person, [&](PersonCard& c) { c.stands = std::move(stands); });
}

void PolicyEditor::set_group(GroupId id, std::optional<Group> next) {
    const Group* group = p_.group(id);
    auto former = group ? group->members : std::vector<PersonId>{};
    auto members = next ? next->members : std::vector<PersonId>{};
    edit(p_.groups_, id, [&](GroupCard& card) { card.fact = std::move(next); });
    auto left = without(former, members), joined = without(members, former);
    for (auto person : left) edit(p_.people_, person, [&](PersonCard& card) { exclude(card.groups, id); });
    for (auto person : joined) edit(p_.people_, person, [&](PersonCard& card) { include(card.groups, id); });
    if (p_.walls_.empty()) return;
    for (auto person : left) stand_anew(person);
    for (auto person : joined) stand_anew(person);
}

void PolicyEditor::set_matter(MatterId id, std::optional<Matter> next) {
    const Matter* matter = p_.matter(id);
    auto former = matter ? std::optional(matter->client) : std::nullopt;
    auto client = next ? std::optional(next->client) : std::nullopt;
    bool was_at_a_wall = at_a_wall(id);
    edit(p_.matters_, id, [&](MatterCard& card) { card.fact = std::move(next); });
    if (former == client) return;
    if (former) edit(p_.clients_, *former, [&](ClientCard& card) { exclude(card.matters, id); });
    if (client) edit(p_.clients_, *client, [&](ClientCard& card) { include(card.matters, id); });
    if (!was_at_a_wall && !at_a_wall(id)) return;
    std::vector<PersonId> holders;
    add_holders(id, holders);
    for (auto person : holders) stand_anew(person);
}

void PolicyEditor::point_grantee(MatterId matter, const Grantee& grantee,
                                 void (*change)(std::vector<MatterId>&, const MatterId&)) {
    if (const auto* person = std::get_if<PersonId>(&grantee))
        edit(p_.people_, *person, [&](PersonCard& card) { change(card.granted, matter); });
    else
        edit(p_.groups_, std::get<GroupId>(grantee), [&](GroupCard& card) { change(card.granted, matter); });
    if (!at_a_wall(matter)) return;
    for (auto receiver : receivers(grantee)) stand_anew(receiver);
}

void PolicyEditor::apply(const Grant& grant) {
    edit(p_.matters_, grant.matter, [&](MatterCard& card) {
        auto at = std::ranges::lower_bound(card.team, grant.grantee, {}, &Grant::grantee);
        if (at != card.team.end() && at->grantee == grant.grantee)
            *at = grant;
        else
            card.team.insert(at, grant);
    });
    point_grantee(grant.matter, grant.grantee, include<MatterId>);
}

void PolicyEditor::apply(const DropGrant& drop) {
    edit(p_.matters_, drop.matter, [&](MatterCard& card) {
        std::erase_if(card.team, [&](const Grant& grant) { return grant.grantee == drop.grantee; });
    });
    point_grantee(drop.matter, drop.grantee, exclude<MatterId>);
}

void PolicyEditor::each_listed(const Wall& wall, SideName name, void (*change)(std::vector<WallSide>&, const WallSide&)) {
    const auto& side = name == SideName::a ? wall.a : wall.b;
    const WallSide here{wall.id, name};
    for (auto id : side.matters) edit(p_.matters_, id, [&](MatterCard& card) { change(card.listed, here); });
    for (auto id : side.clients) edit(p_.clients_, id, [&](ClientCard& card) { change(card.listed, here); });
    for (auto id : side.people) edit(p_.people_, id, [&](PersonCard& card) { change(card.listed, here); });
    for (auto id : side.groups) edit(p_.groups_, id, [&](GroupCard& card) { change(card.listed, here); });
    for (auto person : standing_on(side)) edit(p_.people_, person, [&](PersonCard& card) { change(card.stands, here); });
}

void PolicyEditor::set_wall(WallId id, std::optional<Wall> next) {
    if (const Wall* former = p_.walls_.find(id)) {
        for (auto side : {SideName::a, SideName::b}) each_listed(*former, side, exclude<WallSide>);
        p_.walls_.drop(id);
    }
    if (!next) return;
    for (auto side : {SideName::a, SideName::b}) each_listed(*next, side, include<WallSide>);
    p_.walls_.put(id, *std::move(next));
}

Policy Policy::build(const Facts& facts, std::uint64_t revision) {
    Policy policy;
    PolicyEditor editor(policy);
    // Walls last: each then finds everybody who stands at it in one go.
    for (const auto& person : facts.people) editor.apply(person);
    for (const auto& group : facts.groups) editor.apply(group);
    for (const auto& matter : facts.matters) editor.apply(matter);
    for (const auto& grant : facts.grants) editor.apply(grant);
    for (const auto& wall : facts.walls) editor.apply(wall);
    policy.revision_ = revision;
    return policy;
}

Policy Policy::with(const Change& change) const {
    Policy next = *this;
    std::visit([editor = PolicyEditor(next)](const auto& c) mutable { editor.apply(c); }, change);
    ++next.revision_;
    return next;
}

Policy Policy::at_revision(std::uint64_t revision) const {
    Policy same = *this;
    same.revision_ = revision;
    return same;
}

namespace {
template <class Card>
auto fact_of(const Card* card) {
    return card && card->fact ? &*card->fact : nullptr;
}
}  // namespace

const Person* Policy::person(PersonId id) const { return fact_of(people_.find(id)); }
const Group* Policy::group(GroupId id) const { return fact_of(groups_.find(id)); }
const Matter* Policy::matter(MatterId id) const { return fact_of(matters_.find(id)); }

bool Policy::in_group(PersonId person, GroupId group) const {
    const auto* card = people_.find(person);
    return card && contains(card->groups, group);
}

void Policy::each_person(const std::function<void(const Person&)>& visit) const {
    people_.each([&](const PersonId&, const PersonCard& card) {
        if (card.fact) visit(*card.fact);
    });
}
void Policy::each_group(const std::function<void(const Group&)>& visit) const {
    groups_.each([&](const GroupId&, const GroupCard& card) {
        if (card.fact) visit(*card.fact);
    });
}
void Policy::each_matter(const std::function<void(const Matter&)>& visit) const {
    matters_.each([&](const MatterId&, const MatterCard& card) {
        if (card.fact) visit(*card.fact);
    });
}
void Policy::each_wall(const std::function<void(const Wall&)>& visit) const {
    walls_.each([&](const WallId&, const Wall& wall) { visit(wall); });
}

std::vector<PersonId> Policy::standing_differs(const Policy& before, const Policy& after) {
    std::vector<PersonId> people;
    SharedMap<PersonId, PersonCard>::each_difference(
        before.people_, after.people_, [&](const PersonId& id, const PersonCard* x, const PersonCard* y) {
            if (or_empty(x).stands != or_empty(y).stands) people.push_back(id);
        });
    std::ranges::sort(people);
    return people;
}

bool operator==(const Policy& x, const Policy& y) {
    return x.people_ == y.people_ && x.groups_ == y.groups_ && x.clients_ == y.clients_ && x.matters_ == y.matters_ &&
           x.walls_ == y.walls_;
}

}  // namespace muniment::access
