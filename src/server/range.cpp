// SPDX-License-Identifier: Apache-2.0
#include "server/range.hpp"

#include <algorithm>
#include <charconv>

namespace muniment::server {
namespace {

constexpr std::string_view unit = "bytes=";

/// Digits only; what is larger than any content counts as that.
std::optional<std::uint64_t> number(std::string_view digits) {
    if (digits.empty() || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
    std::uint64_t value = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc{}) return UINT64_MAX;
    return value;
}

bool same_content(std::string_view if_range, const ETag& current) {
    const auto tag = parse_etag(if_range);
    return tag && tag->strongly_equals(current);
}

}  // namespace

Result<std::optional<ByteRange>> requested_range(std::optional<std::string_view> range, std::optional<std::string_view> if_range,
                                                 const ETag& current, std::uint64_t length) {
    if (!range || !range->starts_with(unit)) return std::nullopt;
    if (if_range && !same_content(*if_range, current)) return std::nullopt;
    const auto spec = range->substr(unit.size());
    const auto dash = spec.find('-');
    if (dash == std::string_view::npos || spec.contains(',')) return std::nullopt;
    const auto left = spec.substr(0, dash), right = spec.substr(dash + 1);
    const auto first = number(left), last = number(right);

    if (left.empty() && last) {  // the last n bytes
        if (*last == 0 || length == 0) return fail(Problem::range_unsatisfiable);
        const auto count = std::min(*last, length);
        return ByteRange{length - count, count};
    }
    if (!first || (!last && !right.empty()) || (last && *last < *first)) return std::nullopt;
    if (*first >= length) return fail(Problem::range_unsatisfiable);
    const auto end = last ? std::min(*last, length - 1) : length - 1;
    return ByteRange{*first, end - *first + 1};
}

std::string content_range(const ByteRange& range, std::uint64_t length) {
    return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.first + range.count - 1) + "/" +
           std::to_string(length);
}

std::string content_range_unsatisfied(std::uint64_t length) { return "bytes */" + std::to_string(length); }

}  // namespace muniment::server
