// SPDX-License-Identifier: Apache-2.0
#include "cli/api.hpp"

#include <boost/json.hpp>
#include <chrono>
#include <thread>

#include "base/ids.hpp"
#include "cli/json.hpp"
#include "cli/output.hpp"
#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr const char *tus_resumable = "Tus-Resumable", *tus_version = "1.0.0";
constexpr int tries_max = 4;
constexpr std::chrono::milliseconds first_wait = 500ms, longest_wait = 10s;

std::string body_of(const json::value& body) { return body.is_null() ? "" : json::serialize(body); }
std::string quoted(std::uint64_t revision) { return "\"" + std::to_string(revision) + "\""; }

json::value parsed(const std::string& body) {
    if (body.empty()) return {};
    boost::system::error_code error;
    auto value = json::parse(body, error);
    if (error) throw Stop(ExitCode::failed, "The server's answer was not understood. Is it Muniment?");
    return value;
}

/// The slug of "/problems/name-taken".
std::string problem_of(const Response& response) {
    boost::system::error_code error;
    const auto type = text_of(json::parse(response.body, error), "type");
    return type.substr(type.rfind('/') + 1);
}

[[noreturn]] void stop_by(const Response& response) {
    boost::system::error_code error;
    const auto problem = json::parse(response.body, error);
    const auto slug = problem_of(response);
    auto detail = text_of(problem, "detail");
    if (detail.empty()) detail = "The server answered " + std::to_string(response.status) + ".";
    throw Stop(exit_code_of(slug, response.status), printable(detail), slug);
}

[[noreturn]] void stop_by(const NoAnswer& none) {
    throw Stop(none.why == NoAnswer::Why::gave_up ? ExitCode::failed : ExitCode::unreachable, none.text);
}

/// A server that is busy or about to be started again; not one that is locked or shut, which needs a person.
bool passes_soon(const Response& response) {
    const auto problem = problem_of(response);
    return response.status == 503 && problem != slug(Problem::locked) && problem != slug(Problem::wall_shut);
}

bool worth_repeating(const std::expected<Response, NoAnswer>& result) {
    if (result) return passes_soon(*result);
    return result.error().why == NoAnswer::Why::not_reached || result.error().why == NoAnswer::Why::broken_off;
}

}  // namespace

std::string new_idempotency_key() { return to_uuid_text(new_random_id()); }

Response Api::answer(Request request, Repeat repeat, const std::function<void(Request&)>& before_try) {
    if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
    std::chrono::milliseconds wait = first_wait;
    for (int tries = 1;; ++tries, wait *= 2) {
        if (before_try) before_try(request);
        auto result = http_.send(request);
        if (repeat == Repeat::yes && tries < tries_max && worth_repeating(result)) {
            const auto asked = std::chrono::seconds(result ? result->retry_after.value_or(0) : 0);
            std::this_thread::sleep_for(
                std::min<std::chrono::milliseconds>(std::max<std::chrono::milliseconds>(wait, asked), longest_wait));
            continue;
        }
        if (!result) stop_by(result.error());
        if (result->status < 200 || result->status >= 300) stop_by(*result);
        return std::move(*result);
    }
}

json::value Api::call(Request request, Repeat repeat) { return parsed(answer(std::move(request), repeat).body); }

json::value Api::get(const std::string& path) { return call({.method = "GET", .path = path}, Repeat::yes); }

std::string Api::text(const std::string& path) { return answer({.method = "GET", .path = path}, Repeat::yes).body; }

json::array Api::list(const std::string& path, std::size_t items_max) {
    json::array all;
    const std::string first = path + (path.contains('?') ? "&" : "?") + "limit=1000";
    for (std::string cursor;;) {
        auto page = get(cursor.empty() ? first : first + "&cursor=" + cursor);
        for (const auto& item : list_of(page, "items"))
            if (all.size() < items_max) all.push_back(item);
        cursor = text_of(page, "next");
        if (cursor.empty() || all.size() >= items_max) return all;
    }
}

json::value Api::create(const std::string& path, const json::value& body, std::optional<std::uint64_t> revision) {
    Request request{
        .method = "POST", .path = path, .headers = {{"Idempotency-Key", new_idempotency_key()}}, .body = body_of(body)};
    if (revision) request.headers.emplace_back("If-Match", quoted(*revision));
    return call(std::move(request), Repeat::yes);
}

json::value Api::post(const std::string& path, const json::value& body) {
    return call({.method = "POST", .path = path, .body = body_of(body)}, Repeat::no);
}

json::value Api::change(const std::string& method, const std::string& path, std::uint64_t revision, const json::value& body) {
    return call({.method = method, .path = path, .headers = {{"If-Match", quoted(revision)}}, .body = body_of(body)}, Repeat::no);
}

void Api::put(const std::string& path, const json::value& body) {
    call({.method = "PUT", .path = path, .body = body_of(body)}, Repeat::yes);
}

void Api::remove(const std::string& path) { call({.method = "DELETE", .path = path}, Repeat::yes); }

json::value Api::upload(const std::string& path, const json::value& about, const std::function<Content()>& open,
                        std::optional<std::uint64_t> revision) {
    Request request{
        .method = "POST", .path = path, .headers = {{"Idempotency-Key", new_idempotency_key()}}, .body = body_of(about)};
    if (revision) request.headers.emplace_back("If-Match", quoted(*revision));
    Content content;
    request.content = &content;
    const auto response = answer(std::move(request), Repeat::yes, [&](Request&) { content = open(); });
    return parsed(response.body);
}

void Api::download(const std::string& path, const std::function<std::function<bool(std::string_view)>()>& begin) {
    answer({.method = "GET", .path = path}, Repeat::yes, [&](Request& request) { request.receive = begin(); });
}

void Api::send_piece(const std::string& address, std::uint64_t offset, const Content& content) {
    const Request request{.method = "PATCH",
                          .path = address,
                          .headers = {{"Authorization", "Bearer " + token_},
                                      {tus_resumable, tus_version},
                                      {"Content-Type", "application/offset+octet-stream"},
                                      {"Upload-Offset", std::to_string(offset)}},
                          .content = &content,
                          .bare = true};
    const auto result = http_.send(request);
    if (worth_repeating(result)) return;
    if (!result) stop_by(result.error());
    const auto problem = result->status < 300 ? "" : problem_of(*result);
    const bool elsewhere = problem == slug(Problem::upload_busy) || problem == slug(Problem::conflict);
    if (result->status >= 300 && !elsewhere) stop_by(*result);
}

std::optional<json::value> Api::try_get(const std::string& path) {
    const auto result = http_.send({.method = "GET", .path = path, .headers = {{"Authorization", "Bearer " + token_}}});
    if (worth_repeating(result)) return std::nullopt;
    if (!result) stop_by(result.error());
    if (result->status >= 300) stop_by(*result);
    return parsed(result->body);
}

void Api::end_upload(const std::string& address) {
    try {
        answer({.method = "DELETE", .path = address, .headers = {{tus_resumable, tus_version}}}, Repeat::yes);
    } catch (const Stop& stop) {
        if (stop.problem() != slug(Problem::not_found)) throw;
    }
}

Api connect(const Arguments& arguments) {
    const auto profile = Profiles::load().find(arguments.profile());
    if (!profile || profile->token.empty())
        throw Stop(ExitCode::not_signed_in, "You are not signed in. Begin with: muniment-cli login --server https://…");
    return {{profile->server, profile->pin}, profile->token};
}

}  // namespace muniment::cli
