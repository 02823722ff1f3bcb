// SPDX-License-Identifier: Apache-2.0
// For this module's tests: reading the published vectors in tests/vectors.
#pragma once
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "base/bytes.hpp"

namespace muniment::crypto::vectors {

namespace json = boost::json;

inline json::value read(const std::string& name) {
    std::ifstream file(std::string(MUNIMENT_SOURCE_DIR "/tests/vectors/") + name);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    return json::parse(text);
}

inline std::string word(const json::object& vector, const char* key) { return std::string(vector.at(key).as_string()); }
inline Bytes hex(const json::object& vector, const char* key) { return *from_hex(word(vector, key)); }

/// Calls `check` with each group and vector of a Wycheproof file, and counts, so that an empty file cannot pass.
inline void each_of_wycheproof(const std::string& name,
                               const std::function<void(const json::object&, const json::object&)>& check) {
    auto file = read("wycheproof/" + name);
    std::int64_t seen = 0;
    for (auto& group : file.at("testGroups").as_array())
        for (auto& vector : group.at("tests").as_array()) {
            SCOPED_TRACE(vector.at("tcId").as_int64());
            check(group.as_object(), vector.as_object());
            ++seen;
        }
    EXPECT_GT(seen, 0);
    EXPECT_EQ(seen, file.at("numberOfTests").as_int64());
}

}  // namespace muniment::crypto::vectors
