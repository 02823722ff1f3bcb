// SPDX-License-Identifier: Apache-2.0
#include "cli/target.hpp"

#include <algorithm>
#include <charconv>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "cli/api.hpp"
#include "cli/json.hpp"
#include "cli/output.hpp"
#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

namespace json = boost::json;
constexpr std::array<std::string_view, 1> by_number = {"number"};

bool names(const json::value& item, std::string_view text, std::span<const std::string_view> exact, std::string_view folded) {
    if (text.empty()) return false;    // many have no number
    if (text_of(item, "id") == text) return true;
    if (std::ranges::any_of(exact, [&](auto field) { return text_of(item, field) == text; })) return true;
    return !folded.empty() && fold_name(text_of(item, folded)) == fold_name(text);
}

[[noreturn]] void several(std::string_view kind, std::string_view text, std::span<const json::value* const> meant) {
    std::string list;
    for (const auto* item : meant)
        list += "\n  " + text_of(*item, "id") + "  " + printable(text_of(*item, "number") + "  " + text_of(*item, "name"));
    usage("“" + printable(text) + "” could be any of these; name the " + std::string(kind) + " by its id:" + list);
}

[[noreturn]] void none(std::string_view kind, std::string_view text) {
    throw Stop(ExitCode::failed, "There is no " + std::string(kind) + " “" + printable(text) + "”, or it is not for you to see.");
}

void check_typed(std::string_view text) {
    if (!check_utf8(view(text)))
        usage("“" + printable(text) + "” is not UTF-8; set the terminal's language (LANG) to one with UTF-8.");
}

std::vector<const json::value*> meant_by(const json::array& items, std::string_view text,
                                         std::span<const std::string_view> exact, std::string_view folded) {
    std::vector<const json::value*> meant;
    for (const auto& item : items)
        if (names(item, text, exact, folded)) meant.push_back(&item);
    return meant;
}

std::string_view without_slashes(std::string_view path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    while (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

template <class Number>
bool parse_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

bool is_id(std::string_view text) { return parse_uuid_text(text).has_value(); }

const json::value& choose(const json::array& items, std::string_view text, std::string_view kind,
                          std::span<const std::string_view> exact, std::string_view folded) {
    check_typed(text);
    const auto meant = meant_by(items, text, exact, folded);
    if (meant.empty()) none(kind, text);
    if (meant.size() > 1) several(kind, text, meant);
    return *meant.front();
}

std::optional<Target> split_target(const json::array& matters, std::string_view text) {
    check_typed(text);
    text = without_slashes(text);
    std::vector<const json::value*> meant;
    std::string path;
    for (auto end = text.size();;) {
        for (const auto* matter : meant_by(matters, text.substr(0, end), by_number, "name"))
            if (std::ranges::find(meant, matter) == meant.end()) {
                meant.push_back(matter);
                path = without_slashes(text.substr(end));
            }
        if (end == 0) break;
        const auto slash = text.rfind('/', end - 1);
        if (slash == std::string_view::npos) break;
        end = slash;
    }
    if (meant.empty()) return std::nullopt;
    if (meant.size() > 1) several("matter", text, meant);
    return Target{meant.front(), path};
}

std::optional<IdAndPath> leading_id(std::string_view text) {
    text = without_slashes(text);
    const auto id = text.substr(0, text.find('/'));
    if (!is_id(id)) return std::nullopt;
    return IdAndPath{std::string(id), std::string(without_slashes(text.substr(id.size())))};
}

std::optional<Citation> citation(std::string_view path) {
    if (path.starts_with('#')) path.remove_prefix(1);
    Citation found;
    const auto dot = path.find('.');
    if (!parse_number(path.substr(0, dot), found.number) || found.number == 0) return std::nullopt;
    if (dot == std::string_view::npos) return found;
    if (!parse_number(path.substr(dot + 1), found.version.emplace())) return std::nullopt;
    return found;
}

/// Matters whose team one is not on are found too, by whoever may read the register. Asked for by nobody else: a refusal would
/// stand in the log.
bool Finder::take_whole_register() {
    if (std::exchange(whole_register_, true)) return false;
    const auto session = api_.get("/api/v1/session");
    const auto& permissions = list_of(session, "permissions");
    if (!std::ranges::any_of(permissions, [](const auto& p) { return p == "register_read"; })) return false;
    matters_ = api_.list("/api/v1/matters?scope=all");
    return true;
}

Finder::Place Finder::place(std::string_view text) {
    if (!matters_) matters_ = api_.list("/api/v1/matters?scope=mine");
    auto target = split_target(*matters_, text);
    if (!target && take_whole_register()) target = split_target(*matters_, text);
    if (!target) {
        if (auto by_id = leading_id(text)) return {api_.get("/api/v1/matters/" + by_id->id), std::move(by_id->path)};
        none("matter", text);
    }
    return {*target->matter, target->path};
}

json::value Finder::matter(std::string_view text) {
    auto found = place(text);
    if (!found.path.empty()) none("matter", text);
    return std::move(found.matter);
}

json::value Finder::person(std::string_view text) {
    if (!people_) people_ = api_.list("/api/v1/people");
    return choose(*people_, text, "person", {}, "sign_in");
}

json::value Finder::group(std::string_view text) {
    if (!groups_) groups_ = api_.list("/api/v1/groups");
    return choose(*groups_, text, "group", {});
}

json::value Finder::client(std::string_view text) {
    if (!clients_) clients_ = api_.list("/api/v1/clients");
    if (is_id(text) && meant_by(*clients_, text, by_number, "name").empty()) return json::object{{"id", text}};
    return choose(*clients_, text, "client", by_number);
}

}  // namespace muniment::cli
