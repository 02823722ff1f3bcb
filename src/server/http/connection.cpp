// SPDX-License-Identifier: Apache-2.0
#include "server/http/connection.hpp"

#include <algorithm>

#include "server/http/response_head.hpp"
#include "server/http/target.hpp"
#include "server/problem_json.hpp"

namespace muniment::server {

Connection::Connection(Common& common, Channel::Socket socket, Ssl ssl, Seats::Seat seat, std::string source_address,
                       boost::asio::thread_pool& workers)
    : common_(common),
      seat_(std::move(seat)),
      source_address_(std::move(source_address)),
      loop_(socket.get_executor()),
      channel_(std::move(socket), std::move(ssl)),
      lane_(loop_, workers),
      incoming_(channel_, common.limits) {}

void Connection::close_if_idle() {
    if (shaking_hands_ || incoming_.idle()) channel_.cut();
}

Task<void> Connection::run() {
    channel_.allow(common_.limits.handshake_wait);
    const bool shook = co_await channel_.handshake();
    shaking_hands_ = false;
    if (shook)
        while (co_await exchange()) {}
    co_await channel_.close(linger_, common_.limits.linger_wait);
}

/// One request and its answer. True: the connection is good for another.
Task<bool> Connection::exchange() {
    if (common_.draining) co_return false;
    head_came_ = false;
    request_ = Request{.source_address = source_address_, .id = RequestId::fresh(common_.clock.now())};
    auto head = co_await incoming_.head();
    if (!head) co_return co_await reply(std::unexpected(head.error()));
    if (*head == nullptr) co_return false;
    head_came_ = true;
    ++served_;
    if (auto understood = understand(**head); !understood) co_return co_await reply(std::unexpected(understood.error()));
    co_return co_await reply(co_await answer());
}

Result<void> Connection::understand(const Head& head) {
    request_.headers = head.headers;
    request_.content_length = head.content_length;
    request_.chunked = head.chunked;
    expects_continue_ = head.expects_continue && request_.has_body();
    keep_alive_ = head.keep_alive && served_ < common_.limits.requests_per_connection;
    const auto method = method_named(head.method);
    if (!method) return fail(Problem::method_not_allowed, "The method is not known.");
    request_.method = *method;
    TRY(auto target, parse_target(head.target, head.headers.find("host").value_or("")));
    request_.path = std::move(target.path);
    request_.segments = std::move(target.segments);
    request_.trailing_slash = target.trailing_slash;
    request_.query = std::move(target.query);
    return {};
}

/// On a worker: what a handler gave, with the first step of a long body already made.
Connection::Made Connection::ready(Result<Response> response) const {
    if (!response) return std::unexpected(response.error());
    Ready ready{.response = *std::move(response)};
    auto& stream = ready.response.stream;
    Result<void> good;
    if (!well_formed(ready.response.headers))
        good = fail(Problem::internal, "an answer's header field holds a control character");
    else if (stream && request_.method != Method::head) good = ready.first.fill(*stream, 0, common_.limits.step_bytes);
    if (good) return ready;
    if (stream) stream->ended(0, false);
    return std::unexpected(good.error());
}

Task<Connection::Made> Connection::answer() {
    Result<Answer> answer;
    Made made;
    co_await lane_.run([&] {
        answer = guarded([&] { return common_.handler.begin(request_); });
        if (!answer) made = std::unexpected(answer.error());
        else if (auto* response = std::get_if<Response>(&*answer))
            made = guarded([&] { return ready(std::move(*response)); });
    });
    if (!answer) co_return made;
    if (auto* whole = std::get_if<WantsBody>(&*answer)) co_return co_await take_whole(std::move(*whole));
    if (auto* stream = std::get_if<WantsStream>(&*answer)) co_return co_await take_stream(std::move(*stream));
    co_return made;
}

/// Refuses a body that is known to be too long before it is sent, and says "100 Continue" to who waits for it.
Task<Result<void>> Connection::invite_body(std::uint64_t bytes_max) {
    if (request_.content_length.value_or(0) > bytes_max)
        co_return fail(Problem::too_large, "at most " + std::to_string(bytes_max) + " bytes");
    if (!std::exchange(expects_continue_, false)) co_return Result<void>{};
    channel_.allow(common_.limits.stall_wait);
    (void)co_await channel_.write(view("HTTP/1.1 100 Continue\r\n\r\n"));  // if it failed, reading the body will say so
    co_return Result<void>{};
}

Task<Connection::Made> Connection::take_whole(WantsBody wanted) {
    if (auto invited = co_await invite_body(wanted.bytes_max); !invited) co_return std::unexpected(invited.error());
    Bytes body;
    while (!incoming_.body_complete()) {
        // It grows as it comes: what a client announces costs us nothing.
        const auto before = body.size();
        const auto room = std::min(std::max<std::size_t>(before, 16 * limits::KiB), wanted.bytes_max + 1 - before);
        body.resize(before + room);
        auto count = co_await incoming_.body(std::span(body).subspan(before));
        if (!count) co_return std::unexpected(count.error());
        body.resize(before + *count);
        if (body.size() > wanted.bytes_max)
            co_return fail(Problem::too_large, "at most " + std::to_string(wanted.bytes_max) + " bytes");
    }
    Made made;
    co_await lane_.run([&] {
        made = guarded([&] { return ready(wanted.then(request_, std::move(body))); });
        wanted.then = nullptr;
    });
    co_return made;
}

/// While the sink takes one step on a worker, the next one is read and decrypted here.
Task<Connection::Made> Connection::take_stream(WantsStream wanted) {
    Made made = fail(Problem::incomplete, "no body came");
    Result<void> added = co_await invite_body(wanted.bytes_max);
    const auto step_bytes = static_cast<std::size_t>(
        std::min<std::uint64_t>(request_.content_length.value_or(common_.limits.step_bytes), common_.limits.step_bytes));
    std::unique_ptr<std::uint8_t[]> step, other;
    bool whole = false;
    for (std::uint64_t total = 0; added && !whole;) {
        if (!step) step = std::make_unique_for_overwrite<std::uint8_t[]>(std::max<std::size_t>(step_bytes, 1));
        const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(step_bytes, wanted.bytes_max - total + 1));
        auto count = co_await incoming_.body({step.get(), room});
        co_await lane_.finished();
        if (!added) break;
        if (!count) added = std::unexpected(count.error());
        else if (total += *count; total > wanted.bytes_max)
            added = fail(Problem::too_large, "at most " + std::to_string(wanted.bytes_max) + " bytes");
        if (!added) break;
        whole = incoming_.body_complete();
        lane_.start([&, whole, bytes = View(step.get(), *count)] {
            if (!bytes.empty()) added = guarded([&] { return wanted.sink->add(bytes); });
            if (!added || !whole) return;
            made = guarded([&] { return ready(wanted.sink->finish()); });
            wanted.sink = nullptr;   // here, and not by a step of its own: it may close files
        });
        std::swap(step, other);
    }
    // In every case the sink goes on a worker; without finish() it throws away what it has.
    co_await lane_.finished();
    if (wanted.sink) co_await lane_.run([sink = std::move(wanted.sink)]() mutable { sink.reset(); });
    if (!added) co_return std::unexpected(added.error());
    co_return made;
}

Task<void> Connection::report(const Error& error) {
    if (http_status(error.problem) < 500) co_return;
    co_await lane_.run([&] {
        (void)guarded([&]() -> Result<void> {
            common_.handler.failed(request_.id, error);
            return {};
        });
    });
}

Task<bool> Connection::reply(Made made) {
    if (!made) co_await report(made.error());
    // Who waits for "100 Continue" and gets an answer instead may send the body or not: only closing is unambiguous.
    if (!head_came_ || expects_continue_ || channel_.state() != Channel::State::open) keep_alive_ = false;
    if (keep_alive_ && !incoming_.body_complete()) keep_alive_ = co_await incoming_.discard_body();
    channel_.last_words();
    const bool close = !keep_alive_ || common_.draining;
    linger_ = close && (!head_came_ || !incoming_.body_complete());
    auto ready = made ? *std::move(made) : Ready{.response = problem_response(made.error(), request_.id)};
    const SendAs as{.head_only = request_.method == Method::head,
                    .close = close,
                    .request = request_.id,
                    .now = common_.clock.now()};
    auto sent = co_await send(channel_, lane_, common_.limits, std::move(ready), as);
    if (!sent) co_await report(sent.error());
    co_return sent && !close;
}

}  // namespace muniment::server
