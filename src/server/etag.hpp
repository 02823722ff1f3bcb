// SPDX-License-Identifier: Apache-2.0
// Entity tags and the conditions on them (RFC 9110 sections 8.8.3 and 13.1).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace muniment::server {

struct ETag {
    std::string opaque;            ///< without quotes
    bool weak = false;

    std::string text() const { return (weak ? "W/\"" : "\"") + opaque + "\""; }
    /// Section 8.8.3.2. If-Match and If-Range compare strongly, If-None-Match weakly.
    bool strongly_equals(const ETag& other) const { return !weak && !other.weak && opaque == other.opaque; }
    bool weakly_equals(const ETag& other) const { return opaque == other.opaque; }
    friend bool operator==(const ETag&, const ETag&) = default;
};

/// One tag and nothing else.
Result<ETag> parse_etag(std::string_view text);

/// The value of If-Match or If-None-Match: `*`, or a list of tags.
struct ETagList {
    bool any = false;
    std::vector<ETag> tags;
};
inline constexpr std::size_t etags_max = 64;
Result<ETagList> parse_etag_list(std::string_view text);

/// If-Match holds: `current` is nullopt where nothing stands yet. Section 13.1.1.
bool if_match_holds(const ETagList& condition, const std::optional<ETag>& current);
/// If-None-Match holds (go on); if not, GET and HEAD answer 304 and others 412. Section 13.1.2.
bool if_none_match_holds(const ETagList& condition, const std::optional<ETag>& current);

}  // namespace muniment::server
