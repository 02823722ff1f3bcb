// SPDX-License-Identifier: Apache-2.0
#include "server/routes/call.hpp"

#include "base/limits.hpp"

namespace muniment::server::routes {
namespace {

Result<void> check_no_body(const Request& request) {
    if (request.has_body()) return fail(Problem::malformed, "this takes no body");
    return {};
}

/// How often a reading is made anew because the policy moved while it was made.
constexpr int readings_max = 8;

/// What is told without an entry of its own stands under an opening from before. So it is asked once more, when all of it is there: that
/// this process may still speak, and that nothing moved that it was decided by, here or on another node. Where something did, it is
/// decided and read anew.
Result<Response> still_so(const Call& call, const std::function<Result<Response>()>& read) {
    const auto method = call.request.method;
    if (method != Method::get && method != Method::head) return read();
    auto& gate = call.house.gate;
    for (int tries = 0; tries < readings_max; ++tries) {
        auto revision = gate.policy()->revision();
        TRY(auto response, read());
        CHECK(storage::catch_up(gate.records()));
        if (gate.policy()->revision() == revision) return response;
    }
    return fail(Problem::busy, "who may do what is being changed faster than it can be decided");
}

}  // namespace

Result<void> check_no_query(const Request& request) { return Query(request).done(); }

Route plain(House& house, Method method, std::string pattern, std::string operation, Plain function) {
    auto answer = [&house, function = std::move(function)](const Request& request, const Parameters& path) -> Result<Answer> {
        TRY(auto who, caller(house, request));
        CHECK(check_no_query(request));
        CHECK(check_no_body(request));
        Call call{house, request, path, std::move(who)};
        TRY(auto response, still_so(call, [&] { return function(call); }));
        return Answer(std::move(response));
    };
    return {method, std::move(pattern), std::move(operation), BodyKind::none, std::move(answer)};
}

Route asking(House& house, Method method, std::string pattern, std::string operation, Asking function) {
    auto answer = [&house, function = std::move(function)](const Request& request, const Parameters& path) -> Result<Answer> {
        TRY(auto who, caller(house, request));
        CHECK(check_no_body(request));
        Call call{house, request, path, std::move(who)};
        auto read = [&] {
            Query query(request);
            return function(call, query);
        };
        TRY(auto response, still_so(call, read));
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
