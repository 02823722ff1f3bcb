// SPDX-License-Identifier: Apache-2.0
#include "storage/folder/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace muniment::storage::folder {
namespace {

constexpr int pieces_max = 1'024;  // IOV_MAX on Linux

}  // namespace

std::unexpected<Error> system_failure(const char* what, std::source_location where) {
    auto number = errno;
    auto problem = Problem::unavailable;
    switch (number) {
        case ENOSPC:
        case EDQUOT:
            problem = Problem::no_room;
            break;
        case ENOENT:
            problem = Problem::not_found;
            break;
        case EEXIST:
            problem = Problem::conflict;
            break;
        default:
            break;
    }
    return fail(problem, std::string(what) + " failed with errno " + std::to_string(number), where);
}

File::~File() {
    if (fd_ >= 0) ::close(fd_);
}

Result<File> File::opened(const std::filesystem::path& path, int flags) {
    int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return system_failure("opening a file");
    return File(fd);
}

Result<File> File::create(const std::filesystem::path& path) {
    TRY(auto file, opened(path, O_RDWR | O_CREAT | O_EXCL));
    // A umask may have taken bits that we need.
    if (::fchmod(file.fd_, 0600) != 0) return system_failure("setting a file's mode");
    return file;
}

Result<File> File::open_read(const std::filesystem::path& path) { return opened(path, O_RDONLY); }
Result<File> File::open_write(const std::filesystem::path& path) { return opened(path, O_RDWR); }

Result<File> File::lock(const std::filesystem::path& path) {
    TRY(auto file, opened(path, O_RDWR | O_CREAT));
    if (::flock(file.fd_, LOCK_EX | LOCK_NB) == 0) return file;
    if (errno == EWOULDBLOCK) return fail(Problem::in_use, "its lock is held");
    return system_failure("locking");
}

Result<void> File::write_at(std::uint64_t offset, View bytes) {
    iovec piece{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    return write_at(offset, std::span(&piece, 1));
}

Result<void> File::write_at(std::uint64_t offset, std::span<iovec> pieces) {
    while (!pieces.empty()) {
        if (pieces.front().iov_len == 0) {
            pieces = pieces.subspan(1);
            continue;
        }
        auto count = std::min<int>(static_cast<int>(pieces.size()), pieces_max);
        auto written = ::pwritev(fd_, pieces.data(), count, static_cast<off_t>(offset));
        if (written < 0) {
            if (errno == EINTR) continue;
            return system_failure("writing");
        }
        offset += static_cast<std::uint64_t>(written);
        for (auto left = static_cast<std::size_t>(written); left > 0;) {
            auto& piece = pieces.front();
            auto taken = std::min(left, piece.iov_len);
            piece = {static_cast<std::uint8_t*>(piece.iov_base) + taken, piece.iov_len - taken};
            left -= taken;
            if (piece.iov_len == 0) pieces = pieces.subspan(1);
        }
    }
    return {};
}

Result<std::size_t> File::read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        auto got = ::pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
        if (got < 0) {
            if (errno == EINTR) continue;
            return system_failure("reading");
        }
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Result<std::uint64_t> File::size() const {
    struct stat status{};
    if (::fstat(fd_, &status) != 0) return system_failure("asking for a file's size");
    return static_cast<std::uint64_t>(status.st_size);
}

Result<bool> File::has_other_names() const {
    struct stat status{};
    if (::fstat(fd_, &status) != 0) return system_failure("asking for a file's names");
    return status.st_nlink > 1;
}

Result<void> File::sync() {
    if (::fdatasync(fd_) != 0) return system_failure("syncing");
    return {};
}

void File::start_writing_out(std::uint64_t offset, std::uint64_t length) {
    ::sync_file_range(fd_, static_cast<off64_t>(offset), static_cast<off64_t>(length), SYNC_FILE_RANGE_WRITE);
}

Result<void> make_folder(const std::filesystem::path& path) {
    auto whole = std::filesystem::absolute(path).lexically_normal();
    if (!whole.has_filename()) whole = whole.parent_path();
    if (std::error_code failed; std::filesystem::is_directory(whole, failed)) return {};
    CHECK(make_folder(whole.parent_path()));
    if (::mkdir(whole.c_str(), 0700) != 0) {
        if (errno == EEXIST) return {};
        return system_failure("making a folder");
    }
    return sync_folder(whole.parent_path());
}

Result<void> check_folder(const std::filesystem::path& path) {
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) return {};
    return fail(Problem::unavailable, "a folder is not there: is its disk mounted?");
}

Result<void> sync_folder(const std::filesystem::path& path) {
    auto whole = path.empty() ? std::filesystem::path(".") : path;
    int fd = ::open(whole.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return system_failure("opening a folder");
    bool done = ::fsync(fd) == 0;
    auto number = errno;
    ::close(fd);
    errno = number;
    if (!done) return system_failure("syncing a folder");
    return {};
}

Result<void> name_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
    if (errno != EINVAL && errno != ENOSYS) return system_failure("naming a file");
    // A file system that cannot (NFS): a link fails as well where the name is taken. Until the former name is gone the file has two.
    if (::link(from.c_str(), to.c_str()) != 0) return system_failure("naming a file");
    return remove_file(from);
}

Result<void> rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_failure("renaming");
    return {};
}

Result<void> remove_file(const std::filesystem::path& path) {
    if (::unlink(path.c_str()) != 0) return system_failure("removing a file");
    return {};
}

}  // namespace muniment::storage::folder
