// SPDX-License-Identifier: Apache-2.0
// Papers that come in pieces, by the API: what the tus protocol 1.0.0 asks for, and what it must not carry.
#include "base/limits.hpp"
#include "server/routes/house_test.hpp"

namespace muniment::server::routes {
namespace {

using testing::Firm;
using testing::Reply;

class Uploads : public ::testing::Test {
  protected:
    Uploads() {
        firm.join("lea", {"partner"});
        matter = firm.open_matter("lea", "Lease");
    }
    Reply begin(const boost::json::object& about, Headers headers = {}) {
        return firm.post("lea", "/api/v1/matters/" + matter + "/uploads", about, std::move(headers));
    }
    Reply tus(Method method, const std::string& target, Headers headers = {}, std::string body = {},
              const std::string& who = "lea") {
        headers.add("Authorization", "Bearer " + firm.tokens.at(who));
        if (!headers.has("Tus-Resumable")) headers.add("Tus-Resumable", "1.0.0");
        return firm.ask({method, target, std::move(headers), std::move(body)});
    }
    Reply patch(const std::string& target, std::size_t offset, std::string piece) {
        return tus(Method::patch, target,
                   {{"Content-Type", "application/offset+octet-stream"}, {"Upload-Offset", std::to_string(offset)}},
                   std::move(piece));
    }
    static std::string header(const Reply& reply, std::string_view name) {
        return std::string(reply.headers.find(name).value_or(""));
    }
    std::string content_of(const std::string& paper) {
        return firm.get("lea", "/api/v1/matters/" + matter + "/papers/" + paper + "/content").body;
    }
    Firm firm;
    std::string matter;
};

TEST_F(Uploads, AreBegunSentInPiecesAndFiled) {
    const std::string whole = "the first piece and the second";
    auto begun = begin({{"name", "Hearing.mp4"}, {"size", whole.size()}});
    ASSERT_EQ(begun.status, 201) << begun.body;
    const auto address = begun.text("address");
    EXPECT_EQ(header(begun, "Location"), address);
    EXPECT_EQ(header(begun, "Tus-Resumable"), "1.0.0");
    EXPECT_EQ(header(begun, "Upload-Offset"), "0");
    EXPECT_TRUE(header(begun, "Upload-Expires").ends_with(" GMT"));
    EXPECT_EQ(address.find("Hearing"), std::string::npos);

    auto first = patch(address, 0, whole.substr(0, 15));
    ASSERT_EQ(first.status, 204) << first.body;
    EXPECT_EQ(header(first, "Upload-Offset"), "15");
    auto head = tus(Method::head, address);
    EXPECT_EQ(header(head, "Upload-Offset"), "15");
    EXPECT_EQ(header(head, "Upload-Length"), std::to_string(whole.size()));
    EXPECT_EQ(patch(address, 0, "again").problem(), "conflict");
    EXPECT_EQ(patch(address, 16, "too far").problem(), "conflict");

    auto last = patch(address, 15, whole.substr(15));
    ASSERT_EQ(last.status, 204) << last.body;
    EXPECT_EQ(header(last, "Upload-Offset"), std::to_string(whole.size()));
    auto filed = firm.get("lea", address);
    EXPECT_EQ(filed.text("state"), "filed");
    EXPECT_FALSE(filed.json.contains("name"));
    EXPECT_EQ(content_of(filed.text("paper")), whole);
    EXPECT_EQ(header(tus(Method::head, address), "Upload-Offset"), std::to_string(whole.size()));
}

TEST_F(Uploads, AreBegunOnceHoweverOftenThatIsSent) {
    const Headers key{{"Idempotency-Key", "k1"}};
    auto first = begin({{"name", "a"}, {"size", 10}}, key), again = begin({{"name", "a"}, {"size", 10}}, key);
    ASSERT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(first.text("id"), again.text("id"));
    EXPECT_EQ(begin({{"name", "b"}, {"size", 10}}, key).problem(), "conflict");
    auto listed = firm.get("lea", "/api/v1/uploads");
    ASSERT_EQ(listed.items(), 1u);
    EXPECT_EQ(listed.item(0).at("name").as_string(), "a");
    EXPECT_EQ(firm.get("admin", "/api/v1/uploads").items(), 0u);
}

// A client that knows only tus' own creation takes the address as its endpoint.
TEST_F(Uploads, AreOpenedByClientsThatCanOnlyBeginByThemselves) {
    const auto address = begin({{"name", "a"}, {"size", 10}}).text("address");
    auto opened = tus(Method::post, address, {{"Upload-Length", "10"}});
    ASSERT_EQ(opened.status, 201) << opened.body;
    EXPECT_EQ(header(opened, "Location"), address);
    EXPECT_EQ(tus(Method::post, address, {{"Upload-Length", "11"}}).problem(), "conflict");
    EXPECT_EQ(tus(Method::post, address, {{"Upload-Defer-Length", "1"}}).problem(), "malformed");
    auto named = tus(Method::post, address, {{"Upload-Length", "10"}, {"Upload-Metadata", "filename SGVhcmluZw=="}});
    EXPECT_EQ(named.problem(), "malformed") << "names do not stand in headers";
    auto with_first =
        tus(Method::post, address, {{"Upload-Length", "10"}, {"Content-Type", "application/offset+octet-stream"}}, "01234");
    ASSERT_EQ(with_first.status, 201) << with_first.body;
    EXPECT_EQ(header(with_first, "Upload-Offset"), "5");
    EXPECT_EQ(header(tus(Method::post, address, {{"Upload-Length", "10"}}), "Upload-Offset"), "5");
    ASSERT_EQ(patch(address, 5, "56789").status, 204);
    EXPECT_EQ(content_of(firm.get("lea", address).text("paper")), "0123456789");
}

TEST_F(Uploads, AreRefusedInWordsAndWithTheVersionOfTus) {
    const auto address = begin({{"name", "a"}, {"size", 10}}).text("address");
    auto other = tus(Method::patch, address, {{"Tus-Resumable", "0.2.2"}});
    EXPECT_EQ(other.status, 412);
    EXPECT_EQ(other.problem(), "tus-version");
    EXPECT_EQ(header(other, "Tus-Version"), "1.0.0");
    const Headers plain_text{{"Upload-Offset", "0"}, {"Content-Type", "text/plain"}};
    EXPECT_EQ(tus(Method::patch, address, plain_text, "x").problem(), "unsupported");
    auto nowhere = tus(Method::patch, address, {{"Content-Type", "application/offset+octet-stream"}}, "x");
    EXPECT_EQ(nowhere.problem(), "malformed");
    EXPECT_EQ(header(nowhere, "Tus-Resumable"), "1.0.0");
    EXPECT_EQ(patch(address, 0, std::string(11, 'x')).problem(), "incomplete") << "more than was announced";
    EXPECT_EQ(tus(Method::head, address, {}, {}, "admin").problem(), "not-found");
    EXPECT_EQ(firm.ask({Method::head, address}).problem(), "unauthenticated");
    auto spoken = tus(Method::options, address);
    EXPECT_EQ(spoken.status, 204);
    EXPECT_EQ(header(spoken, "Tus-Extension"), "creation,creation-with-upload,termination,expiration");
    EXPECT_EQ(begin({{"name", "b"}}).problem(), "malformed") << "no size";
    EXPECT_EQ(begin({{"name", "b"}, {"size", 1}, {"sha256", "AB"}}).problem(), "malformed");
}

TEST_F(Uploads, AreGivenUp) {
    const auto address = begin({{"name", "a"}, {"size", 10}}).text("address");
    ASSERT_EQ(patch(address, 0, "01234").status, 204);
    EXPECT_EQ(tus(Method::del, address).status, 204);
    EXPECT_EQ(tus(Method::head, address).problem(), "not-found");
    EXPECT_EQ(patch(address, 5, "56789").problem(), "not-found");
    EXPECT_EQ(firm.get("lea", "/api/v1/uploads").items(), 0u);
}

TEST_F(Uploads, OfAVersionNameTheRevisionTheyWereMadeFrom) {
    auto paper = firm.file("lea", "/api/v1/matters/" + matter + "/papers", {{"name", "a"}}, "one");
    const auto where = "/api/v1/matters/" + matter + "/papers/" + paper.text("id") + "/uploads";
    EXPECT_EQ(firm.post("lea", where, {{"size", 3}}).problem(), "precondition-missing");
    EXPECT_EQ(firm.post("lea", where, {{"size", 3}}, {{"If-Match", "\"7\""}}).problem(), "stale");
    auto begun = firm.post("lea", where, {{"size", 3}}, {{"If-Match", "\"1\""}});
    ASSERT_EQ(begun.status, 201) << begun.body;
    EXPECT_EQ(begun.text("paper"), paper.text("id"));
    ASSERT_EQ(patch(begun.text("address"), 0, "two").status, 204);
    auto filed = firm.get("lea", begun.text("address"));
    EXPECT_EQ(filed.number("version"), 2);
    EXPECT_EQ(content_of(paper.text("id")), "two");
}

TEST_F(Uploads, CutOffAreGoneOnWithFromWhatWasKept) {
    const std::string whole(600'000, 'w');
    const auto address = begin({{"name", "a"}, {"size", whole.size()}}).text("address");
    auto request = Firm::request_for({Method::patch, address,
                                      {{"Authorization", "Bearer " + firm.tokens.at("lea")},
                                       {"Tus-Resumable", "1.0.0"},
                                       {"Content-Type", "application/offset+octet-stream"},
                                       {"Upload-Offset", "0"}}});
    auto answer = firm.door.begin(request).value();
    auto& sink = *std::get<WantsStream>(answer).sink;
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(sink.add(view(std::string_view(whole).substr(0, 100'000))));
    auto meanwhile = patch(address, 0, whole);
    EXPECT_EQ(meanwhile.status, 423);
    EXPECT_EQ(meanwhile.problem(), "upload-busy");
    std::get<WantsStream>(answer).sink.reset();
    EXPECT_EQ(header(tus(Method::head, address), "Upload-Offset"), "400000");
    ASSERT_EQ(patch(address, 400'000, whole.substr(400'000)).status, 204);
    EXPECT_EQ(content_of(firm.get("lea", address).text("paper")), whole);
}

}  // namespace
}  // namespace muniment::server::routes
