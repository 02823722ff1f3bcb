// SPDX-License-Identifier: Apache-2.0
// user: people's accounts.
#include <algorithm>
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

json::array texts(const std::vector<std::string>& words) {
    json::array out;
    for (const auto& word : words) out.emplace_back(word);
    return out;
}

std::string invited(const json::value& answer) {
    return "Invitation: " + printable(text_of(answer, "invitation")) + "\nIt is shown this once and ends " +
           short_time(text_of(answer, "invitation_until")) + " UTC. With it: muniment-cli accept";
}

int add(const Arguments& arguments) {
    auto api = connect(arguments);
    json::object body{
        {"sign_in", arguments.get("person")}, {"name", arguments.get("--name")}, {"roles", texts(arguments.all("--role"))}};
    if (const auto until = arguments.find("--until")) body["until"] = until_text(*until);
    const auto made = api.create("/api/v1/people", body);
    return show(arguments, made, invited(made));
}

int list(const Arguments& arguments) {
    return show_list(arguments, connect(arguments).list("/api/v1/people"), {"Sign-in", "Name", "Roles", "Until", "State"},
                     [](const json::value& person) -> std::vector<std::string> {
                         return {text_of(person, "sign_in"), text_of(person, "name"), joined(list_of(person, "roles")),
                                 short_time(text_of(person, "until")), truth_of(person, "active") ? "active" : "ended"};
                     });
}

int end(const Arguments& arguments) {
    auto api = connect(arguments);
    const auto person = Finder(api).person(arguments.get("person"));
    api.post("/api/v1/people/" + text_of(person, "id") + "/end");
    return show(arguments, {{"ended", person}},
                printable(text_of(person, "name")) + " has no access any more; all sessions have ended.");
}

int invite(const Arguments& arguments) {
    auto api = connect(arguments);
    const auto person = Finder(api).person(arguments.get("person"));
    const auto answer = api.post("/api/v1/people/" + text_of(person, "id") + "/invitation");
    return show(arguments, answer, invited(answer));
}

int roles(const Arguments& arguments) {
    auto api = connect(arguments);
    auto person = Finder(api).person(arguments.get("person"));
    std::vector<std::string> held;
    for (const auto& role : list_of(person, "roles")) held.emplace_back(role.as_string());
    if (arguments.has("--set")) held = arguments.all("--set");
    for (const auto& role : arguments.all("--take")) std::erase(held, role);
    for (const auto& role : arguments.all("--give"))
        if (std::ranges::find(held, role) == held.end()) held.push_back(role);
    json::object body{{"roles", texts(held)}};
    if (const auto until = arguments.find("--until"))
        body["until"] = *until == "never" ? json::value() : json::value(until_text(*until));
    const auto changes = {"--set", "--take", "--give", "--until"};
    if (std::ranges::any_of(changes, [&](auto name) { return arguments.has(name); }))
        person = api.change("PATCH", "/api/v1/people/" + text_of(person, "id"), number_of(person, "revision"), body);
    return show(arguments, person, printable(text_of(person, "name") + ": " + joined(list_of(person, "roles"))));
}

}  // namespace

std::vector<Command> people_commands() {
    const Option person{.name = "person", .value = "PERSON", .help = "sign-in name or id", .required = true};
    return {
        {.name = "user", .line = "People's accounts"},
        {.name = "user add",
         .line = "Make an account and print its invitation",
         .text = "\n  muniment-cli user add anna --name \"Anna Weber\" --role lawyer\n\n`muniment-cli roles` lists the roles.",
         .options = {{.name = "person", .value = "SIGN-IN", .help = "the name to sign in with", .required = true},
                     {.name = "--name", .value = "NAME", .help = "what colleagues read", .required = true},
                     {.name = "--role", .value = "ROLE", .help = "may be given several times", .many = true},
                     {.name = "--until", .value = "DATE", .help = "the last day of the account"}},
         .run = add},
        {.name = "user list", .line = "List colleagues", .run = list},
        {.name = "user end", .line = "End an account and all its sessions", .options = {person}, .run = end},
        {.name = "user invite",
         .line = "Invite anew, who lost password or second factor; the old ones end",
         .options = {person},
         .run = invite},
        {.name = "user roles",
         .line = "Show or change what somebody is in the firm",
         .text = "\n  muniment-cli user roles anna\n  muniment-cli user roles anna --give partner --take lawyer\n",
         .options = {person,
                     {.name = "--give", .value = "ROLE", .help = "one more", .many = true},
                     {.name = "--take", .value = "ROLE", .help = "one less", .many = true},
                     {.name = "--set", .value = "ROLE", .help = "these and no others", .many = true},
                     {.name = "--until", .value = "DATE", .help = "the account's last day, or `never`"}},
         .run = roles},
    };
}

}  // namespace muniment::cli
