// SPDX-License-Identifier: Apache-2.0
#include "app/control.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <chrono>

namespace muniment::app {
namespace {

namespace json = boost::json;
constexpr std::size_t question_bytes_max = 8 * 1024;
constexpr std::size_t answer_bytes_max = 256 * 1024;   // it may list nodes, slots and findings
constexpr int wait_ms = 5'000, answer_wait_ms = 600'000;   // a verification of a large log takes minutes

Result<sockaddr_un> address_of(const std::filesystem::path& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    auto path = socket.string();
    if (path.size() >= sizeof address.sun_path)
        return fail(Problem::unavailable, "the home folder's path is too long for its control socket");
    std::copy(path.begin(), path.end(), address.sun_path);
    return address;
}

std::optional<std::string> read_line(int fd, int wait, std::size_t bytes_max) {
    std::string line;
    std::array<char, 1024> piece;
    while (line.size() <= bytes_max) {
        pollfd ready{fd, POLLIN, 0};
        if (::poll(&ready, 1, wait) <= 0) return std::nullopt;
        auto got = ::read(fd, piece.data(), piece.size());
        if (got <= 0) return std::nullopt;
        line.append(piece.data(), static_cast<std::size_t>(got));
        if (line.ends_with('\n')) return line.substr(0, line.size() - 1);
    }
    return std::nullopt;
}

bool write_line(int fd, const json::object& said) {
    auto line = json::serialize(said) + "\n";
    std::size_t done = 0;
    while (done < line.size()) {
        auto wrote = ::send(fd, line.data() + done, line.size() - done, MSG_NOSIGNAL);
        if (wrote <= 0) return false;
        done += static_cast<std::size_t>(wrote);
    }
    return true;
}

bool is_ours(int peer) {
    ucred who{};
    socklen_t length = sizeof who;
    return ::getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 && (who.uid == ::geteuid() || who.uid == 0);
}

}  // namespace

Result<std::unique_ptr<Control>> Control::listen(const std::filesystem::path& socket, Answer answer) {
    TRY(auto address, address_of(socket));
    int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail(Problem::unavailable, "no control socket can be made");
    ::unlink(socket.c_str());   // the data folder's lock says that no other server of this home runs
    auto mask = ::umask(0177);
    bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, 4) == 0;
    ::umask(mask);
    if (!bound) {
        ::close(fd);
        return fail(Problem::unavailable, "the control socket cannot be made in the home folder");
    }
    return std::unique_ptr<Control>(new Control(fd, socket, std::move(answer)));
}

Control::Control(int fd, std::filesystem::path socket, Answer answer)
    : fd_(fd), socket_(std::move(socket)), answer_(std::move(answer)), thread_([this](std::stop_token stop) { run(stop); }) {}

Control::~Control() {
    thread_.request_stop();
    thread_.join();
    ::close(fd_);
    ::unlink(socket_.c_str());
}

void Control::run(std::stop_token stop) {
    while (!stop.stop_requested()) {
        pollfd ready{fd_, POLLIN, 0};
        if (::poll(&ready, 1, 200) <= 0) continue;
        int peer = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
        if (peer < 0) continue;
        if (is_ours(peer)) serve_one(peer);
        ::close(peer);
    }
}

void Control::serve_one(int peer) {
    auto line = read_line(peer, wait_ms, question_bytes_max);
    if (!line) return;
    boost::system::error_code failed;
    auto parsed = json::parse(*line, failed);
    if (failed || !parsed.is_object()) return;
    auto answer = answer_(parsed.as_object());
    if (answer) {
        (*answer)["ok"] = true;
        write_line(peer, *answer);
    } else {
        write_line(peer, {{"ok", false}, {"problem", static_cast<int>(answer.error().problem)}, {"detail", answer.error().detail}});
    }
}

Result<json::object> ask_control(const std::filesystem::path& socket, const json::object& question) {
    TRY(auto address, address_of(socket));
    int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail(Problem::unavailable, "no socket");
    struct Closed {
        int fd;
        ~Closed() { ::close(fd); }
    } closed{fd};
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        return fail(Problem::unavailable, "no server runs on this home folder");
    if (!write_line(fd, question)) return fail(Problem::unavailable, "the server did not take the question");
    auto line = read_line(fd, answer_wait_ms, answer_bytes_max);
    boost::system::error_code failed;
    auto parsed = json::parse(line.value_or(""), failed);
    if (!line || failed || !parsed.is_object()) return fail(Problem::unavailable, "the server gave no answer");
    auto answer = parsed.as_object();
    if (answer["ok"].as_bool()) return answer;
    return std::unexpected(Error(static_cast<Problem>(answer["problem"].as_int64()), std::string(answer["detail"].as_string())));
}

}  // namespace muniment::app
