// SPDX-License-Identifier: Apache-2.0
// wall: ethical walls, between two matters, as a screen around people, or between any two sides.
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

json::object empty_side() {
    return {{"matters", json::array()}, {"clients", json::array()}, {"people", json::array()}, {"groups", json::array()}};
}

void put_on(json::object& side, const char* kind, const json::value& thing) { side[kind].as_array().push_back(thing.at("id")); }

/// "person:anna", "matter:10432.0007", "client:Mercator GmbH", "group:Real estate"
void put_on(json::object& side, Finder& finder, const std::string& named) {
    const auto colon = named.find(':');
    const auto kind = named.substr(0, colon);
    const auto name = colon == std::string::npos ? "" : named.substr(colon + 1);
    if (kind == "matter") put_on(side, "matters", finder.matter(name));
    else if (kind == "client") put_on(side, "clients", finder.client(name));
    else if (kind == "person") put_on(side, "people", finder.person(name));
    else if (kind == "group") put_on(side, "groups", finder.group(name));
    else usage("A side's members are written matter:…, client:…, person:… or group:…, not “" + printable(named) + "”.");
}

int add(const Arguments& arguments) {
    const bool between = arguments.has("--between"), screen = arguments.has("--screen"), sides = arguments.has("--side-a");
    if (between + screen + sides != 1)
        usage("Give one of: --between M1 M2; --screen PERSON… --from MATTER…; --side-a … --side-b …");
    if (screen != arguments.has("--from") || sides != arguments.has("--side-b"))
        usage("A wall has two sides: --screen goes with --from, --side-a with --side-b.");
    auto api = connect(arguments);
    Finder finder(api);
    auto a = empty_side(), b = empty_side();
    if (between) {
        const auto both = arguments.all("--between");
        put_on(a, "matters", finder.matter(both.at(0)));
        put_on(b, "matters", finder.matter(both.at(1)));
    }
    for (const auto& person : arguments.all("--screen")) put_on(a, "people", finder.person(person));
    for (const auto& matter : arguments.all("--from")) put_on(b, "matters", finder.matter(matter));
    for (const auto& named : arguments.all("--side-a")) put_on(a, finder, named);
    for (const auto& named : arguments.all("--side-b")) put_on(b, finder, named);
    const auto wall = api.create("/api/v1/walls", {{"a", a}, {"b", b}, {"memo", arguments.get("--memo")}});
    std::string said = "The wall stands: " + text_of(wall, "id");
    if (const auto& barred = list_of(wall, "on_both_sides"); !barred.empty()) {
        said += "\nOn both sides, and so barred from both:";
        for (const auto& person : barred)
            said += " " + printable(text_of(finder.person(std::string(person.as_string())), "name"));
    }
    return show(arguments, wall, said);
}

std::string side_text(const json::value& side) {
    std::string out;
    for (const auto* kind : {"matters", "clients", "people", "groups"})
        if (const auto count = list_of(side, kind).size()) out += (out.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
    return out;
}

int list(const Arguments& arguments) {
    return show_list(arguments, connect(arguments).list("/api/v1/walls"), {"Id", "One side", "Other side", "Why"},
                     [](const json::value& wall) -> std::vector<std::string> {
                         return {text_of(wall, "id"), side_text(part_of(wall, "a")), side_text(part_of(wall, "b")),
                                 text_of(wall, "memo")};
                     });
}

int remove(const Arguments& arguments) {
    const auto id = arguments.get("wall");
    if (!is_id(id)) usage("A wall is named by its id; `muniment-cli wall list` shows them.");
    connect(arguments).remove("/api/v1/walls/" + id);
    return show(arguments, {{"removed", id}}, "The wall is down.");
}

}  // namespace

std::vector<Command> wall_commands() {
    return {
        {.name = "wall", .line = "Ethical walls"},
        {.name = "wall add",
         .line = "Put up a wall",
         .text = R"(
  muniment-cli wall add --between 10432.0007 10518.0001 --memo "adverse parties"
  muniment-cli wall add --screen carla --from 10432.0007 --memo "came from the other side's counsel"
  muniment-cli wall add --side-a client:10432 --side-b client:10518 group:"Tax" --memo "bid"

Whoever stands on one side sees nothing of the other, over every role and team.)",
         .options = {{.name = "--between", .value = "MATTER MATTER", .help = "keep the teams of two matters apart"},
                     {.name = "--screen", .value = "PERSON…", .help = "keep these people"},
                     {.name = "--from", .value = "MATTER…", .help = "from these matters"},
                     {.name = "--side-a", .value = "KIND:NAME…", .help = "one side: matter:, client:, person:, group:"},
                     {.name = "--side-b", .value = "KIND:NAME…", .help = "the other side"},
                     {.name = "--memo", .value = "TEXT", .help = "why", .required = true}},
         .run = add},
        {.name = "wall list", .line = "List walls", .run = list},
        {.name = "wall remove",
         .line = "Take down a wall",
         .options = {{.name = "wall", .value = "ID", .help = "from wall list", .required = true}},
         .run = remove},
    };
}

}  // namespace muniment::cli
