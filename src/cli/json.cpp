// SPDX-License-Identifier: Apache-2.0
#include "cli/json.hpp"

#include <boost/json.hpp>

namespace muniment::cli {

namespace json = boost::json;

const json::value& part_of(const json::value& object, std::string_view field) {
    static const json::value nothing;
    const auto* fields = object.if_object();
    const auto* found = fields ? fields->if_contains(field) : nullptr;
    return found ? *found : nothing;
}

std::string text_of(const json::value& object, std::string_view field) {
    const auto* text = part_of(object, field).if_string();
    return text ? std::string(*text) : "";
}

std::uint64_t number_of(const json::value& object, std::string_view field) {
    boost::system::error_code error;
    const auto number = part_of(object, field).to_number<std::uint64_t>(error);
    return error ? 0 : number;
}

bool truth_of(const json::value& object, std::string_view field) {
    const auto* truth = part_of(object, field).if_bool();
    return truth && *truth;
}

const json::array& list_of(const json::value& object, std::string_view field) {
    static const json::array nothing;
    const auto* list = part_of(object, field).if_array();
    return list ? *list : nothing;
}

std::string joined(const json::array& texts) {
    std::string out;
    for (const auto& text : texts)
        if (text.is_string()) out += (out.empty() ? "" : ", ") + std::string(text.as_string());
    return out;
}

}  // namespace muniment::cli
