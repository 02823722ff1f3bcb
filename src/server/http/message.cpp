// SPDX-License-Identifier: Apache-2.0
#include "server/http/message.hpp"

#include <algorithm>
#include <array>

namespace muniment::server {
namespace {

constexpr std::array<std::string_view, 14> method_names{"GET",      "HEAD",      "POST",  "PUT",  "PATCH", "DELETE", "OPTIONS",
                                                        "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE",  "LOCK",   "UNLOCK"};
static_assert(method_names.size() == static_cast<std::size_t>(Method::unlock) + 1);

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::string_view name(Method method) { return method_names.at(static_cast<std::size_t>(method)); }

std::optional<Method> method_named(std::string_view name) {
    const auto* at = std::ranges::find(method_names, name);
    if (at == method_names.end()) return std::nullopt;
    return static_cast<Method>(at - method_names.begin());
}

void Headers::set(std::string_view name, std::string value) {
    std::erase_if(fields_, [&](const Field& field) { return same_name(field.first, name); });
    add(std::string(name), std::move(value));
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const auto& [field, value] : fields_)
        if (same_name(field, name)) return value;
    return std::nullopt;
}

std::optional<std::string> Headers::list(std::string_view name) const {
    std::optional<std::string> joined;
    for (const auto& [field, value] : fields_) {
        if (!same_name(field, name)) continue;
        if (joined) joined->append(", ").append(value);
        else joined = value;
    }
    return joined;
}

}  // namespace muniment::server
