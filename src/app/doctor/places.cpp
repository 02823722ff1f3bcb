// SPDX-License-Identifier: Apache-2.0
#include "app/doctor/places.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

namespace muniment::app {
namespace {

bool one_of(std::string_view kind, std::initializer_list<std::string_view> kinds) {
    return std::ranges::find(kinds, kind) != kinds.end();
}

/// Blanks and some others are written as \040.
std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto octal = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '7'; };
        if (text[at] == '\\' && octal(at + 1) && octal(at + 2) && octal(at + 3)) {
            out += static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 + (text[at + 3] - '0'));
            at += 3;
        } else {
            out += text[at];
        }
    }
    return out;
}

bool holds(std::string_view mount, std::string_view path) {
    return mount == "/" || path == mount || (path.starts_with(mount) && path[mount.size()] == '/');
}

std::string first_line(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
}

}  // namespace

bool FileSystem::in_memory() const { return one_of(kind, {"tmpfs", "ramfs", "devtmpfs"}); }
bool FileSystem::on_network() const {
    return one_of(kind, {"nfs", "nfs4", "cifs", "smb3", "ceph", "fuse.sshfs", "fuse.glusterfs", "9p", "virtiofs"});
}
bool FileSystem::keeps_snapshots() const { return one_of(kind, {"btrfs", "zfs", "bcachefs", "nilfs2"}); }
bool FileSystem::without_modes() const {
    return one_of(kind, {"vfat", "exfat", "msdos", "cifs", "smb3", "ntfs", "ntfs3", "fuseblk"});
}
bool FileSystem::discards_syncs() const {
    std::istringstream in(options);
    for (std::string option; std::getline(in, option, ',');)
        if (one_of(option, {"nobarrier", "barrier=0", "volatile", "fsync=volatile"})) return true;
    return false;
}

// 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
std::optional<FileSystem> file_system_in(std::string_view mountinfo, const std::filesystem::path& path) {
    std::optional<FileSystem> found;
    std::size_t longest = 0;
    std::istringstream in{std::string(mountinfo)};
    for (std::string line; std::getline(in, line);) {
        auto dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        std::istringstream before(line.substr(0, dash)), after(line.substr(dash + 3));
        std::string word, mount, kind, source, options;
        for (int field = 0; field < 5; ++field) before >> word;
        mount = unescaped(word);
        after >> kind >> source >> options;
        // What was mounted later over the same place hides what was there.
        if (mount.empty() || !holds(mount, path.native()) || mount.size() < longest) continue;
        longest = mount.size();
        found = FileSystem{kind, options};
    }
    return found;
}

std::optional<FileSystem> file_system_of(const std::filesystem::path& path) {
    std::error_code failed;
    auto whole = std::filesystem::canonical(path, failed);
    if (failed) return std::nullopt;
    std::ifstream in("/proc/self/mountinfo");
    std::stringstream text;
    text << in.rdbuf();
    return file_system_in(text.str(), whole);
}

dev_t device_of(const std::filesystem::path& path) {
    struct stat found{};
    return ::stat(path.c_str(), &found) == 0 ? found.st_dev : 0;
}

Device device_behind(dev_t device) {
    std::error_code failed;
    auto place = std::filesystem::canonical(
        "/sys/dev/block/" + std::to_string(major(device)) + ":" + std::to_string(minor(device)), failed);
    if (failed) return {};
    if (std::filesystem::exists(place / "partition", failed)) place = place.parent_path();
    auto name = place.filename().string();
    return {.name = name,
            .turns = first_line(place / "queue/rotational") == "1",
            .virtual_disk = name.starts_with("vd") || name.starts_with("xvd") || place.native().contains("/virtio"),
            .memory = name.starts_with("pmem"),
            .says_no_cache = first_line(place / "queue/write_cache") == "write through"};
}

}  // namespace muniment::app
