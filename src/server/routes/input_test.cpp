// SPDX-License-Identifier: Apache-2.0
#include "server/routes/input.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace muniment::server::routes {
namespace {

Fields fields(std::string_view json) {
    auto parsed = Fields::parse(view(json));
    EXPECT_TRUE(parsed) << json;
    return parsed ? *std::move(parsed) : Fields();
}

void expect_refused(Fields& in, Problem problem, std::string_view named) {
    auto done = in.done();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().problem, problem);
    EXPECT_NE(done.error().detail.find(named), std::string::npos) << done.error().detail;
}

TEST(Fields, GivesWhatIsThere) {
    auto in = fields(R"({"name":"Größe","minutes":480,"until":"2026-11-24T08:50:05Z","roles":["a","b"],"side":{"x":1}}
)");
    EXPECT_EQ(in.text("name", 10), "Größe");
    EXPECT_EQ(in.number("minutes", {1, 480}), 480u);
    EXPECT_EQ(to_rfc3339(*in.time_if("until")), "2026-11-24T08:50:05Z");
    EXPECT_EQ(in.texts("roles", 1), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(in.object("side").number("x", {0, 1}), 1u);
    EXPECT_EQ(in.text_or_empty("note", 1), "");
    EXPECT_FALSE(in.id_if<MatterId>("matter"));
    EXPECT_TRUE(in.done());
}

TEST(Fields, RefusesByName) {
    auto unknown = fields(R"({"name":"a","nmae":"b"})");
    unknown.text("name", 1);
    expect_refused(unknown, Problem::malformed, "nmae");

    auto missing = fields("{}");
    missing.text("name", 1);
    expect_refused(missing, Problem::malformed, "name is missing");

    auto null = fields(R"({"name":null})");
    null.text_if("name", 1);
    expect_refused(null, Problem::malformed, "name");

    auto long_one = fields(R"({"name":"abc"})");
    long_one.text("name", 2);
    expect_refused(long_one, Problem::too_large, "name");

    auto id = fields(R"({"matter":"0192F3A1-5C7E-7D3A-9B1E-3F2A6C8D4E01"})");
    id.id<MatterId>("matter");
    expect_refused(id, Problem::malformed, "matter");

    for (const auto* wrong : {"0", "481", "-1", "4.0", "\"4\"", "true", "1e2", "99999999999999999999"}) {
        auto in = fields(std::string(R"({"minutes":)") + wrong + "}");
        in.number("minutes", {1, 480});
        expect_refused(in, Problem::malformed, "minutes");
    }
    for (const auto* wrong : {"null", "\"2026-11-24\"", "\"2026-11-24T08:50:05+01:00\"", "5"}) {
        auto in = fields(std::string(R"({"until":)") + wrong + "}");
        in.time_if("until");
        expect_refused(in, Problem::malformed, "until");
    }
}

TEST(Fields, TellsTheFirstError) {
    auto in = fields(R"({"b":1,"c":2})");
    in.text("a", 1);
    in.text("b", 1);
    expect_refused(in, Problem::malformed, "a is missing");
}

TEST(Fields, TakesNullWhereItMeansSomething) {
    auto in = fields(R"({"folder":null,"until":null})");
    EXPECT_TRUE(in.has("folder"));
    EXPECT_TRUE(in.id_or_null<DocumentId>("folder").is_nil());
    EXPECT_FALSE(in.time_or_null("until"));
    EXPECT_TRUE(in.done());
}

TEST(Fields, RefusesWhatIsNotOneStrictObject) {
    for (const std::string& bad : std::vector<std::string>{
             "", "null", "[]", "\"a\"", "{", "{}x", "{}{}", "{'a':1}", R"({"a":1,})", "// c\n{}", R"({"a":1,"a":2})",
             R"({"a":{"b":1,"b":1}})",
             R"({"a":1,"\u0061":2})", "{\"a\":\"\xff\"}", "{\"a\":" + std::string(9, '[') + std::string(9, ']') + "}",
             "{\"" + std::string(limits::field_name_chars_max + 1, 'k') + "\":1}"}) {
        auto parsed = Fields::parse(view(bad));
        ASSERT_FALSE(parsed) << bad;
        EXPECT_EQ(parsed.error().problem, Problem::malformed);
    }
    EXPECT_TRUE(Fields::parse(view(R"({"a":{"b":1},"b":[{"b":1},{"b":2}]})")));   // the same key in other objects
}

TEST(Fields, NeverRepeatsControlCharacters) {
    auto in = fields(R"({"a\r\nb":1})");
    expect_refused(in, Problem::malformed, "a??b");
}

TEST(Query, RefusesUnknownAndDoubledParameters) {
    Request request;
    request.query = {{"limit", "5"}, {"trashed", "true"}};
    Query good(request);
    EXPECT_EQ(good.number_if("limit", {1, 10}), 5u);
    EXPECT_TRUE(good.truth("trashed"));
    EXPECT_EQ(good.word("scope", {"mine", "all"}), "mine");
    EXPECT_TRUE(good.done());

    for (const auto& wrong : std::vector<Headers::Field>{
             {"limit", "0"}, {"limit", "11"}, {"limit", "05"}, {"limit", "+5"}, {"limit", ""}, {"limit", "5 "}, {"trashed", "1"},
             {"scope", "others"}, {"matter", "x"}, {"other", "1"}}) {
        request.query = {wrong};
        Query query(request);
        query.number_if("limit", {1, 10});
        query.truth("trashed");
        query.word("scope", {"mine", "all"});
        query.id_if<MatterId>("matter");
        EXPECT_FALSE(query.done()) << wrong.first << '=' << wrong.second;
    }
    request.query = {{"limit", "5"}, {"limit", "6"}};
    Query twice(request);
    twice.number_if("limit", {1, 10});
    EXPECT_FALSE(twice.done());
}

Request with(std::string name, std::string value) {
    Request request;
    request.headers.add(std::move(name), std::move(value));
    return request;
}

TEST(Input, IfMatchIsOneQuotedRevision) {
    EXPECT_EQ(if_match(with("if-match", "\"17\"")).value(), 17u);
    EXPECT_EQ(if_match({}).error().problem, Problem::precondition_missing);
    for (const auto* bad : {"17", "*", "W/\"17\"", "\"17\", \"18\"", "\"\"", "\"x\"", "\"-1\"", "\"18446744073709551616\""})
        EXPECT_EQ(if_match(with("If-Match", bad)).error().problem, Problem::malformed) << bad;
}

TEST(Input, IdempotencyKeyIsPrintable) {
    EXPECT_EQ(idempotency_key(with("Idempotency-Key", "k-1!")).value(), "k-1!");
    EXPECT_TRUE(idempotency_key(with("Idempotency-Key", std::string(255, 'k'))));
    for (const auto& bad : {std::string(), std::string(256, 'k'), std::string("a b"), std::string("\xc3\xa4")})
        EXPECT_EQ(idempotency_key(with("Idempotency-Key", bad)).error().problem, Problem::malformed) << bad;
    EXPECT_FALSE(idempotency_key({}));
}

TEST(Input, ContentTypeMayHaveParameters) {
    EXPECT_TRUE(check_content_type(with("Content-Type", "Application/JSON ; charset=utf-8"), "application/json"));
    EXPECT_EQ(check_content_type(with("Content-Type", "text/plain"), "application/json").error().problem, Problem::unsupported);
    EXPECT_FALSE(check_content_type({}, "application/json"));
}

}  // namespace
}  // namespace muniment::server::routes
