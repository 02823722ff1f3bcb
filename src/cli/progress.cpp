// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <vector>

#include "cli/output.hpp"
#include "cli/terminal.hpp"

namespace muniment::cli {
namespace {

constexpr int bar_columns = 20;
constexpr auto settled = std::chrono::seconds(2);      // before that a rate is only noise
constexpr auto shown_every = std::chrono::milliseconds(200);

double share(const Advance& a) {
    if (a.bytes_all > 0) return std::min(1.0, static_cast<double>(a.bytes) / static_cast<double>(a.bytes_all));
    return a.files_all > 0 ? std::min(1.0, static_cast<double>(a.files) / static_cast<double>(a.files_all)) : 1.0;
}

}  // namespace

std::string spoken_duration(std::chrono::seconds time) {
    const auto seconds = time.count();
    if (seconds < 60) return std::to_string(seconds) + " s";
    if (seconds < 3'600) return std::to_string((seconds + 30) / 60) + " min";
    return std::to_string(seconds / 3'600) + " h " + std::to_string(seconds % 3'600 / 60) + " min";
}

std::string progress_line(const Advance& a, int columns) {
    const auto done = share(a);
    const auto filled = static_cast<int>(done * bar_columns);
    auto percent = std::to_string(static_cast<int>(done * 100));
    percent.insert(0, 3 - std::min<std::size_t>(3, percent.size()), ' ');
    std::vector<std::string> parts = {
        "[" + std::string(filled, '#') + std::string(bar_columns - filled, '-') + "] " + percent + " %",
        byte_count(a.bytes) + " of " + byte_count(a.bytes_all),
        std::to_string(a.files) + " of " + std::to_string(a.files_all) + " files",
    };
    if (a.elapsed >= settled && a.bytes > a.kept) {
        const auto rate = static_cast<double>(a.bytes - a.kept) * 1'000 / static_cast<double>(a.elapsed.count());
        const auto left = static_cast<double>(a.bytes_all - std::min(a.bytes, a.bytes_all)) / rate;
        parts.push_back(byte_count(static_cast<std::uint64_t>(rate)) + "/s");
        parts.push_back(spoken_duration(std::chrono::seconds(static_cast<std::int64_t>(left))) + " left");
    }
    std::string line;
    for (const auto& part : parts) {
        const auto longer = line.empty() ? part : line + "  " + part;
        if (static_cast<int>(longer.size()) >= columns) break;    // the last column would wrap on some terminals
        line = longer;
    }
    return line;
}

Progress::Progress(std::uint64_t bytes_all, std::uint64_t files_all) : bytes_all_(bytes_all), files_all_(files_all) {
    if (!is_terminal(Stream::err)) return;
    shower_ = std::jthread([this](std::stop_token stop) {
        std::mutex mutex;
        std::condition_variable_any woken;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
            show();
            woken.wait_for(lock, stop, shown_every, [] { return false; });
        }
        std::fputs("\r\x1b[K", stderr);
    });
}

Progress::~Progress() = default;

void Progress::show() const {
    const auto elapsed = std::chrono::steady_clock::now() - begun_;
    const auto line = progress_line({bytes_, bytes_all_, files_, files_all_,
                                     std::chrono::duration_cast<std::chrono::milliseconds>(elapsed), kept_},
                                    terminal_columns());
    std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
}

}  // namespace muniment::cli
