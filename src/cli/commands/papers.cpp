// SPDX-License-Identifier: Apache-2.0
// ls, versions, mv, rm, restore, trash, mkdir: papers where they lie.
#include <boost/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/named_paper.hpp"
#include "cli/commands/show.hpp"
#include "cli/json.hpp"
#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

namespace json = boost::json;

std::vector<std::string> row_of(const Paper& paper, const std::string& path) {
    const auto& out = part_of(paper.all, "checkout");
    return {paper.number ? std::to_string(paper.number) : "", paper.is_folder ? "" : byte_count(paper.size), short_time(paper.modified),
            paper.is_folder ? path + "/" : path,
            out.is_object() ? text_of(out, "name") + " until " + short_time(text_of(out, "until")) : ""};
}

void gather(const OpenMatter& matter, const std::string& folder, bool below, std::vector<const Paper*>& into) {
    for (const auto* paper : matter.tree.children(folder)) {
        into.push_back(paper);
        if (below && paper->is_folder) gather(matter, paper->id, below, into);
    }
}

int show_papers(const Arguments& arguments, const std::vector<const Paper*>& papers,
                const std::function<std::string(const Paper&)>& named) {
    json::array items;
    Table table{"Number", "Size", "Modified", "Name", "Checked out by"};
    for (const auto* paper : papers) {
        auto item = paper->all;
        item.as_object()["path"] = named(*paper);
        items.push_back(std::move(item));
        if (!arguments.json()) table.row(row_of(*paper, named(*paper)));
    }
    if (arguments.json()) print_json({{"items", items}});
    else table.print();
    return 0;
}

int ls(const Arguments& arguments) {
    auto api = connect(arguments);
    const auto place = Finder(api).place(arguments.get("target"));
    const OpenMatter matter(api, place.matter);
    const auto* at = matter.tree.find(place.path).paper;
    const bool below = arguments.has("--recursive");
    if (below) matter.tree.check_folders();
    std::vector<const Paper*> papers;
    if (at && !at->is_folder) papers.push_back(at);
    else gather(matter, at ? at->id : "", below, papers);
    return show_papers(arguments, papers, [&](const Paper& paper) { return below ? matter.tree.path_of(paper) : paper.name; });
}

int trash(const Arguments& arguments) {
    auto api = connect(arguments);
    const OpenMatter matter(api, Finder(api).matter(arguments.get("matter")), OpenMatter::Trash::too);
    return show_papers(arguments, matter.tree.trashed(), [&](const Paper& paper) { return matter.tree.path_of(paper); });
}

int versions(const Arguments& arguments) {
    auto api = connect(arguments);
    const NamedPaper named(api, arguments.get("target"));
    return show_list(arguments, api.list(named.path() + "/versions"), {"Version", "Size", "Modified", "Filed", "By", "Comment"},
                     [](const json::value& version) -> std::vector<std::string> {
                         return {std::to_string(number_of(version, "version")), byte_count(number_of(version, "size")),
                                 short_time(text_of(version, "modified")), short_time(text_of(version, "added")),
                                 text_of(part_of(version, "who"), "name"), text_of(version, "comment")};
                     });
}

/// Into the folder or matter that is there, or else to the new name at the end of the path.
json::object destination(const OpenMatter& to, const std::string& path, const std::string& typed) {
    auto steps = steps_of(path);
    const Paper* folder = nullptr;
    for (std::size_t at = 0; at < steps.size(); ++at) {
        const auto* next = to.tree.child(folder ? folder->id : "", steps[at]);
        const bool last = at + 1 == steps.size();
        if (last && !(next && next->is_folder) && !typed.ends_with('/'))
            return {{"folder", folder ? json::value(folder->id) : json::value()}, {"name", steps[at]}};
        if (!next || !next->is_folder)
            throw Stop(ExitCode::failed, "There is no folder “" + printable(steps[at]) + "” to move it into.");
        folder = next;
    }
    return {{"folder", folder ? json::value(folder->id) : json::value()}};
}

int mv(const Arguments& arguments) {
    auto api = connect(arguments);
    const NamedPaper from(api, arguments.get("source"));
    const auto typed = arguments.get("target");
    const auto place = Finder(api).place(typed);
    const bool elsewhere = text_of(place.matter, "id") != text_of(from.matter().all, "id");
    std::optional<OpenMatter> other;
    if (elsewhere) other.emplace(api, place.matter);
    auto body = destination(elsewhere ? *other : from.matter(), place.path, typed);
    if (elsewhere) body["matter"] = place.matter.at("id");
    const auto moved = api.change("POST", from.path() + "/move", from.paper().revision, body);
    return show(arguments, moved, "Moved: " + printable(text_of(moved, "name")) + (elsewhere ? ", now in another matter" : ""));
}

