// SPDX-License-Identifier: Apache-2.0
// The request target (RFC 9112 section 3.2), decoded once and for all: nothing behind this decodes again, so what a check saw
// is what is opened.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace muniment::server {

struct Target {
    std::string path;
    std::vector<std::string> segments;
    bool trailing_slash = false;
    std::vector<std::pair<std::string, std::string>> query;
};

/// Origin form, or absolute form (https) whose authority is `host`. Refused as malformed: %00 and other control characters,
/// %2F, dot segments in any spelling, empty segments, what is not UTF-8 once decoded, a fragment.
Result<Target> parse_target(std::string_view target, std::string_view host);

}  // namespace muniment::server
