// SPDX-License-Identifier: Apache-2.0
// Days in a firm, by its API alone.
#include "server/routes/house_test.hpp"

namespace muniment::server::routes {
namespace {

using testing::Firm;
using testing::Reply;

std::string revision(const Reply& reply) { return '"' + std::to_string(reply.number("revision")) + '"'; }

class Scenario : public ::testing::Test {
  protected:
    Firm firm;
};

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

class Papers : public Scenario {
  protected:
    std::string lea, eve, matter, papers;
    void SetUp() override {
        lea = firm.join("lea", {"partner"});
        eve = firm.join("eve", {"lawyer"});
        matter = firm.open_matter("lea", "Lease Hafenstrasse");
        papers = "/api/v1/matters/" + matter + "/papers";
    }
};

TEST_F(Papers, AreFiledReadAndFoundAgain) {
    std::string content(300'000, 'x');
    content += "\r\n--b\r\n\r\n--b0";
    boost::json::object about{{"name", "Lease 2026.pdf"}, {"path", "H:\\Lease"}, {"size", content.size()}, {"comment", "first"}};
    auto filed = firm.file("lea", papers, about, content);
    ASSERT_EQ(filed.status, 201) << filed.body;
    EXPECT_EQ(filed.number("size"), static_cast<std::int64_t>(content.size()));
    EXPECT_EQ(filed.etag(), revision(filed));
    EXPECT_TRUE(filed.json.at("folder").is_null());
    const auto one = papers + "/" + filed.text("id");
    EXPECT_EQ(firm.get("lea", one).json, filed.json);
    EXPECT_EQ(firm.get("lea", papers).item(0).at("name"), "Lease 2026.pdf");

    auto read = firm.get("lea", one + "/content");
    EXPECT_EQ(read.status, 200);
    EXPECT_EQ(read.body, content);
    EXPECT_EQ(read.headers.find("Content-Type"), "application/octet-stream");
    EXPECT_EQ(read.etag(), '"' + filed.text("id") + ".1\"");
    for (const auto& [name, value] : read.headers) EXPECT_EQ(value.find("Lease"), std::string::npos);
    auto part = firm.get("lea", one + "/content", {{"Range", "bytes=299998-300003"}, {"If-Range", read.etag()}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, content.substr(299'998, 6));
    EXPECT_EQ(part.headers.find("Content-Range"), "bytes 299998-300003/" + std::to_string(content.size()));
    EXPECT_EQ(firm.get("lea", one + "/content", {{"If-None-Match", read.etag()}}).status, 304);
    auto outside = firm.get("lea", one + "/content", {{"Range", "bytes=9999999-"}});
    EXPECT_EQ(outside.problem(), "range-unsatisfiable");
    EXPECT_EQ(outside.headers.find("Content-Range"), "bytes */" + std::to_string(content.size()));
    EXPECT_EQ(firm.get("lea", one + "/content?version=2").problem(), "not-found");
    EXPECT_EQ(firm.get("lea", one + "/content?version=2", {{"If-None-Match", "*"}}).problem(), "not-found");
    EXPECT_EQ(firm.get("lea", one + "/content?version=0").problem(), "malformed");

    EXPECT_EQ(firm.file("lea", papers, {{"name", "LEASE 2026.PDF"}}, "y").problem(), "name-taken");
    EXPECT_EQ(firm.file("lea", papers, {{"name", "short"}, {"size", 5}}, "four").problem(), "incomplete");
    EXPECT_EQ(firm.file("lea", papers, {{"name", "a/b"}}, "y").problem(), "bad-name");
    EXPECT_EQ(firm.file("lea", papers, {{"name", "c"}, {"colour", 1}}, "y").problem(), "malformed");
    EXPECT_EQ(firm.file("lea", papers, {{"name", "empty"}}, "").status, 201);
    EXPECT_EQ(firm.get("lea", papers).items(), 2u);
}

TEST_F(Papers, HaveVersionsThatNobodyOverwritesUnseen) {
    auto first = firm.file("lea", papers, {{"name", "a.txt"}}, "one");
    const auto one = papers + "/" + first.text("id");
    EXPECT_EQ(firm.file("lea", one + "/versions", {}, "two").problem(), "precondition-missing");
    auto second = firm.file("lea", one + "/versions", {{"comment", "signed"}}, "two", {{"If-Match", first.etag()}});
    ASSERT_EQ(second.status, 201) << second.body;
    EXPECT_EQ(second.number("versions"), 2);
    EXPECT_EQ(second.text("name"), "a.txt");
    EXPECT_EQ(firm.file("lea", one + "/versions", {}, "three", {{"If-Match", first.etag()}}).problem(), "stale");
    EXPECT_EQ(firm.get("lea", one + "/content").body, "two");
    EXPECT_EQ(firm.get("lea", one + "/content?version=1").body, "one");
    auto versions = firm.get("lea", one + "/versions");
    ASSERT_EQ(versions.items(), 2u);
    EXPECT_EQ(versions.item(1).at("comment"), "signed");
    EXPECT_EQ(versions.item(1).at("sha256"), "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3");
    EXPECT_EQ(versions.item(0).at("who").at("name"), "The lea");
}

TEST_F(Papers, AreMadeOnceHoweverOftenTheyAreSent) {
    Headers key{{"Idempotency-Key", "upload-1"}};
    auto first = firm.file("lea", papers, {{"name", "a"}}, "one", key);
    auto again = firm.file("lea", papers, {{"name", "a"}}, "one", key);
    EXPECT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(again.json, first.json);
    EXPECT_EQ(firm.get("lea", papers).items(), 1u);
    EXPECT_EQ(firm.file("lea", papers, {{"name", "a"}}, "one").problem(), "name-taken");
    Headers without{{"Idempotency-Key", ""}};
    EXPECT_EQ(firm.file("lea", papers, {{"name", "b"}}, "one", without).problem(), "malformed");

    const auto versions = papers + "/" + first.text("id") + "/versions";
    Headers version{{"Idempotency-Key", "upload-1"}, {"If-Match", first.etag()}};     // the same key for something else
    EXPECT_EQ(firm.file("lea", versions, {}, "two", version).number("versions"), 2);
    EXPECT_EQ(firm.file("lea", versions, {}, "two", version).number("versions"), 2);

    Headers client_key{{"Idempotency-Key", "c"}};
    auto client = firm.post("lea", "/api/v1/clients", {{"name", "Mercator"}, {"number", "7"}}, client_key);
    EXPECT_EQ(firm.post("lea", "/api/v1/clients", {{"name", "Mercator"}, {"number", "7"}}, client_key).json, client.json);
    EXPECT_EQ(firm.post("lea", "/api/v1/clients", {{"name", "Mercator"}, {"number", "7"}}).problem(), "name-taken");
    boost::json::object said{{"client", client.text("id")}, {"name", "Sale"}};
    auto sale = firm.post("lea", "/api/v1/matters", said, client_key);
    EXPECT_EQ(firm.post("lea", "/api/v1/matters", said, client_key).json, sale.json);
    firm.clock.advance(std::chrono::hours(25));
    EXPECT_NE(firm.post("lea", "/api/v1/matters", said, client_key).text("id"), sale.text("id"));
}

TEST_F(Papers, AreMadeOnceThoughTheSameRequestIsUnderWayTwice) {
    auto question = firm.filing("lea", papers, {{"name", "a"}}, "one", {{"Idempotency-Key", "k"}});
    auto request = Firm::request_for(question);
    auto sink = [&] { return std::move(std::get<WantsStream>(firm.door.begin(request).value()).sink); };
    // The second has begun its upload when the first ends; the third has sent nothing yet; the fourth is half-way in its head.
    auto first = sink(), second = sink(), third = sink(), fourth = sink();
    auto body = view(question.body);
    ASSERT_TRUE(first->add(body));
    ASSERT_TRUE(second->add(body));
    ASSERT_TRUE(fourth->add(body.first(20)));
    auto made = Firm::reply_to(request, first->finish());
    ASSERT_EQ(made.status, 201) << made.body;
    ASSERT_TRUE(third->add(body));
    ASSERT_TRUE(fourth->add(body.subspan(20)));
    for (auto* late : {&second, &third, &fourth}) {
        auto again = Firm::reply_to(request, (*late)->finish());
        EXPECT_EQ(again.json, made.json) << again.body;
    }
    EXPECT_EQ(firm.get("lea", papers).items(), 1u);
}

TEST_F(Papers, AreNotTakenForOthersThatWereSentWithTheSameKey) {
    const Headers key{{"Idempotency-Key", "k"}};
    auto other = firm.filing("lea", papers, {{"name", "a"}}, "two", key);
    auto request = Firm::request_for(other);
    auto begun = std::move(std::get<WantsStream>(firm.door.begin(request).value()).sink);     // before there is one
    ASSERT_TRUE(begun->add(view(other.body)));
    auto first = firm.file("lea", papers, {{"name", "a"}}, "one", key);
    ASSERT_EQ(first.status, 201) << first.body;

    EXPECT_EQ(Firm::reply_to(request, begun->finish()).problem(), "conflict");
    EXPECT_EQ(firm.ask(other).problem(), "conflict");
    EXPECT_EQ(firm.file("lea", papers, {{"name", "b"}}, "one", key).problem(), "conflict");
    EXPECT_EQ(firm.file("lea", papers, {{"name", "a"}}, "one", key).json, first.json);
    EXPECT_EQ(firm.get("lea", papers).items(), 1u);

    const auto folders = "/api/v1/matters/" + matter + "/folders";
    boost::json::object said{{"name", "Letters"}, {"folder", nullptr}};
    auto folder = firm.post("lea", folders, said, key);
    ASSERT_EQ(folder.status, 201) << folder.body;
    said["name"] = "Drafts";
    auto refused = firm.post("lea", folders, said, key);
    EXPECT_EQ(refused.problem(), "conflict") << refused.body;
    EXPECT_NE(refused.text("detail").find("Idempotency-Key"), std::string::npos);
    EXPECT_EQ(firm.get("lea", papers).items(), 2u);
}

TEST_F(Papers, AreMovedTrashedAndCheckedOut) {
    auto folder = firm.post("lea", "/api/v1/matters/" + matter + "/folders", {{"name", "Letters"}, {"folder", nullptr}});
    ASSERT_EQ(folder.status, 201) << folder.body;
    EXPECT_EQ(folder.text("kind"), "folder");
    auto paper = firm.file("lea", papers, {{"name", "a"}, {"folder", folder.text("id")}}, "one");
    EXPECT_EQ(paper.text("folder"), folder.text("id"));
    const auto one = papers + "/" + paper.text("id");

    auto renamed = firm.post("lea", one + "/move", {{"name", "b"}}, {{"If-Match", paper.etag()}});
    ASSERT_EQ(renamed.status, 200) << renamed.body;
    EXPECT_EQ(renamed.text("name"), "b");
    EXPECT_EQ(renamed.text("folder"), folder.text("id"));
    EXPECT_EQ(firm.post("lea", one + "/move", {{"name", "c"}}, {{"If-Match", paper.etag()}}).problem(), "stale");
    auto top = firm.post("lea", one + "/move", {{"folder", nullptr}}, {{"If-Match", renamed.etag()}});
    EXPECT_TRUE(top.json.at("folder").is_null());
    EXPECT_EQ(top.text("name"), "b");

    EXPECT_EQ(firm.post("lea", one + "/checkout", {{"minutes", 0}}).problem(), "malformed");
    auto out = firm.post("lea", one + "/checkout", {{"minutes", 30}, {"note", "redlining"}});
    EXPECT_EQ(out.json.at("checkout").at("name"), "The lea");
    EXPECT_EQ(out.json.at("checkout").at("note"), "redlining");
    auto listed = firm.get("lea", papers);
    ASSERT_EQ(listed.items(), 2u);
    for (std::size_t i = 0; i < 2; ++i)
        EXPECT_EQ(listed.item(i).contains("checkout"), listed.item(i).at("id").as_string() == paper.text("id")) << listed.body;
    for (int twice = 0; twice < 2; ++twice) EXPECT_EQ(firm.post("lea", one + "/checkin").status, 204);
    EXPECT_EQ(firm.post("lea", one + "/checkout/break").status, 204);

    EXPECT_EQ(firm.post("lea", one + "/trash", nullptr, {{"If-Match", top.etag()}}).status, 204);
    EXPECT_EQ(firm.get("lea", papers).items(), 1u);
    EXPECT_EQ(firm.get("lea", papers + "?trashed=true").items(), 2u);
    auto trashed = firm.get("lea", one);
    EXPECT_TRUE(trashed.json.at("trashed").as_bool());
    auto restored = firm.post("lea", one + "/restore", nullptr, {{"If-Match", trashed.etag()}});
    EXPECT_EQ(restored.status, 200) << restored.body;

    auto other = firm.open_matter("lea", "Sale");
    auto moved = firm.post("lea", one + "/move", {{"matter", other}}, {{"If-Match", restored.etag()}});
    ASSERT_EQ(moved.status, 200) << moved.body;
    EXPECT_EQ(moved.text("id"), paper.text("id"));
    EXPECT_EQ(firm.get("lea", one).status, 404);
    EXPECT_EQ(firm.get("lea", "/api/v1/matters/" + other + "/papers/" + paper.text("id") + "/content").body, "one");
}

TEST_F(Papers, OfAMatterThatOneDoesNotSeeAreThoseOfNone) {
    auto paper = firm.file("lea", papers, {{"name", "a"}}, "one").text("id");
    const auto none = "/api/v1/matters/" + MatterId::random().text(), theirs = "/api/v1/matters/" + matter;
    auto same = [&](Method method, const std::string& rest, const boost::json::value& said = nullptr, Headers headers = {}) {
        auto hidden = firm.ask("eve", method, theirs + rest, said, headers);
        auto missing = firm.ask("eve", method, none + rest, said, headers);
        EXPECT_EQ(hidden.status, 404) << rest << hidden.body;
        for (auto* reply : {&hidden, &missing}) reply->json.erase("request");
        EXPECT_EQ(hidden.json, missing.json) << rest;
        EXPECT_TRUE(std::ranges::equal(hidden.headers, missing.headers)) << rest;
    };
    same(Method::get, "");
    same(Method::get, "/team");
    same(Method::get, "/papers");
    same(Method::get, "/papers/" + paper);
    same(Method::get, "/papers/" + paper + "/versions");
    same(Method::get, "/papers/" + paper + "/content");
    same(Method::post, "/folders", {{"name", "x"}});
    same(Method::post, "/close", nullptr, {{"If-Match", "\"1\""}});
    same(Method::post, "/papers/" + paper + "/trash", nullptr, {{"If-Match", "\"1\""}});
    same(Method::post, "/papers/" + paper + "/move", {{"name", "x"}}, {{"If-Match", "\"1\""}});
    same(Method::put, "/team/person/" + eve, {{"role", "reader"}});
    same(Method::del, "/team/person/" + lea);
    EXPECT_EQ(firm.file("eve", papers, {{"name", "x"}}, "y").status, 404);
    EXPECT_EQ(firm.get("eve", "/api/v1/log?matter=" + matter).status, 404);
    EXPECT_EQ(firm.get("eve", "/api/v1/matters").items(), 0u);
    EXPECT_EQ(firm.get("eve", "/api/v1/matters?scope=all").problem(), "denied");
    EXPECT_EQ(firm.get("lea", "/api/v1/matters").items(), 1u);
}

TEST_F(Papers, AreShownToTheTeamUntilAWallStandsBetween) {
    firm.join("cora", {"compliance"});
    auto paper = firm.file("lea", papers, {{"name", "a"}}, "one").text("id");
    const auto seat = "/api/v1/matters/" + matter + "/team/person/" + eve;
    EXPECT_EQ(firm.ask("lea", Method::put, seat, {{"role", "boss"}}).problem(), "malformed");
    ASSERT_EQ(firm.ask("lea", Method::put, seat, {{"role", "reader"}}).status, 204);
    EXPECT_EQ(firm.get("eve", papers + "/" + paper + "/content").body, "one");
    EXPECT_EQ(firm.file("eve", papers, {{"name", "b"}}, "x").problem(), "denied");
    auto team = firm.get("eve", "/api/v1/matters/" + matter + "/team");
    EXPECT_EQ(team.items(), 2u);

    boost::json::object said{{"a", {{"matters", {matter}}}}, {"b", {{"people", {eve}}}}, {"memo", "Acted for the landlord"}};
    auto wall = firm.post("cora", "/api/v1/walls", said, {{"Idempotency-Key", "w"}});
    ASSERT_EQ(wall.status, 201) << wall.body;
    EXPECT_EQ(wall.json.at("on_both_sides").as_array().at(0).as_string(), eve);
    EXPECT_EQ(firm.post("cora", "/api/v1/walls", said, {{"Idempotency-Key", "w"}}).json, wall.json);
    EXPECT_EQ(firm.get("cora", "/api/v1/walls").item(0).at("memo"), "Acted for the landlord");
    EXPECT_EQ(firm.get("eve", "/api/v1/walls").problem(), "denied");
    EXPECT_EQ(firm.get("eve", papers + "/" + paper + "/content").problem(), "not-found");
    EXPECT_EQ(firm.get("eve", "/api/v1/matters").items(), 0u);

    auto why = firm.post("cora", "/api/v1/access/explain", {{"person", eve}, {"matter", matter}, {"permission", "papers_read"}});
    ASSERT_EQ(why.status, 200) << why.body;
    EXPECT_FALSE(why.json.at("permitted").as_bool());
    EXPECT_NE(why.text("sentence").find("(in Lease Hafenstrasse): the wall " + wall.text("id")), std::string::npos) << why.body;
    EXPECT_EQ(why.json.at("items").as_array().size(), 1u);
    EXPECT_EQ(firm.post("lea", "/api/v1/access/explain", {{"person", eve}, {"matter", matter}}).problem(), "denied");
    EXPECT_EQ(firm.ask("cora", Method::del, "/api/v1/walls/" + wall.text("id")).status, 204);
}

TEST_F(Papers, CanBeAppointedToByWhoReadsNone) {
    firm.join("cora", {"compliance"});
    const auto team = "/api/v1/matters/" + matter + "/team/person/";
    EXPECT_EQ(firm.ask("cora", Method::put, team + eve, {{"role", "lead"}}).status, 204);
    EXPECT_EQ(firm.get("cora", papers).status, 404);
    EXPECT_EQ(firm.ask("lea", Method::del, team + lea).status, 204);
    EXPECT_EQ(firm.ask("eve", Method::del, team + lea).status, 204);     // not there any more
    EXPECT_EQ(firm.ask("eve", Method::del, team + eve).problem(), "conflict");
}

TEST_F(Papers, StayReadableInAClosedMatter) {
    const auto one = "/api/v1/matters/" + matter;
    auto open = firm.get("lea", one);
    EXPECT_EQ(firm.post("lea", one + "/close").problem(), "precondition-missing");
    auto closed = firm.post("lea", one + "/close", nullptr, {{"If-Match", open.etag()}});
    ASSERT_EQ(closed.status, 200) << closed.body;
    EXPECT_EQ(closed.text("state"), "closed");
    EXPECT_EQ(firm.file("lea", papers, {{"name", "a"}}, "x").problem(), "denied");
    EXPECT_EQ(firm.get("lea", papers).status, 200);
    EXPECT_EQ(firm.post("lea", one + "/reopen", nullptr, {{"If-Match", open.etag()}}).problem(), "stale");
    EXPECT_EQ(firm.post("lea", one + "/reopen", nullptr, {{"If-Match", closed.etag()}}).text("state"), "open");
}

TEST_F(Papers, LeaveARecordThatIsReadAndProven) {
    firm.join("cora", {"compliance"});
    auto paper = firm.file("lea", papers, {{"name", "Secret deed"}}, "one").text("id");
    firm.get("lea", papers + "/" + paper + "/content");
    EXPECT_EQ(firm.get("eve", "/api/v1/log").problem(), "denied");

    auto whole = firm.get("cora", "/api/v1/log?limit=5");
    ASSERT_EQ(whole.status, 200) << whole.body;
    EXPECT_EQ(whole.items(), 5u);
    EXPECT_EQ(whole.item(0).at("action"), "log-read");
    EXPECT_EQ(whole.item(0).at("person").at("name"), "The cora");
    auto older = firm.get("cora", "/api/v1/log?limit=5&before=" + whole.text("next"));
    EXPECT_LT(older.item(0).at("sequence").as_int64(), whole.item(4).at("sequence").as_int64());

    auto of_matter = firm.get("lea", "/api/v1/log?matter=" + matter);
    ASSERT_EQ(of_matter.status, 200) << of_matter.body;
    bool opened = false;
    for (std::size_t i = 0; i < of_matter.items(); ++i) {
        const auto& entry = of_matter.item(i);
        if (entry.at("action") != "paper-opened") continue;
        opened = true;
        EXPECT_EQ(entry.at("outcome"), "permitted");
        EXPECT_EQ(entry.at("subjects").as_array().at(0).at("name"), "Lease Hafenstrasse");
        EXPECT_EQ(entry.at("subjects").as_array().at(1).at("id").as_string(), paper);
        EXPECT_EQ(entry.at("subjects").as_array().at(1).at("number"), 1);
        EXPECT_FALSE(entry.contains("detail")) << "where a refusal came from is not for who leads the matter";
    }
    EXPECT_TRUE(opened);
    EXPECT_EQ(of_matter.body.find("Secret deed"), std::string::npos);     // sealed under the paper's key
    EXPECT_EQ(firm.get("cora", "/api/v1/log?person=" + lea).status, 200);
    EXPECT_EQ(firm.get("cora", "/api/v1/log?person=" + lea + "&matter=" + matter).problem(), "malformed");

    auto checkpoint = firm.get("lea", "/api/v1/log/checkpoint");
    EXPECT_EQ(checkpoint.headers.find("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_TRUE(checkpoint.body.starts_with("muniment.invalid/log/")) << checkpoint.body;
    auto key = audit::VerifierKey::parse(firm.get("lea", "/api/v1/log/key").text("key")).value();
    auto proof = firm.get("lea", "/api/v1/log/entries/3/proof");
    ASSERT_EQ(proof.status, 200) << proof.body;
    auto signed_by_us = audit::open_checkpoint(view(proof.text("checkpoint")), key).value();
    auto hash = [](std::string_view spelled) {
        auto raw = from_base64(spelled).value();
        Hash made{};
        std::ranges::copy(raw, made.begin());
        return made;
    };
    std::vector<Hash> path;
    for (const auto& each : proof.json.at("path").as_array()) path.push_back(hash(each.as_string()));
    EXPECT_TRUE(audit::verify_inclusion(hash(proof.text("leaf_hash")), 3, signed_by_us.size, path, signed_by_us.root));
    EXPECT_EQ(firm.get("lea", "/api/v1/log/entries/999999/proof").status, 404);
    EXPECT_EQ(firm.get("lea", "/api/v1/log/entries/x/proof").status, 404);
}

TEST_F(Papers, LeaveNoRecordForThoseBehindAWall) {
    firm.join("cora", {"compliance"});
    auto olga = firm.join("olga", {"compliance"});
    auto other = firm.open_matter("lea", "Sale");
    auto paper = firm.file("lea", papers, {{"name", "a"}}, "one");
    auto moved = firm.post("lea", papers + "/" + paper.text("id") + "/move", {{"matter", other}}, {{"If-Match", paper.etag()}});
    ASSERT_EQ(moved.status, 200) << moved.body;
    auto before = firm.get("olga", "/api/v1/log?limit=1000");
    EXPECT_NE(before.body.find(matter), std::string::npos);
    boost::json::object said{{"a", {{"matters", {matter}}}}, {"b", {{"people", {olga}}}}, {"memo", ""}};
    ASSERT_EQ(firm.post("cora", "/api/v1/walls", said).status, 201);

    auto of_none = firm.get("olga", "/api/v1/log?matter=" + MatterId::random().text());
    auto walled = firm.get("olga", "/api/v1/log?matter=" + matter);
    for (auto* reply : {&walled, &of_none}) reply->json.erase("request");
    EXPECT_EQ(walled.status, 404);
    EXPECT_EQ(walled.json, of_none.json);
    auto whole = firm.get("olga", "/api/v1/log?limit=1000");
    EXPECT_GT(whole.items(), 0u);
    EXPECT_EQ(whole.body.find(matter), std::string::npos) << whole.body;
    EXPECT_EQ(firm.get("olga", "/api/v1/log?document=" + paper.text("id")).body.find(matter), std::string::npos);
    auto of_other = firm.get("olga", "/api/v1/log?limit=1000&matter=" + other);
    EXPECT_NE(of_other.body.find("paper-moved"), std::string::npos) << of_other.body;
    EXPECT_EQ(of_other.body.find(matter), std::string::npos);
    EXPECT_NE(firm.get("cora", "/api/v1/log?matter=" + matter).items(), 0u);

    auto ask = [&](const std::string& about) {
        auto reply = firm.post("olga", "/api/v1/access/explain", {{"person", olga}, {"matter", about}});
        reply.json.erase("request");
        return reply;
    };
    EXPECT_EQ(ask(matter).status, 404);
    EXPECT_EQ(ask(matter).json, ask(MatterId::random().text()).json);
    EXPECT_EQ(ask(other).status, 200);
}

TEST_F(Papers, LeaveOtherMattersOutOfTheRecordForWhoLeadsOne) {
    auto other = firm.open_matter("lea", "Sale");
    auto paper = firm.file("lea", papers, {{"name", "a"}}, "one");
    auto moved = firm.post("lea", papers + "/" + paper.text("id") + "/move", {{"matter", other}}, {{"If-Match", paper.etag()}});
    ASSERT_EQ(moved.status, 200) << moved.body;
    ASSERT_EQ(firm.ask("lea", Method::put, "/api/v1/matters/" + matter + "/team/person/" + eve, {{"role", "lead"}}).status, 204);
    auto seen = firm.get("eve", "/api/v1/log?limit=1000&matter=" + matter);
    EXPECT_NE(seen.body.find("paper-moved"), std::string::npos) << seen.body;
    EXPECT_NE(seen.body.find(matter), std::string::npos);
    EXPECT_EQ(seen.body.find(other), std::string::npos) << seen.body;
    EXPECT_NE(firm.get("lea", "/api/v1/log?limit=1000&matter=" + matter).body.find(other), std::string::npos);
}

TEST_F(Papers, OfWalledClientsCannotBeToldFromThoseOfNone) {
    firm.join("cora", {"compliance"});
    auto client = firm.post("lea", "/api/v1/clients", {{"name", "Rival"}}).text("id");
    boost::json::object said{{"a", {{"clients", {client}}}}, {"b", {{"people", {eve}}}}, {"memo", ""}};
    ASSERT_EQ(firm.post("cora", "/api/v1/walls", said).status, 201);
    auto walled = firm.post("eve", "/api/v1/matters", {{"client", client}, {"name", "x"}});
    auto missing = firm.post("eve", "/api/v1/matters", {{"client", ClientId::random().text()}, {"name", "x"}});
    for (auto* reply : {&walled, &missing}) reply->json.erase("request");
    EXPECT_EQ(walled.status, 404);
    EXPECT_EQ(walled.json, missing.json);
}

TEST_F(Scenario, RolesAreListed) {
    auto roles = firm.get("admin", "/api/v1/roles");
    EXPECT_EQ(roles.json.at("firm_roles").as_array().size(), access::all_firm_roles().size());
    EXPECT_EQ(roles.json.at("permissions").as_array().size(), access::all_permissions().size());
}

}  // namespace
}  // namespace muniment::server::routes
