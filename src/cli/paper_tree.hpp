// SPDX-License-Identifier: Apache-2.0
// A matter's papers and folders as a tree, made from the server's list, and found by path, number or id.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace muniment::cli {

struct Paper {
    std::string id, folder, name;      ///< `folder` is empty at the top
    bool is_folder = false, trashed = false;
    std::uint64_t number = 0, size = 0, revision = 0, versions = 0;
    std::string modified;
    boost::json::value all;            ///< as the server sent it

    static Paper from(const boost::json::value& sent);
};

class PaperTree {
  public:
    PaperTree() = default;
    explicit PaperTree(const boost::json::array& papers);

    /// Puts it in, or in place of the one with its id.
    void put(Paper paper);
    const Paper* by_id(const std::string& id) const;
    /// The live one of that name: byte for byte, or else the one whose name folds alike (there is one at most).
    const Paper* child(const std::string& folder, std::string_view name) const;
    std::vector<const Paper*> children(const std::string& folder) const;    ///< live ones, in the server's order
    std::vector<const Paper*> trashed() const;
    std::string path_of(const Paper& paper) const;
    /// Before the tree is gone down: Stop where folders lie within each other or too deep (limits::folder_depth_max), which no
    /// honest server lists.
    void check_folders() const;

    struct Found {
        const Paper* paper;                       ///< null: the matter's top
        std::optional<std::uint64_t> version;     ///< of "123.2"
    };
    /// "" is the top; "./123" a path; "#123" a number; a path that reads as a number too is an error if both are there.
    /// `in_trash`: among what is in the trash instead. Stop where there is none.
    Found find(std::string_view text, bool in_trash = false) const;

  private:
    const Paper* at_path(std::string_view path) const;
    const Paper* in_trash_at(std::string_view path) const;
    std::unordered_map<std::string, Paper> papers_;
    std::vector<std::string> order_;
    std::unordered_map<std::string, std::vector<std::string>> in_folder_;                  // and what once was
    std::unordered_map<std::string, std::unordered_map<std::string, std::string>> live_;   // folder → folded name → id
};

/// The steps of a path, without empty ones and ".".
std::vector<std::string> steps_of(std::string_view path);

}  // namespace muniment::cli
