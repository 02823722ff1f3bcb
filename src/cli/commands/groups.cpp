// SPDX-License-Identifier: Apache-2.0
// group: people who are put on teams and behind walls together.
#include <boost/json.hpp>

#include "cli/api.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/show.hpp"
#include "cli/json.hpp"
#include "cli/target.hpp"

namespace muniment::cli {
namespace {

namespace json = boost::json;

int add(const Arguments& arguments) {
    const auto group = connect(arguments).create("/api/v1/groups", {{"name", arguments.get("name")}});
    return show(arguments, group, "Made: " + printable(text_of(group, "name")));
}

int list(const Arguments& arguments) {
    auto api = connect(arguments);
    std::map<std::string, std::string> names;
    if (!arguments.json())
        for (const auto& person : api.list("/api/v1/people")) names[text_of(person, "id")] = text_of(person, "sign_in");
    return show_list(arguments, api.list("/api/v1/groups"), {"Group", "Members"},
                     [&](const json::value& group) -> std::vector<std::string> {
                         json::array members;
                         for (const auto& member : list_of(group, "members"))
                             members.emplace_back(names[std::string(member.as_string())]);
                         return {text_of(group, "name"), joined(members)};
                     });
}

/// The group and the person: where membership is put and removed.
int member(const Arguments& arguments, bool join) {
    auto api = connect(arguments);
    Finder finder(api);
    const auto group = finder.group(arguments.get("group"));
    const auto person = finder.person(arguments.get("person"));
    const auto path = "/api/v1/groups/" + text_of(group, "id") + "/members/" + text_of(person, "id");
    if (join) api.put(path);
    else api.remove(path);
    return show(arguments, {{"group", group.at("id")}, {"person", person.at("id")}, {"member", join}},
                printable(text_of(person, "name") + (join ? " is in " : " is not in ") + text_of(group, "name")) + ".");
}

}  // namespace

std::vector<Command> group_commands() {
    const std::vector<Option> both = {{.name = "group", .value = "GROUP", .help = "name or id", .required = true},
                                      {.name = "person", .value = "PERSON", .help = "sign-in name or id", .required = true}};
    return {
        {.name = "group", .line = "Groups of people"},
        {.name = "group add",
         .line = "Make a group",
         .options = {{.name = "name", .value = "NAME", .help = "what it is called", .required = true}},
         .run = add},
        {.name = "group list", .line = "List groups and who is in them", .run = list},
        {.name = "group join",
         .line = "Put somebody into a group",
         .options = both,
         .run = [](const Arguments& a) { return member(a, true); }},
        {.name = "group leave",
         .line = "Take somebody out of a group",
         .options = both,
         .run = [](const Arguments& a) { return member(a, false); }},
    };
}

}  // namespace muniment::cli
