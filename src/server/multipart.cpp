// SPDX-License-Identifier: Apache-2.0
#include "server/multipart.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace muniment::server {
namespace {

constexpr std::string_view head_end = "\r\n\r\n", line_end = "\r\n", closing = "--";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
bool same_word(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

std::string_view take(std::string_view& rest, std::size_t count) {
    auto taken = rest.substr(0, count);
    rest.remove_prefix(taken.size());
    return taken;
}

/// RFC 2046 section 5.1.1: bchars, and no blank at the end. Blanks inside are left out: nobody sends them.
bool is_boundary(std::string_view text) {
    static constexpr std::string_view marks = "'()+_,-./:=?";
    auto allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || marks.contains(c);
    };
    return !text.empty() && text.size() <= limits::boundary_chars_max && std::ranges::all_of(text, allowed);
}

/// `form-data; name="about"; filename="…"`: the name stands first wherever it is sent from, and nothing behind it matters to
/// us (what the paper is called stands in `about`, where it is sealed with it).
bool names_part(std::string_view disposition, std::string_view part) {
    constexpr std::string_view type = "form-data;";
    if (!same_word(disposition.substr(0, type.size()), type)) return false;
    auto rest = trimmed(disposition.substr(type.size()));
    auto wanted = "name=\"" + std::string(part) + "\"";
    return rest.starts_with(wanted) && (rest.size() == wanted.size() || rest[wanted.size()] == ';');
}

struct PartHead {
    std::string_view disposition, type;
};

Result<PartHead> parse_head(std::string_view lines) {
    PartHead head;
    while (!lines.empty()) {
        auto line = take(lines, lines.find(line_end));
        lines.remove_prefix(std::min(line_end.size(), lines.size()));
        auto colon = line.find(':');
        auto control = [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7F; };
        if (colon == 0 || colon == std::string_view::npos || line.starts_with(' ') || line.starts_with('\t') ||
            std::ranges::any_of(line, control))
            return fail(Problem::malformed, "a part's head has a line that is no field");
        auto name = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
        auto& known = same_word(name, "Content-Disposition") ? head.disposition : head.type;
        if (same_word(name, "Content-Transfer-Encoding") && !same_word(value, "binary"))
            return fail(Problem::unsupported, "a part must come as it is, without a transfer encoding");
        if (!same_word(name, "Content-Disposition") && !same_word(name, "Content-Type")) continue;
        if (!known.empty()) return fail(Problem::malformed, "a part's head has a field twice");
        known = value;
    }
    return head;
}

}  // namespace

Result<std::string> multipart_boundary(std::string_view content_type) {
    const auto type_end = std::min(content_type.find(';'), content_type.size());
    auto type = trimmed(content_type.substr(0, type_end));
    if (!same_word(type, "multipart/form-data"))
        return fail(Problem::unsupported, "the Content-Type must be multipart/form-data");
    auto parameter = trimmed(content_type.substr(std::min(type_end + 1, content_type.size())));
    constexpr std::string_view name = "boundary=";
    if (!same_word(parameter.substr(0, name.size()), name)) return fail(Problem::malformed, "the Content-Type names no boundary");
    auto boundary = parameter.substr(name.size());
    const bool quoted = boundary.size() >= 2 && boundary.starts_with('"') && boundary.ends_with('"');
    if (quoted) boundary = boundary.substr(1, boundary.size() - 2);
    if (!is_boundary(boundary)) return fail(Problem::malformed, "the boundary is not one of RFC 2046");
    return std::string(boundary);
}

Result<void> Multipart::add(View step) {
    for (auto rest = text(step); !rest.empty();) {
        switch (state_) {
            case State::opening: CHECK(opening(rest)); break;
            case State::head: CHECK(head(rest)); break;
            case State::body: CHECK(body(rest)); break;
            case State::delimiter: CHECK(delimiter(rest)); break;
            case State::end: CHECK(end(rest)); break;
        }
    }
    return {};
}

Result<void> Multipart::finish() const {
    // RFC 2046: the CRLF behind the closing delimiter belongs to an epilogue, which may be missing altogether.
    if (state_ == State::end && (held_.empty() || held_ == line_end)) return {};
    return fail(Problem::incomplete, "the closing delimiter did not come");
}

