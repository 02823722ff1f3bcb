// SPDX-License-Identifier: Apache-2.0
// Groups, and who is in them. Their names are no secret within the firm: the list is not an access that the log must know of.
#include <algorithm>

#include "base/limits.hpp"
#include "server/routes/once.hpp"
#include "server/routes/paging.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {
namespace {

Result<Response> list_groups(const Call& call, Query& query) {
    TRY(auto paging, Paging::asked(call, query));
    CHECK(query.done());
    auto all = call.house.groups.list();
    return paging.page(all, [](const auto& g) { return g.id.bytes; }, [](const auto& g) { return json_of(g); });
}

Result<std::string> parse_name(Fields& in) {
    auto name = in.text("name", limits::name_bytes_max);
    CHECK(in.done());
    return name;
}

Result<Response> made(const House& house, const GroupId& id) {
    auto all = house.groups.list();
    auto group = std::ranges::find(all, id, &access::GroupView::id);
    if (group == all.end()) return fail(Problem::not_found);
    return answer(201, json_of(*group), group->revision);
}

Result<Response> add_group(const Call& call, Fields& in) {
    TRY(auto name, parse_name(in));
    TRY(auto once, Once::asked(call, audit::SubjectKind::group));
    auto& house = call.house;
    auto make = [&](const access::Principal& who) -> Result<Response> {
        TRY(auto permit, house.gate.admit(who, access::ChangeGroup{GroupId::fresh(house.gate.clock().now())}));
        TRY(auto id, house.groups.add(std::move(permit), name));
        return made(house, id);
    };
    return once.answer(make, [&](const Id16& id) { return made(house, {id}); });
}

Result<Response> join_group(const Call& call) {
    TRY(auto group, call.id<GroupId>("group"));
    TRY(auto person, call.id<PersonId>("person"));
    TRY(auto permit, call.house.gate.admit(call.who, access::ChangeGroup{group, person}));
    auto joined = call.house.groups.join(std::move(permit));
    if (!joined && joined.error().problem != Problem::already_done) return std::unexpected(joined.error());
    return no_content();
}

/// Who is not in it has left: only a group that there is not is an error.
Result<Response> leave_group(const Call& call) {
    TRY(auto group, call.id<GroupId>("group"));
    TRY(auto person, call.id<PersonId>("person"));
    TRY(auto permit, call.house.gate.admit(call.who, access::ChangeGroup{group}));
    auto policy = call.house.gate.policy();
    if (!policy->group(group)) return fail(Problem::not_found);
    if (!policy->in_group(person, group)) return no_content();
    CHECK(call.house.groups.leave(std::move(permit), person));
    return no_content();
}

}  // namespace

std::vector<Route> groups(House& house) {
    return {asking(house, Method::get, "/api/v1/groups", "listGroups", list_groups),
            telling(house, Method::post, "/api/v1/groups", "addGroup", add_group),
            plain(house, Method::put, "/api/v1/groups/{group}/members/{person}", "joinGroup", join_group),
            plain(house, Method::del, "/api/v1/groups/{group}/members/{person}", "leaveGroup", leave_group)};
}

}  // namespace muniment::server::routes
