// SPDX-License-Identifier: Apache-2.0
#include "storage/room.hpp"

#include <sys/statvfs.h>

namespace muniment::storage {

std::optional<Room> room_at(const std::filesystem::path& path) {
    struct statvfs disk {};
    if (::statvfs(path.c_str(), &disk) != 0) return std::nullopt;
    return Room{.free_bytes = disk.f_bavail * disk.f_frsize,
                .bytes = disk.f_blocks * disk.f_frsize,
                .free_files = disk.f_favail,
                .files = disk.f_files};
}

}  // namespace muniment::storage
