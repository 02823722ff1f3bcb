// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <filesystem>

#include "config/fits.hpp"

namespace muniment::config {
namespace {

std::optional<Value> value_of(const Key& key, std::span<const std::string> typed) {
    if (std::holds_alternative<bool Settings::*>(key.member)) return true;
    if (std::holds_alternative<std::vector<std::string> Settings::*>(key.member)) return std::vector(typed.begin(), typed.end());
    if (typed.empty()) return std::nullopt;
    const auto& text = typed.back();
    if (std::holds_alternative<std::uint64_t Settings::*>(key.member)) {
        std::uint64_t number = 0;
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
        return number;
    }
    // At a command line a path is meant from where one stands.
    const bool place = key.shape == Shape::path || (key.shape == Shape::credential && !text.starts_with("systemd:"));
    return place && !text.empty() ? std::filesystem::absolute(text).string() : text;
}

}  // namespace

std::optional<std::string> set(Reading& reading, const Key& key, std::span<const std::string> typed) {
    auto value = value_of(key, typed);
    if (!value || !fits(key, *value)) return std::string(key.flag) + " must be " + key.wanted();
    key.put(reading.settings, *value);
    reading.origins[key.name.text()] = {Origin::From::flag, 0};
    return std::nullopt;
}

}  // namespace muniment::config
