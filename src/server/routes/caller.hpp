// SPDX-License-Identifier: Apache-2.0
// Who asks: a program by its bearer secret, a browser by its cookie.
//
// A browser sends the cookie whoever made it send the request, so a change that comes with one must also show that a page of ours
// made it: by a header that no page of another origin can set without asking us first, and by the Origin that the browser itself
// writes. The cookie is __Host- (no other host and no plain HTTP can set it), HttpOnly and SameSite=Strict besides.
#pragma once
#include "server/house.hpp"
#include "server/http/message.hpp"

namespace muniment::server::routes {

access::Origin origin_of(const Request& request);

/// `unauthenticated` where it is nobody, `denied` for a change that did not come from a page of ours.
Result<access::Principal> caller(House& house, const Request& request);

/// The secret behind "Bearer ".
std::optional<std::string_view> bearer_in(std::string_view authorization);
/// The one cookie of ours; none where there are two (RFC 6265 section 5.4 leaves open which comes first).
std::optional<std::string_view> session_in(std::string_view cookies);

std::string session_cookie(std::string_view secret);   ///< of Set-Cookie
std::string no_session_cookie();                       ///< … that makes the browser forget it

}  // namespace muniment::server::routes
