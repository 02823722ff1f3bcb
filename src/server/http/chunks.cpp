// SPDX-License-Identifier: Apache-2.0
#include "server/http/chunks.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace muniment::server {
namespace {

constexpr unsigned size_digits_max = 15;                     // 2^60 bytes: no sum of sizes overflows
constexpr std::uint8_t cr = '\r', lf = '\n';

std::unexpected<Error> bad(const char* why) { return fail(Problem::malformed, std::string("a chunked body with ") + why); }

int hex_value(std::uint8_t byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
}

/// What may stand in an extension or a trailer.
bool is_text(std::uint8_t byte) { return (byte >= 0x20 && byte != 0x7F) || byte == '\t'; }

}  // namespace

Result<Chunks::Taken> Chunks::take(View input, std::span<std::uint8_t> body) {
    Taken taken{0, 0};
    while (taken.input < input.size() && !complete()) {
        if (state_ != State::data) {
            CHECK(frame(input[taken.input++]));
            continue;
        }
        const auto room = std::min(input.size() - taken.input, body.size() - taken.body);
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(room, left_));
        if (count == 0) break;
        std::copy_n(input.begin() + static_cast<std::ptrdiff_t>(taken.input), count,
                    body.begin() + static_cast<std::ptrdiff_t>(taken.body));
        taken.input += count;
        taken.body += count;
        left_ -= count;
        if (left_ == 0) state_ = State::data_cr;
    }
    return taken;
}

Result<void> Chunks::size_digit(std::uint8_t byte) {
    if (const auto value = hex_value(byte); value >= 0) {
        if (++digits_ > size_digits_max) return bad("a size that is too large");
        left_ = left_ << 4 | static_cast<unsigned>(value);
        return {};
    }
    if (digits_ == 0) return bad("a size that is no number");
    if (byte == ';') state_ = State::extension;
    else if (byte == cr) state_ = State::size_end;
    else return bad("a size that is no number");
    return {};
}

Result<void> Chunks::frame(std::uint8_t byte) {
    const auto expect = [&](std::uint8_t wanted, State next) -> Result<void> {
        if (byte != wanted) return bad("a line that does not end in CRLF");
        state_ = next;
        return {};
    };
    switch (state_) {
        case State::size: return size_digit(byte);
        case State::extension:
        case State::trailer_line:
            if (++beside_ > limits::chunk_beside_bytes_max) return bad("too much beside its content");
            if (byte == cr) state_ = state_ == State::extension ? State::size_end : State::trailer_lf;
            else if (!is_text(byte)) return bad("a control character beside its content");
            return {};
        case State::size_end:
            CHECK(expect(lf, left_ > 0 ? State::data : State::trailer));
            digits_ = 0;
            return {};
        case State::data_cr: return expect(cr, State::data_lf);
        case State::data_lf: return expect(lf, State::size);
        case State::trailer:
            state_ = byte == cr ? State::last_lf : State::trailer_line;
            return byte == cr ? Result<void>{} : frame(byte);
        case State::trailer_lf: return expect(lf, State::trailer);
        case State::last_lf: return expect(lf, State::complete);
        case State::data:
        case State::complete: break;
    }
    die("a chunked body in a state that takes no framing");
}

}  // namespace muniment::server
