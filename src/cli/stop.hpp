// SPDX-License-Identifier: Apache-2.0
// How a command fails.
//
// Below cli, functions return Result, whose details may be logged and so never name a file or a client. What is said here goes
// to the terminal of the person who typed that name, and always ends the same way: a line on stderr and an exit code. So in
// this module, and nowhere else, a command that cannot go on throws Stop; main_of() catches it, put and get catch it per file.
#pragma once
#include <exception>
#include <string>

#include "base/result.hpp"
#include "cli/command.hpp"

namespace muniment::cli {

class Stop : public std::exception {
  public:
    Stop(ExitCode code, std::string text, std::string problem = {})
        : code_(code), text_(std::move(text)), problem_(std::move(problem)) {}
    const char* what() const noexcept override { return text_.c_str(); }
    ExitCode code() const { return code_; }
    /// The slug of the server's problem ("name-taken"); empty where it is not from the server.
    const std::string& problem() const { return problem_; }

  private:
    ExitCode code_;
    std::string text_;
    std::string problem_;
};

[[noreturn]] inline void usage(std::string text) { throw Stop(ExitCode::usage, std::move(text)); }

ExitCode exit_code_of(std::string_view problem_slug, int http_status);
inline ExitCode exit_code_of(Problem problem) { return exit_code_of(slug(problem), http_status(problem)); }

/// The value, or Stop with the error's sentence.
template <class T>
T must(Result<T> result) {
    if (!result) throw Stop(exit_code_of(result.error().problem), result.error().text());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace muniment::cli
