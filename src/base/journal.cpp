// SPDX-License-Identifier: Apache-2.0
#include "base/journal.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "base/journal_level.hpp"
#include "base/meters.hpp"

namespace muniment {
namespace {

std::atomic<Level> least{Level::debug};

std::string_view name(Level level) {
    switch (level) {
        case Level::debug: return "debug";
        case Level::info: return "info";
        case Level::warning: return "warning";
        case Level::error: return "error";
    }
    die("a level that does not exist");
}

}  // namespace

void set_journal_level(Level level) { least = level; }

std::optional<Level> level_named(std::string_view said) {
    for (auto level : {Level::debug, Level::info, Level::warning, Level::error})
        if (name(level) == said) return level;
    return std::nullopt;
}

void journal(Level level, Literal event, std::initializer_list<Field> fields) {
    if (level < least) return;
    std::string line = R"({"time":")" + to_rfc3339(SystemClock().now()) + R"(","level":")";
    line.append(name(level)).append(R"(","event":")").append(event.text()).append("\"");
    for (auto& field : fields) line.append(",\"").append(field.name()).append("\":").append(field.json());
    line += "}\n";
    meters::journal_lines.add();
    if (level == Level::error) meters::journal_errors.add();
    // One call: a pipe takes up to 4096 bytes whole, and no line is near that. Nobody could be told of a failure.
    while (::write(STDERR_FILENO, line.data(), line.size()) < 0 && errno == EINTR) {
    }
}

}  // namespace muniment
