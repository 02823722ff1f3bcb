// SPDX-License-Identifier: Apache-2.0
// checkout, checkin: nobody else changes a paper while somebody works on it.
#include <boost/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/named_paper.hpp"
#include "cli/commands/show.hpp"

namespace muniment::cli {
namespace {

constexpr std::uint64_t hours_default = 8, hours_max = 720;

int checkout(const Arguments& arguments) {
    auto api = connect(arguments);
    const auto minutes = arguments.number("--hours", hours_default, 1, hours_max) * 60;
    const NamedPaper named(api, arguments.get("target"));
    boost::json::object body{{"minutes", minutes}};
    if (const auto note = arguments.find("--note")) body["note"] = *note;
    const auto paper = api.post(named.path() + "/checkout", body);
    return show(arguments, paper, "Checked out until " + short_time(text_of(part_of(paper, "checkout"), "until")) + " UTC: " +
                                      printable(text_of(paper, "name")));
}

int checkin(const Arguments& arguments) {
    auto api = connect(arguments);
    const NamedPaper named(api, arguments.get("target"));
    api.post(named.path() + (arguments.has("--break") ? "/checkout/break" : "/checkin"));
    return show(arguments, {{"checked_in", named.paper().id}}, "Checked in: " + printable(named.paper().name));
}

}  // namespace

std::vector<Command> checkout_commands() {
    const Option paper{.name = "target", .value = "MATTER/path", .help = "or MATTER/123 by its number", .required = true};
    return {
        {.name = "checkout",
         .line = "Check a paper out: nobody else may change it",
         .text = "\n  muniment-cli checkout 10432.0007/Lease.pdf --hours 4 --note redlining\n",
         .options = {paper,
                     {.name = "--hours", .value = "N", .help = "for how long (default 8); again sets a new end"},
                     {.name = "--note", .value = "TEXT", .help = "others see it"}},
         .run = checkout},
        {.name = "checkin", .line = "Check a paper in",
         .options = {paper, {.name = "--break", .help = "end somebody else's check-out; it is recorded"}}, .run = checkin},
    };
}

}  // namespace muniment::cli
