// SPDX-License-Identifier: Apache-2.0
// The one way to fail. A function that can fail returns Result<T>; forgetting to look at it does not compile cleanly.
//
// Promises   An Error names one Problem (problems.def), which fixes what the person reads and the HTTP status, and a detail.
// Assumes    The detail never holds client information: it may be logged. It names things by their random ids.
// Does not   Throw. Exceptions of libraries are turned into a Result where they are called.
#pragma once
#include <cstdint>
#include <expected>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace muniment {

enum class Problem : std::uint8_t {
#define PROBLEM(name, status, sentence) name,
#include "base/problems.def"
#undef PROBLEM
};

std::string_view slug(Problem problem);      ///< "sign-in-refused"
int http_status(Problem problem);            ///< 401
std::string sentence(Problem problem, std::string_view detail);  ///< what the person reads

struct Error {
    Problem problem;
    std::string detail;  ///< a clause without a full stop; no client information
    std::source_location where = std::source_location::current();

    Error(Problem p, std::string d = {}, std::source_location w = std::source_location::current())
        : problem(p), detail(std::move(d)), where(w) {}
    std::string text() const { return sentence(problem, detail); }
};

template <class T>
struct [[nodiscard]] Result : std::expected<T, Error> {
    using std::expected<T, Error>::expected;
};

inline std::unexpected<Error> fail(Problem problem, std::string detail = {},
                                   std::source_location where = std::source_location::current()) {
    return std::unexpected<Error>(Error(problem, std::move(detail), where));
}

/// Dies: for our own bugs only, never for input. Stays on in what ships.
[[noreturn]] void die(std::string_view why, std::source_location where = std::source_location::current());
inline void require(bool holds, std::string_view why, std::source_location where = std::source_location::current()) {
    if (!holds) die(why, where);
}

}  // namespace muniment

#define MUNIMENT_JOIN_(a, b) a##b
#define MUNIMENT_JOIN(a, b) MUNIMENT_JOIN_(a, b)
#define MUNIMENT_TRY_(name, declaration, expression)                       \
    auto name = (expression);                                              \
    if (!name) return std::unexpected<::muniment::Error>(std::move(name).error()); \
    declaration = *std::move(name)
/// TRY(auto rows, table.rows());  declares `rows`, or returns the error to the caller.
#define TRY(declaration, ...) MUNIMENT_TRY_(MUNIMENT_JOIN(try_, __LINE__), declaration, (__VA_ARGS__))
/// CHECK(file.sync());  for Result<void>.
#define CHECK(...)                                                          \
    do {                                                                    \
        if (auto check_ = (__VA_ARGS__); !check_)                           \
            return std::unexpected<::muniment::Error>(std::move(check_).error()); \
    } while (false)
