// SPDX-License-Identifier: Apache-2.0
#include "server/http/target.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace muniment::server {
namespace {

constexpr std::size_t query_parameters_max = 64;

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

/// RFC 3629: shortest forms only, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<std::uint8_t>(text[i++]);
        if (lead < 0x80) continue;
        const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        if (lead < 0xC2 || lead > 0xF4 || text.size() - i < more) return false;
        std::uint32_t point = lead & (0x3Fu >> more);
        for (std::size_t k = 0; k < more; ++k) {
            const auto next = static_cast<std::uint8_t>(text[i++]);
            if ((next & 0xC0) != 0x80) return false;
            point = (point << 6) | (next & 0x3Fu);
        }
        constexpr std::uint32_t shortest[]{0, 0x80, 0x800, 0x10000};
        if (point < shortest[more] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    }
    return true;
}

enum class Plus { is_plus, is_blank };

Result<std::string> decode(std::string_view text, Plus plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (text.size() - i < 3) return fail(Problem::malformed, "a percent sign in the address without two digits");
            const auto high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
            if (!high || !low) return fail(Problem::malformed, "a percent sign in the address without two digits");
            c = static_cast<char>(*high << 4 | *low);
            i += 2;
        } else if (c == '+' && plus == Plus::is_blank) {
            c = ' ';
        } else if (static_cast<std::uint8_t>(c) <= 0x20 || static_cast<std::uint8_t>(c) >= 0x7F || c == '#') {
            return fail(Problem::malformed, "a character in the address that must be written with a percent sign");
        }
        if (static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F)
            return fail(Problem::malformed, "a control character in the address");
        out.push_back(c);
    }
    if (!is_utf8(out)) return fail(Problem::malformed, "an address that is not UTF-8");
    return out;
}

Result<std::vector<std::string>> decode_segments(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto end = std::min(path.find('/'), path.size());
        TRY(auto segment, decode(path.substr(0, end), Plus::is_plus));
        path.remove_prefix(end);
        if (segment.empty() && path.empty()) break;  // the trailing slash
        if (segment.empty()) return fail(Problem::malformed, "an empty part in the address");
        if (segment == "." || segment == "..") return fail(Problem::malformed, "a dot segment in the address");
        if (segment.contains('/')) return fail(Problem::malformed, "an encoded slash in the address");
        segments.push_back(std::move(segment));
    }
    return segments;
}

Result<std::vector<std::pair<std::string, std::string>>> decode_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> out;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty()) continue;
        if (out.size() == query_parameters_max) return fail(Problem::malformed, "more than 64 parameters in the address");
        const auto equals = std::min(pair.find('='), pair.size());
        TRY(auto name, decode(pair.substr(0, equals), Plus::is_blank));
        TRY(auto value, decode(pair.substr(std::min(equals + 1, pair.size())), Plus::is_blank));
        out.emplace_back(std::move(name), std::move(value));
    }
    return out;
}

}  // namespace

Result<Target> parse_target(std::string_view target, std::string_view host) {
    // RFC 9112 section 3.2.2: a server must accept the absolute form. Its authority must be the one that Host names, since
    // the same-origin check looks at Host.
    if (constexpr std::string_view scheme = "https://"; target.starts_with(scheme)) {
        target.remove_prefix(scheme.size());
        if (!target.starts_with(host)) return fail(Problem::malformed, "an address of another host");
        target.remove_prefix(host.size());
    }
    if (!target.starts_with('/')) return fail(Problem::malformed, "an address that does not begin with a slash");
    const auto mark = std::min(target.find('?'), target.size());
    Target out;
    out.path = target.substr(0, mark);
    out.trailing_slash = out.path.ends_with('/');
    TRY(out.segments, decode_segments(out.path));
    TRY(out.query, decode_query(target.substr(std::min(mark + 1, target.size()))));
    return out;
}

}  // namespace muniment::server
