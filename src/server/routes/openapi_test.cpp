// SPDX-License-Identifier: Apache-2.0
// docs/api/openapi.json and the routes are one contract: each is compared with the other.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "server/routes/house_test.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {
namespace {

namespace json = boost::json;
using testing::Reply;

json::object document() {
    std::ifstream file(MUNIMENT_SOURCE_DIR "/docs/api/openapi.json");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    return json::parse(text).as_object();
}

std::string method_in(std::string_view key) {
    std::string method(key);
    for (char& c : method) c = static_cast<char>(c - 'a' + 'A');
    return method;
}

BodyKind body_of(const json::object& operation) {
    const auto* body = operation.if_contains("requestBody");
    if (!body) return BodyKind::none;
    return body->at("content").as_object().contains("application/json") ? BodyKind::json : BodyKind::stream;
}

struct Described {
    std::string method, path;
    const json::object* operation;
};

std::vector<Described> operations(const json::object& document) {
    std::vector<Described> all;
    for (const auto& [path, item] : document.at("paths").as_object())
        for (const auto& [key, operation] : item.as_object())
            if (key != "parameters") all.push_back({method_in(key), std::string(path), &operation.as_object()});
    return all;
}

TEST(OpenApi, NamesEveryRouteAndNoOther) {
    testing::Firm firm;
    const auto described = document();
    std::map<std::string, const Route*> by_operation;
    const auto table = all(*firm.house);
    for (const auto& route : table) by_operation[route.operation] = &route;
    for (const auto& [method, path, operation] : operations(described)) {
        auto id = std::string(operation->at("operationId").as_string());
        ASSERT_TRUE(by_operation.contains(id)) << "no route for " << id;
        const auto& route = *by_operation.at(id);
        EXPECT_EQ(name(route.method), method) << id;
        EXPECT_EQ(route.pattern, path) << id;
        EXPECT_EQ(route.body, body_of(*operation)) << id;
        by_operation.erase(id);
    }
    for (const auto& [id, route] : by_operation) ADD_FAILURE() << "the document does not name " << id;
}

bool refers_to(const json::object& operation, std::string_view parameter) {
    const auto* parameters = operation.if_contains("parameters");
    if (!parameters) return false;
    auto wanted = "#/components/parameters/" + std::string(parameter);
    return std::ranges::any_of(parameters->as_array(), [&](const json::value& each) {
        const auto* reference = each.as_object().if_contains("$ref");
        return reference && reference->as_string() == wanted;
    });
}

/// The operation's own example; of things that are not there, since its ids are made up.
testing::Question example_of(const Described& described) {
    testing::Question question{*method_named(described.method), described.path, {}, {}};
    auto& target = question.target;
    for (auto open = target.find('{'); open != std::string::npos; open = target.find('{')) {
        bool kind = target.substr(open).starts_with("{kind}");
        target.replace(open, target.find('}') - open + 1, kind ? "person" : PersonId::random().text());
    }
    auto body = body_of(*described.operation);
    if (body == BodyKind::stream) question.headers.add("Content-Type", "multipart/form-data; boundary=b1");
    if (body != BodyKind::json) return question;
    const auto& content = described.operation->at("requestBody").at("content").at("application/json");
    question.headers.add("Content-Type", "application/json");
    question.body = json::serialize(content.at("example"));
    return question;
}

/// What the document says of signing in, If-Match and Idempotency-Key, and its example of a body, are what the routes take: each
/// is asked without them, then with one after the other.
TEST(OpenApi, SaysWhatMustBeSent) {
    testing::Firm firm;
    const auto file = document();
    for (const auto& described : operations(file)) {
        const auto& operation = *described.operation;
        auto question = example_of(described);
        const auto* security = operation.if_contains("security");
        // What the one-time link of a set-up lets one do is not there in an open house, for anybody.
        bool for_strangers = security && (security->as_array().empty() || security->at(0).as_object().contains("setup"));
        auto stranger = firm.ask(question);
        EXPECT_EQ(stranger.problem() == "unauthenticated", !for_strangers) << described.path;
        EXPECT_NE(stranger.problem(), "malformed") << described.path << stranger.body;
        if (for_strangers || described.method == "DELETE") continue;     // deleting the session would end it

        question.headers.add("Authorization", "Bearer " + firm.tokens.at("admin"));
        bool needs_match = refers_to(operation, "IfMatch"), needs_key = refers_to(operation, "IdempotencyKey");
        EXPECT_EQ(firm.ask(question).problem() == "precondition-missing", needs_match) << described.path;
        question.headers.add("If-Match", "\"1\"");
        auto keyless = firm.ask(question);
        EXPECT_EQ(keyless.body.find("Idempotency-Key") != std::string::npos, needs_key) << described.path << keyless.body;
        question.headers.add("Idempotency-Key", described.path);
        auto complete = body_of(operation) == BodyKind::stream ? Reply() : firm.ask(question);
        EXPECT_NE(complete.problem(), "malformed") << described.path << complete.body;
        EXPECT_NE(complete.problem(), "internal") << described.path << complete.body;
    }
}

}  // namespace
}  // namespace muniment::server::routes
