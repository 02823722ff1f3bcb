// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "crypto/secret.hpp"
#include "server/http/connection.hpp"
#include "server/http/http.hpp"

namespace muniment::server {
namespace asio = boost::asio;
using asio::ip::tcp;
namespace {

constexpr auto accept_again_wait = std::chrono::milliseconds(100);  // when the process is out of descriptors, say

/// A thread and the connections that live on it.
struct Loop {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> open = asio::make_work_guard(io);
    std::unordered_set<Connection*> connections;
    std::thread thread;
};

/// The peer as the log writes it, and as it is counted: an IPv6 client owns at least a /64.
struct Source {
    std::string address, counted;
};
Source source_of(asio::ip::address peer) {
    if (peer.is_v6() && peer.to_v6().is_v4_mapped()) peer = make_address_v4(asio::ip::v4_mapped, peer.to_v6());
    if (peer.is_v4()) return {peer.to_string(), peer.to_string()};
    auto prefix = peer.to_v6().to_bytes();
    std::fill(prefix.begin() + 8, prefix.end(), std::uint8_t{0});
    return {peer.to_string(), asio::ip::address_v6(prefix).to_string()};
}

}  // namespace

struct Server::Parts {
    Parts(Config c, Handler& handler, const Clock& clock)
        : config(std::move(c)),
          common{.handler = handler, .clock = clock, .limits = config.limits},
          seats(std::make_shared<Seats>(config.limits.connections, config.limits.connections_per_source)),
          workers(std::max(config.workers, 1u)) {
        for (unsigned i = 0; i < std::max(config.loops, 1u); ++i) loops.push_back(std::make_unique<Loop>());
        acceptor.emplace(loops.front()->io);
    }

    Result<void> use(const TlsFiles& files);
    Result<void> listen();
    void close_acceptor();
    void run();
    Task<void> accept_all();
    void take(tcp::socket socket, Loop& loop);
    Task<void> serve(Loop& loop, std::unique_ptr<Connection> connection);
    Task<void> watch(Loop& loop);
    void on_all_connections(void (Connection::*act)());
    bool wait_until_empty(std::optional<Duration> at_most);

