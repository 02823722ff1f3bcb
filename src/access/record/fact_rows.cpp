// SPDX-License-Identifier: Apache-2.0
#include "access/record/fact_rows.hpp"

#include "base/limits.hpp"
#include "crypto/hash.hpp"

namespace muniment::access {
namespace {

constexpr std::uint8_t format = 1;

void put_until(Writer& w, const std::optional<Instant>& until) {
    w.u8(until ? 1 : 0).i64(until ? until->us : 0);
}
/// Each fact has one spelling: a row that says the same in other bytes was not written by us.
std::unexpected<Error> another_spelling() { return fail(Problem::corrupt, "a row of the gate that no encoder writes"); }

Result<bool> get_flag(Reader& r) {
    auto flag = r.u8();
    if (flag > 1) return another_spelling();
    return flag == 1;
}
Result<std::optional<Instant>> get_until(Reader& r) {
    TRY(bool there, get_flag(r));
    Instant at{r.i64()};
    if (!there && at != Instant{}) return another_spelling();
    return there ? std::optional(at) : std::nullopt;
}

template <class T>
void put_ids(Writer& w, const std::vector<T>& ids) {
    w.u32(static_cast<std::uint32_t>(ids.size()));
    for (const auto& id : ids) w.raw(View(id));
}
template <class T>
std::vector<T> get_ids(Reader& r) {
    std::vector<T> ids;
    auto count = r.u32();
    for (std::uint32_t i = 0; i < count && r.ok(); ++i) ids.push_back(T{r.array<16>()});
    return ids;
}

void put_side(Writer& w, const Wall::Side& side) {
    put_ids(w, side.matters);
    put_ids(w, side.clients);
    put_ids(w, side.people);
    put_ids(w, side.groups);
}
Wall::Side get_side(Reader& r) {
    Wall::Side side;
    side.matters = get_ids<MatterId>(r);
    side.clients = get_ids<ClientId>(r);
    side.people = get_ids<PersonId>(r);
    side.groups = get_ids<GroupId>(r);
    return side;
}

Result<void> decode_person(Facts& facts, Reader& r) {
    Person person{.id = {r.array<16>()}, .revision = r.u64()};
    TRY(person.active, get_flag(r));
    TRY(person.roles, firm_roles_from_bits(r.u64()));
    TRY(person.until, get_until(r));
    facts.people.push_back(std::move(person));
    return {};
}

Result<void> decode_matter(Facts& facts, Reader& r) {
    Matter matter{.id = {r.array<16>()}, .client = {r.array<16>()}};
    auto state = r.u8();
    if (state != 1 && state != 2) return fail(Problem::corrupt, "a matter in an unknown state");
    matter.state = static_cast<MatterState>(state);
    matter.revision = r.u64();
    facts.matters.push_back(matter);
    return {};
}

Result<void> decode_grant(Facts& facts, Reader& r) {
    Grant grant{.matter = {r.array<16>()}};
    auto kind = r.u8();
    if (kind != 1 && kind != 2) return fail(Problem::corrupt, "a grantee of an unknown kind");
    auto id = r.array<16>();
    grant.grantee = kind == 2 ? Grantee(GroupId{id}) : Grantee(PersonId{id});
    TRY(grant.role, team_role_from_number(r.u8()));
    TRY(grant.until, get_until(r));
    facts.grants.push_back(std::move(grant));
    return {};
}

}  // namespace

RowPlace place_of(const FirmId&, const Person& person) { return {keys::Kind::gate_person, person.id.bytes, person.id.bytes}; }
RowPlace place_of(const FirmId& firm, const Group& group) { return {keys::Kind::gate_group, firm.bytes, group.id.bytes}; }
RowPlace place_of(const FirmId&, const Matter& matter) { return {keys::Kind::gate_matter, matter.id.bytes, matter.id.bytes}; }
RowPlace place_of(const FirmId& firm, const Wall& wall) { return {keys::Kind::gate_wall, firm.bytes, wall.id.bytes}; }
RowPlace place_of(const FirmId&, const Grant& grant) {
    Writer w;
    w.raw(View(grant.matter)).u8(static_cast<std::uint8_t>(grant.grantee.index() + 1));
    std::visit([&](const auto& id) { w.raw(View(id)); }, grant.grantee);
    auto hash = crypto::sha256(w.written());
    Id16 row;
    std::copy_n(hash.begin(), row.size(), row.begin());
    return {keys::Kind::gate_team, grant.matter.bytes, row};
}

Bytes encode(const Person& person) {
    Writer w;
    w.u8(format).raw(View(person.id)).u64(person.revision).u8(person.active ? 1 : 0).u64(person.roles.bits());
    put_until(w, person.until);
    return std::move(w).take();
}
Bytes encode(const Group& group) {
    Writer w;
    w.u8(format).raw(View(group.id)).u64(group.revision);
    put_ids(w, group.members);
    return std::move(w).take();
}
Bytes encode(const Matter& matter) {
    Writer w;
    w.u8(format).raw(View(matter.id)).raw(View(matter.client)).u8(static_cast<std::uint8_t>(matter.state)).u64(matter.revision);
    return std::move(w).take();
}
Bytes encode(const Wall& wall) {
    Writer w;
    w.u8(format).raw(View(wall.id)).u64(wall.revision);
    put_side(w, wall.a);
    put_side(w, wall.b);
    return std::move(w).take();
}
Bytes encode(const Grant& grant) {
    Writer w;
    w.u8(format).raw(View(grant.matter)).u8(static_cast<std::uint8_t>(grant.grantee.index() + 1));
    std::visit([&](const auto& id) { w.raw(View(id)); }, grant.grantee);
    w.u8(static_cast<std::uint8_t>(grant.role));
    put_until(w, grant.until);
    return std::move(w).take();
}

Result<void> decode_into(Facts& facts, keys::Kind kind, View content) {
    using keys::Kind;
    if (kind == Kind::gate_credential || kind == Kind::gate_session) return {};
    Reader r(content);
    if (r.u8() != format) return fail(Problem::too_new, "a row that the gate reads");
    switch (kind) {
        case Kind::gate_person: CHECK(decode_person(facts, r)); break;
        case Kind::gate_matter: CHECK(decode_matter(facts, r)); break;
        case Kind::gate_team: CHECK(decode_grant(facts, r)); break;
        case Kind::gate_group: {
            Group group{.id = {r.array<16>()}, .revision = r.u64()};
            group.members = get_ids<PersonId>(r);
            facts.groups.push_back(std::move(group));
            break;
        }
        case Kind::gate_wall: {
            Wall wall{.id = {r.array<16>()}, .revision = r.u64()};
            wall.a = get_side(r);
            wall.b = get_side(r);
            facts.walls.push_back(std::move(wall));
            break;
        }
        default: return fail(Problem::corrupt, "a gate row of an unknown kind");
    }
    return r.done("a row that the gate reads");
}

}  // namespace muniment::access
