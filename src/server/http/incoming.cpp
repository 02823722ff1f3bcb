// SPDX-License-Identifier: Apache-2.0
#include "server/http/incoming.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace muniment::server {

Incoming::Incoming(Channel& channel, const Limits& limits)
    : channel_(channel), limits_(limits), capacity_(limits.header_bytes + limits::KiB) {}

/// Reads behind what is buffered. False: the channel's state says why, or there is no room left.
Task<bool> Incoming::more() {
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<std::uint8_t[]>(capacity_);   // not for who never shakes hands
    if (begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == capacity_) co_return false;
    const auto count = co_await channel_.read_some({buffer_.get() + end_, capacity_ - end_});
    end_ += count;
    co_return count > 0;
}

std::unexpected<Error> Incoming::cut_off() const {
    if (channel_.state() == Channel::State::slow) return fail(Problem::too_slow, "the request did not go on");
    return fail(Problem::incomplete, "the connection ended inside a request");
}

Task<Result<const Head*>> Incoming::head() {
    parser_.emplace(limits_.header_bytes, limits_.target_bytes);
    chunks_ = {};
    if (begin_ == end_) {
        idle_ = true;
        channel_.allow(limits_.idle_wait);
        const bool came = co_await more();
        idle_ = false;
        if (!came) co_return nullptr;
    }
    // One wait for the whole head, however its bytes are dealt out: a client that sends one now and then holds nothing.
    channel_.allow(limits_.header_wait);
    while (true) {
        auto taken = parser_->take_head(buffered());
        if (!taken) co_return std::unexpected(taken.error());
        begin_ += *taken;
        if (parser_->head_complete()) break;
        if (!co_await more()) co_return cut_off();
    }
    channel_.allow_any_time();
    remaining_ = parser_->head().content_length.value_or(0);
    co_return &parser_->head();
}

bool Incoming::body_complete() const {
    return parser_->head().chunked ? chunks_.complete() : remaining_ == 0;
}

Task<Result<std::size_t>> Incoming::body(std::span<std::uint8_t> into) {
    channel_.allow_while_moving(limits_.stall_wait, limits_.stall_bytes);
    if (parser_->head().chunked) co_return co_await chunks(into);
    std::size_t filled = 0;
    while (filled < into.size() && remaining_ > 0) {
        auto room = into.subspan(filled, static_cast<std::size_t>(std::min<std::uint64_t>(into.size() - filled, remaining_)));
        std::size_t count = 0;
        if (begin_ < end_) {
            count = std::min(room.size(), end_ - begin_);
            std::memcpy(room.data(), buffer_.get() + begin_, count);
            begin_ += count;
        } else {
            count = co_await channel_.read_some(room);  // decrypted straight to where the handler reads it
            if (count == 0) co_return cut_off();
        }
        filled += count;
        remaining_ -= count;
    }
    channel_.allow_any_time();
    co_return filled;
}

Task<Result<std::size_t>> Incoming::chunks(std::span<std::uint8_t> into) {
    std::size_t filled = 0;
    while (filled < into.size() && !chunks_.complete()) {
        if (begin_ == end_ && !co_await more()) co_return cut_off();
        auto taken = chunks_.take(buffered(), into.subspan(filled));
        if (!taken) co_return std::unexpected(taken.error());
        begin_ += taken->input;
        filled += taken->body;
    }
    channel_.allow_any_time();
    co_return filled;
}

Task<bool> Incoming::discard_body() {
    // Of a chunked body nobody knows how much is still to come: not worth waiting for.
    if (parser_->head().chunked || remaining_ > limits_.discarded_bytes) co_return body_complete();
    std::array<std::uint8_t, 8 * 1024> nowhere;
    while (remaining_ > 0)
        if (!co_await body(nowhere)) co_return false;
    co_return true;
}

}  // namespace muniment::server
