// SPDX-License-Identifier: Apache-2.0
// A chunked body (RFC 9112 section 7.1) becomes its content here, byte for byte and in any division: what was taken is never
// shown again. Of our own, because Beast's parser dies by an assertion where "0", CR, LF and CR come in pieces.
//
// Strict where two readers could differ: at most 15 digits, no blanks around them, CRLF and nothing else at each end. Extensions
// and trailers are read, within a limit, and dropped: nothing here asks for one, and none may pose as a header.
#pragma once
#include <cstdint>
#include <span>

#include "base/bytes.hpp"

namespace muniment::server {

class Chunks {
  public:
    struct Taken {
        std::size_t input, body;
    };
    /// Takes all of `input`, or as much as `body` has room for; ends where the body does.
    Result<Taken> take(View input, std::span<std::uint8_t> body);
    bool complete() const { return state_ == State::complete; }

  private:
    enum class State : std::uint8_t {
        size, extension, size_end, data, data_cr, data_lf, trailer, trailer_line, trailer_lf, last_lf, complete
    };
    /// One byte that is no content.
    Result<void> frame(std::uint8_t byte);
    Result<void> size_digit(std::uint8_t byte);

    State state_ = State::size;
    std::uint64_t left_ = 0;           // of this chunk's data
    unsigned digits_ = 0;
    std::size_t beside_ = 0;           // bytes of extensions and trailers, all together
};

}  // namespace muniment::server
