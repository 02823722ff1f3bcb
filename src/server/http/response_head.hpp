// SPDX-License-Identifier: Apache-2.0
// The head of an answer as bytes, with the fields that every answer carries.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "server/http/message.hpp"

namespace muniment::server {

/// False if a field could end early and let its value write headers of its own (response splitting).
bool well_formed(const Headers& headers);

std::string imf_date(Instant t);        ///< RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT"

struct Framing {
    bool close = false;                            ///< "Connection: close"
    std::optional<std::uint64_t> length;           ///< Content-Length; neither this nor chunked for 204 and 304
    bool chunked = false;
};
/// What the handler set itself (Content-Security-Policy for a page, say) is not overruled; framing fields are never its own.
std::string render_head(int status, const Headers& headers, const Framing& framing, const RequestId& request, Instant now);

}  // namespace muniment::server
