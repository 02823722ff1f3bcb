// SPDX-License-Identifier: Apache-2.0
#include "access/decide/permissions.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace muniment::access {
namespace {

// The numbers are on disk and in logs: this list only grows. A change that breaks a line here breaks the firms' records.
TEST(Permissions, NumbersOnDiskStandForEver) {
    const std::pair<const char*, int> permissions[] = {
        {"people_manage", 1},   {"roles_assign", 2},     {"groups_manage", 3}, {"sessions_end", 4},    {"clients_open", 5},
        {"matters_open", 6},    {"register_read", 7},    {"teams_appoint", 8}, {"walls_manage", 9},    {"log_read", 10},
        {"access_explain", 11}, {"keys_manage", 12},     {"settings_manage", 13}, {"matter_view", 32}, {"matter_edit", 33},
        {"matter_close", 34},   {"matter_reopen", 35},   {"team_view", 36},    {"team_manage", 37},    {"papers_list", 38},
        {"papers_read", 39},    {"papers_write", 40},    {"papers_trash", 41}, {"papers_move", 42},    {"checkout_break", 43},
        {"log_read_matter", 44}, {"operations_view", 14}, {"jobs_manage", 15}, {"deadlines_manage", 16}};
    EXPECT_EQ(all_permissions().size(), std::size(permissions));
    for (auto [text, number] : permissions) {
        auto permission = permission_from_name(text);
        ASSERT_TRUE(permission) << text;
        EXPECT_EQ(static_cast<int>(*permission), number);
        EXPECT_EQ(name(*permission), text);
        EXPECT_FALSE(sentence(*permission).empty());
    }
    const std::pair<const char*, int> firm[] = {{"administrator", 1}, {"partner", 2},    {"lawyer", 3},
                                                {"assistant", 4},     {"compliance", 5}, {"auditor", 6}};
    EXPECT_EQ(all_firm_roles().size(), std::size(firm));
    for (auto [text, number] : firm) EXPECT_EQ(static_cast<int>(firm_role_from_name(text).value()), number);
    const std::pair<const char*, int> team[] = {{"lead", 1}, {"member", 2}, {"reader", 3}};
    EXPECT_EQ(all_team_roles().size(), std::size(team));
    for (auto [text, number] : team) {
        EXPECT_EQ(static_cast<int>(team_role_from_name(text).value()), number);
        EXPECT_EQ(team_role_from_number(static_cast<std::uint8_t>(number)).value(), team_role_from_name(text).value());
    }
}

TEST(Permissions, NoFirmRoleOpensAMatter) {
    for (auto role : all_firm_roles())
        for (auto permission : all_permissions())
            if (concerns_a_matter(permission)) EXPECT_FALSE(permissions_of(role).has(permission)) << name(role);
}

TEST(Permissions, LeadHoldsAllOfAMatterAndNothingOfTheFirm) {
    for (auto permission : all_permissions())
        EXPECT_EQ(permissions_of(TeamRole::lead).has(permission), concerns_a_matter(permission)) << name(permission);
}

TEST(Permissions, WhoeverAdministersCannotAppoint) {
    auto administrator = permissions_of(FirmRole::administrator);
    for (auto permission : {Permission::teams_appoint, Permission::walls_manage, Permission::register_read, Permission::log_read})
        EXPECT_FALSE(administrator.has(permission)) << name(permission);
}

TEST(Permissions, UnknownNumbersAndNamesAreRefused) {
    EXPECT_FALSE(team_role_from_number(0));
    EXPECT_FALSE(team_role_from_number(4));
    EXPECT_FALSE(team_role_from_number(255));
    EXPECT_TRUE(firm_roles_from_bits(0));
    EXPECT_TRUE(firm_roles_from_bits(0b111'1110));
    EXPECT_FALSE(firm_roles_from_bits(1));
    EXPECT_FALSE(firm_roles_from_bits(1u << 7));
    EXPECT_FALSE(firm_role_from_name("lead"));
    EXPECT_FALSE(team_role_from_name("Lead"));
    EXPECT_FALSE(permission_from_name(""));
}

TEST(Permissions, SetsAddRemoveAndTell) {
    FirmRoles roles{FirmRole::partner, FirmRole::auditor};
    EXPECT_TRUE(roles.has(FirmRole::partner));
    EXPECT_FALSE(roles.has(FirmRole::lawyer));
    EXPECT_EQ(roles, FirmRoles::from_bits(0b100'0100));
    EXPECT_TRUE(roles.remove(FirmRole::partner).remove(FirmRole::auditor).empty());
}

TEST(Permissions, TableShowsWhoHoldsWhat) {
    auto table = roles_table();
    EXPECT_TRUE(table.starts_with(
        "| a person may | administrator | partner | lawyer | assistant | compliance | auditor | lead | member | reader |\n"));
    EXPECT_NE(table.find("| read papers (`papers_read`) |   |   |   |   |   |   | x | x | x |\n"), std::string::npos);
    EXPECT_NE(table.find("| open a client (`clients_open`) |   | x |   |   |   |   |   |   |   |\n"), std::string::npos);
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(table, '\n')), all_permissions().size() + 2);
}

}  // namespace
}  // namespace muniment::access
