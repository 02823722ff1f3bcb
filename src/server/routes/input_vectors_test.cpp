// SPDX-License-Identifier: Apache-2.0
// JSONTestSuite against what reads the JSON of requests (tests/vectors/json): y_ is JSON, n_ is none, of i_ nobody knows. The API
// takes objects only, so each text is also read as the value of a field.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "server/routes/input.hpp"

namespace muniment::server::routes {
namespace {

namespace json = boost::json;

std::string content_of(const json::object& vector) {
    if (const auto* coded = vector.if_contains("base64")) return string(from_base64(coded->as_string()).value());
    std::string content;
    for (std::int64_t i = 0; i < vector.at("times").as_int64(); ++i) content += vector.at("repeated").as_string();
    return content += vector.at("then").as_string();
}

bool read_as_field(const std::string& content) { return Fields::parse(view("{\"field\":" + content + "}")).has_value(); }

TEST(FieldsVectors, AcceptsJsonAndRefusesEverythingElse) {
    std::ifstream file(MUNIMENT_SOURCE_DIR "/tests/vectors/json/test_parsing.json");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const auto vectors = json::parse(text).as_array();
    ASSERT_EQ(vectors.size(), 318u);
    std::size_t accepted = 0, refused = 0;
    for (const auto& each : vectors) {
        const auto& vector = each.as_object();
        const std::string name(vector.at("file").as_string());
        const auto content = content_of(vector);
        const bool as_body = Fields::parse(view(content)).has_value(), as_field = read_as_field(content);
        // Stricter than RFC 8259 on purpose: two readers may take different ones of two fields with one name.
        const bool twice = name.starts_with("y_object_duplicated_key");
        if (name.starts_with("y_")) {
            EXPECT_EQ(as_field, !twice) << name;
            EXPECT_EQ(as_body, !twice && json::parse(content).is_object()) << name;
            accepted += as_field;
        } else if (name.starts_with("n_")) {
            EXPECT_FALSE(as_field) << name;
            EXPECT_FALSE(as_body) << name;
            ++refused;
        } else {
            ASSERT_TRUE(name.starts_with("i_")) << name;
        }
    }
    EXPECT_EQ(accepted, 93u);
    EXPECT_EQ(refused, 188u);
}

}  // namespace
}  // namespace muniment::server::routes
