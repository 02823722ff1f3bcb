// SPDX-License-Identifier: Apache-2.0
// A locked door: it says that it is locked, takes recovery shares, and nothing else.
#include "server/door.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/limits.hpp"

namespace muniment::server {
namespace {

struct Shares final : Unlocking {
    Result<Taken> take_share(std::string_view words, const std::string& source) override {
        given.emplace_back(words, source);
        if (words == "made up") return fail(Problem::bad_share, "word 1 is not a word of shares");
        return Taken{.open = false, .standing = {.set = "duckling enlarge", .needed = 3, .missing = 1, .holders = {1, 4}}};
    }
    std::vector<std::pair<std::string, std::string>> given;
};

Request post(std::vector<std::string> segments) {
    Request request;
    request.method = Method::post;
    request.segments = std::move(segments);
    for (const auto& segment : request.segments) request.path += "/" + segment;
    request.headers.add("Content-Type", "application/json");
    request.source_address = "192.0.2.1";
    return request;
}

Result<Response> tell(Door& door, const std::string& body) {
    auto request = post({"api", "v1", "unlock"});
    request.content_length = body.size();
    TRY(auto answer, door.begin(request));
    auto& wanted = std::get<WantsBody>(answer);
    EXPECT_LE(wanted.bytes_max, 2 * limits::share_bytes_max);
    return wanted.then(request, bytes(body));
}

TEST(LockedDoor, TakesAShare) {
    Shares shares;
    Door door(&shares);
    auto taken = tell(door, R"({"share": "duckling enlarge academic"})");
    ASSERT_TRUE(taken) << taken.error().text();
    EXPECT_EQ(taken->status, 200);
    EXPECT_EQ(boost::json::parse(taken->body),
              boost::json::parse(R"({"status":"locked","set":"duckling enlarge","needed":3,"missing":1,"holders":[1,4]})"));
    ASSERT_EQ(shares.given.size(), 1u);
    EXPECT_EQ(shares.given[0], (std::pair<std::string, std::string>("duckling enlarge academic", "192.0.2.1")));
    EXPECT_EQ(tell(door, R"({"share": "made up"})").error().problem, Problem::bad_share);
    EXPECT_EQ(tell(door, R"({"shares": "x"})").error().problem, Problem::malformed);
    EXPECT_EQ(tell(door, R"({"share": "x", "holder": 1})").error().problem, Problem::malformed);
    EXPECT_EQ(tell(door, "{\"share\": \"" + std::string(limits::share_bytes_max + 1, 'a') + "\"}").error().problem, Problem::too_large);
    EXPECT_EQ(shares.given.size(), 2u) << "what is malformed goes no further";
}

TEST(LockedDoor, LetsNothingElsePass) {
    Shares shares;
    Door door(&shares);
    using Path = std::vector<std::string>;
    for (const auto& path : {Path{"api"}, Path{"api", "v1"}, Path{"api", "v1", "sessions"}, Path{"api", "v1", "unlock", "x"}}) {
        auto answer = door.begin(post(path));
        ASSERT_FALSE(answer) << path.size();
        EXPECT_EQ(answer.error().problem, Problem::locked);
    }
    auto get = post({"api", "v1", "unlock"});
    get.method = Method::get;
    EXPECT_EQ(std::get<Response>(door.begin(get).value()).status, 405);
    auto form = post({"api", "v1", "unlock"});
    form.headers.set("Content-Type", "text/plain");
    EXPECT_EQ(door.begin(form).error().problem, Problem::unsupported) << "no page of another origin sends this unasked";
    EXPECT_TRUE(shares.given.empty());
    Door deaf;
    EXPECT_FALSE(deaf.begin(post({"api", "v1", "unlock"})));
}

}  // namespace
}  // namespace muniment::server
