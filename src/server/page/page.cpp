// SPDX-License-Identifier: Apache-2.0
#include "server/page/page.hpp"

#include <algorithm>

#include "server/etag.hpp"
#include "server/router.hpp"

namespace muniment::server {
namespace {

// Without unsafe-inline, and with trusted types: what is written into the page as text cannot become a script. (The policy named
// default is web/src/frame/trusted_types.ts, which lets through the empty text alone.)
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default";
// The name of a file under assets/ holds a hash of its content.
constexpr std::string_view for_ever = "public, max-age=31536000, immutable";
constexpr std::string_view ask_again = "no-cache";

std::string_view trimmed(std::string_view s) {
    while (s.starts_with(' ') || s.starts_with('\t')) s.remove_prefix(1);
    while (s.ends_with(' ') || s.ends_with('\t')) s.remove_suffix(1);
    return s;
}

/// RFC 9110 section 12.5.3, as far as browsers use it: a coding that is named, and not with a weight of nought.
bool accepts(std::string_view accepted, std::string_view coding) {
    while (!accepted.empty()) {
        const auto end = std::min(accepted.find(','), accepted.size());
        const auto each = accepted.substr(0, end);
        accepted.remove_prefix(std::min(end + 1, accepted.size()));
        const auto semicolon = std::min(each.find(';'), each.size());
        if (trimmed(each.substr(0, semicolon)) != coding) continue;
        const auto weight = trimmed(each.substr(std::min(semicolon + 1, each.size())));
        return weight.empty() || (weight.starts_with("q=") && weight.find_first_of("123456789") != std::string_view::npos);
    }
    return false;
}

struct Form {
    std::string_view coding;      // empty: as it is
    View bytes;
};

Form form_for(const PageFile& file, const Request& request) {
    const auto accepted = request.headers.list("Accept-Encoding").value_or("");
    if (!file.brotli.empty() && accepts(accepted, "br")) return {"br", file.brotli};
    if (!file.gzip.empty() && accepts(accepted, "gzip")) return {"gzip", file.gzip};
    return {"", file.plain};
}

bool holds_already(const Request& request, const ETag& tag) {
    const auto condition = request.headers.list("If-None-Match");
    if (!condition) return false;
    const auto held = parse_etag_list(*condition);
    return held && !if_none_match_holds(*held, tag);
}

Response file_response(const PageFile& file, const Request& request, int status) {
    const auto form = form_for(file, request);
    const ETag tag{.opaque = std::string(file.tag) + (form.coding.empty() ? "" : "-" + std::string(form.coding))};
    Response response{.status = status,
                      .headers = {{"Content-Type", std::string(file.type)},
                                  {"Content-Security-Policy", std::string(policy)},
                                  {"Cross-Origin-Opener-Policy", "same-origin"},
                                  {"Cross-Origin-Embedder-Policy", "require-corp"},
                                  {"Cross-Origin-Resource-Policy", "same-origin"},
                                  {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
                                  {"Cache-Control", std::string(file.path.starts_with("/assets/") ? for_ever : ask_again)},
                                  {"Vary", "Accept-Encoding"},
                                  {"ETag", tag.text()}}};
    if (status == 200 && holds_already(request, tag)) {
        response.status = 304;
        return response;
    }
    if (!form.coding.empty()) response.headers.add("Content-Encoding", std::string(form.coding));
    response.body = string(form.bytes);
    return response;
}

bool is_looking(const Request& request) { return request.method == Method::get || request.method == Method::head; }

/// "{matter}" stands for an id and for nothing else.
bool fits(std::string_view pattern, const std::string& segment) {
    return pattern.starts_with('{') ? MatterId::parse(segment).has_value() : pattern == segment;
}

}  // namespace

const PageFile* Page::find(std::string_view path) const {
    const auto found = std::ranges::find(files_.files, path, &PageFile::path);
    return found == files_.files.end() ? nullptr : &*found;
}

bool Page::is_address(const Request& request) const {
    if (request.trailing_slash && !request.segments.empty()) return false;
    return std::ranges::any_of(files_.addresses, [&](std::string_view address) {
        return std::ranges::equal(pattern_segments(address), request.segments, fits);
    });
}

std::optional<Response> Page::answer(const Request& request) const {
    if (!is_looking(request)) return std::nullopt;
    const auto* file = is_address(request) ? find("/index.html") : find(request.path);
    if (!file) return std::nullopt;
    return file_response(*file, request, 200);
}

std::optional<Response> Page::for_nothing(const Request& request) const {
    const bool of_person = request.headers.list("Accept").value_or("").find("text/html") != std::string::npos;
    const auto* file = find("/index.html");
    if (!is_looking(request) || !of_person || !file) return std::nullopt;
    return file_response(*file, request, 404);
}

}  // namespace muniment::server
