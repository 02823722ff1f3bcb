// SPDX-License-Identifier: Apache-2.0
#include "access/people/walls.hpp"

#include "access/decide/conflicts.hpp"
#include "base/limits.hpp"

namespace muniment::access {
namespace {

constexpr auto memo_kind = static_cast<std::uint16_t>(keys::Kind::wall_memo);

keys::Place memo_place(const FirmId& firm, const WallId& wall) { return {keys::Kind::wall_memo, firm.bytes, wall.bytes, 1}; }

Result<void> check(const Policy& policy, const Wall::Side& side) {
    if (side.matters.size() + side.clients.size() + side.people.size() + side.groups.size() > limits::wall_members_max) {
        return fail(Problem::too_large, "a wall that names so many");
    }
    for (const auto& matter : side.matters) {
        if (!policy.matter(matter)) return fail(Problem::not_found, "A matter that the wall names does not exist.");
    }
    for (const auto& person : side.people) {
        if (!policy.person(person)) return fail(Problem::not_found, "A person whom the wall names does not exist.");
    }
    for (const auto& group : side.groups) {
        if (!policy.group(group)) return fail(Problem::not_found, "A group that the wall names does not exist.");
    }
    return {};
}

bool hides_nothing(const Wall& wall) {
    auto guards = [](const Wall::Side& s) { return !s.matters.empty() || !s.clients.empty(); };
    auto empty = [&](const Wall::Side& s) { return !guards(s) && s.people.empty() && s.groups.empty(); };
    return empty(wall.a) || empty(wall.b) || (!guards(wall.a) && !guards(wall.b));
}

}  // namespace

Result<std::vector<PersonId>> put_up(Gate& gate, Permit<ChangeWall> permit, Wall wall, const std::string& memo) {
    if (hides_nothing(wall)) return fail(Problem::malformed, "a wall needs two sides, and a matter or client on one of them");
    if (memo.size() > limits::comment_bytes_max) return fail(Problem::too_large, "the wall's memo");
    wall.id = permit.action().wall;
    wall.revision = 1;
    std::vector<PersonId> on_both;
    auto edit = [&](const Policy& policy) -> Result<std::vector<Change>> {
        if (policy.wall(wall.id)) return fail(Problem::already_done, "there is a wall of that id");
        CHECK(check(policy, wall.a));
        CHECK(check(policy, wall.b));
        for (const auto& breach : would_breach(policy, wall)) on_both.push_back(breach.person);
        return std::vector<Change>{wall};
    };
    const auto& ring = gate.ring();
    auto sealed = keys::seal_field(ring.firm_fields(), ring.firm(), memo_place(ring.firm(), wall.id), view(memo));
    CHECK(gate.change(std::move(permit), edit, [&](storage::RecordWriter& writer, audit::Draft& draft) {
        draft.add(audit::RowMark{memo_kind, wall.id.bytes, 1, crypto::sha256(sealed)});
        return writer.put_field({memo_kind, ring.firm().bytes, wall.id.bytes, 1, sealed});
    }));
    return on_both;
}

Result<void> take_down(Gate& gate, Permit<RemoveWall> permit) {
    auto id = permit.action().wall;
    auto edit = [&](const Policy& policy) -> Result<std::vector<Change>> {
        if (!policy.wall(id)) return fail(Problem::not_found);
        return std::vector<Change>{Drop<WallId>{id}};
    };
    CHECK(gate.change(std::move(permit), edit, [&](storage::RecordWriter& writer, audit::Draft& draft) {
        draft.add(audit::RowMark{memo_kind, id.bytes, 1, Hash{}});
        return writer.drop_field(memo_kind, gate.ring().firm().bytes, id.bytes);
    }));
    return {};
}

Result<std::vector<WallView>> walls(Gate& gate, const Permit<ListWalls>&) {
    const auto& ring = gate.ring();
    auto key = ring.firm_fields();
    std::vector<WallView> all;
    gate.policy()->each_wall([&](const Wall& wall) { all.push_back({wall, {}}); });
    std::ranges::sort(all, {}, [](const WallView& v) { return v.wall.id; });
    for (auto& each : all) {
        TRY(auto row, gate.records().field(memo_kind, ring.firm().bytes, each.wall.id.bytes));
        if (!row) continue;
        TRY(auto memo, keys::open_field(key, ring.firm(), memo_place(ring.firm(), each.wall.id), row->sealed));
        each.memo = string(memo);
    }
    return all;
}

}  // namespace muniment::access
