// SPDX-License-Identifier: Apache-2.0
#include "server/router.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "server/problem_json.hpp"

namespace muniment::server {
namespace {

Route route(Method method, std::string pattern, std::string operation) {
    return {method, std::move(pattern), operation, BodyKind::none,
            [operation](const Request&, const Parameters& p) -> Result<Answer> {
                return Answer(Response{.body = operation + (operation == "readPaper" ? ":" + p.at("paper") : "")});
            }};
}

Router table() {
    return Router({route(Method::get, "/", "page"), route(Method::get, "/api/v1/matters", "listMatters"),
                   route(Method::post, "/api/v1/matters", "openMatter"),
                   route(Method::get, "/api/v1/matters/{matter}", "readMatter"),
                   route(Method::get, "/api/v1/matters/{matter}/papers/{paper}", "readPaper"),
                   route(Method::del, "/api/v1/matters/archive/papers", "emptyArchive")});
}

Response ask(const Router& router, Method method, std::vector<std::string> segments, bool trailing_slash = false) {
    const Request request{.method = method, .segments = std::move(segments), .trailing_slash = trailing_slash};
    auto answer = router.route(request);
    if (!answer) return problem_response(answer.error(), request.id);
    return std::move(std::get<Response>(*answer));
}

TEST(Router, MatchesPartByPart) {
    const auto router = table();
    EXPECT_EQ(ask(router, Method::get, {}, true).body, "page");
    EXPECT_EQ(ask(router, Method::get, {"api", "v1", "matters"}).body, "listMatters");
    EXPECT_EQ(ask(router, Method::post, {"api", "v1", "matters"}).body, "openMatter");
    EXPECT_EQ(ask(router, Method::get, {"api", "v1", "matters", "archive"}).body, "readMatter");
    EXPECT_EQ(ask(router, Method::get, {"api", "v1", "matters", "archive", "papers", "p"}).body, "readPaper:p");
    EXPECT_EQ(ask(router, Method::del, {"api", "v1", "matters", "archive", "papers"}).body, "emptyArchive");
    EXPECT_EQ(ask(router, Method::head, {"api", "v1", "matters"}).body, "listMatters");
}

TEST(Router, TellsUnknownPathsFromUnknownMethods) {
    const auto router = table();
    EXPECT_EQ(ask(router, Method::get, {"api"}).status, 404);
    EXPECT_EQ(ask(router, Method::get, {"api", "v1", "matters", "m", "papers"}).status, 404);
    EXPECT_EQ(ask(router, Method::get, {"api", "v1", "matters"}, true).status, 404);
    EXPECT_EQ(ask(router, Method::get, {"api", "v1", "Matters"}).status, 404);
    const auto refused = ask(router, Method::put, {"api", "v1", "matters"});
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.headers.find("allow"), "GET, HEAD, POST");
}

TEST(Router, DiesOnATableThatContradictsItself) {
    EXPECT_DEATH(Router({route(Method::get, "/a/{x}", "one"), route(Method::get, "/a/{y}", "two")}), "two routes answer");
    EXPECT_DEATH(Router({route(Method::get, "/a", "one"), route(Method::get, "/b", "one")}), "one operation id");
}

TEST(ProblemJson, HasTheMembersOfRfc9457) {
    const auto id = RequestId::random();
    const auto problem = boost::json::parse(problem_json(Error(Problem::name_taken), id)).as_object();
    EXPECT_EQ(problem.at("type"), "/problems/name-taken");
    EXPECT_EQ(problem.at("title"), "Name taken");
    EXPECT_EQ(problem.at("status"), 409);
    EXPECT_EQ(problem.at("request").as_string(), id.text());
    EXPECT_EQ(problem_json(Error(Problem::internal, "row 17"), id).find("row 17"), std::string::npos);
    EXPECT_EQ(problem_response(Error(Problem::slow_down, "30"), id).headers.find("Retry-After"), "30");
}

}  // namespace
}  // namespace muniment::server
