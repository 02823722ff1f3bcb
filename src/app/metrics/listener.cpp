// SPDX-License-Identifier: Apache-2.0
#include "app/metrics/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <optional>

#include "app/metrics/exposition.hpp"

namespace muniment::app {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t head_bytes_max = 8 * 1024;
constexpr auto patience = std::chrono::seconds(2);

int left(Steady::time_point until) {
    return static_cast<int>(
        std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now()).count()));
}

std::optional<std::string> read_head(int fd, Steady::time_point until) {
    std::string head;
    char piece[1'024];
    while (!head.contains("\r\n\r\n")) {
        pollfd ready{fd, POLLIN, 0};
        if (head.size() > head_bytes_max || ::poll(&ready, 1, left(until)) <= 0) return std::nullopt;
        auto got = ::recv(fd, piece, sizeof piece, 0);
        if (got <= 0) return std::nullopt;
        head.append(piece, static_cast<std::size_t>(got));
    }
    return head;
}

void write_all(int fd, std::string_view text, Steady::time_point until) {
    while (!text.empty()) {
        pollfd ready{fd, POLLOUT, 0};
        if (::poll(&ready, 1, left(until)) <= 0) return;
        auto sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string answer(std::string_view status, std::string_view type, std::string_view body, bool with_body) {
    return "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + std::string(type) +
           "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n" +
           (with_body ? std::string(body) : "");
}

}  // namespace

std::string metrics_answer(std::string_view head, const std::function<std::string()>& say) {
    constexpr std::string_view plain = "text/plain; charset=utf-8";
    auto line = head.substr(0, head.find("\r\n"));
    auto first = line.find(' '), last = line.rfind(' ');
    if (first == std::string_view::npos || last == first || !line.substr(last + 1).starts_with("HTTP/1."))
        return answer("400 Bad Request", plain, "This is no request of HTTP/1.1.\n", true);
    auto method = line.substr(0, first), target = line.substr(first + 1, last - first - 1);
    target = target.substr(0, target.find('?'));
    if (target != "/metrics") return answer("404 Not Found", plain, "Here is /metrics and nothing else.\n", method != "HEAD");
    if (method != "GET" && method != "HEAD") return answer("405 Method Not Allowed", plain, "GET alone.\n", true);
    return answer("200 OK", Exposition::content_type, say(), method == "GET");
}

Result<std::unique_ptr<MetricsListener>> MetricsListener::listen(std::uint16_t port, std::function<std::string()> say) {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail(Problem::unavailable, "no socket for /metrics can be made");
    int yes = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0 && ::listen(fd, 16) == 0 &&
                 ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
    if (!bound) {
        ::close(fd);
        return fail(Problem::unavailable, "port " + std::to_string(port) + " for /metrics is taken (metrics.port)");
    }
    return std::unique_ptr<MetricsListener>(new MetricsListener(fd, ntohs(address.sin_port), std::move(say)));
}

MetricsListener::MetricsListener(int fd, std::uint16_t port, std::function<std::string()> say)
    : fd_(fd), port_(port), say_(std::move(say)), thread_([this](std::stop_token stop) { run(stop); }) {}

MetricsListener::~MetricsListener() {
    thread_.request_stop();
    thread_.join();
    ::close(fd_);
}

void MetricsListener::run(std::stop_token stop) {
    while (!stop.stop_requested()) {
        pollfd ready{fd_, POLLIN, 0};
        if (::poll(&ready, 1, 200) <= 0) continue;
        int peer = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
        if (peer < 0) continue;
        serve(peer);
        ::close(peer);
    }
}

void MetricsListener::serve(int peer) const {
    auto until = Steady::now() + patience;
    auto head = read_head(peer, until);
    if (!head) return;
    write_all(peer, metrics_answer(*head, say_), until);
    // What the client still sends is read, or its kernel may drop the answer.
    ::shutdown(peer, SHUT_WR);
    pollfd ready{peer, POLLIN, 0};
    char rest[1'024];
    while (::poll(&ready, 1, left(until)) > 0 && ::recv(peer, rest, sizeof rest, 0) > 0) {
    }
}

}  // namespace muniment::app
