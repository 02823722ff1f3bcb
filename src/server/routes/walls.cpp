// SPDX-License-Identifier: Apache-2.0
// Ethical walls: listed, put up, taken down.
#include <algorithm>
#include <map>

#include "base/limits.hpp"
#include "server/routes/once.hpp"
#include "server/routes/paging.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {

using access::SideName;
using access::Wall;
using access::WallView;

namespace {

Result<Wall::Side> parse_side(Fields in) {
    Wall::Side side{.matters = in.ids_if<MatterId>("matters"), .clients = in.ids_if<ClientId>("clients"),
                    .people = in.ids_if<PersonId>("people"), .groups = in.ids_if<GroupId>("groups")};
    CHECK(in.done());
    return side;
}

Result<WallView> parse_wall(Fields& in) {
    WallView wall;
    auto a = in.object("a"), b = in.object("b");
    wall.memo = in.text("memo", limits::comment_bytes_max);
    CHECK(in.done());
    TRY(wall.wall.a, parse_side(std::move(a)));
    TRY(wall.wall.b, parse_side(std::move(b)));
    return wall;
}

using Torn = std::map<WallId, std::vector<PersonId>>;

/// Who stands on both sides of a wall, and is therefore barred from both.
Torn on_both_sides(const access::Policy& policy) {
    Torn torn;
    policy.each_person([&](const access::Person& person) {
        const auto* card = policy.person_card(person.id);
        for (const auto& [wall, side] : card->stands)
            if (side == SideName::a && std::ranges::binary_search(card->stands, access::WallSide{wall, SideName::b}))
                torn[wall].push_back(person.id);
    });
    for (auto& [wall, people] : torn) std::ranges::sort(people);
    return torn;
}

struct Seen {
    std::vector<WallView> walls;
    Torn torn;
    boost::json::object json(const WallView& wall) const {
        auto at = torn.find(wall.wall.id);
        return json_of(wall, at == torn.end() ? std::vector<PersonId>{} : at->second);
    }
};

Result<Seen> walls_for(const Call& call) {
    TRY(auto permit, call.house.gate.admit(call.who, access::ListWalls{}, access::Opening::may_stand));
    TRY(auto all, access::walls(call.house.gate, permit));
    return Seen{std::move(all), on_both_sides(*call.house.gate.policy())};
}

Result<Response> list_walls(const Call& call, Query& query) {
    TRY(auto paging, Paging::asked(call, query));
    CHECK(query.done());
    TRY(auto seen, walls_for(call));
    return paging.page(seen.walls, [](const auto& w) { return w.wall.id.bytes; }, [&](const auto& w) { return seen.json(w); });
}

Result<Response> put_up_wall(const Call& call, Fields& in) {
    TRY(auto input, parse_wall(in));
    TRY(auto once, Once::asked(call, audit::SubjectKind::wall));
    auto& house = call.house;
    auto show = [&](const Id16& id) -> Result<Response> {
        TRY(auto seen, walls_for(call));
        auto wall = std::ranges::find(seen.walls, WallId{id}, [](const auto& w) { return w.wall.id; });
        if (wall == seen.walls.end()) return fail(Problem::not_found);
        return answer(201, seen.json(*wall), wall->wall.revision);
    };
    auto make = [&](const access::Principal& who) -> Result<Response> {
        auto id = WallId::fresh(house.gate.clock().now());
        TRY(auto permit, house.gate.admit(who, access::ChangeWall{id}));
        TRY([[maybe_unused]] auto torn, access::put_up(house.gate, std::move(permit), input.wall, input.memo));
        return show(id.bytes);
    };
    return once.answer(make, show);
}

Result<Response> take_down_wall(const Call& call) {
    TRY(auto id, call.id<WallId>("wall"));
    TRY(auto permit, call.house.gate.admit(call.who, access::RemoveWall{id}));
    CHECK(access::take_down(call.house.gate, std::move(permit)));
    return no_content();
}

}  // namespace

std::vector<Route> walls(House& house) {
    return {asking(house, Method::get, "/api/v1/walls", "listWalls", list_walls),
            telling(house, Method::post, "/api/v1/walls", "putUpWall", put_up_wall),
            plain(house, Method::del, "/api/v1/walls/{wall}", "takeDownWall", take_down_wall)};
}

}  // namespace muniment::server::routes
