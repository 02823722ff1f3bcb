// SPDX-License-Identifier: Apache-2.0
#include "access/decide/permissions.hpp"

#include <array>

namespace muniment::access {
namespace {

// The enumerators of Permission by their bare names and as one-element sets, so that roles.def reads as it does.
namespace spelled {
constexpr Permissions none;
#define FIRM_PERMISSION(name, number, sentence) constexpr Permissions name{Permission::name};
#define MATTER_PERMISSION(name, number, closed, sentence) constexpr Permissions name{Permission::name};
#include "access/decide/roles.def"
constexpr Permissions operator|(Permissions x, Permissions y) { return Permissions::from_bits(x.bits() | y.bits()); }
}  // namespace spelled

enum class Closed : bool { ends, stays };

struct PermissionRow {
    Permission id;
    std::string_view name, sentence;
    bool of_matter;
    Closed closed;
};
template <class Role>
struct RoleRow {
    Role id;
    std::string_view name;
    Permissions permissions;
};

constexpr std::array permission_rows{
#define FIRM_PERMISSION(name, number, sentence) PermissionRow{Permission::name, #name, sentence, false, Closed::stays},
#define MATTER_PERMISSION(name, number, closed, sentence) PermissionRow{Permission::name, #name, sentence, true, Closed::closed},
#include "access/decide/roles.def"
};

consteval auto firm_role_rows_made() {
    using namespace spelled;
    return std::array{
#define FIRM_ROLE(name, number, permissions) RoleRow<FirmRole>{FirmRole::name, #name, permissions},
#include "access/decide/roles.def"
    };
}
consteval auto team_role_rows_made() {
    using namespace spelled;
    return std::array{
#define TEAM_ROLE(name, number, permissions) RoleRow<TeamRole>{TeamRole::name, #name, permissions},
#include "access/decide/roles.def"
    };
}
constexpr auto firm_role_rows = firm_role_rows_made();
constexpr auto team_role_rows = team_role_rows_made();

// Promise 2, kept by the compiler: no firm role holds what opens a matter, and no team role what concerns the firm.
consteval bool kept_apart() {
    std::uint64_t of_matter = 0, of_firm = 0;
    for (const auto& row : permission_rows) (row.of_matter ? of_matter : of_firm) |= Permissions{row.id}.bits();
    for (const auto& role : firm_role_rows)
        if (role.permissions.bits() & of_matter) return false;
    for (const auto& role : team_role_rows)
        if (role.permissions.bits() & of_firm) return false;
    return true;
}
static_assert(kept_apart(), "roles.def gives a firm role a matter permission, or a team role a firm permission");

/// By number, so that a decision looks nothing up by search; a number that roles.def does not have holds nothing.
template <std::size_t N>
consteval auto by_number(const auto& rows, auto value_of) {
    std::array<decltype(value_of(rows[0])), N> table{};
    for (const auto& row : rows) table[static_cast<std::size_t>(row.id)] = value_of(row);
    return table;
}
constexpr auto firm_role_permissions = by_number<64>(firm_role_rows, [](const auto& row) { return row.permissions; });
constexpr auto team_role_permissions = by_number<64>(team_role_rows, [](const auto& row) { return row.permissions; });
constexpr auto permission_of_matter = by_number<64>(permission_rows, [](const auto& row) { return row.of_matter; });
constexpr auto permission_stays = by_number<64>(permission_rows, [](const auto& row) { return row.closed == Closed::stays; });

template <class E>
constexpr auto ids(const auto& rows) {
    std::array<E, std::tuple_size_v<std::remove_cvref_t<decltype(rows)>>> out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = rows[i].id;
    return out;
}
constexpr auto permission_ids = ids<Permission>(permission_rows);
constexpr auto firm_role_ids = ids<FirmRole>(firm_role_rows);
constexpr auto team_role_ids = ids<TeamRole>(team_role_rows);

const auto& row_of(const auto& rows, auto id) {
    for (const auto& row : rows)
        if (row.id == id) return row;
    die("a role or permission that roles.def does not have");
}

template <class E>
Result<E> by_name(const auto& rows, std::string_view name, const char* what) {
    for (const auto& row : rows)
        if (row.name == name) return row.id;
    return fail(Problem::malformed, std::string("there is no such ") + what);
}

}  // namespace

std::span<const Permission> all_permissions() { return permission_ids; }
std::span<const FirmRole> all_firm_roles() { return firm_role_ids; }
std::span<const TeamRole> all_team_roles() { return team_role_ids; }

Permissions permissions_of(FirmRole role) { return firm_role_permissions.at(static_cast<std::size_t>(role)); }
Permissions permissions_of(TeamRole role) { return team_role_permissions.at(static_cast<std::size_t>(role)); }
bool concerns_a_matter(Permission permission) { return permission_of_matter.at(static_cast<std::size_t>(permission)); }
bool stays_in_a_closed_matter(Permission permission) { return permission_stays.at(static_cast<std::size_t>(permission)); }

std::string_view name(Permission permission) { return row_of(permission_rows, permission).name; }
std::string_view name(FirmRole role) { return row_of(firm_role_rows, role).name; }
std::string_view name(TeamRole role) { return row_of(team_role_rows, role).name; }
std::string_view sentence(Permission permission) { return row_of(permission_rows, permission).sentence; }

Result<FirmRoles> firm_roles_from_bits(std::uint64_t bits) {
    FirmRoles known;
    for (auto role : firm_role_ids) known.add(role);
    if (bits & ~known.bits()) return fail(Problem::malformed, "a firm role that this version does not know");
    return FirmRoles::from_bits(bits);
}

Result<TeamRole> team_role_from_number(std::uint8_t number) {
    for (auto role : team_role_ids)
        if (static_cast<std::uint8_t>(role) == number) return role;
    return fail(Problem::malformed, "a team role that this version does not know");
}

Result<FirmRole> firm_role_from_name(std::string_view name) { return by_name<FirmRole>(firm_role_rows, name, "firm role"); }
Result<TeamRole> team_role_from_name(std::string_view name) { return by_name<TeamRole>(team_role_rows, name, "team role"); }
Result<Permission> permission_from_name(std::string_view name) {
    return by_name<Permission>(permission_rows, name, "permission");
}

std::string roles_table() {
    std::string head = "| a person may |", line = "| --- |", body;
    auto column = [&](std::string_view title) {
        head.append(" ").append(title).append(" |");
        line.append(" :-: |");
    };
    for (const auto& role : firm_role_rows) column(role.name);
    for (const auto& role : team_role_rows) column(role.name);
    for (const auto& permission : permission_rows) {
        body.append("| ").append(permission.sentence).append(" (`").append(permission.name).append("`) |");
        auto cell = [&](const auto& role) { body.append(role.permissions.has(permission.id) ? " x |" : "   |"); };
        for (const auto& role : firm_role_rows) cell(role);
        for (const auto& role : team_role_rows) cell(role);
        body.append("\n");
    }
    return head + "\n" + line + "\n" + body;
}

}  // namespace muniment::access
