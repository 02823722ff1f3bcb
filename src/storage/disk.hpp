// SPDX-License-Identifier: Apache-2.0
// The port to the disk below all drivers that keep files: files and folders with the few promises that storage needs. Everything
// is private to us, writes are whole, and syncs are looked at.
//
// There is one real disk, posix_disk(), and one of tests/powercut, whose power is cut. What a driver may take for granted after a
// cut is only what a sync that returned had covered.
#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"

struct iovec;

namespace muniment::storage {

/// Every sync has a name, so that tests/powercut can leave out one at a time and see that something is lost. A new place that
/// syncs gets a name of its own.
enum class SyncPoint : std::uint8_t {
#define SYNC_POINT(name, loss) name,
#include "storage/sync_points.def"
#undef SYNC_POINT
};

inline constexpr std::size_t direct_block_bytes = 4'096;  // at least the block of any disk in use

/// An open file. Closed with its last owner.
class File {
  public:
    virtual ~File() = default;
    virtual Result<void> write_at(std::uint64_t offset, std::span<iovec> pieces) = 0;  ///< `pieces` are used up
    /// Less than asked only at the end.
    virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;
    /// These bytes are asked for soon. A hint: a disk may begin to fetch them, and nobody waits for it.
    virtual void read_ahead(std::uint64_t /*offset*/, std::uint64_t /*length*/) const {}
    virtual Result<std::uint64_t> size() const = 0;
    virtual Result<bool> has_other_names() const = 0;  ///< hard links
    virtual Result<void> sync(SyncPoint point) = 0;     ///< data and size
    /// From now on what is written goes to the disk without staying in memory: a large paper does not push out what is read often.
    /// Each write is then of whole direct_block_bytes, from memory and to a place that are multiples of it. Where the file system
    /// cannot (tmpfs), writes go on as before.
    virtual void write_directly() = 0;
    virtual Result<void> shorten(std::uint64_t size) = 0;
    Result<void> write_at(std::uint64_t offset, View bytes);
};

/// Modes are 0600 and 0700 whatever the umask is; a link is never followed. ENOSPC and EDQUOT are `no_room`, ENOENT `not_found`,
/// EEXIST `conflict`, the rest `unavailable`. No error names a path.
class Disk {
  public:
    using Path = std::filesystem::path;
    virtual ~Disk() = default;
    virtual Result<std::unique_ptr<File>> create(const Path& path) = 0;         ///< `conflict` where it exists
    virtual Result<std::unique_ptr<File>> open_read(const Path& path) = 0;
    virtual Result<std::unique_ptr<File>> open_write(const Path& path) = 0;
    /// For its owner's life nobody else holds it: `in_use` otherwise. Made where it is missing.
    virtual Result<std::unique_ptr<File>> lock(const Path& path) = 0;
    virtual bool exists(const Path& path) = 0;
    virtual bool is_folder(const Path& path) = 0;
    virtual Result<void> add_folder(const Path& path) = 0;                      ///< its parent is there; not synced
    virtual Result<std::vector<std::string>> names_in(const Path& folder) = 0;  ///< sorted
    virtual Result<void> sync_folder(const Path& path, SyncPoint point) = 0;    ///< names in it survive a power cut
    virtual Result<void> name_file(const Path& from, const Path& to) = 0;       ///< the new name must be free: `conflict`
    virtual Result<void> rename_file(const Path& from, const Path& to) = 0;
    virtual Result<void> remove_file(const Path& path) = 0;
    /// The name of the file layer that SQLite is to use; null for its own, which is for the real disk.
    virtual const char* sqlite_layer() const { return nullptr; }
};

Disk& posix_disk();

/// Where it is missing, its parents too; synced.
Result<void> make_folder(Disk& disk, const std::filesystem::path& path);
/// `unavailable` where it is not there.
Result<void> check_folder(Disk& disk, const std::filesystem::path& path);
/// The file is there with all of the content, or as it was before. Durable on return.
Result<void> put_whole(Disk& disk, const std::filesystem::path& path, View content);

}  // namespace muniment::storage
