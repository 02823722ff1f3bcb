// SPDX-License-Identifier: Apache-2.0
// The disk of the machine.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/limits.hpp"
#include "storage/disk.hpp"

namespace muniment::storage {
namespace {

constexpr int pieces_max = 1'024;  // IOV_MAX on Linux

std::unexpected<Error> system_failure(const char* what, std::source_location where = std::source_location::current()) {
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

class PosixFile final : public File {
  public:
    explicit PosixFile(int fd) : fd_(fd) {}
    PosixFile(const PosixFile&) = delete;
    PosixFile& operator=(const PosixFile&) = delete;
    ~PosixFile() override { ::close(fd_); }
    int fd() const { return fd_; }

    Result<void> write_at(std::uint64_t offset, std::span<iovec> pieces) override {
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

    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
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

    void read_ahead(std::uint64_t offset, std::uint64_t length) const override {
        // One call fetches no more than what the device takes at once, so each piece is asked for by itself.
        constexpr std::uint64_t piece = limits::MiB;
        for (; length > 0; offset += std::min(length, piece), length -= std::min(length, piece))
            ::posix_fadvise(fd_, static_cast<off_t>(offset), static_cast<off_t>(std::min(length, piece)), POSIX_FADV_WILLNEED);
    }

    Result<std::uint64_t> size() const override {
        struct stat status{};
        if (::fstat(fd_, &status) != 0) return system_failure("asking for a file's size");
        return static_cast<std::uint64_t>(status.st_size);
    }

    Result<bool> has_other_names() const override {
        struct stat status{};
        if (::fstat(fd_, &status) != 0) return system_failure("asking for a file's names");
        return status.st_nlink > 1;
    }

    Result<void> sync(SyncPoint) override {
        if (::fdatasync(fd_) != 0) return system_failure("syncing");
        return {};
    }

    void write_directly() override {
        if (int flags = ::fcntl(fd_, F_GETFL); flags >= 0) ::fcntl(fd_, F_SETFL, flags | O_DIRECT);
    }

    Result<void> shorten(std::uint64_t size) override {
        if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return system_failure("shortening a file");
        return {};
    }

  private:
    int fd_;
};

using Opened = Result<std::unique_ptr<File>>;

Result<std::unique_ptr<PosixFile>> opened(const std::filesystem::path& path, int flags) {
    int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return system_failure("opening a file");
    return std::make_unique<PosixFile>(fd);
}

class PosixDisk final : public Disk {
  public:
    Opened create(const Path& path) override {
        TRY(auto file, opened(path, O_RDWR | O_CREAT | O_EXCL));
        // A umask may have taken bits that we need.
        if (::fchmod(file->fd(), 0600) != 0) return system_failure("setting a file's mode");
        return file;
    }
    Opened open_read(const Path& path) override { return opened(path, O_RDONLY); }
    Opened open_write(const Path& path) override { return opened(path, O_RDWR); }

    Opened lock(const Path& path) override {
        TRY(auto file, opened(path, O_RDWR | O_CREAT));
        if (::flock(file->fd(), LOCK_EX | LOCK_NB) == 0) return file;
        if (errno == EWOULDBLOCK) return fail(Problem::in_use, "its lock is held");
        return system_failure("locking");
    }

    bool exists(const Path& path) override {
        std::error_code failed;
        return std::filesystem::exists(path, failed);
    }
    bool is_folder(const Path& path) override {
        std::error_code failed;
        return std::filesystem::is_directory(path, failed);
    }

    Result<void> add_folder(const Path& path) override {
        if (::mkdir(path.c_str(), 0700) != 0) return system_failure("making a folder");
        return {};
    }

    Result<std::vector<std::string>> names_in(const Path& folder) override {
        std::vector<std::string> names;
        std::error_code failed;
        auto walk = std::filesystem::directory_iterator(folder, failed);
        for (; !failed && walk != std::filesystem::directory_iterator(); walk.increment(failed))
            names.push_back(walk->path().filename().string());
        if (failed) return fail(Problem::unavailable, "a folder cannot be listed");
        std::ranges::sort(names);
        return names;
    }

    Result<void> sync_folder(const Path& path, SyncPoint) override {
        auto whole = path.empty() ? Path(".") : path;
        int fd = ::open(whole.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) return system_failure("opening a folder");
        bool done = ::fsync(fd) == 0;
        auto number = errno;
        ::close(fd);
        errno = number;
        if (!done) return system_failure("syncing a folder");
        return {};
    }

    Result<void> name_file(const Path& from, const Path& to) override {
        if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
        if (errno != EINVAL && errno != ENOSYS) return system_failure("naming a file");
        // A file system that cannot (NFS): a link fails as well where the name is taken. Until the former name is gone the file
        // has two.
        if (::link(from.c_str(), to.c_str()) != 0) return system_failure("naming a file");
        return remove_file(from);
    }

    Result<void> rename_file(const Path& from, const Path& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) return system_failure("renaming");
        return {};
    }

    Result<void> remove_file(const Path& path) override {
        if (::unlink(path.c_str()) != 0) return system_failure("removing a file");
        return {};
    }
};

}  // namespace

Disk& posix_disk() {
    static PosixDisk disk;
    return disk;
}

}  // namespace muniment::storage
