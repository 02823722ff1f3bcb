// SPDX-License-Identifier: Apache-2.0
// What `put` finds on this computer: files and folders in the order in which they are filed (a folder before what is in it).
//
// Links are not followed (they may lead anywhere, and in circles) and devices are not read: both are listed as skipped. So are
// the files that systems and programs leave behind and nobody wrote. A name that is no name in Muniment is listed as failed.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace muniment::cli {

struct LocalFile {
    std::filesystem::path path;             ///< where it is
    std::vector<std::string> steps;         ///< where it goes, below the target
    bool is_folder = false;
    std::uint64_t size = 0;
    Instant modified{};
};

struct LeftOut {
    std::string path;
    std::string reason;
};

struct LocalTree {
    std::vector<LocalFile> files;
    std::vector<LeftOut> skipped, failed;
    std::uint64_t bytes = 0;
};

/// Thumbs.db, desktop.ini, .DS_Store, ~$…
bool is_litter(std::string_view name);

/// Adds what is at `path`: a file, or a folder with what lies in it, under its own name; only the latter for "folder/.".
/// Stop(usage) where nothing is there.
void walk(const std::filesystem::path& path, LocalTree& tree);

std::string sha256_of_file(const std::filesystem::path& path);    ///< hex; Stop where it cannot be read
Instant modified_time(const std::filesystem::path& path);    ///< zero where it cannot be had
void set_modified_time(const std::filesystem::path& path, Instant time);

}  // namespace muniment::cli
