// SPDX-License-Identifier: Apache-2.0
// What is made of the calls of any disk.
#include "storage/disk.hpp"

#include <sys/uio.h>

namespace muniment::storage {

Result<void> File::write_at(std::uint64_t offset, View bytes) {
    iovec piece{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    return write_at(offset, std::span(&piece, 1));
}

Result<void> make_folder(Disk& disk, const std::filesystem::path& path) {
    auto whole = std::filesystem::absolute(path).lexically_normal();
    if (!whole.has_filename()) whole = whole.parent_path();
    if (disk.is_folder(whole)) return {};
    CHECK(make_folder(disk, whole.parent_path()));
    if (auto made = disk.add_folder(whole); !made) {
        if (made.error().problem == Problem::conflict) return {};
        return made;
    }
    return disk.sync_folder(whole.parent_path(), SyncPoint::folder_made);
}

Result<void> check_folder(Disk& disk, const std::filesystem::path& path) {
    if (disk.is_folder(path)) return {};
    return fail(Problem::unavailable, "a folder is not there: is its disk mounted?");
}

Result<void> put_whole(Disk& disk, const std::filesystem::path& path, View content) {
    auto beside = path;
    beside += "~writing";
    if (auto left = disk.remove_file(beside); !left && left.error().problem != Problem::not_found) return left;
    {
        TRY(auto file, disk.create(beside));
        CHECK(file->write_at(0, content));
        CHECK(file->sync(SyncPoint::whole_written));
    }
    CHECK(disk.rename_file(beside, path));
    return disk.sync_folder(path.parent_path(), SyncPoint::whole_named);
}

}  // namespace muniment::storage
