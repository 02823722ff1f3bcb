// SPDX-License-Identifier: Apache-2.0
// Who sees what, and what the record says of it: teams, walls, closed matters, the log.
#include "server/routes/scenario_test.hpp"

namespace muniment::server::routes {
namespace {

using testing::Firm;
using testing::Papers;
using testing::Reply;
using testing::revision;
using testing::Scenario;

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
    // Nobody waits for the outcome of lea's download: it may come before this reading or after it.
    const auto& newest = whole.item(whole.item(0).at("action") == "transfer-ended" ? 1 : 0);
    EXPECT_EQ(newest.at("action"), "log-read");
    EXPECT_EQ(newest.at("person").at("name"), "The cora");
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

}  // namespace
}  // namespace muniment::server::routes
