// SPDX-License-Identifier: Apache-2.0
// One connection, from handshake to good-bye. connection.cpp reads as the way of a request.
#pragma once
#include <atomic>

#include "server/http/incoming.hpp"
#include "server/http/lane.hpp"
#include "server/http/outgoing.hpp"
#include "server/http/seats.hpp"

namespace muniment::server {

/// What every connection of a server shares.
struct Common {
    Handler& handler;
    const Clock& clock;
    const Limits limits;
    std::atomic<bool> draining = false;
};

class Connection {
  public:
    Connection(Common& common, Channel::Socket socket, Ssl ssl, Seats::Seat seat, std::string source_address,
               boost::asio::thread_pool& workers);

    Task<void> run();
    /// Returns when no worker has this connection's step any more.
    Task<void> settled() { return lane_.finished(); }

    // From the loop's timer and from the server, on the connection's loop:
    void watch(std::chrono::steady_clock::time_point now) { channel_.watch(now); }
    void close_if_idle();
    void cut() { channel_.cut(); }

  private:
    /// How an answer came to be: not yet, or the error to tell.
    using Made = Result<Ready>;

    Task<bool> exchange();
    Result<void> understand(const Head& head);
    Task<Made> answer();
    Task<Made> take_whole(WantsBody wanted);
    Task<Made> take_stream(WantsStream wanted);
    Task<Result<void>> invite_body(std::uint64_t bytes_max);
    Task<bool> reply(Made made);
    Made ready(Result<Response> response) const;
    Task<void> report(const Error& error);

    Common& common_;
    Seats::Seat seat_;
    const std::string source_address_;
    boost::asio::any_io_executor loop_;
    Channel channel_;
    Lane lane_;
    Incoming incoming_;
    Request request_;
    bool head_came_ = false;   // there is a request whose body may still be on its way
    bool expects_continue_ = false;
    bool keep_alive_ = true;
    bool linger_ = false;      // bytes of the other side were left unread
    bool shaking_hands_ = true;
    std::size_t served_ = 0;
};

}  // namespace muniment::server
