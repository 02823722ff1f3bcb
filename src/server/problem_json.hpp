// SPDX-License-Identifier: Apache-2.0
// An error as its reader sees it: a problem document (RFC 9457), the same for every route.
#pragma once
#include <string>

#include "base/result.hpp"
#include "server/http/message.hpp"

namespace muniment::server {

/// {"type":"/problems/<slug>","title":…,"status":…,"detail":…,"request":"<id>"}. Of `internal` it says nothing but the id.
std::string problem_json(const Error& error, const RequestId& request);
/// The whole answer, with Retry-After where waiting helps (RFC 9110 section 10.2.3).
Response problem_response(const Error& error, const RequestId& request);

}  // namespace muniment::server
