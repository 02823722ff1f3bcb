// SPDX-License-Identifier: Apache-2.0
#include "app/notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace muniment::app {

void notify_systemd(Literal state) {
    const char* set = std::getenv("NOTIFY_SOCKET");
    const std::string_view socket = set ? set : "";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket.size() < 2 || socket.size() >= sizeof address.sun_path || (socket.front() != '/' && socket.front() != '@')) return;
    std::ranges::copy(socket, address.sun_path);
    if (socket.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size());
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    const auto text = state.text();
    // Nobody could be told of a failure but the one who did not listen.
    static_cast<void>(::sendto(fd, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length));
    ::close(fd);
}

}  // namespace muniment::app
