// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }

  private:
    int fd_;
};

/// Turns the echo off, and on again however the asking ends, except by a signal: those wait until then.
class Silence {
  public:
    explicit Silence(int fd) : fd_(fd) {
        sigset_t interrupts;
        sigemptyset(&interrupts);
        for (int signal : {SIGINT, SIGTERM, SIGQUIT, SIGTSTP}) sigaddset(&interrupts, signal);
        ::pthread_sigmask(SIG_BLOCK, &interrupts, &before_signals_);
        silent_ = ::tcgetattr(fd_, &before_) == 0;
        if (!silent_) return;
        auto quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence() {
        if (silent_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
        ::pthread_sigmask(SIG_SETMASK, &before_signals_, nullptr);
    }
    bool silent() const { return silent_; }

  private:
    int fd_;
    bool silent_;
    termios before_{};
    sigset_t before_signals_{};
};

bool write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const auto written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

std::string read_line(int fd) {
    constexpr std::size_t line_bytes_max = 4'096;
    std::string line;
    for (char c; line.size() < line_bytes_max;) {
        const auto got = ::read(fd, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 && line.empty()) throw Stop(ExitCode::usage, "Nothing was typed.");
        if (got <= 0 || c == '\n') break;
        line += c;
    }
    return line;
}

std::string ask_at(std::string_view question, bool hidden) {
    const Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (terminal.get() < 0)
        usage("There is no terminal to ask at (" + std::string(question) + "); give it as an option, see --help.");
    write_all(terminal.get(), std::string(question) + ": ");
    if (!hidden) return read_line(terminal.get());
    std::string line;
    {
        const Silence silence(terminal.get());
        if (!silence.silent()) usage("The terminal shows what is typed; use --password-file or --password-stdin.");
        line = read_line(terminal.get());
    }
    write_all(terminal.get(), "\n");
    return line;
}

[[noreturn]] void cannot_write(const std::filesystem::path& path) {
    throw Stop(ExitCode::failed, path.string() + " could not be written: " + std::generic_category().message(errno));
}

}  // namespace

bool is_terminal(Stream stream) {
    return ::isatty(stream == Stream::in ? STDIN_FILENO : stream == Stream::out ? STDOUT_FILENO : STDERR_FILENO) == 1;
}

int terminal_columns() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string ask(std::string_view question) { return ask_at(question, false); }
std::string ask_hidden(std::string_view question) { return ask_at(question, true); }

void write_private_file(const std::filesystem::path& path, std::string_view content) {
    if (const auto folder = path.parent_path(); !folder.empty() && !std::filesystem::exists(folder)) {
        std::error_code ignored;
        if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), ignored);
        if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) cannot_write(folder);
    }
    auto name = path.string() + ".XXXXXX";
    const Descriptor file(::mkostemp(name.data(), O_CLOEXEC));   // mode 0600
    if (file.get() < 0) cannot_write(path);
    if (!write_all(file.get(), content) || ::fsync(file.get()) != 0 || ::rename(name.c_str(), path.c_str()) != 0) {
        const int why = errno;
        ::unlink(name.c_str());
        errno = why;
        cannot_write(path);
    }
}

bool readable_by_others(const std::filesystem::path& path) {
    struct stat facts{};
    return ::stat(path.c_str(), &facts) == 0 && ((facts.st_mode & 077) != 0 || facts.st_uid != ::geteuid());
}

bool sync_to_disk(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return false;
    return ::fsync(file.get()) == 0 || errno == EINVAL;    // file systems that do not sync folders
}

bool rename_without_replacing(const std::filesystem::path& from, const std::filesystem::path& to, std::error_code& error) {
    error.clear();
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
    if (errno == EINVAL || errno == ENOSYS) {   // file systems without it, NFS for one: a link cannot replace either
        if (::link(from.c_str(), to.c_str()) == 0) return ::unlink(from.c_str()) == 0;
    }
    error.assign(errno, std::generic_category());
    return false;
}

}  // namespace muniment::cli
