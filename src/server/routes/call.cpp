// SPDX-License-Identifier: Apache-2.0
#include "server/routes/call.hpp"

#include "base/limits.hpp"

namespace muniment::server::routes {
namespace {

Result<void> check_no_body(const Request& request) {
    if (request.has_body()) return fail(Problem::malformed, "this takes no body");
    return {};
}

}  // namespace

Result<void> check_no_query(const Request& request) { return Query(request).done(); }

Route plain(House& house, Method method, std::string pattern, std::string operation, Plain function) {
    auto answer = [&house, function = std::move(function)](const Request& request, const Parameters& path) -> Result<Answer> {
        TRY(auto who, caller(house, request));
        CHECK(check_no_query(request));
        CHECK(check_no_body(request));
        TRY(auto response, function(Call{house, request, path, std::move(who)}));
        return Answer(std::move(response));
    };
    return {method, std::move(pattern), std::move(operation), BodyKind::none, std::move(answer)};
}

Route asking(House& house, Method method, std::string pattern, std::string operation, Asking function) {
    auto answer = [&house, function = std::move(function)](const Request& request, const Parameters& path) -> Result<Answer> {
        TRY(auto who, caller(house, request));
        CHECK(check_no_body(request));
        Query query(request);
        TRY(auto response, function(Call{house, request, path, std::move(who)}, query));
        return Answer(std::move(response));
    };
    return {method, std::move(pattern), std::move(operation), BodyKind::none, std::move(answer)};
}

Route telling(House& house, Method method, std::string pattern, std::string operation, Telling function) {
    auto answer = [&house, function = std::move(function)](const Request& head, const Parameters& path) -> Result<Answer> {
        TRY(auto who, caller(house, head));
        CHECK(check_no_query(head));
        CHECK(check_content_type(head, "application/json"));
        auto then = [&house, function, path, who = std::move(who)](const Request& request, Bytes body) -> Result<Response> {
            TRY(auto fields, Fields::parse(body));
            return function(Call{house, request, path, who, body}, fields);
        };
        return Answer(WantsBody{limits::json_body_bytes_max, std::move(then)});
    };
    return {method, std::move(pattern), std::move(operation), BodyKind::json, std::move(answer)};
}

}  // namespace muniment::server::routes
