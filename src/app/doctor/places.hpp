// SPDX-License-Identifier: Apache-2.0
// Where a folder really lies: its file system and device, as Linux tells them.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace muniment::app {

struct FileSystem {
    std::string kind;        ///< "ext4"
    std::string options;     ///< of the file system itself, with commas

    bool in_memory() const;
    bool on_network() const;
    bool keeps_snapshots() const;      ///< what is erased can live on in one
    bool without_modes() const;        ///< everybody on the machine can read it, whatever is asked for
    bool discards_syncs() const;       ///< by its options
};

/// Of mountinfo's text (proc(5)): the mount that holds the path. For tests the text is given.
std::optional<FileSystem> file_system_in(std::string_view mountinfo, const std::filesystem::path& path);
/// Nothing where it is not there.
std::optional<FileSystem> file_system_of(const std::filesystem::path& path);

/// 0 where it is not there.
dev_t device_of(const std::filesystem::path& path);

struct Device {
    std::string name;                  ///< "nvme0n1"; empty where no device of this machine is behind it
    bool turns = false;                ///< a disk with heads, by what it says
    bool virtual_disk = false;         ///< of a virtual machine: what it says is the host's word
    bool memory = false;               ///< persistent memory, which needs no device's answer
    bool says_no_cache = false;        ///< no volatile cache, by what it says
};
Device device_behind(dev_t device);

}  // namespace muniment::app
