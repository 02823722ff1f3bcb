// SPDX-License-Identifier: Apache-2.0
// A paper on its way in: multipart/form-data (RFC 7578, RFC 2046 section 5.1) of exactly two parts, `about` and then `content`.
//
// It is read as it comes. `about` is kept (limits::about_bytes_max) and given when it is whole; `content` is handed on at once,
// out of the step it came in, and nothing of it is kept but what may turn out to be the beginning of the closing delimiter.
//
// Promises   What is handed on is byte for byte what was sent between the delimiters, however the body was cut into steps.
// Does not   Forgive: a preamble, blanks behind a delimiter, other parts, another order, a transfer encoding, bytes behind the
//            end are refused, as is an end that did not come. No browser or program sends them, and two readers of one body
//            that disagree about where a part ends are a way to smuggle.
#pragma once
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace muniment::server {

/// Where the parts go. An error ends the reading.
class PaperParts {
  public:
    virtual ~PaperParts() = default;
    virtual Result<void> about(View json) = 0;           ///< once, before any content
    virtual Result<void> content(View piece) = 0;        ///< never empty; the view ends with the call
};

/// The boundary in a Content-Type. `unsupported` for another type, `malformed` for a boundary that RFC 2046 does not allow.
Result<std::string> multipart_boundary(std::string_view content_type);

class Multipart {
  public:
    /// `parts` outlives it.
    Multipart(const std::string& boundary, PaperParts& parts) : parts_(parts), delimiter_("\r\n--" + boundary) {}

    Result<void> add(View step);
    /// `incomplete` unless the closing delimiter came.
    Result<void> finish() const;

  private:
    enum class Part : std::uint8_t { about, content };
    enum class State : std::uint8_t { opening, head, body, delimiter, end };

    // Each takes what it wants off the front of `rest`.
    Result<void> opening(std::string_view& rest);
    Result<void> head(std::string_view& rest);
    Result<void> body(std::string_view& rest);
    Result<void> delimiter(std::string_view& rest);
    Result<void> end(std::string_view& rest);
    Result<void> held_back(std::string_view& rest);
    Result<void> part_ended();
    Result<void> hand_on(std::string_view piece);

    PaperParts& parts_;
    const std::string delimiter_;              // CRLF, two dashes, the boundary: has one CR, at its beginning
    State state_ = State::opening;
    Part part_ = Part::about;
    std::string held_;                         // of what `state_` is about and is not decided yet
    Bytes about_;
};

}  // namespace muniment::server
