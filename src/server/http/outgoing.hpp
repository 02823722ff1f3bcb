// SPDX-License-Identifier: Apache-2.0
// What goes out over one connection: a head and a body that is there, or one that is made while it is sent.
#pragma once
#include <memory>
#include <optional>

#include "server/http/channel.hpp"
#include "server/http/http.hpp"
#include "server/http/lane.hpp"

namespace muniment::server {

/// A step of a body, with room before it for the head or a chunk's size, so that both leave in one record.
struct Piece {
    static constexpr std::size_t room_before = 4 * limits::KiB, room_after = 8;

    std::unique_ptr<std::uint8_t[]> bytes;
    std::size_t begin = room_before, end = room_before;

    /// On a worker: the source's next step. The error is one that the client may see.
    Result<void> fill(BodySource& source, std::uint64_t at, std::size_t step_bytes);
    /// Puts `words` directly before what is there; false if there is no room.
    bool put_before(std::string_view words);
    View view() const { return {bytes.get() + begin, end - begin}; }
    std::size_t size() const { return end - begin; }
};

/// What the worker hands back: the first step of a long answer is made in the same hop as the answer itself.
struct Ready {
    Response response;
    Piece first;
};

struct SendAs {
    bool head_only, close;
    RequestId request;
    Instant now;
};

/// Sends all of it, and tells the source how it ended. After an error the connection cannot be used any more.
Task<Result<void>> send(Channel& channel, Lane& lane, const Limits& limits, Ready ready, SendAs as);

}  // namespace muniment::server
