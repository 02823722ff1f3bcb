// SPDX-License-Identifier: Apache-2.0
#include "server/http/channel.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace muniment::server {
namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

Channel::Channel(Socket socket, Ssl ssl) : socket_(std::move(socket)), ssl_(std::move(ssl)) {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);  // not the native one: Asio's own calls would wait in poll()
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void Channel::allow(Duration wait) { allow_while_moving(wait, 0); }

void Channel::allow_while_moving(Duration wait, std::size_t bytes) {
    wait_ = wait;
    bytes_per_wait_ = bytes;
    moved_ = 0;
    until_ = Steady::now() + wait;
}

void Channel::allow_any_time() { until_ = Steady::time_point::max(); }

void Channel::moved(std::size_t bytes) {
    moved_ += bytes;
    if (bytes_per_wait_ > 0 && moved_ >= bytes_per_wait_) allow_while_moving(wait_, bytes_per_wait_);
}

void Channel::watch(Steady::time_point now) {
    if (now < until_ || state_ != State::open) return;
    state_ = State::slow;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

void Channel::cut() {
    state_ = State::broken;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

void Channel::last_words() {
    if (state_ == State::ended || state_ == State::slow) state_ = State::open;
}

Task<bool> Channel::ready(Socket::wait_type what) {
    auto [error] = co_await socket_.async_wait(what, asio::as_tuple(asio::use_awaitable));
    if (error && state_ == State::open) state_ = State::broken;
    co_return state_ == State::open;
}

/// After OpenSSL could not go on: true when it is worth trying again.
Task<bool> Channel::again(int result) {
    if (state_ != State::open) co_return false;
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ: co_return co_await ready(Socket::wait_read);
        case SSL_ERROR_WANT_WRITE: co_return co_await ready(Socket::wait_write);
        case SSL_ERROR_ZERO_RETURN: state_ = State::ended; break;
        default: state_ = State::broken;
    }
    ERR_clear_error();
    co_return false;
}

Task<bool> Channel::handshake() {
    // The client speaks first, and until then OpenSSL's buffers are not needed: who says nothing costs us little.
    if (!co_await ready(Socket::wait_read)) co_return false;
    while (state_ == State::open) {
        ERR_clear_error();
        const int result = SSL_do_handshake(ssl_.get());
        if (result == 1) co_return true;
        if (!co_await again(result)) break;
    }
    co_return false;
}

Task<std::size_t> Channel::read_some(std::span<std::uint8_t> into) {
    while (state_ == State::open) {
        ERR_clear_error();
        std::size_t count = 0;
        const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
        if (result == 1) {
            moved(count);
            co_return count;
        }
        if (!co_await again(result)) break;
    }
    co_return 0;
}

Task<std::size_t> Channel::write(View bytes) {
    std::size_t written = 0;
    while (written < bytes.size() && state_ == State::open) {
        ERR_clear_error();
        std::size_t count = 0;
        const int result = SSL_write_ex(ssl_.get(), bytes.data() + written, bytes.size() - written, &count);
        if (result == 1) {
            written += count;
            moved(count);
        } else if (!co_await again(result)) {
            break;
        }
    }
    co_return written;
}

Task<void> Channel::close(bool unread, Duration linger_wait) {
    ERR_clear_error();
    // Once is enough: we do not wait for the other side's good-bye (RFC 8446 section 6.1 asks for none).
    if (state_ != State::broken && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    boost::system::error_code error;
    socket_.shutdown(Socket::shutdown_send, error);
    if (unread && state_ != State::broken && !error) {
        state_ = State::open;
        allow(linger_wait);
        std::array<std::uint8_t, 16 * 1024> rest;
        while (state_ == State::open) {
            // By way of the loop each time: a fast sender always has more, and others would wait for it all that time.
            if (!co_await ready(Socket::wait_read)) break;
            const auto count = socket_.read_some(asio::buffer(rest), error);
            if ((error && error != asio::error::would_block) || (!error && count == 0)) break;
            if (Steady::now() >= until_) break;
        }
    }
    socket_.close(error);
}

}  // namespace muniment::server