    const Config config;
    std::uint16_t port = 0;
    Common common;
    std::mutex tls_mutex;
    std::shared_ptr<SSL_CTX> tls;
    std::shared_ptr<Seats> seats;
    std::vector<std::unique_ptr<Loop>> loops;
    std::optional<tcp::acceptor> acceptor;
    asio::thread_pool workers;
    std::mutex live_mutex;
    std::condition_variable ended;
    std::size_t live = 0;
    bool stopped = false;
};

Result<void> Server::Parts::use(const TlsFiles& files) {
    TRY(auto fresh, make_tls(files.certificate, files.key, files.allow_tls12));
    const std::lock_guard lock(tls_mutex);
    tls = std::move(fresh);
    return {};
}

Result<void> Server::Parts::listen() {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(config.address, error);
    if (error) return fail(Problem::malformed, "the address to listen on is not numeric");
    const tcp::endpoint endpoint(address, config.port);
    acceptor->open(endpoint.protocol(), error);
    if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor->bind(endpoint, error);
    if (error == asio::error::address_in_use) return fail(Problem::in_use, "port " + std::to_string(config.port));
    if (!error) acceptor->listen(tcp::acceptor::max_listen_connections, error);
    if (error) return fail(Problem::unavailable, "listening on port " + std::to_string(config.port) + ": " + error.message());
    port = acceptor->local_endpoint(error).port();
    return {};
}

void Server::Parts::close_acceptor() {
    boost::system::error_code ignored;
    acceptor->close(ignored);
}

void Server::Parts::run() {
    asio::co_spawn(loops.front()->io, accept_all(), asio::detached);
    for (auto& loop : loops) {
        asio::co_spawn(loop->io, watch(*loop), asio::detached);
        loop->thread = std::thread([&io = loop->io] { io.run(); });
    }
}

Task<void> Server::Parts::accept_all() {
    asio::steady_timer pause(loops.front()->io);
    for (std::size_t turn = 0; acceptor->is_open(); ++turn) {
        auto& loop = *loops[turn % loops.size()];
        auto [error, socket] = co_await acceptor->async_accept(loop.io, asio::as_tuple(asio::use_awaitable));
        if (!error) {
            take(std::move(socket), loop);
        } else if (acceptor->is_open()) {
            pause.expires_after(accept_again_wait);
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
}

/// A connection too many is closed before the handshake: an answer would cost us more than it costs whoever opens it.
void Server::Parts::take(tcp::socket socket, Loop& loop) {
    boost::system::error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error || common.draining) return;
    auto source = source_of(peer.address());
    auto seat = seats->take(source.counted);
    if (!seat) return;
    auto context = [&] {
        const std::lock_guard lock(tls_mutex);
        return tls;
    }();
    auto ssl = tls_over(*context, socket.native_handle());
    if (!ssl) return;
    auto connection = std::make_unique<Connection>(common, std::move(socket), *std::move(ssl), *std::move(seat),
                                                   std::move(source.address), workers);
    {
        const std::lock_guard lock(live_mutex);
        ++live;
    }
    asio::co_spawn(loop.io, serve(loop, std::move(connection)), asio::detached);
}

Task<void> Server::Parts::serve(Loop& loop, std::unique_ptr<Connection> connection) {
    loop.connections.insert(connection.get());
    try {
        if (!common.draining) co_await connection->run();
    } catch (const std::exception&) {
        // Memory ran out for this connection; the others go on.
    }
    co_await connection->settled();
    loop.connections.erase(connection.get());
    connection.reset();
    const std::lock_guard lock(live_mutex);
    --live;
    ended.notify_all();
}

/// One timer for all waits of a loop: a timer for each would be set and cancelled several times a request.
Task<void> Server::Parts::watch(Loop& loop) {
    asio::steady_timer timer(loop.io);
    while (true) {
        timer.expires_after(common.limits.watch_interval);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        const auto now = std::chrono::steady_clock::now();
        for (auto* connection : loop.connections) connection->watch(now);
        crypto::wipe_stack();   // what this thread encrypted and decrypted last
    }
}

void Server::Parts::on_all_connections(void (Connection::*act)()) {
    for (auto& loop : loops)
        asio::post(loop->io, [act, &connections = loop->connections] {
            for (auto* connection : connections) (connection->*act)();
        });
}

bool Server::Parts::wait_until_empty(std::optional<Duration> at_most) {
    std::unique_lock lock(live_mutex);
    const auto empty = [this] { return live == 0; };
    if (at_most) return ended.wait_for(lock, *at_most, empty);
    ended.wait(lock, empty);
    return true;
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::start(Config config, Handler& handler, const Clock& clock) {
    require(config.limits.step_bytes <= limits::transfer_step_bytes, "a step larger than a transfer's");
    auto parts = std::make_unique<Parts>(std::move(config), handler, clock);
    CHECK(parts->use(parts->config.tls));
    CHECK(parts->listen());
    parts->run();
    return std::unique_ptr<Server>(new Server(std::move(parts)));
}

std::uint16_t Server::port() const { return parts_->port; }

std::size_t Server::connections() const { return parts_->seats->taken(); }

Result<void> Server::use(const TlsFiles& tls) { return parts_->use(tls); }

bool Server::drain() {
    parts_->common.draining = true;
    asio::post(parts_->loops.front()->io, [this] { parts_->close_acceptor(); });
    parts_->on_all_connections(&Connection::close_if_idle);
    const bool by_itself = parts_->wait_until_empty(parts_->common.limits.drain_wait);
    stop();
    return by_itself;
}

void Server::stop() {
    if (std::exchange(parts_->stopped, true)) return;
    parts_->common.draining = true;
    asio::post(parts_->loops.front()->io, [this] { parts_->close_acceptor(); });
    parts_->on_all_connections(&Connection::cut);
    parts_->wait_until_empty(std::nullopt);
    for (auto& loop : parts_->loops) {
        loop->io.stop();
        loop->thread.join();
    }
    parts_->close_acceptor();
    parts_->workers.join();
}

}  // namespace muniment::server
