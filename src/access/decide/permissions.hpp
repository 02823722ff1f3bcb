// SPDX-License-Identifier: Apache-2.0
// The words of roles.def as types: permissions, the firm's roles, a team's roles, and sets of them.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace muniment::access {

enum class Permission : std::uint8_t {
#define FIRM_PERMISSION(name, number, sentence) name = number,
#define MATTER_PERMISSION(name, number, closed, sentence) name = number,
#include "access/decide/roles.def"
};

enum class FirmRole : std::uint8_t {
#define FIRM_ROLE(name, number, permissions) name = number,
#include "access/decide/roles.def"
};

enum class TeamRole : std::uint8_t {
#define TEAM_ROLE(name, number, permissions) name = number,
#include "access/decide/roles.def"
};

/// A set of enumerators whose numbers are below 64; bits() is what is written to disk.
template <class E>
class SetOf {
  public:
    constexpr SetOf() = default;
    constexpr SetOf(std::initializer_list<E> members) {
        for (E e : members) add(e);
    }
    static constexpr SetOf from_bits(std::uint64_t bits) {
        SetOf s;
        s.bits_ = bits;
        return s;
    }
    constexpr bool has(E e) const { return (bits_ >> static_cast<unsigned>(e)) & 1; }
    constexpr SetOf& add(E e) {
        bits_ |= std::uint64_t{1} << static_cast<unsigned>(e);
        return *this;
    }
    constexpr SetOf& remove(E e) {
        bits_ &= ~(std::uint64_t{1} << static_cast<unsigned>(e));
        return *this;
    }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr std::uint64_t bits() const { return bits_; }
    friend constexpr bool operator==(SetOf, SetOf) = default;

  private:
    std::uint64_t bits_ = 0;
};

using Permissions = SetOf<Permission>;
using FirmRoles = SetOf<FirmRole>;

std::span<const Permission> all_permissions();  ///< in the order of roles.def, as are the next two
std::span<const FirmRole> all_firm_roles();
std::span<const TeamRole> all_team_roles();

Permissions permissions_of(FirmRole role);
Permissions permissions_of(TeamRole role);
bool concerns_a_matter(Permission permission);        ///< held by team roles only
bool stays_in_a_closed_matter(Permission permission); ///< true for those that concern the firm as well

std::string_view name(Permission permission);         ///< "papers_read"; names and numbers are stable
std::string_view name(FirmRole role);
std::string_view name(TeamRole role);
std::string_view sentence(Permission permission);     ///< "read papers": completes "may …"

/// What was read from disk or from a request; a number or name that roles.def does not have is `malformed`.
Result<FirmRoles> firm_roles_from_bits(std::uint64_t bits);
Result<TeamRole> team_role_from_number(std::uint8_t number);
Result<FirmRole> firm_role_from_name(std::string_view name);
Result<TeamRole> team_role_from_name(std::string_view name);
Result<Permission> permission_from_name(std::string_view name);

/// Permissions down, roles across, in Markdown: for the docs and `muniment roles`.
std::string roles_table();

}  // namespace muniment::access
