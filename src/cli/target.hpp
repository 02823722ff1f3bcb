// SPDX-License-Identifier: Apache-2.0
// How people name things on the command line, and which thing is meant: by id, number or name. Where two could be meant, they
// are asked, never guessed for.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace muniment::cli {

class Api;

/// The one of `items` that `text` names: its id, its text in one of the fields that are compared exactly, or its name without
/// regard to case. Stop where there is none, or several ("kind" is what the sentence calls it).
const boost::json::value& choose(const boost::json::array& items, std::string_view text, std::string_view kind,
                                 std::span<const std::string_view> exact_fields, std::string_view folded_field = "name");

/// "MATTER[/path]": names and numbers of matters may hold slashes themselves, so every split is tried; several that fit are
/// an error. Null where none fits.
struct Target {
    const boost::json::value* matter;
    std::string path;       ///< without slashes around it; empty: the matter itself
};
std::optional<Target> split_target(const boost::json::array& matters, std::string_view text);

/// "ID[/path]", where it begins with an id.
struct IdAndPath {
    std::string id, path;
};
std::optional<IdAndPath> leading_id(std::string_view text);

/// Where a paper is named by what is not its path: "#123", "123", "123.2" or an id.
struct Citation {
    std::uint64_t number = 0;
    std::optional<std::uint64_t> version;
};
std::optional<Citation> citation(std::string_view path);
bool is_id(std::string_view text);

/// Looks up on the server, each list at most once. A matter's or client's id that no list has is left to the server: if that
/// refuses, it is recorded.
class Finder {
  public:
    explicit Finder(Api& api) : api_(api) {}
    boost::json::value matter(std::string_view text);
    struct Place {
        boost::json::value matter;
        std::string path;
    };
    Place place(std::string_view text);
    boost::json::value person(std::string_view text);
    boost::json::value group(std::string_view text);
    boost::json::value client(std::string_view text);

  private:
    bool take_whole_register();
    Api& api_;
    std::optional<boost::json::array> matters_, people_, groups_, clients_;
    bool whole_register_ = false;
};

}  // namespace muniment::cli
