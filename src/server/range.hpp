// SPDX-License-Identifier: Apache-2.0
// Which part of a content is asked for (RFC 9110 section 14).
//
// One range of bytes is honoured. Several, other units, and what does not parse are ignored, as section 14.2 allows: the
// answer is the whole content with 200. Only a range outside of the content is an error (416).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "server/etag.hpp"

namespace muniment::server {

struct ByteRange {
    std::uint64_t first = 0, count = 0;
    friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// nullopt: send the whole, 200. `if_range` counts only as a strong tag equal to `current` (section 13.1.5; dates are not
/// trusted to a second). Fails with range_unsatisfiable.
Result<std::optional<ByteRange>> requested_range(std::optional<std::string_view> range, std::optional<std::string_view> if_range,
                                                 const ETag& current, std::uint64_t length);

std::string content_range(const ByteRange& range, std::uint64_t length);   ///< "bytes 0-99/1000"
std::string content_range_unsatisfied(std::uint64_t length);               ///< "bytes */1000", for 416

}  // namespace muniment::server
