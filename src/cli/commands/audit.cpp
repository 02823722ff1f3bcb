// SPDX-License-Identifier: Apache-2.0
// audit: the record of who did what, and what proves it.
#include <boost/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/named_paper.hpp"
#include "cli/commands/show.hpp"
#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

namespace json = boost::json;
constexpr std::uint64_t entries_default = 50, entries_max = 1'000'000, page = 1'000;

std::string filter(Api& api, const Arguments& arguments) {
    if (arguments.has("--matter") + arguments.has("--user") + arguments.has("--paper") > 1)
        usage("Give one of --matter, --user and --paper.");
    Finder finder(api);
    if (const auto matter = arguments.find("--matter"))
        return "&matter=" + (is_id(*matter) ? *matter : text_of(finder.matter(*matter), "id"));
    if (const auto user = arguments.find("--user")) return "&person=" + text_of(finder.person(*user), "id");
    if (const auto paper = arguments.find("--paper")) return "&document=" + NamedPaper(api, *paper).paper().id;
    return {};
}

/// The log pages by sequence number, not by cursor: newest first, then what is before. A page may be empty: what is behind a wall
/// from who asks is left out.
json::array entries(Api& api, const std::string& filter, std::uint64_t wanted) {
    json::array all;
    for (std::string before; all.size() < wanted;) {
        const auto limit = std::min(wanted - all.size(), page);
        const auto answer =
            api.get("/api/v1/log?limit=" + std::to_string(limit) + filter + (before.empty() ? "" : "&before=" + before));
        for (const auto& entry : list_of(answer, "items")) all.push_back(entry);
        const auto next = text_of(answer, "next");
        if (next.empty() || next == before) break;
        before = next;
    }
    return all;
}

constexpr std::string_view nil_id = "00000000-0000-0000-0000-000000000000";

std::string about(const json::value& entry) {
    json::array names;
    for (const auto& subject : list_of(entry, "subjects")) {
        const auto name = text_of(subject, "name");
        // A count, which belongs to nothing that has an id.
        if (text_of(subject, "kind") == "other" && text_of(subject, "id") == nil_id) continue;
        names.emplace_back(text_of(subject, "kind") + " " + (name.empty() ? text_of(subject, "id") : "“" + name + "”"));
    }
    return joined(names);
}

int log(const Arguments& arguments) {
    auto api = connect(arguments);
    const auto wanted = arguments.number("--limit", entries_default, 1, entries_max);
    return show_list(arguments, entries(api, filter(api, arguments), wanted),
                     {"Entry", "When (UTC)", "Who", "What", "Outcome", "About"},
                     [](const json::value& entry) -> std::vector<std::string> {
                         return {std::to_string(number_of(entry, "sequence")),
                                 short_time(text_of(entry, "at")),
                                 text_of(part_of(entry, "person"), "name"),
                                 text_of(entry, "text"),
                                 text_of(entry, "outcome"),
                                 about(entry)};
                     });
}

int checkpoint(const Arguments& arguments) {
    auto api = connect(arguments);
    auto note = api.text("/api/v1/log/checkpoint");
    if (!arguments.json() && note.ends_with('\n')) note.pop_back();   // the note ends in one, and so does a printed line
    return show(arguments, {{"checkpoint", note}}, note);
}

int key(const Arguments& arguments) {
    const auto answer = connect(arguments).get("/api/v1/log/key");
    return show(arguments, answer, printable(text_of(answer, "key")));
}

int proof(const Arguments& arguments) {
    const auto sequence = arguments.number("sequence", 0, 0, INT64_MAX);
    print_json(connect(arguments).get("/api/v1/log/entries/" + std::to_string(sequence) + "/proof"));
    return 0;
}

}  // namespace

std::vector<Command> audit_commands() {
    return {
        {.name = "audit", .line = "The record of who did what"},
        {.name = "audit log",
         .line = "Show the log, newest first",
         .text = "\n  muniment-cli audit log --matter 10432.0007\n  muniment-cli audit log --user anna --limit 500 --json\n",
         .options = {{.name = "--matter", .value = "MATTER", .help = "only what is about it"},
                     {.name = "--user", .value = "PERSON", .help = "only what they did"},
                     {.name = "--paper", .value = "MATTER/path", .help = "only what is about it"},
                     {.name = "--limit", .value = "N", .help = "how many entries (default 50)"}},
         .run = log},
        {.name = "audit checkpoint", .line = "Print the newest signed checkpoint (C2SP tlog-checkpoint)", .run = checkpoint},
        {.name = "audit key", .line = "Print the key that verifies checkpoints", .run = key},
        {.name = "audit proof", .line = "Print the proof, as JSON, that an entry is in the log",
         .options = {{.name = "sequence", .value = "ENTRY", .help = "its number in audit log", .required = true}}, .run = proof},
    };
}

}  // namespace muniment::cli
