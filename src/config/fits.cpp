// SPDX-License-Identifier: Apache-2.0
#include "config/fits.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/limits.hpp"

namespace muniment::config {
namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_path(std::string_view text) {
    auto prints = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7f; };
    return text.starts_with('/') && text.size() <= limits::path_bytes_max && std::ranges::all_of(text, prints);
}

bool is_credential(std::string_view text) {
    constexpr std::string_view mark = "systemd:";
    if (!text.starts_with(mark)) return is_path(text);
    text.remove_prefix(mark.size());
    auto plain = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; };
    return !text.empty() && text.size() <= 255 && text.front() != '.' && std::ranges::all_of(text, plain);
}

bool is_address(const std::string& text) {
    std::array<std::uint8_t, 16> parsed;
    return ::inet_pton(AF_INET, text.c_str(), parsed.data()) == 1 || ::inet_pton(AF_INET6, text.c_str(), parsed.data()) == 1;
}

bool is_host(const std::string& text) {
    if (is_address(text)) return true;
    constexpr std::size_t dns_name_bytes_max = 253;
    auto part_of_one = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; };
    return !text.empty() && text.size() <= dns_name_bytes_max && is_letter_or_digit(text.front()) && is_letter_or_digit(text.back()) &&
           text.find("..") == std::string::npos && std::ranges::all_of(text, part_of_one);
}

bool has_shape(const Key& key, const std::string& text) {
    if (text.contains('\0')) return false;
    if (text.empty() && !key.unset.empty()) return true;
    switch (key.shape) {
        case Shape::path: return is_path(text);
        case Shape::credential: return is_credential(text);
        case Shape::address: return is_address(text);
        case Shape::host: return is_host(text);
        case Shape::level: return text == "debug" || text == "info" || text == "warning" || text == "error";
    }
    die("a shape that does not exist");
}

}  // namespace

bool fits(const Key& key, const Value& value) {
    if (value.index() != key.member.index()) return false;
    if (const auto* text = std::get_if<std::string>(&value)) return has_shape(key, *text);
    if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number >= key.low && *number <= key.high;
    if (const auto* list = std::get_if<std::vector<std::string>>(&value))
        return list->size() <= names_max && std::ranges::all_of(*list, [&](const auto& text) { return has_shape(key, text); });
    return true;
}

const Key* key_named(std::string_view name) {
    auto found = std::ranges::find(keys(), name, [](const Key& key) { return key.name.text(); });
    return found == keys().end() ? nullptr : &*found;
}

}  // namespace muniment::config