/// One change of each that is named; what fails does not keep the others from it.
int change_each(const Arguments& arguments, const std::string& verb, OpenMatter::Trash trash) {
    auto api = connect(arguments);
    std::size_t failed = 0;
    const auto targets = arguments.all("target");
    json::array items;
    ExitCode code = ExitCode::ok;
    for (const auto& target : targets) {
        try {
            const NamedPaper named(api, target, trash);
            api.change("POST", named.path() + "/" + verb, named.paper().revision);
            items.push_back(named.paper().all);
        } catch (const Stop& stop) {
            if (targets.size() == 1) throw;
            print_note(printable(target) + ": " + stop.what());
            ++failed;
            code = stop.code();
        }
    }
    if (arguments.json()) print_json({{"items", items}});
    else print_line(std::to_string(items.size()) + (verb == "trash" ? " in the trash" : " restored"));
    if (failed == 0) return 0;
    return static_cast<int>(items.empty() ? code : ExitCode::partly_failed);
}

int mkdir(const Arguments& arguments) {
    auto api = connect(arguments);
    const auto place = Finder(api).place(arguments.get("target"));
    const OpenMatter matter(api, place.matter);
    const auto steps = steps_of(place.path);
    if (steps.empty()) usage("Name the new folder: mkdir MATTER/folder");
    json::value folder, made;
    const Paper* there = nullptr;
    for (std::size_t at = 0; at < steps.size(); ++at) {
        const bool last = at + 1 == steps.size();
        const bool above_there = at == 0 || there;
        there = above_there ? matter.tree.child(there ? there->id : "", steps[at]) : nullptr;
        if (there && !there->is_folder) throw Stop(ExitCode::failed, "“" + printable(steps[at]) + "” is a paper.");
        if (there && last && !arguments.has("--parents"))
            throw Stop(ExitCode::failed, "That folder is there already.", "name-taken");
        if (!there && !last && !arguments.has("--parents"))
            throw Stop(ExitCode::failed, "There is no folder “" + printable(steps[at]) + "”; --parents makes it too.");
        made = there ? there->all : api.create(matter.path() + "/folders", {{"name", steps[at]}, {"folder", folder}});
        folder = made.at("id");
    }
    return show(arguments, made, "Made: " + printable(place.path));
}

}  // namespace

std::vector<Command> paper_commands() {
    const Option paper{.name = "target", .value = "MATTER/path", .help = "or MATTER/123 by its number", .required = true};
    const Option papers{.name = "target",
                        .value = "MATTER/path…",
                        .help = "papers and folders, by path or number",
                        .required = true,
                        .many = true};
    return {
        {.name = "ls",
         .line = "List papers and folders",
         .text = "\n  muniment-cli ls 10432.0007\n  muniment-cli ls 10432.0007/Contracts --recursive\n",
         .options = {{.name = "target", .value = "MATTER[/folder]", .help = "what to list", .required = true},
                     {.name = "--recursive", .help = "with all that lies below", .letter = 'r'}},
         .run = ls},
        {.name = "versions", .line = "List a paper's versions", .options = {paper}, .run = versions},
        {.name = "mv",
         .line = "Rename or move a paper or folder, also into another matter",
         .text = "\n  muniment-cli mv 10432.0007/draft.docx 10432.0007/Contracts\n"
                 "  muniment-cli mv 10432.0007/draft.docx 10432.0007/final.docx\n"
                 "  muniment-cli mv 10432.0007/123 10518.0001        filed in the wrong matter\n",
         .options =
             {{.name = "source", .value = "MATTER/path", .help = "what to move", .required = true},
              {.name = "target", .value = "MATTER[/path]", .help = "a folder that is there, or a new name", .required = true}},
         .run = mv},
        {.name = "rm",
         .line = "Put papers and folders in the trash",
         .options = {papers},
         .run = [](const Arguments& a) { return change_each(a, "trash", OpenMatter::Trash::not_); }},
        {.name = "restore",
         .line = "Take papers and folders out of the trash",
         .options = {papers},
         .run = [](const Arguments& a) { return change_each(a, "restore", OpenMatter::Trash::too); }},
        {.name = "trash",
         .line = "List what is in a matter's trash",
         .options = {{.name = "matter", .value = "MATTER", .help = "its number, name or id", .required = true}},
         .run = trash},
        {.name = "mkdir",
         .line = "Make a folder",
         .options = {{.name = "target", .value = "MATTER/folder", .help = "the new folder", .required = true},
                     {.name = "--parents", .help = "with those above it; no error if it is there", .letter = 'p'}},
         .run = mkdir},
    };
}

}  // namespace muniment::cli
