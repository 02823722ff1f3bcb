// SPDX-License-Identifier: Apache-2.0
// JSON of requests: one object, no key twice, bounded, and every field taken or refused.
#include <boost/json.hpp>

#include "base/limits.hpp"
#include "fuzz.hpp"
#include "server/routes/input.hpp"

using namespace muniment;
using namespace muniment::server::routes;
namespace json = boost::json;

namespace {

std::size_t depth_of(const json::value& value) {
    std::size_t deepest = 0;
    if (const auto* object = value.if_object())
        for (const auto& field : *object) deepest = std::max(deepest, depth_of(field.value()));
    if (const auto* array = value.if_array())
        for (const auto& item : *array) deepest = std::max(deepest, depth_of(item));
    return value.is_structured() ? deepest + 1 : 0;
}

}  // namespace

FUZZ_TARGET(json_bodies) {
    auto fields = Fields::parse(input);
    json::error_code failed;
    auto value = json::parse(text(input), failed);
    if (!fields) return;
    fuzz::must(!failed && value.is_object(), "a body that is no JSON object");
    fuzz::must(depth_of(value) <= limits::json_depth_max, "a body deeper than its limit");
    auto again = json::serialize(value);
    if (again.size() <= limits::json_body_bytes_max)
        fuzz::must(Fields::parse(view(again)).has_value(), "JSON that we do not read again");

    bool empty = fields->empty();
    if (fields->done()) fuzz::must(empty, "a field that nobody took and nobody refused");
    auto name = fields->text_or_empty("name", 64);
    auto number = fields->number_if("number", {1, 100});
    static_cast<void>(fields->time_or_null("until"));
    static_cast<void>(fields->id_or_null<MatterId>("matter"));
    auto people = fields->has("people") ? fields->texts("people", 36) : std::vector<std::string>{};
    auto inner = fields->has("side") ? fields->object("side") : Fields();
    if (!fields->done()) return;
    fuzz::must(name.size() <= 64 && (!number || (*number >= 1 && *number <= 100)), "a field outside of its limits");
    for (const auto& person : people) fuzz::must(person.size() <= 36, "a text longer than its limit");
    static constexpr std::array<std::string_view, 6> known{"name", "number", "until", "matter", "people", "side"};
    for (const auto& field : value.get_object())
        fuzz::must(std::ranges::find(known, std::string_view(field.key())) != known.end(), "an unknown field that was taken");
}
