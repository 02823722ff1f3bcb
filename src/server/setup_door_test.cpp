// SPDX-License-Identifier: Apache-2.0
// Where no firm is yet: nothing is told, looked at or taken without the link's secret; then it leads to the firm's own door.
#include "server/setup_door.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/limits.hpp"

namespace muniment::server {
namespace {

namespace json = boost::json;

struct Founder final : SettingUp {
    Result<void> admit(std::string_view secret, const std::string& source) override {
        asked_by.push_back(source);
        if (secret != "right") return fail(Problem::unauthenticated);
        return {};
    }
    State state() const override { return {.expires = {}, .home = "/home", .slots = {"/a", "/b"}}; }
    std::vector<SlotSight> look_at_slots(const std::vector<std::string>& folders) const override {
        std::vector<SlotSight> sights;
        for (const auto& folder : folders) sights.push_back({folder, "good", true});
        return sights;
    }
    Result<Shares> make_shares(std::uint8_t needed, std::uint8_t of) override {
        acts.push_back(std::to_string(needed) + "-of-" + std::to_string(of));
        return Shares{"ticket", "one two", {{"one", "two", "three"}, {"one", "two", "four"}}, {3, 3}, {}};
    }
    Result<void> confirm_shares(const std::string& ticket, const std::vector<std::string>& words) override {
        acts.push_back(ticket + " " + words.front());
        return {};
    }
    Result<access::Enrolment> make_factor(const std::string& firm, const std::string& sign_in) override {
        acts.push_back(firm + " " + sign_in);
        return access::Enrolment{"SECRET", "otpauth://totp/x"};
    }
    Result<Founded> found(const Founding& founding, const access::Origin&) override {
        acts.push_back("founded " + founding.firm);
        Founded founded;
        founded.administrator.name = founding.name;
        if (founding.code == "000000") return founded;
        founded.signed_in.emplace(access::SignedIn{"mun_s_secret", {}});
        return founded;
    }
    std::vector<std::string> asked_by, acts;
};

struct Asked {
    Method method = Method::post;
    std::string path, body, secret = "right", type = "application/json";
};

Result<Response> ask(SetupDoor& door, const Asked& asked) {
    Request request;
    request.method = asked.method;
    request.path = asked.path;
    request.segments = pattern_segments(asked.path);
    request.source_address = "192.0.2.1";
    if (!asked.secret.empty()) request.headers.add("Authorization", "Bearer " + asked.secret);
    if (asked.method == Method::post) {
        request.headers.add("Content-Type", asked.type);
        request.content_length = asked.body.size();
    }
    TRY(auto answer, door.begin(request));
    if (auto* response = std::get_if<Response>(&answer)) return std::move(*response);
    auto& wanted = std::get<WantsBody>(answer);
    EXPECT_LE(wanted.bytes_max, limits::strangers_body_bytes_max);
    return wanted.then(request, bytes(asked.body));
}

const std::string founding = R"({"firm": "F", "name": "N", "sign_in": "s", "password": "p", "code": "123456", "slots": [],
                                "unlock": "key-file"})";

const std::vector<Asked> everything{
    {.method = Method::get, .path = "/api/v1/setup"},
    {.path = "/api/v1/setup", .body = founding},
    {.path = "/api/v1/setup/password", .body = R"({"password": "granite-plum-wharf-64", "words": []})"},
    {.path = "/api/v1/setup/slots", .body = R"({"slots": ["/a"]})"},
    {.path = "/api/v1/setup/shares", .body = R"({"needed": 2, "of": 3})"},
    {.path = "/api/v1/setup/shares/confirm", .body = R"({"ticket": "t", "words": ["w"]})"},
    {.path = "/api/v1/setup/factor", .body = R"({"firm": "F", "sign_in": "s"})"}};

TEST(SetupDoor, DoesNothingWithoutTheSecret) {
    Founder founder;
    SetupDoor door(founder);
    for (auto asked : everything) {
        for (const char* secret : {"", "wrong", "righ", "right "}) {
            asked.secret = secret;
            auto refused = ask(door, asked);
            ASSERT_FALSE(refused) << asked.path;
            EXPECT_EQ(refused.error().problem, Problem::unauthenticated) << asked.path;
        }
        asked.secret = "right";
        auto taken = ask(door, asked);
        EXPECT_TRUE(taken) << asked.path << ": " << (taken ? "" : taken.error().text());
    }
    EXPECT_EQ(founder.asked_by.size(), everything.size() * 5) << "each is asked about once, from where it came";
    EXPECT_EQ(founder.asked_by.front(), "192.0.2.1");
    EXPECT_EQ(founder.acts.size(), 4u) << "and acts with the right one alone";
}

