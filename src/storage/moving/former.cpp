// SPDX-License-Identifier: Apache-2.0
#include "storage/moving/former.hpp"

#include "base/clock.hpp"
#include "storage/disk.hpp"

namespace muniment::storage {
namespace {

constexpr std::string_view former_mark = ".former-";
// SQLite's own, beside its file.
constexpr std::string_view parts[] = {"-wal", "-shm", ""};

/// The file itself last: until then it is what it was, and the log beside it is looked for under the name that it has.
Result<void> rename_all(const std::filesystem::path& from, const std::filesystem::path& to) {
    auto& disk = posix_disk();
    for (auto part : parts) {
        auto path = from.string() + std::string(part);
        if (disk.exists(path)) CHECK(disk.rename_file(path, to.string() + std::string(part)));
    }
    return disk.sync_folder(to.parent_path(), SyncPoint::whole_named);
}

}  // namespace

Result<std::string> rename_former(const std::filesystem::path& place) {
    auto seconds = SystemClock().now().us / 1'000'000;
    auto name = place.string() + std::string(former_mark) + std::to_string(seconds);
    if (posix_disk().exists(name)) return fail(Problem::conflict, name + " is there already");
    CHECK(rename_all(place, name));
    return name;
}

Result<void> rename_back(const std::filesystem::path& place) {
    auto& disk = posix_disk();
    if (disk.exists(place) || !disk.is_folder(place.parent_path())) return {};
    auto mark = place.filename().string() + std::string(former_mark);
    TRY(auto names, disk.names_in(place.parent_path()));
    std::string newest;
    for (const auto& name : names)
        if (name.starts_with(mark) && name.find_first_not_of("0123456789", mark.size()) == std::string::npos) newest = name;
    return newest.empty() ? Result<void>{} : rename_all(place.parent_path() / newest, place);
}

}  // namespace muniment::storage
