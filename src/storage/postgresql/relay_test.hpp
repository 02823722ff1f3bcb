// SPDX-License-Identifier: Apache-2.0
// For tests: stands between us and PostgreSQL, hands bytes on, and at the moment that a test chooses loses what was asked or what
// was answered, and the connection with it. TLS goes through it unopened.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.hpp"

namespace muniment::storage::testing {

class Relay {
  public:
    enum class Loses { nothing, question, answer };

    explicit Relay(std::uint16_t to) : to_(to), listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        auto address = loopback(0);
        require(::bind(listening_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && ::listen(listening_, 16) == 0,
                "the relay cannot listen");
        socklen_t size = sizeof address;
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        accepting_ = std::thread([this] { accept_all(); });
    }
    ~Relay() {
        stopping_ = true;
        ::shutdown(listening_, SHUT_RDWR);
        // It begins the threads of connections, so it ends first.
        accepting_.join();
        for (auto& each : threads_) each.join();
        ::close(listening_);
    }
    std::uint16_t port() const { return port_; }
    /// At the `nth` question from now: 1 is the very next. Questions that are sent together are one.
    void lose(Loses what, int nth) {
        counted_ = 0;
        nth_ = nth;
        loses_ = what;
    }
    bool has_lost() const { return loses_ == Loses::nothing; }

  private:
    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }
    void accept_all() {
        for (;;) {
            int client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0 || stopping_) return;
            int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            auto address = loopback(to_);
            bool reached = ::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
            std::lock_guard held(lock_);
            threads_.emplace_back([this, client, server, reached] {
                if (reached) hand_on(client, server);
                ::close(client);
                ::close(server);
            });
        }
    }
    static bool send_all(int to, const char* bytes, ssize_t size) {
        return ::send(to, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL) == size;
    }
    void hand_on(int client, int server) {
        bool asked = false;  // the last bytes went to the server
        char bytes[65'536];
        while (!stopping_) {
            pollfd both[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
            ::poll(both, 2, 50);
            if (both[0].revents != 0) {
                auto size = ::recv(client, bytes, sizeof bytes, 0);
                if (size <= 0) return;
                bool now = !asked && loses_ != Loses::nothing && ++counted_ == nth_;
                asked = true;
                if (now && loses_ == Loses::question) return loses_ = Loses::nothing, void();
                if (!send_all(server, bytes, size)) return;
            }
            if (both[1].revents != 0) {
                auto size = ::recv(server, bytes, sizeof bytes, 0);
                if (size <= 0) return;
                if (asked && loses_ == Loses::answer && counted_ == nth_) return loses_ = Loses::nothing, void();
                asked = false;
                if (!send_all(client, bytes, size)) return;
            }
        }
    }

    std::uint16_t to_, port_ = 0;
    int listening_;
    std::atomic<bool> stopping_{false};
    std::atomic<int> counted_{0}, nth_{0};
    std::atomic<Loses> loses_{Loses::nothing};
    std::mutex lock_;
    std::vector<std::thread> threads_;
    std::thread accepting_;
};

}  // namespace muniment::storage::testing