TEST(SetupDoor, KnowsNothingElse) {
    Founder founder;
    SetupDoor door(founder);
    for (const char* path : {"/api/v1/session", "/api/v1/unlock", "/api/v1/people", "/api/v1/setup/other"}) {
        EXPECT_EQ(ask(door, {.path = path, .body = "{}"}).error().problem, Problem::not_found) << path;
    }
    EXPECT_EQ(ask(door, {.method = Method::get, .path = "/readyz"}).error().problem, Problem::locked);
}

TEST(SetupDoor, TakesWhatIsWellFormedAlone) {
    Founder founder;
    SetupDoor door(founder);
    auto malformed = [&](std::string path, std::string body) {
        auto answer = ask(door, {.path = path, .body = body});
        ASSERT_FALSE(answer) << body;
        EXPECT_EQ(answer.error().problem, Problem::malformed) << body;
    };
    malformed("/api/v1/setup/shares", R"({"needed": 1, "of": 3})");
    malformed("/api/v1/setup/shares", R"({"needed": 4, "of": 3})");
    malformed("/api/v1/setup/shares", R"({"needed": 2, "of": 17})");
    malformed("/api/v1/setup/slots", R"({"slots": ["a", "a", "a", "a", "a", "a", "a", "a", "a"]})");
    malformed("/api/v1/setup", R"({"firm": "F"})");
    auto with = [](std::string_view change) {
        auto text = founding;
        return text.insert(text.size() - 1, ", " + std::string(change));
    };
    malformed("/api/v1/setup", with(R"("passphrase": "seven lanterns over a quiet harbour")"));
    malformed("/api/v1/setup", with(R"("roles": ["partner"])"));
    EXPECT_EQ(ask(door, {.path = "/api/v1/setup", .body = founding, .type = "text/plain"}).error().problem, Problem::unsupported);
    EXPECT_TRUE(founder.acts.empty());
}

TEST(SetupDoor, SignsInByTheCookieAlone) {
    Founder founder;
    SetupDoor door(founder);
    auto founded = ask(door, {.path = "/api/v1/setup", .body = founding}).value();
    EXPECT_EQ(founded.status, 201);
    EXPECT_TRUE(founded.headers.find("Set-Cookie").value_or("").starts_with("__Host-muniment=mun_s_secret; "));
    EXPECT_EQ(founded.body.find("mun_s_"), std::string::npos) << "no script reads it";
    auto late = founding;
    late.replace(late.find("123456"), 6, "000000");
    auto unsigned_in = ask(door, {.path = "/api/v1/setup", .body = late}).value();
    EXPECT_EQ(unsigned_in.status, 201);
    EXPECT_FALSE(unsigned_in.headers.has("Set-Cookie"));
    EXPECT_FALSE(json::parse(unsigned_in.body).as_object().contains("expires"));
}

TEST(SetupDoor, SaysWhatIsWrongWithAPassword) {
    Founder founder;
    SetupDoor door(founder);
    auto weakness = [&](std::string password) {
        auto body = json::serialize(json::object{{"password", password}, {"words", json::array{"Lindqvist & Okafor"}}});
        auto said = json::parse(ask(door, {.path = "/api/v1/setup/password", .body = body}).value().body);
        EXPECT_EQ(said.at("enough").as_bool(), said.at("weakness").as_string() == "none");
        return std::string(said.at("weakness").as_string());
    };
    EXPECT_EQ(weakness("short"), "short");
    EXPECT_EQ(weakness("lindqvist & okafor"), "own-names");
    EXPECT_EQ(weakness("passwordpassword"), "common");
    EXPECT_EQ(weakness("granite-plum-wharf-64"), "none");
}

TEST(SetupDoor, LeadsToTheFirmOnceThereIsOne) {
    struct Firm final : Handler {
        Result<Answer> begin(const Request&) override { return fail(Problem::already_done, "there is a firm"); }
        void failed(const RequestId&, const Error&) override {}
    } firm;
    Founder founder;
    SetupDoor door(founder);
    door.lead_to(firm);
    for (const auto& asked : everything) EXPECT_EQ(ask(door, asked).error().problem, Problem::already_done) << asked.path;
    EXPECT_TRUE(founder.asked_by.empty());
}

}  // namespace
}  // namespace muniment::server
