// SPDX-License-Identifier: Apache-2.0
// matter: opened, listed, closed; and who works on one.
#include <boost/json.hpp>

#include "cli/api.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/show.hpp"
#include "cli/json.hpp"
#include "cli/stop.hpp"
#include "cli/target.hpp"

namespace muniment::cli {
namespace {

namespace json = boost::json;

std::string path_of(const json::value& matter) { return "/api/v1/matters/" + text_of(matter, "id"); }
std::string title_of(const json::value& matter) {
    return printable(text_of(matter, "number") + (text_of(matter, "number").empty() ? "" : "  ") + text_of(matter, "name"));
}

int open(const Arguments& arguments) {
    auto api = connect(arguments);
    json::object body{{"client", Finder(api).client(arguments.get("client")).at("id")}, {"name", arguments.get("name")}};
    for (const auto* field : {"number", "note"})
        if (const auto value = arguments.find(std::string("--") + field)) body[field] = *value;
    const auto matter = api.create("/api/v1/matters", body);
    return show(arguments, matter, "Opened, and you lead it: " + title_of(matter) + "  " + text_of(matter, "id"));
}

int list(const Arguments& arguments) {
    const auto scope = arguments.has("--all") ? "all" : "mine";
    return show_list(arguments, connect(arguments).list(std::string("/api/v1/matters?scope=") + scope),
                     {"Number", "Matter", "Client", "State", "Id"}, [](const json::value& matter) -> std::vector<std::string> {
                         return {text_of(matter, "number"), text_of(matter, "name"), text_of(matter, "client_name"),
                                 text_of(matter, "state"), text_of(matter, "id")};
                     });
}

int show_one(const Arguments& arguments) {
    auto api = connect(arguments);
    const auto matter = api.get(path_of(Finder(api).matter(arguments.get("matter"))));
    return show(arguments, matter,
                title_of(matter) + "\nClient: " + printable(text_of(matter, "client_name")) +
                    "\nState:  " + text_of(matter, "state") + "\nId:     " + text_of(matter, "id") +
                    (text_of(matter, "note").empty() ? "" : "\n\n" + printable(text_of(matter, "note"))));
}

int change_state(const Arguments& arguments, const std::string& verb) {
    auto api = connect(arguments);
    const auto found = Finder(api).matter(arguments.get("matter"));
    const auto matter = api.change("POST", path_of(found) + "/" + verb, number_of(found, "revision"));
    return show(arguments, matter, title_of(matter) + " is " + text_of(matter, "state") + ".");
}

int team_list(const Arguments& arguments) {
    auto api = connect(arguments);
    return show_list(arguments, api.list(path_of(Finder(api).matter(arguments.get("matter"))) + "/team"),
                     {"Kind", "Name", "Role", "Until"}, [](const json::value& member) -> std::vector<std::string> {
                         return {text_of(member, "kind"), text_of(member, "name"), text_of(member, "role"),
                                 short_time(text_of(member, "until"))};
                     });
}

int team_change(const Arguments& arguments, bool add) {
    if (arguments.has("--user") == arguments.has("--group")) usage("Whom? Give --user PERSON or --group GROUP.");
    auto api = connect(arguments);
    Finder finder(api);
    const auto matter = finder.matter(arguments.get("matter"));
    const bool one = arguments.has("--user");
    const auto who = one ? finder.person(arguments.get("--user")) : finder.group(arguments.get("--group"));
    const auto path = path_of(matter) + "/team/" + (one ? "person/" : "group/") + text_of(who, "id");
    if (add) {
        json::object body{{"role", arguments.get("--role")}};
        if (const auto until = arguments.find("--until")) body["until"] = until_text(*until);
        api.put(path, body);
    } else {
        api.remove(path);
    }
    return show(
        arguments, {{"matter", matter.at("id")}, {"id", who.at("id")}, {"on_team", add}},
        printable(text_of(who, "name")) + (add ? " is on the team of " : " is not on the team of ") + title_of(matter) + ".");
}

std::vector<Command> team_commands(const Option& matter) {
    const Option user{.name = "--user", .value = "PERSON", .help = "sign-in name or id"};
    const Option group{.name = "--group", .value = "GROUP", .help = "name or id"};
    return {
        {.name = "matter team", .line = "Who works on a matter"},
        {.name = "matter team list", .line = "List a matter's team", .options = {matter}, .run = team_list},
        {.name = "matter team add",
         .line = "Put somebody on the team, or change their role",
         .text = "\n  muniment-cli matter team add 10432.0007 --user ben --role reader --until 2026-12-31\n",
         .options = {matter, user, group,
                     {.name = "--role", .value = "ROLE", .help = "lead, member or reader", .required = true},
                     {.name = "--until", .value = "DATE", .help = "the last day"}},
         .run = [](const Arguments& a) { return team_change(a, true); }},
        {.name = "matter team remove",
         .line = "Take somebody off the team",
         .options = {matter, user, group},
         .run = [](const Arguments& a) { return team_change(a, false); }},
    };
}

}  // namespace

std::vector<Command> matter_commands() {
    const Option matter{.name = "matter", .value = "MATTER", .help = "its number, name or id", .required = true};
    std::vector<Command> all = {
        {.name = "matter", .line = "Matters and their teams"},
        {.name = "matter open",
         .line = "Open a matter and lead it",
         .text = "\n  muniment-cli matter open 10432 \"Lease Hafenstrasse\" --number 10432.0007\n",
         .options = {{.name = "client", .value = "CLIENT", .help = "its number, name or id", .required = true},
                     {.name = "name", .value = "NAME", .help = "the matter's name", .required = true},
                     {.name = "--number", .value = "N", .help = "the firm's own number"},
                     {.name = "--note", .value = "TEXT", .help = "a description"}},
         .run = open},
        {.name = "matter list",
         .line = "List your matters",
         .options = {{.name = "--all", .help = "all that you may know of"}},
         .run = list},
        {.name = "matter show", .line = "Show one matter", .options = {matter}, .run = show_one},
        {.name = "matter close",
         .line = "Close a matter: it can be read, not changed",
         .options = {matter},
         .run = [](const Arguments& a) { return change_state(a, "close"); }},
        {.name = "matter reopen",
         .line = "Open a closed matter again",
         .options = {matter},
         .run = [](const Arguments& a) { return change_state(a, "reopen"); }},
    };
    for (auto& command : team_commands(matter)) all.push_back(std::move(command));
    return all;
}

}  // namespace muniment::cli
