// SPDX-License-Identifier: Apache-2.0
#include "storage/s3/answers.hpp"

#include <array>
#include <optional>
#include <utility>

namespace muniment::storage::s3 {
namespace {

/// The inside of the next element of that name, which is taken off `rest` with all that stood before it.
std::optional<std::string_view> take_element(std::string_view& rest, std::string_view element) {
    auto begin_mark = "<" + std::string(element) + ">", end_mark = "</" + std::string(element) + ">";
    auto begin = rest.find(begin_mark);
    if (begin == std::string_view::npos) return std::nullopt;
    begin += begin_mark.size();
    auto end = rest.find(end_mark, begin);
    if (end == std::string_view::npos) return std::nullopt;
    auto inside = rest.substr(begin, end - begin);
    rest.remove_prefix(end + end_mark.size());
    return inside;
}

std::string without_entities(std::string_view escaped) {
    static constexpr std::array<std::pair<std::string_view, char>, 5> entities{
        {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    std::string plain;
    while (!escaped.empty()) {
        std::size_t length = 1;
        char c = escaped.front();
        for (auto [entity, meant] : entities)
            if (escaped.starts_with(entity)) {
                length = entity.size();
                c = meant;
            }
        plain += c;
        escaped.remove_prefix(length);
    }
    return plain;
}

}  // namespace

std::string text_of(std::string_view xml, std::string_view element) {
    auto inside = take_element(xml, element);
    return inside ? without_entities(*inside) : std::string();
}

std::vector<std::string_view> each(std::string_view xml, std::string_view element) {
    std::vector<std::string_view> found;
    while (auto inside = take_element(xml, element)) found.push_back(*inside);
    return found;
}

std::string in_query(std::string_view value) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string encoded;
    for (unsigned char c : value) {
        bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                          c == '_' || c == '~';
        if (unreserved) {
            encoded += static_cast<char>(c);
        } else {
            encoded += '%';
            encoded += hex[c >> 4];
            encoded += hex[c & 15];
        }
    }
    return encoded;
}

}  // namespace muniment::storage::s3
