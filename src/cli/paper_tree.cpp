// SPDX-License-Identifier: Apache-2.0
#include "cli/paper_tree.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "cli/json.hpp"
#include "cli/output.hpp"
#include "cli/stop.hpp"
#include "cli/target.hpp"

namespace muniment::cli {
namespace {

/// Folders have no number.
std::string cited(const Paper& paper) { return paper.number ? "#" + std::to_string(paper.number) : paper.id; }

}  // namespace

Paper Paper::from(const boost::json::value& sent) {
    return {.id = text_of(sent, "id"),
            .folder = text_of(sent, "folder"),
            .name = text_of(sent, "name"),
            .is_folder = text_of(sent, "kind") == "folder",
            .trashed = truth_of(sent, "trashed"),
            .number = number_of(sent, "number"),
            .size = number_of(sent, "size"),
            .revision = number_of(sent, "revision"),
            .versions = number_of(sent, "versions"),
            .modified = text_of(sent, "modified"),
            .all = sent};
}

PaperTree::PaperTree(const boost::json::array& papers) {
    for (const auto& paper : papers) put(Paper::from(paper));
}

void PaperTree::put(Paper paper) {
    const auto id = paper.id;
    const auto former = papers_.find(id);
    if (former == papers_.end()) order_.push_back(id);
    else if (!former->second.trashed) live_[former->second.folder].erase(fold_name(former->second.name));
    if (former == papers_.end() || former->second.folder != paper.folder) in_folder_[paper.folder].push_back(id);
    if (!paper.trashed && check_utf8(view(paper.name))) live_[paper.folder][fold_name(paper.name)] = id;
    papers_[id] = std::move(paper);
}

const Paper* PaperTree::by_id(const std::string& id) const {
    auto found = papers_.find(id);
    return found == papers_.end() ? nullptr : &found->second;
}

const Paper* PaperTree::child(const std::string& folder, std::string_view name) const {
    auto in = live_.find(folder);
    if (in == live_.end()) return nullptr;
    auto found = in->second.find(fold_name(name));
    return found == in->second.end() ? nullptr : by_id(found->second);
}

std::vector<const Paper*> PaperTree::children(const std::string& folder) const {
    std::vector<const Paper*> found;
    const auto in = in_folder_.find(folder);
    if (in == in_folder_.end()) return found;
    for (const auto& id : in->second)
        if (const auto* paper = by_id(id); paper->folder == folder && !paper->trashed) found.push_back(paper);
    return found;
}

std::vector<const Paper*> PaperTree::trashed() const {
    std::vector<const Paper*> found;
    for (const auto& id : order_)
        if (const auto* paper = by_id(id); paper->trashed) found.push_back(paper);
    return found;
}

std::string PaperTree::path_of(const Paper& paper) const {
    std::string path = paper.name;
    const auto* above = by_id(paper.folder);
    // A bound, because the list is the server's: a folder that stood in itself would never end.
    for (std::size_t depth = 0; above && depth < limits::folder_depth_max; ++depth, above = by_id(above->folder))
        path = above->name + "/" + path;
    return path;
}

void PaperTree::check_folders() const {
    for (const auto& [id, folder] : papers_) {
        if (!folder.is_folder) continue;
        std::size_t depth = 0;
        for (const auto* at = &folder; at; at = by_id(at->folder))
            if (++depth > limits::folder_depth_max)
                throw Stop(ExitCode::failed, "The server's list has folders within each other, or too deep: " + printable(folder.id));
    }
}

const Paper* PaperTree::at_path(std::string_view path) const {
    const Paper* at = nullptr;
    for (const auto& step : steps_of(path)) {
        if (at && !at->is_folder) return nullptr;
        at = child(at ? at->id : "", step);
        if (!at) return nullptr;
    }
    return at;
}

const Paper* PaperTree::in_trash_at(std::string_view path) const {
    const Paper* at = nullptr;
    for (const auto* paper : trashed()) {
        if (fold_name(path_of(*paper)) != fold_name(path)) continue;
        if (at)
            usage("“" + printable(path) + "” is in the trash more than once; name it by its number or id (" + cited(*at) + " or " +
                  cited(*paper) + ").");
        at = paper;
    }
    return at;
}

PaperTree::Found PaperTree::find(std::string_view text, bool in_trash) const {
    if (steps_of(text).empty()) return {nullptr, {}};
    const auto* by_path = text.starts_with('#') ? nullptr : in_trash ? in_trash_at(text) : at_path(text);
    const auto* by_number = static_cast<const Paper*>(nullptr);
    const auto cited = citation(text);
    for (const auto& [id, paper] : papers_)
        if (paper.trashed == in_trash && (id == text || (cited && paper.number == cited->number))) by_number = &paper;
    if (by_path && by_number && by_path != by_number)
        usage("“" + printable(text) + "” is a name here and a number too; write ./" + printable(text) + " for the name, or #" +
              printable(text) + " for the number.");
    if (by_path) return {by_path, {}};
    if (by_number) return {by_number, cited ? cited->version : std::nullopt};
    throw Stop(ExitCode::failed, "There is no paper or folder “" + printable(text) + "” in this matter" +
                                     (in_trash ? "'s trash." : ", or it is in the trash."));
}

std::vector<std::string> steps_of(std::string_view path) {
    std::vector<std::string> steps;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const auto step = path.substr(0, slash);
        if (!step.empty() && step != ".") steps.emplace_back(step);
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    }
    return steps;
}

}  // namespace muniment::cli
