// SPDX-License-Identifier: Apache-2.0
#include "audit/clock_alarm.hpp"

#include "base/journal.hpp"
#include "base/limits.hpp"

namespace muniment::audit {
namespace {

/// A clock that jumps to and fro while nothing can be written: the newest of it is enough.
constexpr std::size_t unrecorded_max = 16;

std::int64_t seconds(Duration by) { return std::chrono::duration_cast<std::chrono::seconds>(by).count(); }

}  // namespace

void ClockAlarm::raise(Duration by) {
    Jump jump{by, clock_.now()};
    journal(Level::error, "clock.jumped", {{"seconds", seconds(by)}, {"to", jump.seen}});
    last_ = jump;
    if (unrecorded_.size() == unrecorded_max) unrecorded_.erase(unrecorded_.begin());
    unrecorded_.push_back(jump);
}

void ClockAlarm::record(Log& log) {
    while (!unrecorded_.empty()) {
        const auto& jump = unrecorded_.front();
        auto words = "{\"seconds\":" + std::to_string(seconds(jump.by)) + ",\"to\":\"" + to_rfc3339(jump.seen) + "\"}";
        auto draft = log.own_draft(Action::clock_jumped, Outcome::done, words);
        if (auto written = log.record(std::move(draft)); !written) {
            journal(Level::error, "clock.jump-not-recorded", {{"problem", written.error().problem}});
            return;
        }
        unrecorded_.erase(unrecorded_.begin());
    }
}

void ClockAlarm::opened(Log& log) {
    std::lock_guard held(mutex_);
    auto newest = log.newest_time();
    auto now = clock_.now();
    if (newest && now + limits::clock_step_max < *newest) raise(now - *newest);
    record(log);
}

void ClockAlarm::look(Log* log) {
    std::lock_guard held(mutex_);
    if (auto by = watch_.look()) raise(*by);
    if (log) record(*log);
}

std::optional<ClockAlarm::Jump> ClockAlarm::last() const {
    std::lock_guard held(mutex_);
    return last_;
}

}  // namespace muniment::audit
