// SPDX-License-Identifier: Apache-2.0
// Files and folders with the few promises that storage needs: private to us, whole writes, and syncs that are looked at.
#pragma once
#include <filesystem>
#include <span>

#include "base/bytes.hpp"

struct iovec;

namespace muniment::storage::folder {

/// An open file. Modes are 0600 whatever the umask is; a link is never followed.
class File {
  public:
    static Result<File> create(const std::filesystem::path& path);      ///< `conflict` where it exists
    static Result<File> open_read(const std::filesystem::path& path);   ///< `not_found`
    static Result<File> open_write(const std::filesystem::path& path);  ///< `not_found`
    /// For its owner's life nobody else holds it: `in_use` otherwise. Made where it is missing.
    static Result<File> lock(const std::filesystem::path& path);
    File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    File& operator=(File&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~File();

    Result<void> write_at(std::uint64_t offset, View bytes);
    Result<void> write_at(std::uint64_t offset, std::span<iovec> pieces);                  ///< `pieces` are used up
    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> out) const;  ///< less than asked only at the end
    Result<std::uint64_t> size() const;
    Result<bool> has_other_names() const;                                ///< hard links
    Result<void> sync();                                                 ///< data and size
    void start_writing_out(std::uint64_t offset, std::uint64_t length);  ///< a hint, so that the later sync has little to do

  private:
    explicit File(int fd) : fd_(fd) {}
    static Result<File> opened(const std::filesystem::path& path, int flags);
    int fd_;
};

/// With mode 0700 where it is missing, its parents too; synced.
Result<void> make_folder(const std::filesystem::path& path);
/// `unavailable` where it is not there.
Result<void> check_folder(const std::filesystem::path& path);
/// Names in it survive a power cut.
Result<void> sync_folder(const std::filesystem::path& path);
/// The new name must be free: `conflict`.
Result<void> name_file(const std::filesystem::path& from, const std::filesystem::path& to);
Result<void> rename_file(const std::filesystem::path& from, const std::filesystem::path& to);
Result<void> remove_file(const std::filesystem::path& path);  ///< `not_found`
/// ENOSPC and EDQUOT are `no_room`, ENOENT `not_found`, EEXIST `conflict`, the rest `unavailable`. Never names the path.
std::unexpected<Error> system_failure(const char* what, std::source_location where = std::source_location::current());

}  // namespace muniment::storage::folder
