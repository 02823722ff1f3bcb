// SPDX-License-Identifier: Apache-2.0
// What a server, which may be anybody's, answers to the client: JSON, lists of papers, names to write under.
#include <boost/json.hpp>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "cli/json.hpp"
#include "cli/output.hpp"
#include "cli/paper_tree.hpp"
#include "cli/safe_path.hpp"
#include "cli/stop.hpp"
#include "fuzz.hpp"

using namespace muniment;
using namespace muniment::cli;

namespace {

/// A command that stops with a sentence is a right answer to nonsense.
template <class F>
void may_stop(F&& act) {
    try {
        act();
    } catch (const Stop&) {
    }
}

void walk(const PaperTree& tree, const std::string& folder, std::size_t depth) {
    fuzz::must(depth <= limits::folder_depth_max + 1, "folders without an end");
    LocalNames names(/*for_windows=*/false);
    std::set<std::string> given;
    for (const auto* paper : tree.children(folder)) {
        fuzz::must(given.insert(names.name_for(paper->name)).second, "two papers under one name");
        if (paper->is_folder) walk(tree, paper->id, depth + 1);
    }
}

}  // namespace

FUZZ_TARGET(answers) {
    boost::system::error_code failed;
    auto said = boost::json::parse(text(input), failed);
    if (failed) return;
    static_cast<void>(joined(list_of(said, "items")));
    may_stop([&] {
        PaperTree tree(list_of(said, "items"));
        static_cast<void>(tree.trashed());
        may_stop([&] { static_cast<void>(tree.find("a/b")); });
        may_stop([&] { static_cast<void>(tree.find("#1.2")); });
        tree.check_folders();
        walk(tree, "", 0);
    });
}

FUZZ_TARGET(local_names) {
    auto said = text(input);
    for (bool windows : {false, true}) {
        if (windows && !check_utf8(input)) continue;
        auto name = storable_name(said, windows);
        fuzz::must(!name.empty() && name.size() <= 255 && name != "." && name != "..", "a name that leads elsewhere");
        fuzz::must(!name.contains('/') && !name.contains('\0'), "a name of two steps");
        fuzz::must(!windows || name.find_first_of("<>:\"\\|?*") == std::string::npos, "a name that Windows does not take");
        LocalNames names(windows);
        std::set<std::string> given;
        for (int i = 0; i < 12; ++i) fuzz::must(given.insert(names.name_for(said)).second, "one name for two");
        for (const auto& each : given) fuzz::must(each.size() <= 255 && !each.contains('/'), "a name that leads elsewhere");
    }
    auto shown = printable(said);
    fuzz::must(check_utf8(view(shown)).has_value(), "what is printed is not UTF-8");
    for (char c : shown) fuzz::must(static_cast<unsigned char>(c) >= ' ' && c != 0x7F, "a control character on the terminal");
}