/// The first delimiter has no CRLF before it, since nothing may stand there.
Result<void> Multipart::opening(std::string_view& rest) {
    auto wanted = delimiter_.substr(line_end.size()).append(line_end);
    held_.append(take(rest, wanted.size() - held_.size()));
    if (!wanted.starts_with(held_)) return fail(Problem::malformed, "the body does not begin with its boundary");
    if (held_.size() < wanted.size()) return {};
    held_.clear();
    state_ = State::head;
    return {};
}

Result<void> Multipart::head(std::string_view& rest) {
    auto before = held_.size();
    held_.append(rest.substr(0, limits::part_head_bytes_max + head_end.size() - before));
    auto found = held_.find(head_end, before < head_end.size() ? 0 : before - head_end.size() + 1);
    if (found == std::string::npos) {
        rest.remove_prefix(held_.size() - before);
        if (held_.size() >= limits::part_head_bytes_max + head_end.size()) return fail(Problem::too_large, "the head of a part");
        return {};
    }
    rest.remove_prefix(found + head_end.size() - before);
    held_.resize(found);
    TRY(auto parsed, parse_head(held_));
    const bool first = part_ == Part::about;
    if (!names_part(parsed.disposition, first ? "about" : "content"))
        return fail(Problem::malformed, "the parts are `about` and then `content`, and no others");
    if (first && !same_word(trimmed(parsed.type.substr(0, parsed.type.find(';'))), "application/json"))
        return fail(Problem::unsupported, "the part `about` must be application/json");
    held_.clear();
    state_ = State::body;
    return {};
}

Result<void> Multipart::body(std::string_view& rest) {
    if (!held_.empty()) return held_back(rest);
    auto found = rest.find(delimiter_);
    if (found != std::string_view::npos) {
        CHECK(hand_on(take(rest, found)));
        rest.remove_prefix(delimiter_.size());
        return part_ended();
    }
    // The last CR is the only place where a delimiter can begin that this step does not show whole.
    auto window = rest.size() - std::min(rest.size(), delimiter_.size() - 1);
    auto cr = rest.rfind('\r');
    auto kept = cr != std::string_view::npos && cr >= window && delimiter_.starts_with(rest.substr(cr)) ? cr : rest.size();
    CHECK(hand_on(take(rest, kept)));
    held_ = take(rest, rest.size());
    return {};
}

/// What is held is the beginning of a delimiter: either the rest of it follows, or it was content after all.
Result<void> Multipart::held_back(std::string_view& rest) {
    auto common = std::ranges::mismatch(rest, std::string_view(delimiter_).substr(held_.size())).in1 - rest.begin();
    auto more = rest.substr(0, static_cast<std::size_t>(common));
    if (held_.size() + more.size() < delimiter_.size() && more.size() < rest.size()) {
        // The delimiter has a single CR, so none can begin within what is held: it is content, and `rest` is looked at anew.
        auto content = std::exchange(held_, {});
        return hand_on(content);
    }
    held_.append(take(rest, more.size()));
    return held_.size() == delimiter_.size() ? part_ended() : Result<void>{};
}

Result<void> Multipart::hand_on(std::string_view piece) {
    if (piece.empty()) return {};
    if (part_ == Part::content) return parts_.content(view(piece));
    if (about_.size() + piece.size() > limits::about_bytes_max) return fail(Problem::too_large, "the part `about`");
    about_.insert(about_.end(), piece.begin(), piece.end());
    return {};
}

Result<void> Multipart::part_ended() {
    held_.clear();
    state_ = State::delimiter;
    return part_ == Part::about ? parts_.about(about_) : Result<void>{};
}

/// Behind a delimiter: CRLF and another part, or two dashes and the end.
Result<void> Multipart::delimiter(std::string_view& rest) {
    held_.append(take(rest, closing.size() - held_.size()));
    if (held_.size() < closing.size()) return {};
    const auto next = std::exchange(held_, {});
    if (part_ == Part::about && next == line_end) {
        part_ = Part::content;
        state_ = State::head;
        return {};
    }
    if (part_ == Part::content && next == closing) {
        state_ = State::end;
        return {};
    }
    return fail(Problem::malformed, "the parts are `about` and then `content`, and no others");
}

Result<void> Multipart::end(std::string_view& rest) {
    held_.append(take(rest, line_end.size() + 1 - held_.size()));
    if (!line_end.starts_with(held_)) return fail(Problem::malformed, "something follows the end of the body");
    return {};
}

}  // namespace muniment::server
