// SPDX-License-Identifier: Apache-2.0
#include "server/routes/input.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <set>

#include "base/limits.hpp"
#include "server/etag.hpp"

namespace muniment::server::routes {
namespace {

namespace json = boost::json;

/// Walks through a JSON text to find what the parser would forgive: of doubled keys it takes the last, and then what a proxy or a
/// person saw first is not what we act on.
struct KeysStandOnce {
    static constexpr std::size_t max_object_size = limits::json_list_items_max, max_array_size = limits::json_list_items_max;
    static constexpr std::size_t max_key_size = limits::field_name_chars_max, max_string_size = limits::json_body_bytes_max;
    using Code = json::error_code;
    using Text = json::string_view;

    std::vector<std::set<std::string>> objects;
    std::string key;
    bool doubled = false;

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_array_begin(Code&) { return true; }
    bool on_array_end(std::size_t, Code&) { return true; }
    bool on_object_begin(Code&) { return objects.emplace_back(), true; }
    bool on_object_end(std::size_t, Code&) { return objects.pop_back(), true; }
    bool on_string_part(Text, std::size_t, Code&) { return true; }
    bool on_string(Text, std::size_t, Code&) { return true; }
    bool on_key_part(Text part, std::size_t, Code&) { return key.append(part), true; }
    bool on_key(Text part, std::size_t, Code& code) {
        key.append(part);
        doubled = !objects.back().insert(std::move(key)).second;
        key.clear();
        if (doubled) code = json::error::syntax;
        return !doubled;
    }
    bool on_number_part(Text, Code&) { return true; }
    bool on_int64(std::int64_t, Text, Code&) { return true; }
    bool on_uint64(std::uint64_t, Text, Code&) { return true; }
    /// 1e400 is infinite to us and refused by the next reader.
    bool on_double(double number, Text, Code& code) {
        if (!std::isfinite(number)) code = json::error::exponent_overflow;
        return std::isfinite(number);
    }
    bool on_bool(bool, Code&) { return true; }
    bool on_null(Code&) { return true; }
    bool on_comment_part(Text, Code&) { return true; }
    bool on_comment(Text, Code&) { return true; }
};

/// A name out of a request, as it may be repeated to who sent it.
std::string shown(std::string_view name) {
    std::string plain;
    for (char c : name.substr(0, limits::field_name_chars_max)) plain.push_back(c > ' ' && c <= '~' ? c : '?');
    return plain;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

Result<Fields> Fields::parse(View body) {
    json::parse_options options;
    options.max_depth = limits::json_depth_max;
    json::basic_parser<KeysStandOnce> walk(options);
    json::error_code code;
    auto size = walk.write_some(false, reinterpret_cast<const char*>(body.data()), body.size(), code);
    if (walk.handler().doubled) return fail(Problem::malformed, "a field stands twice in the JSON");
    if (code || size != body.size()) return fail(Problem::malformed, "the body is not JSON, or is nested too deep or too long");
    auto value = json::parse(muniment::text(body), code, {}, options);
    if (code || !value.is_object()) return fail(Problem::malformed, "the body is not a JSON object");
    return Fields(std::move(value.get_object()));
}

void Fields::refuse(std::string_view name, std::string_view why) {
    complaint_.raise(Error(Problem::malformed, "the field " + shown(name) + " " + std::string(why)));
}

std::optional<json::value> Fields::take(std::string_view name) {
    auto* at = object_.if_contains(name);
    if (!at) return std::nullopt;
    auto value = std::move(*at);
    object_.erase(name);
    return value;
}

json::value Fields::take_required(std::string_view name) {
    auto value = take(name);
    if (!value) refuse(name, "is missing");
    return value ? std::move(*value) : json::value();
}

bool Fields::take_null(std::string_view name) {
    const auto* at = object_.if_contains(name);
    if (!at || !at->is_null()) return false;
    object_.erase(name);
    return true;
}

std::string Fields::checked_text(std::string_view name, const json::value& value, std::size_t bytes_max) {
    const auto* string = value.if_string();
    if (!string) {
        refuse(name, "is not a string");
        return {};
    }
    if (string->size() > bytes_max) {
        auto limit = std::to_string(bytes_max);
        complaint_.raise(Error(Problem::too_large, "more than " + limit + " bytes in the field " + shown(name)));
    }
    return std::string(*string);
}

std::string Fields::text(std::string_view name, std::size_t bytes_max) {
    return checked_text(name, take_required(name), bytes_max);
}

std::optional<std::string> Fields::text_if(std::string_view name, std::size_t bytes_max) {
    auto value = take(name);
    return value ? std::optional(checked_text(name, *value, bytes_max)) : std::nullopt;
}

std::uint64_t Fields::number(std::string_view name, Between allowed) {
    if (!has(name)) refuse(name, "is missing");
    return number_if(name, allowed).value_or(allowed.min);
}

std::optional<std::uint64_t> Fields::number_if(std::string_view name, Between allowed) {
    auto value = take(name);
    if (!value) return std::nullopt;
    std::optional<std::uint64_t> number;
    if (value->is_uint64()) number = value->get_uint64();
    if (value->is_int64() && value->get_int64() >= 0) number = static_cast<std::uint64_t>(value->get_int64());
    if (number && *number >= allowed.min && *number <= allowed.max) return number;
    refuse(name, "is not a whole number from " + std::to_string(allowed.min) + " to " + std::to_string(allowed.max));
    return std::nullopt;
}

std::optional<Instant> Fields::time_if(std::string_view name) {
    constexpr std::size_t time_chars_max = 32;
    auto spelled = text_if(name, time_chars_max);
    if (!spelled) return std::nullopt;
    auto time = parse_rfc3339(*spelled);
    if (time) return *time;
    refuse(name, "is not a time of RFC 3339 in UTC");
    return std::nullopt;
}

std::optional<Instant> Fields::time_or_null(std::string_view name) { return take_null(name) ? std::nullopt : time_if(name); }

std::vector<std::string> Fields::texts(std::string_view name, std::size_t bytes_max) {
    auto value = take_required(name);
    std::vector<std::string> all;
    if (const auto* list = value.if_array()) {
        for (const auto& each : *list) all.push_back(checked_text(name, each, bytes_max));
    } else {
        refuse(name, "is not a list");
    }
    return all;
}

Fields Fields::object(std::string_view name) {
    auto value = take_required(name);
    if (auto* object = value.if_object()) return Fields(std::move(*object));
    refuse(name, "is not an object");
    return {};
}

Result<void> Fields::done() const {
    CHECK(complaint_.result());
    if (object_.empty()) return {};
    return fail(Problem::malformed, "the field " + shown(object_.begin()->key()) + " is not known here");
}

Query::Query(const Request& request) : left_(request.query) {}

void Query::refuse(std::string_view name) {
    complaint_.raise(Error(Problem::malformed, "the parameter " + shown(name) + " does not have a value that it can have"));
}

std::optional<std::string> Query::text_if(std::string_view name) {
    auto at = std::ranges::find(left_, name, [](const auto& each) { return std::string_view(each.first); });
    if (at == left_.end()) return std::nullopt;
    auto value = std::move(at->second);
    left_.erase(at);                           // a second one of that name is left over, and refused
    return value;
}

std::optional<std::uint64_t> Query::number_if(std::string_view name, Between allowed) {
    auto spelled = text_if(name);
    if (!spelled) return std::nullopt;
    auto number = parse_number(*spelled);
    if (number && *number >= allowed.min && *number <= allowed.max) return number;
    refuse(name);
    return std::nullopt;
}

bool Query::truth(std::string_view name) { return word(name, {"false", "true"}) == "true"; }

std::string Query::word(std::string_view name, std::initializer_list<std::string_view> words) {
    auto said = text_if(name).value_or(std::string(*words.begin()));
    if (std::ranges::find(words, said) == words.end()) refuse(name);
    return said;
}

Result<void> Query::done() const {
    CHECK(complaint_.result());
    if (left_.empty()) return {};
    return fail(Problem::malformed, "the parameter " + shown(left_.front().first) + " is not known here, or stands twice");
}

std::optional<std::uint64_t> parse_number(std::string_view digits) {
    std::uint64_t number = 0;
    const auto* end = digits.data() + digits.size();
    auto [stopped, error] = std::from_chars(digits.data(), end, number);
    if (error != std::errc() || stopped != end || (digits.size() > 1 && digits.starts_with('0'))) return std::nullopt;
    return number;
}

Result<std::uint64_t> if_match(const Request& request) {
    auto said = request.headers.list("If-Match");
    if (!said) return fail(Problem::precondition_missing);
    auto tag = parse_etag(*said);
    auto revision = tag && !tag->weak ? parse_number(tag->opaque) : std::nullopt;
    if (!revision) return fail(Problem::malformed, "If-Match is one revision, quoted");
    return *revision;
}

Result<std::string> idempotency_key(const Request& request) {
    auto key = request.headers.list("Idempotency-Key").value_or("");
    auto printable = [](char c) { return c >= '!' && c <= '~'; };
    if (key.empty() || key.size() > limits::idempotency_key_chars_max || !std::ranges::all_of(key, printable))
        return fail(Problem::malformed, "making something needs an Idempotency-Key of 1 to 255 printable characters");
    return key;
}

Result<void> check_content_type(const Request& request, std::string_view expected) {
    auto said = request.headers.list("Content-Type").value_or("");
    auto type = std::string(trimmed(std::string_view(said).substr(0, said.find(';'))));
    for (char& c : type)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    if (type != expected) return fail(Problem::unsupported, "the Content-Type must be " + std::string(expected));
    return {};
}

}  // namespace muniment::server::routes
