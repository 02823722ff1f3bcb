// SPDX-License-Identifier: Apache-2.0
#include "cli/safe_path.hpp"

#include "base/text.hpp"
#include "cli/output.hpp"
#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t stored_name_bytes_max = 255;    // ext4, XFS, Btrfs, APFS, NTFS (there in UTF-16)
constexpr std::size_t extension_bytes_max = 16;

/// Where the extension begins: ".pdf" of "a.pdf"; the end where there is none, or where that is no extension any more.
std::size_t extension_at(std::string_view name) {
    const auto dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 || name.size() - dot > extension_bytes_max ? name.size() : dot;
}

/// `stem` + `extension` in at most the bytes that a file system takes, cut between characters.
std::string fitted(std::string_view stem, std::string_view extension) {
    auto room = stored_name_bytes_max - extension.size();
    if (stem.size() > room) {
        while (room > 0 && (static_cast<unsigned char>(stem[room]) & 0xc0) == 0x80) --room;
        stem = stem.substr(0, room);
    }
    return std::string(stem) + std::string(extension);
}

}  // namespace

std::string storable_name(std::string_view name, bool for_windows) {
    std::string safe;
    for (char c : name) safe += c == '/' || c == '\0' ? '_' : c;
    if (safe.empty() || safe == "." || safe == "..") safe.insert(0, "_");
    if (for_windows) {
        bool changed = false;
        safe = safe_on_windows(safe, changed);
    }
    const auto dot = extension_at(safe);
    return fitted(std::string_view(safe).substr(0, dot), std::string_view(safe).substr(dot));
}

std::string LocalNames::name_for(std::string_view name) {
    const auto safe = storable_name(name, for_windows_);
    const auto same = [this](const std::string& text) { return for_windows_ && check_utf8(view(text)) ? fold_name(text) : text; };
    auto given = safe;
    const auto dot = extension_at(safe);
    for (int count = 2; !taken_.insert(same(given)).second; ++count) {
        const auto ending = " (" + std::to_string(count) + ")" + safe.substr(dot);
        given = fitted(std::string_view(safe).substr(0, dot), ending);
    }
    return given;
}

void make_folder_inside(const fs::path& root, const fs::path& relative) {
    auto at = root;
    for (const auto& step : relative) {
        at /= step;
        std::error_code error;
        if (fs::create_directory(at, error)) continue;
        if (!fs::is_directory(fs::symlink_status(at)))
            throw Stop(ExitCode::failed, printable(at.string()) + " is not a folder, so nothing is written there" +
                                             (error ? ": " + error.message() : "."));
    }
}

}  // namespace muniment::cli
