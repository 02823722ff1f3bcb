// SPDX-License-Identifier: Apache-2.0
// The operations log: one JSON object a line on standard error, where systemd's journal takes it up.
//
// For        Whoever runs the machine: what started, what failed, what was damaged. (Who read what is the audit log, not this.)
// Promises   A line is written with one write(2), so that lines of threads do not mix. A value whose type is not declared
//            loggable does not compile: text that came from a person or a paper cannot get in by mistake.
// Does not   Fail, filter or rotate: if standard error is gone, the line is lost and the work goes on.
//
//     journal(Level::warning, "pack.damaged", {{"pack", pack.id}, {"offset", offset}});
//     {"time":"2026-11-23T20:50:05Z","level":"warning","event":"pack.damaged","pack":"0197…","offset":4096}
#pragma once
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

namespace muniment {

enum class Level : std::uint8_t { debug, info, warning, error };

/// Words that stand in our source: made from a string literal while compiling, and from nothing else.
class Literal {
  public:
    template <std::size_t N>
    consteval Literal(const char (&text)[N]) : text_(text, N - 1) {  // NOLINT: a literal is meant to be written as one
        for (char c : text_)
            if (c < ' ' || c > '~' || c == '"' || c == '\\') throw "a literal of the journal needs no escaping in JSON";
    }
    std::string_view text() const { return text_; }

  private:
    std::string_view text_;
};

namespace loggable {

template <class T>
inline constexpr bool is_id = false;
template <class Tag>
inline constexpr bool is_id<Id<Tag>> = true;

template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
                 !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

/// Reads as the compiler's sentence when something else is passed. To log a new kind of thing, declare it here and say why it can
/// hold no client information; do not turn it into text.
template <class T>
concept only_what_can_hold_no_client_information = Number<T> || is_id<T> || std::same_as<T, bool> || std::same_as<T, Problem> ||
                                                   std::same_as<T, Instant> || std::same_as<T, Duration>;

}  // namespace loggable

/// A name and a value, written as JSON at once.
class Field {
  public:
    template <loggable::only_what_can_hold_no_client_information T>
    Field(Literal name, const T& value) : name_(name), json_(json(value)) {}
    Field(Literal name, Literal value) : name_(name), json_(quoted(value.text())) {}
    std::string_view name() const { return name_.text(); }
    std::string_view json() const { return json_; }

  private:
    static std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }
    static std::string json(loggable::Number auto number) { return std::to_string(number); }
    template <class Tag>
    static std::string json(const Id<Tag>& id) { return quoted(id.text()); }
    static std::string json(std::same_as<bool> auto truth) { return truth ? "true" : "false"; }
    static std::string json(Problem problem) { return quoted(slug(problem)); }
    static std::string json(Instant time) { return quoted(to_rfc3339(time)); }
    static std::string json(Duration duration) { return std::to_string(duration.count()); }  ///< microseconds

    Literal name_;
    std::string json_;
};

/// Writes one line, dated by the system's clock.
void journal(Level level, Literal event, std::initializer_list<Field> fields = {});

}  // namespace muniment
