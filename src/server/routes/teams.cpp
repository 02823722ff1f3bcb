// SPDX-License-Identifier: Apache-2.0
// Who works on a matter.
#include <algorithm>

#include "base/limits.hpp"
#include "server/routes/call.hpp"
#include "server/routes/paging.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {

using access::Grantee;
using access::Permission;

namespace {

Id16 id_of(const access::Grant& grant) {
    return std::visit([](const auto& id) { return id.bytes; }, grant.grantee);
}

Result<Response> list_team(const Call& call, Query& query) {
    TRY(auto matter, call.id<MatterId>("matter"));
    TRY(auto paging, Paging::asked(call, query));
    CHECK(query.done());
    TRY(auto permit, call.house.gate.admit(call.who, access::ListTeam{matter}, access::Opening::may_stand));
    TRY(auto team, access::team_of(call.house.gate, permit));
    return paging.page(team, id_of, [&](const auto& grant) { return json_of(call.house, grant); });
}

struct Seat {
    MatterId matter;
    Grantee grantee;
};

Result<Seat> seat_in(const Call& call) {
    TRY(auto matter, call.id<MatterId>("matter"));
    const auto& kind = call.path.at("kind");
    if (kind == "person") {
        TRY(auto person, call.id<PersonId>("id"));
        return Seat{matter, person};
    }
    if (kind != "group") return fail(Problem::not_found);
    TRY(auto group, call.id<GroupId>("id"));
    return Seat{matter, group};
}

/// Who stands on the team acts as such; who does not may have the right to appoint others. Where it is neither, the refusal is
/// that of somebody on the team, and says nothing of a matter that the caller does not see.
bool appoints(const Call& call, const Seat& seat) {
    const access::Subject subject{.matter = seat.matter, .concerned = seat.grantee};
    auto may = [&](Permission permission) { return call.house.gate.ask(call.who.person(), permission, subject).permitted; };
    return !may(Permission::team_manage) && may(Permission::teams_appoint);
}

struct TeamPlace {
    access::TeamRole role;
    std::optional<Instant> until;
};

Result<TeamPlace> parse_place(Fields& in) {
    auto role = access::team_role_from_name(in.text("role", limits::field_name_chars_max));
    if (!role) in.refuse("role", "names a role that there is not");
    auto until = in.time_if("until");
    CHECK(in.done());
    return TeamPlace{role.value_or(access::TeamRole::reader), until};
}

template <class Action>
Result<Response> put(const Call& call, const Seat& seat, const TeamPlace& place) {
    TRY(auto permit, call.house.gate.admit(call.who, Action{seat.matter, seat.grantee}));
    CHECK(access::put_on_team(call.house.gate, std::move(permit), place.role, place.until));
    return no_content();
}

/// Who is not on the team has left it already.
template <class Action>
Result<Response> take_off(const Call& call, const Seat& seat) {
    TRY(auto permit, call.house.gate.admit(call.who, Action{seat.matter, seat.grantee}));
    auto policy = call.house.gate.policy();
    const auto* card = policy->matter_card(seat.matter);
    if (card && std::ranges::find(card->team, seat.grantee, &access::Grant::grantee) == card->team.end()) return no_content();
    CHECK(access::take_off_team(call.house.gate, std::move(permit)));
    return no_content();
}

Result<Response> put_on_team(const Call& call, Fields& in) {
    TRY(auto seat, seat_in(call));
    TRY(auto place, parse_place(in));
    return appoints(call, seat) ? put<access::AppointToTeam>(call, seat, place) : put<access::ManageTeam>(call, seat, place);
}

Result<Response> take_off_team(const Call& call) {
    TRY(auto seat, seat_in(call));
    return appoints(call, seat) ? take_off<access::AppointToTeam>(call, seat) : take_off<access::ManageTeam>(call, seat);
}

}  // namespace

std::vector<Route> teams(House& house) {
    const std::string seat = "/api/v1/matters/{matter}/team/{kind}/{id}";
    return {asking(house, Method::get, "/api/v1/matters/{matter}/team", "listTeam", list_team),
            telling(house, Method::put, seat, "putOnTeam", put_on_team),
            plain(house, Method::del, seat, "takeOffTeam", take_off_team)};
}

}  // namespace muniment::server::routes
