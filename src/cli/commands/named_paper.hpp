// SPDX-License-Identifier: Apache-2.0
// A matter with its list of papers, and one paper of it that was named on the command line.
#pragma once
#include "cli/api.hpp"
#include "cli/output.hpp"
#include "cli/json.hpp"
#include "cli/paper_tree.hpp"
#include "cli/stop.hpp"
#include "cli/target.hpp"

namespace muniment::cli {

struct OpenMatter {
    enum class Trash : bool { not_, too };
    OpenMatter(Api& api, boost::json::value matter, Trash trash = Trash::not_)
        : all(std::move(matter)), tree(api.list(path() + "/papers" + (trash == Trash::too ? "?trashed=true" : ""))) {}
    std::string path() const { return "/api/v1/matters/" + text_of(all, "id"); }

    boost::json::value all;
    PaperTree tree;
};

class NamedPaper {
  public:
    /// With `trash`, one that lies in the trash.
    NamedPaper(Api& api, const std::string& text, OpenMatter::Trash trash = OpenMatter::Trash::not_)
        : place_(Finder(api).place(text)), matter_(api, place_.matter, trash) {
        paper_ = matter_.tree.find(place_.path, trash == OpenMatter::Trash::too).paper;
        if (!paper_) usage("“" + printable(text) + "” is a whole matter; name a paper or folder in it.");
    }
    NamedPaper(const NamedPaper&) = delete;
    NamedPaper& operator=(const NamedPaper&) = delete;
    const Paper& paper() const { return *paper_; }
    const OpenMatter& matter() const { return matter_; }
    std::string path() const { return matter_.path() + "/papers/" + paper_->id; }

  private:
    Finder::Place place_;
    OpenMatter matter_;
    const Paper* paper_;
};

}  // namespace muniment::cli
