// SPDX-License-Identifier: Apache-2.0
// Addresses of requests, and the parameters in them.
#include "base/text.hpp"
#include "fuzz.hpp"
#include "server/http/target.hpp"
#include "server/routes/input.hpp"

using namespace muniment;
using namespace muniment::server;

namespace {

std::string percent(std::string_view plain) {
    std::string out;
    for (char c : plain) out += "%" + to_hex(view({&c, 1}));
    return out;
}

}  // namespace

FUZZ_TARGET(targets) {
    auto target = parse_target(text(input), "firm.example:8443");
    if (!target) return;
    std::string spelled;
    for (const auto& segment : target->segments) {
        fuzz::must(!segment.empty() && segment != "." && segment != "..", "a segment that leads elsewhere");
        fuzz::must(!segment.contains('/') && check_utf8(view(segment)).has_value(), "a segment with a slash, or not UTF-8");
        fuzz::must(std::ranges::none_of(segment, [](unsigned char c) { return c < 0x20 || c == 0x7F; }), "a control character");
        spelled += "/" + percent(segment);
    }
    if (target->trailing_slash || spelled.empty()) spelled += "/";
    for (std::size_t i = 0; const auto& [name, value] : target->query)
        spelled += (i++ == 0 ? "?" : "&") + percent(name) + "=" + percent(value);
    // Decoded once and for all: written with other letters it is the same address.
    auto again = parse_target(spelled, "firm.example:8443");
    fuzz::must(again && again->segments == target->segments && again->query == target->query, "an address that decodes twice");
    fuzz::must(again->trailing_slash == target->trailing_slash, "an address that ends otherwise");

    Request request;
    request.query = target->query;
    routes::Query query(request);
    auto limit = query.number_if("limit", {1, 1000});
    fuzz::must(!limit || (*limit >= 1 && *limit <= 1000), "a number outside of its range");
    static_cast<void>(query.truth("all"));
    static_cast<void>(query.id_if<MatterId>("matter"));
    auto cursor = query.text_if("cursor");
    if (query.done()) fuzz::must(target->query.size() <= 4, "a parameter that nobody asked for");
}

FUZZ_TARGET(numbers) {
    if (auto number = routes::parse_number(text(input)))
        fuzz::must(std::to_string(*number) == text(input), "a second spelling of a number");
}
