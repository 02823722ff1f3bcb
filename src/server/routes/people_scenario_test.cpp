// SPDX-License-Identifier: Apache-2.0
// Coming in: the door, signing in, people, groups and roles.
#include "server/routes/scenario_test.hpp"

namespace muniment::server::routes {
namespace {

using testing::Firm;
using testing::Papers;
using testing::Reply;
using testing::revision;
using testing::Scenario;

TEST_F(Scenario, ALockedDoorSaysSoAndNothingElse) {
    EXPECT_EQ(firm.ask({Method::get, "/healthz"}).text("status"), "open");
    EXPECT_EQ(firm.ask({Method::get, "/readyz"}).status, 200);
    firm.door.shut();
    EXPECT_EQ(firm.ask({Method::get, "/healthz"}).text("status"), "locked");
    EXPECT_EQ(firm.ask({Method::get, "/readyz"}).problem(), "locked");
    EXPECT_EQ(firm.get("admin", "/api/v1/session").problem(), "locked");
    EXPECT_EQ(firm.ask({Method::get, "/api/v1/no-such-thing"}).problem(), "locked");
    EXPECT_EQ(firm.ask({Method::get, "/elsewhere"}).problem(), "not-found");
}

TEST_F(Scenario, WhoIsInsideStaysUntilTheyLeave) {
    firm.join("lea", {"partner"});
    auto matter = firm.open_matter("lea", "Lease");
    auto paper = firm.file("lea", "/api/v1/matters/" + matter + "/papers", {{"name", "a"}}, "content");
    const auto content = "/api/v1/matters/" + matter + "/papers/" + paper.text("id") + "/content";
    auto request = Firm::request_for({Method::get, content, {{"Authorization", "Bearer " + firm.tokens["lea"]}}});
    auto answer = firm.door.begin(request).value();
    std::weak_ptr<House> house = std::exchange(firm.house, nullptr);
    firm.door.shut();
    EXPECT_FALSE(house.expired());
    std::array<std::uint8_t, 100> out{};
    EXPECT_EQ(std::get<Response>(answer).stream->next(out).value(), 7u);
    answer = Response{};
    EXPECT_TRUE(house.expired());
}

TEST_F(Scenario, ABrowserSignsInWithACookieThatOtherPagesCannotUse) {
    auto attempt = [&](const std::string& password) {
        const auto code = firm.code("admin");
        boost::json::object said{{"sign_in", "Admin"}, {"password", password}, {"code", code}, {"kind", "browser"}};
        return firm.ask({Method::post, "/api/v1/sessions", {{"Content-Type", "application/json"}}, boost::json::serialize(said)});
    };
    EXPECT_EQ(attempt("violet kettle harbour mosaic 72").problem(), "sign-in-refused");
    auto session = attempt(firm.password);
    ASSERT_EQ(session.status, 201) << session.body;
    EXPECT_FALSE(session.json.contains("secret"));
    auto cookie = std::string(session.headers.find("Set-Cookie").value());
    for (const auto* part : {"__Host-muniment=mun_s_", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"})
        EXPECT_NE(cookie.find(part), std::string::npos) << part;
    cookie = cookie.substr(0, cookie.find(';'));

    auto who = firm.ask({Method::get, "/api/v1/session", {{"Cookie", "other=1; " + cookie}}});
    EXPECT_EQ(who.json.at("person").at("sign_in"), "admin");
    EXPECT_EQ(who.json.at("session").at("kind"), "browser");
    EXPECT_EQ(who.text("firm"), "Muster & Partner");
    EXPECT_EQ(firm.ask({Method::get, "/api/v1/session", {{"Cookie", cookie + "; " + cookie}}}).status, 401);

    const std::vector<Headers> from_elsewhere{{{"Cookie", cookie}},
                                              {{"Cookie", cookie}, {"X-Muniment", "1"}},
                                              {{"Cookie", cookie}, {"Origin", "https://muniment.test"}},
                                              {{"Cookie", cookie}, {"X-Muniment", "1"}, {"Origin", "https://evil.test"}},
                                              {{"Cookie", cookie}, {"X-Muniment", "1"}, {"Origin", "http://muniment.test"}},
                                              {{"Cookie", cookie}, {"X-Muniment", "1"}, {"Origin", "null"}}};
    for (const auto& headers : from_elsewhere) EXPECT_EQ(firm.ask({Method::del, "/api/v1/session", headers}).status, 403);
    const Headers ours{{"Cookie", cookie}, {"X-Muniment", "1"}, {"Origin", "https://muniment.test"}};
    auto out = firm.ask({Method::del, "/api/v1/session", ours});
    EXPECT_EQ(out.status, 204);
    EXPECT_NE(out.headers.find("Set-Cookie")->find("Max-Age=0"), std::string::npos);
    EXPECT_EQ(firm.ask({Method::get, "/api/v1/session", {{"Cookie", cookie}}}).problem(), "unauthenticated");
}

TEST_F(Scenario, NobodyActsWithoutSigningIn) {
    for (const auto* wrong : {"", "Bearer ", "Bearer mun_t_x", "Basic YTpi"}) {
        Headers headers;
        if (*wrong) headers.add("Authorization", wrong);
        auto refused = firm.ask({Method::get, "/api/v1/people", headers});
        EXPECT_EQ(refused.problem(), "unauthenticated") << wrong;
        EXPECT_EQ(refused.headers.find("WWW-Authenticate"), "Bearer");
    }
    Headers two{{"Authorization", "Bearer " + firm.tokens["admin"]}, {"Authorization", "Bearer x"}};
    EXPECT_EQ(firm.ask({Method::get, "/api/v1/people", two}).status, 401);
}

TEST_F(Scenario, PeopleComeChangeAndGo) {
    boost::json::object said{{"sign_in", "anna"}, {"name", "Anna Weber"}, {"roles", {"lawyer"}}};
    Headers key{{"Idempotency-Key", "one"}};
    auto added = firm.post("admin", "/api/v1/people", said, key);
    ASSERT_EQ(added.status, 201) << added.body;
    auto id = std::string(added.json.at("person").at("id").as_string());
    auto again = firm.post("admin", "/api/v1/people", said, key);
    EXPECT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(again.json.at("person").at("id").as_string(), id);
    EXPECT_FALSE(again.json.contains("invitation"));
    said["sign_in"] = "ANNA";
    EXPECT_EQ(firm.post("admin", "/api/v1/people", said).problem(), "name-taken");
    said["sign_in"] = "ben";
    said["rolls"] = 1;
    EXPECT_NE(firm.post("admin", "/api/v1/people", said).text("detail").find("rolls"), std::string::npos);
    EXPECT_EQ(firm.get("admin", "/api/v1/people").items(), 2u);

    const auto one = "/api/v1/people/" + id;
    auto patch = [&](const boost::json::value& change, Headers headers) {
        return firm.ask("admin", Method::patch, one, change, std::move(headers));
    };
    EXPECT_EQ(patch({{"roles", {"partner"}}}, {}).problem(), "precondition-missing");
    EXPECT_EQ(patch({{"roles", {"partner"}}}, {{"If-Match", "\"99\""}}).problem(), "stale");
    EXPECT_EQ(patch(boost::json::object{}, {{"If-Match", added.etag()}}).problem(), "malformed");
    auto dated = patch({{"until", "2030-01-01T00:00:00Z"}}, {{"If-Match", added.etag()}});
    ASSERT_EQ(dated.status, 200) << dated.body;
    EXPECT_EQ(dated.json.at("roles").as_array().at(0), "lawyer");
    auto changed = patch({{"roles", {"partner"}}, {"until", nullptr}}, {{"If-Match", dated.etag()}});
    EXPECT_EQ(changed.json.at("roles").as_array().at(0), "partner");
    EXPECT_FALSE(changed.json.contains("until"));

    EXPECT_FALSE(firm.post("admin", one + "/invitation").text("invitation").empty());
    EXPECT_EQ(firm.post("admin", one + "/end").status, 204);
    EXPECT_EQ(firm.post("admin", one + "/end").status, 204);
    EXPECT_EQ(firm.post("admin", "/api/v1/people/" + PersonId::random().text() + "/end").status, 404);
    EXPECT_EQ(firm.post("admin", "/api/v1/people/nobody/end").status, 404);
}

TEST_F(Scenario, GroupsHaveMembers) {
    auto eve = firm.join("eve", {"assistant"});
    auto group = firm.post("admin", "/api/v1/groups", {{"name", "Real estate"}});
    ASSERT_EQ(group.status, 201) << group.body;
    const auto member = "/api/v1/groups/" + group.text("id") + "/members/" + eve;
    for (int twice = 0; twice < 2; ++twice) EXPECT_EQ(firm.ask("admin", Method::put, member).status, 204);
    EXPECT_EQ(firm.get("eve", "/api/v1/groups").item(0).at("members").as_array().at(0).as_string(), eve);
    EXPECT_EQ(firm.ask("eve", Method::del, member).problem(), "denied");
    for (int twice = 0; twice < 2; ++twice) EXPECT_EQ(firm.ask("admin", Method::del, member).status, 204);
    EXPECT_EQ(firm.ask("admin", Method::del, "/api/v1/groups/" + eve + "/members/" + eve).status, 404);
}

TEST_F(Scenario, RolesAreListed) {
    auto roles = firm.get("admin", "/api/v1/roles");
    EXPECT_EQ(roles.json.at("firm_roles").as_array().size(), access::all_firm_roles().size());
    EXPECT_EQ(roles.json.at("permissions").as_array().size(), access::all_permissions().size());
}

}  // namespace
}  // namespace muniment::server::routes
