// SPDX-License-Identifier: Apache-2.0
#include "server/routes/caller.hpp"

#include <algorithm>

namespace muniment::server::routes {
namespace {

constexpr std::string_view cookie_name = "__Host-muniment";
constexpr std::string_view cookie_attributes = "; Path=/; Secure; HttpOnly; SameSite=Strict";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool changes(Method method) { return method != Method::get && method != Method::head && method != Method::options; }

bool came_from_our_page(const Request& request) {
    auto host = std::string(request.headers.find("Host").value_or(""));
    std::ranges::transform(host, host.begin(), lower);
    return request.headers.list("X-Muniment") == "1" && request.headers.list("Origin") == "https://" + host;
}

}  // namespace

std::optional<std::string_view> bearer_in(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer ";       // its case does not count, RFC 9110 section 11.1
    if (!std::ranges::equal(authorization.substr(0, scheme.size()), scheme, {}, lower)) return std::nullopt;
    return authorization.substr(scheme.size());
}

std::optional<std::string_view> session_in(std::string_view cookies) {
    std::optional<std::string_view> found;
    while (!cookies.empty()) {
        auto end = std::min(cookies.find(';'), cookies.size());
        auto pair = cookies.substr(0, end);
        cookies.remove_prefix(std::min(end + 1, cookies.size()));
        while (pair.starts_with(' ')) pair.remove_prefix(1);
        if (!pair.starts_with(cookie_name) || !pair.substr(cookie_name.size()).starts_with('=')) continue;
        if (found) return std::nullopt;
        found = pair.substr(cookie_name.size() + 1);
    }
    return found;
}

access::Origin origin_of(const Request& request) { return {.source = request.source_address, .request = request.id}; }

Result<access::Principal> caller(House& house, const Request& request) {
    if (auto authorization = request.headers.list("Authorization")) {
        auto secret = bearer_in(*authorization);
        if (!secret) return fail(Problem::unauthenticated);
        return house.sign_in.principal(*secret, origin_of(request));
    }
    auto cookies = request.headers.list("Cookie").value_or("");
    auto secret = session_in(cookies);
    if (!secret) return fail(Problem::unauthenticated);
    if (changes(request.method) && !came_from_our_page(request))
        return fail(Problem::denied, "A change from a browser must come from Muniment's own page.");
    return house.sign_in.principal(*secret, origin_of(request));
}

std::string session_cookie(std::string_view secret) {
    return std::string(cookie_name).append("=").append(secret).append(cookie_attributes);
}

std::string no_session_cookie() { return std::string(cookie_name).append("=").append(cookie_attributes).append("; Max-Age=0"); }

}  // namespace muniment::server::routes
