// SPDX-License-Identifier: Apache-2.0
// Time. A clock is passed in, so that a test owns it; durations are measured by the steady one, dates by the wall.
#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace muniment {

using Duration = std::chrono::microseconds;

/// A moment: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
struct Instant {
    std::int64_t us = 0;
    friend auto operator<=>(Instant, Instant) = default;
    friend Instant operator+(Instant t, Duration d) { return {t.us + d.count()}; }
    friend Instant operator-(Instant t, Duration d) { return {t.us - d.count()}; }
    friend Duration operator-(Instant a, Instant b) { return Duration(a.us - b.us); }
};

std::string to_rfc3339(Instant t);                       ///< 2026-11-23T20:50:05.000001Z; no fraction where it is zero
Result<Instant> parse_rfc3339(std::string_view text);    ///< UTC ("Z") only

class Clock {
  public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;                      ///< wall clock, may jump
    virtual Duration steady() const = 0;                  ///< never goes back, and counts sleep; only differences mean anything
};

class SystemClock final : public Clock {
  public:
    Instant now() const override;
    Duration steady() const override;
};

/// Holds the wall clock against the steady one. Where they part by more than limits::clock_step_max somebody set the wall clock: by
/// hand, by a time service, or to make what happens look earlier or later than it did.
class ClockWatch {
  public:
    explicit ClockWatch(const Clock& clock) : clock_(clock), apart_(apart()) {}
    /// How far the wall clock jumped, forward or back; nothing while the two agree. Small steps add up until they are told as one.
    /// What was told is what later jumps are measured from. One thread at a time.
    std::optional<Duration> look();

  private:
    Duration apart() const { return Duration(clock_.now().us) - clock_.steady(); }
    const Clock& clock_;
    Duration apart_;
};

/// For tests: stands until it is moved.
class ManualClock final : public Clock {
  public:
    explicit ManualClock(Instant start = {1'790'000'000'000'000}) : now_(start) {}
    Instant now() const override { return now_; }
    Duration steady() const override { return steady_; }
    void advance(Duration d) {
        now_ = now_ + d;
        steady_ += d;
    }
    void jump_wall(Duration d) { now_ = now_ + d; }

  private:
    Instant now_;
    Duration steady_{0};
};

}  // namespace muniment
