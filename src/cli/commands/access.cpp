// SPDX-License-Identifier: Apache-2.0
// access explain, roles: who may do what, and why.
#include <boost/json.hpp>

#include "cli/api.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/show.hpp"
#include "cli/json.hpp"
#include "cli/target.hpp"

namespace muniment::cli {
namespace {

namespace json = boost::json;

int explain(const Arguments& arguments) {
    auto api = connect(arguments);
    Finder finder(api);
    // By its id it may be one that is hidden from who asks; the gate answers all the same.
    const auto typed = arguments.get("--matter");
    const auto matter = is_id(typed) ? json::value(typed) : finder.matter(typed).at("id");
    json::object question{{"person", finder.person(arguments.get("--user")).at("id")}, {"matter", matter}};
    if (const auto permission = arguments.find("--permission")) question["permission"] = *permission;
    const auto answer = api.post("/api/v1/access/explain", question);
    std::string said = printable(text_of(answer, "sentence"));
    for (const auto& item : list_of(answer, "items"))
        said += std::string(truth_of(item, "permitted") ? "\n  yes  " : "\n  no   ") +
                printable(text_of(item, "permission") + ": " + text_of(item, "sentence"));
    return show(arguments, answer, said);
}

void add_roles(Table& table, const json::array& roles, const std::string& where) {
    for (const auto& role : roles) table.row({where, text_of(role, "name"), joined(list_of(role, "permissions"))});
}

int roles(const Arguments& arguments) {
    const auto all = connect(arguments).get("/api/v1/roles");
    if (arguments.json()) {
        print_json(all);
        return 0;
    }
    Table holding{"In the", "Role", "May"};
    add_roles(holding, list_of(all, "firm_roles"), "firm");
    add_roles(holding, list_of(all, "team_roles"), "team");
    holding.print();
    print_line("");
    Table meaning{"Permission", "Lets a person"};
    for (const auto& permission : list_of(all, "permissions"))
        meaning.row({text_of(permission, "name"), text_of(permission, "text")});
    meaning.print();
    return 0;
}

}  // namespace

std::vector<Command> access_commands() {
    return {
        {.name = "access", .line = "Why somebody may or may not do something"},
        {.name = "access explain",
         .line = "Say what somebody may do in a matter, and why",
         .text = "\n  muniment-cli access explain --user ben --matter 10432.0007 --permission papers_read\n",
         .options = {{.name = "--user", .value = "PERSON", .help = "sign-in name or id", .required = true},
                     {.name = "--matter", .value = "MATTER", .help = "its number, name or id", .required = true},
                     {.name = "--permission", .value = "NAME", .help = "only this one"}},
         .run = explain},
        {.name = "roles", .line = "List the roles and what each permits", .run = roles},
    };
}

}  // namespace muniment::cli
