// SPDX-License-Identifier: Apache-2.0
#include "server/problem_json.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace muniment::server {
namespace {

constexpr std::string_view retry_seconds = "5";

/// "name-taken" → "Name taken": the same for every occurrence of a type (RFC 9457 section 3.1.3).
std::string title(Problem problem) {
    std::string words(slug(problem));
    std::ranges::replace(words, '-', ' ');
    if (words.front() >= 'a' && words.front() <= 'z') words.front() = static_cast<char>(words.front() - 'a' + 'A');
    return words;
}

}  // namespace

std::string problem_json(const Error& error, const RequestId& request) {
    // The detail of a mistake of ours may name what only the operations log should.
    const auto detail = error.problem == Problem::internal ? sentence(error.problem, "it has been noted") : error.text();
    return boost::json::serialize(boost::json::object{{"type", "/problems/" + std::string(slug(error.problem))},
                                                      {"title", title(error.problem)},
                                                      {"status", http_status(error.problem)},
                                                      {"detail", detail},
                                                      {"request", request.text()}});
}

Response problem_response(const Error& error, const RequestId& request) {
    Response response{.status = http_status(error.problem), .headers = {{"Content-Type", "application/problem+json"}}};
    response.body = problem_json(error, request);
    const bool counted = error.problem == Problem::slow_down && !error.detail.empty() &&
                         std::ranges::all_of(error.detail, [](char c) { return c >= '0' && c <= '9'; });
    if (counted) response.headers.add("Retry-After", error.detail);
    else if (response.status == 401) response.headers.add("WWW-Authenticate", "Bearer");  // RFC 9110 section 15.5.2: it must
    else if (response.status == 503) response.headers.add("Retry-After", std::string(retry_seconds));
    return response;
}

}  // namespace muniment::server
