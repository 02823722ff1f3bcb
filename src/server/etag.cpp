// SPDX-License-Identifier: Apache-2.0
#include "server/etag.hpp"

#include <algorithm>

namespace muniment::server {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// Takes one tag off the front. A comma may stand inside the quotes, so a list cannot be split first.
Result<ETag> take_etag(std::string_view& text) {
    ETag tag;
    if (text.starts_with("W/")) {
        tag.weak = true;
        text.remove_prefix(2);
    }
    const auto end = text.starts_with('"') ? text.find('"', 1) : std::string_view::npos;
    if (end == std::string_view::npos) return fail(Problem::malformed, "an entity tag without quotes");
    tag.opaque = text.substr(1, end - 1);
    // etagc = %x21 / %x23-7E / obs-text
    const auto etagc = [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F; };
    if (!std::ranges::all_of(tag.opaque, etagc)) return fail(Problem::malformed, "an entity tag with a blank in it");
    text.remove_prefix(end + 1);
    return tag;
}

}  // namespace

Result<ETag> parse_etag(std::string_view text) {
    text = trimmed(text);
    TRY(auto tag, take_etag(text));
    if (!text.empty()) return fail(Problem::malformed, "more than one entity tag");
    return tag;
}

Result<ETagList> parse_etag_list(std::string_view text) {
    ETagList list;
    text = trimmed(text);
    if (text == "*") {
        list.any = true;
        return list;
    }
    while (true) {
        if (list.tags.size() == etags_max) return fail(Problem::malformed, "more than 64 entity tags");
        TRY(auto tag, take_etag(text));
        list.tags.push_back(std::move(tag));
        text = trimmed(text);
        if (text.empty()) return list;
        if (!text.starts_with(',')) return fail(Problem::malformed, "entity tags without a comma between them");
        text = trimmed(text.substr(1));
    }
}

bool if_match_holds(const ETagList& condition, const std::optional<ETag>& current) {
    if (!current) return false;
    return condition.any || std::ranges::any_of(condition.tags, [&](const ETag& tag) { return tag.strongly_equals(*current); });
}

bool if_none_match_holds(const ETagList& condition, const std::optional<ETag>& current) {
    if (!current) return true;
    return !condition.any && std::ranges::none_of(condition.tags, [&](const ETag& tag) { return tag.weakly_equals(*current); });
}

}  // namespace muniment::server
