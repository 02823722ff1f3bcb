// SPDX-License-Identifier: Apache-2.0
#include "app/say.hpp"

#include <cstdio>

#include "cli/command.hpp"

namespace muniment::app {

void say(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

int failed(const Error& error) {
    // What is not there on this machine is hidden from nobody: the sentence that a server needs would only confuse.
    auto text = error.problem == Problem::not_found && !error.detail.empty() ? error.detail : error.text();
    std::fprintf(stderr, "muniment: %s\n", text.c_str());
    switch (error.problem) {
        case Problem::locked: return static_cast<int>(cli::ExitCode::locked);
        case Problem::denied:
        case Problem::wrong_key: return static_cast<int>(cli::ExitCode::denied);
        default: return static_cast<int>(cli::ExitCode::failed);
    }
}

int usage(std::string_view line) {
    std::fprintf(stderr, "muniment: %.*s\n", static_cast<int>(line.size()), line.data());
    return static_cast<int>(cli::ExitCode::usage);
}

}  // namespace muniment::app
