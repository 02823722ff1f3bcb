// SPDX-License-Identifier: Apache-2.0
// Who may do what, as access/decide/roles.def has it.
#include "access/decide/permissions.hpp"

#include "server/routes/call.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {
namespace {

boost::json::array names_of(access::Permissions held) {
    boost::json::array names;
    for (auto permission : access::all_permissions())
        if (held.has(permission)) names.push_back(boost::json::value(access::name(permission)));
    return names;
}

template <class Role>
boost::json::array roles_of(std::span<const Role> roles) {
    boost::json::array all;
    for (auto role : roles)
        all.push_back(boost::json::object{{"name", access::name(role)}, {"permissions", names_of(access::permissions_of(role))}});
    return all;
}

Result<Response> list_roles(const Call&) {
    boost::json::array permissions;
    for (auto permission : access::all_permissions())
        permissions.push_back(boost::json::object{{"name", access::name(permission)}, {"text", access::sentence(permission)}});
    return answer(200, {{"permissions", std::move(permissions)},
                        {"firm_roles", roles_of(access::all_firm_roles())},
                        {"team_roles", roles_of(access::all_team_roles())}});
}

}  // namespace

std::vector<Route> roles(House& house) { return {plain(house, Method::get, "/api/v1/roles", "listRoles", list_roles)}; }

}  // namespace muniment::server::routes
