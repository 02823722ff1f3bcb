// SPDX-License-Identifier: Apache-2.0
// For this module's tests: reading tests/vectors/keys.
#pragma once
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <functional>
#include <iterator>

#include "base/ids.hpp"
#include "crypto/secret.hpp"

namespace muniment::keys::testing {

class Vector {
  public:
    explicit Vector(const boost::json::object& object) : object_(object) {}
    std::string word(const char* name) const { return std::string(object_.at(name).as_string()); }
    Bytes bytes(const char* name) const { return from_hex(word(name)).value(); }
    std::uint64_t number(const char* name) const { return object_.at(name).to_number<std::uint64_t>(); }
    Id16 id(const char* name) const { return Reader(bytes(name)).array<16>(); }
    FirmId firm() const { return {id("firm")}; }
    crypto::Secret secret(const char* name) const {
        auto raw = bytes(name);
        return crypto::Secret::take(raw);
    }
    std::vector<Bytes> list(const char* name) const {
        std::vector<Bytes> all;
        for (const auto& each : object_.at(name).as_array()) all.push_back(from_hex(std::string(each.as_string())).value());
        return all;
    }

  private:
    const boost::json::object& object_;
};

inline void each_vector(const std::string& name, const std::function<void(const Vector&)>& check) {
    std::ifstream file(MUNIMENT_SOURCE_DIR "/tests/vectors/keys/" + name);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    auto vectors = boost::json::parse(text);
    ASSERT_FALSE(vectors.as_array().empty());
    for (std::size_t i = 0; i < vectors.as_array().size(); ++i) {
        SCOPED_TRACE(name + " " + std::to_string(i));
        check(Vector(vectors.at(i).as_object()));
    }
}

}  // namespace muniment::keys::testing
