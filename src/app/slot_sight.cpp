// SPDX-License-Identifier: Apache-2.0
#include "app/slot_sight.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace muniment::app {
namespace {

namespace fs = std::filesystem;

/// Where it is to be made: the folder itself, or the nearest one above that is there.
fs::path there(fs::path path) {
    std::error_code failed;
    while (!fs::exists(path, failed) && path.has_relative_path()) path = path.parent_path();
    return path;
}

dev_t disk_of(const fs::path& path) {
    struct stat found {};
    return ::stat(there(path).c_str(), &found) == 0 ? found.st_dev : 0;
}

bool may_make_in(const fs::path& folder) {
    std::error_code failed;
    return fs::is_directory(folder, failed) && ::access(folder.c_str(), R_OK | W_OK | X_OK) == 0;
}

bool lies_in(const fs::path& path, const fs::path& folder) {
    return std::ranges::mismatch(folder, path).in1 == folder.end();
}

/// Why it cannot be a slot; empty where it can.
std::string_view obstacle(const Home& home, const fs::path& slot) {
    std::error_code failed;
    if (!slot.is_absolute()) return "not-absolute";
    if (!home.trial && lies_in(fs::weakly_canonical(slot, failed), fs::weakly_canonical(home.folder, failed))) return "in-home";
    // Key sets are put beside it.
    if (!may_make_in(there(slot)) || !may_make_in(there(slot.parent_path()))) return "not-writable";
    if (fs::exists(slot, failed) && !fs::is_empty(slot, failed)) return "holds-something";
    return {};
}

}  // namespace

std::vector<server::SettingUp::SlotSight> look_at_slots(const Home& home, const std::vector<std::string>& folders) {
    std::vector<server::SettingUp::SlotSight> sights;
    std::vector<fs::path> seen;
    std::vector<dev_t> disks;
    for (const auto& folder : folders) {
        auto slot = fs::path(folder).lexically_normal();
        if (!slot.has_filename()) slot = slot.parent_path();
        auto why = obstacle(home, slot);
        if (std::ranges::find(seen, slot) != seen.end()) why = "twice";
        const auto disk = disk_of(slot);
        const bool usable = why.empty();
        if (usable && disk == disk_of(home.folder)) why = "data-disk";
        else if (usable && std::ranges::find(disks, disk) != disks.end()) why = "same-disk";
        sights.push_back({.folder = slot.string(), .state = why.empty() ? "good" : why, .usable = usable});
        seen.push_back(slot);
        disks.push_back(disk);
    }
    return sights;
}

}  // namespace muniment::app
