// SPDX-License-Identifier: Apache-2.0
// Papers: filed, read, given versions, sent again, moved, trashed, checked out.
#include "server/routes/scenario_test.hpp"

namespace muniment::server::routes {
namespace {

using testing::Firm;
using testing::Papers;
using testing::Reply;
using testing::revision;
using testing::Scenario;

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
    EXPECT_TRUE(read.etag().starts_with('"' + filed.text("id") + ".1.")) << read.etag();
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

}  // namespace
}  // namespace muniment::server::routes
