// SPDX-License-Identifier: Apache-2.0
#include "server/http/outgoing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "server/http/response_head.hpp"

namespace muniment::server {
namespace {

// Up to here a body is copied behind its head, to leave in one write; above, the copy costs more than the second write.
constexpr std::size_t joined_bytes_max = 256 * limits::KiB;

void frame_as_chunk(Piece& piece) {
    std::array<char, 18> size{};
    char* end = std::to_chars(size.data(), size.data() + 16, piece.size(), 16).ptr;
    std::memcpy(end, "\r\n", 2);
    piece.put_before({size.data(), static_cast<std::size_t>(end + 2 - size.data())});
    std::memcpy(piece.bytes.get() + piece.end, "\r\n", 2);
    piece.end += 2;
}

Task<bool> send_whole(Channel& channel, std::string head, const std::string& body) {
    if (body.size() <= joined_bytes_max) {
        head.append(body);
        co_return co_await channel.write(view(head)) == head.size();
    }
    co_return co_await channel.write(view(head)) == head.size() && co_await channel.write(view(body)) == body.size();
}

struct Progress {
    std::uint64_t made = 0;  // bytes that the source gave
    std::uint64_t sent = 0;  // of these, what the network took
    bool whole = false;
    std::optional<Error> broke;  // the source's own failure
};

/// One step is on its way to the client while the worker makes the next.
Task<Progress> send_stream(Channel& channel, Lane& lane, const Limits& limits, BodySource& source, std::string head,
                           Piece piece) {
    const auto length = source.length();
    Progress progress;
    Piece next;
    while (true) {
        const auto in_piece = piece.size();
        const auto body_begin = piece.begin;
        progress.made += in_piece;
        const bool last = length ? progress.made >= *length : in_piece == 0;
        if (!length && in_piece > 0) frame_as_chunk(piece);
        if (!head.empty() && !piece.put_before(head) && co_await channel.write(view(head)) != head.size()) break;
        head.clear();

        Result<void> made;
        if (!last) lane.start([&] { made = next.fill(source, progress.made, limits.step_bytes); });
        channel.allow_while_moving(limits.stall_wait, limits.stall_bytes);
        const auto written = co_await channel.write(piece.view());
        const bool all = written == piece.size();
        channel.allow_any_time();
        co_await lane.finished();

        const auto before_body = body_begin - piece.begin;
        progress.sent += std::min(in_piece, written - std::min(written, before_body));
        if (!made) progress.broke = made.error();
        if (!all || !made) break;
        if (last) {
            progress.whole = length || co_await channel.write(view("0\r\n\r\n")) == 5;
            break;
        }
        // Less than was announced: cutting the connection is the only way left to say so.
        if (length && next.size() == 0) {
            progress.broke.emplace(Problem::internal, "a source ended before its length");
            break;
        }
        std::swap(piece, next);
    }
    co_return progress;
}

}  // namespace

Result<void> Piece::fill(BodySource& source, std::uint64_t at, std::size_t step_bytes) {
    if (!bytes) bytes = std::make_unique_for_overwrite<std::uint8_t[]>(room_before + step_bytes + room_after);
    begin = end = room_before;
    auto want = step_bytes;
    if (const auto length = source.length()) want = static_cast<std::size_t>(std::min<std::uint64_t>(want, *length - at));
    if (want == 0) return {};
    TRY(const auto count, guarded([&] { return source.next({bytes.get() + begin, want}); }));
    require(count <= want, "a source wrote more than it was given room for");
    end += count;
    return {};
}

bool Piece::put_before(std::string_view words) {
    if (words.size() > begin) return false;
    begin -= words.size();
    std::ranges::copy(words, bytes.get() + begin);
    return true;
}

Task<Result<void>> send(Channel& channel, Lane& lane, const Limits& limits, Ready ready, SendAs as) {
    auto& response = ready.response;
    const bool bodiless = response.status == 204 || response.status == 304;
    Framing framing{.close = as.close};
    if (response.stream) {
        framing.length = response.stream->length();
        framing.chunked = !framing.length;
    } else if (!bodiless) {
        framing.length = response.body.size();
    }
    auto head = render_head(response.status, response.headers, framing, as.request, as.now);
    channel.allow_while_moving(limits.stall_wait, limits.stall_bytes);
    Progress progress;
    if (response.stream && !as.head_only) {
        progress = co_await send_stream(channel, lane, limits, *response.stream, std::move(head), std::move(ready.first));
    } else {
        if (as.head_only || bodiless) response.body.clear();
        progress.whole = co_await send_whole(channel, std::move(head), response.body);
    }
    channel.allow_any_time();
    if (response.stream) {
        co_await lane.run([stream = std::move(response.stream), sent = progress.sent, whole = progress.whole]() mutable {
            (void)guarded([&]() -> Result<void> {
                stream->ended(sent, whole);
                stream.reset();
                return {};
            });
        });
    }
    if (progress.broke) co_return std::unexpected(*progress.broke);
    if (!progress.whole) co_return fail(Problem::incomplete, "the client did not take all of the answer");
    co_return Result<void>{};
}

}  // namespace muniment::server
