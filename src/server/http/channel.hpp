// SPDX-License-Identifier: Apache-2.0
// One connection's bytes: TLS directly over a socket that does not block, and the time it may take.
//
// OpenSSL reads and writes the socket itself; the loop only says when that makes sense again. Against asio::ssl::stream this
// spares two copies and reads several records in one call. Everything here runs on the connection's own loop.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <span>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "server/http/tls.hpp"

namespace muniment::server {

template <class T>
using Task = boost::asio::awaitable<T>;

class Channel {
  public:
    using Socket = boost::asio::ip::tcp::socket;
    enum class State { open, ended, slow, broken };  ///< ended: the other side said so; broken: anything else

    Channel(Socket socket, Ssl ssl);

    /// The next reads and writes have so long, all together.
    void allow(Duration wait);
    /// … or so long for every `bytes` of them: a trickle is a stall (slow readers as well as slow writers).
    void allow_while_moving(Duration wait, std::size_t bytes);
    /// Nobody waits for the network now.
    void allow_any_time();
    /// Called by the loop every watch_interval: gives up what is past its time.
    void watch(std::chrono::steady_clock::time_point now);
    /// Gives up at once.
    void cut();

    Task<bool> handshake();
    Task<std::size_t> read_some(std::span<std::uint8_t> into);  ///< 0: see state()
    Task<std::size_t> write(View bytes);                        ///< how many the network took: all, unless state() says why not
    /// Says good-bye. With `unread`, lets the other side read our last words first: closing over unread bytes resets the
    /// connection, and the reset can overtake them.
    Task<void> close(bool unread, Duration linger_wait);
    /// The other side ended or was slow; what it did wrong can still be said.
    void last_words();
    State state() const { return state_; }

  private:
    Task<bool> again(int result);
    Task<bool> ready(Socket::wait_type what);
    void moved(std::size_t bytes);

    Socket socket_;
    Ssl ssl_;
    State state_ = State::open;
    std::chrono::steady_clock::time_point until_ = std::chrono::steady_clock::time_point::max();
    Duration wait_{0};
    std::size_t bytes_per_wait_ = 0, moved_ = 0;  // 0: the wait is not renewed
};

}  // namespace muniment::server
