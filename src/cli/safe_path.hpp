// SPDX-License-Identifier: Apache-2.0
// Under which names `get` writes what colleagues named. A name from a server is somebody else's text: none may lead out of the
// target folder, not by itself and not through a link that stands in the folder already.
#pragma once
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace muniment::cli {

/// The name as this system (and, if asked, Windows) can store it: never empty, ".", "..", never with a slash or a zero byte,
/// at most 255 bytes.
std::string storable_name(std::string_view name, bool for_windows);

/// Gives each thing in one folder a name of its own: "a (2).pdf" where two would fall on one.
class LocalNames {
  public:
    explicit LocalNames(bool for_windows) : for_windows_(for_windows) {}
    std::string name_for(std::string_view name);

  private:
    bool for_windows_;
    std::set<std::string> taken_;    // folded, for what cannot tell A from a
};

/// Makes `folder` below `root` where it is not there yet. Stop(failed) where it, or one above it up to `root`, is a link or
/// a file.
void make_folder_inside(const std::filesystem::path& root, const std::filesystem::path& relative);

}  // namespace muniment::cli
