// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"

#include <time.h>

#include <array>
#include <charconv>
#include <cstdio>

#include "base/limits.hpp"

namespace muniment {
namespace {

using namespace std::chrono;

/// Reads exactly `width` digits at `at`, or gives -1.
int digits(std::string_view text, std::size_t at, std::size_t width) {
    if (at + width > text.size()) return -1;
    int value = 0;
    for (auto c : text.substr(at, width)) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

}  // namespace

std::string to_rfc3339(Instant t) {
    sys_time<microseconds> point{microseconds(t.us)};
    auto day = floor<days>(point);
    year_month_day date{day};
    hh_mm_ss time{point - day};
    std::array<char, 64> out;
    int n = std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                          static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                          static_cast<int>(time.seconds().count()));
    std::string text(out.data(), static_cast<std::size_t>(n));
    if (auto us = time.subseconds().count(); us != 0) {
        n = std::snprintf(out.data(), out.size(), ".%06d", static_cast<int>(us));
        text.append(out.data(), static_cast<std::size_t>(n));
    }
    return text + 'Z';
}

Result<Instant> parse_rfc3339(std::string_view text) {
    auto bad = [] { return fail(Problem::malformed, "a time that is not RFC 3339 in UTC"); };
    if (text.size() < 20 || text.size() > 30 || !text.ends_with('Z')) return bad();
    int y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2);
    int h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2);
    bool marks = text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' && text[16] == ':';
    if (!marks || y < 0 || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 59) return bad();
    year_month_day date{year(y), month(static_cast<unsigned>(mo < 0 ? 0 : mo)), day(static_cast<unsigned>(d < 0 ? 0 : d))};
    if (!date.ok()) return bad();
    std::int64_t fraction = 0;
    auto rest = text.substr(19, text.size() - 20);
    if (!rest.empty()) {
        if (rest[0] != '.' || rest.size() < 2 || rest.size() > 7) return bad();
        int value = digits(rest, 1, rest.size() - 1);
        if (value < 0) return bad();
        fraction = value;
        for (auto i = rest.size(); i < 7; ++i) fraction *= 10;
    }
    auto point = sys_days(date) + hours(h) + minutes(mi) + seconds(s) + microseconds(fraction);
    return Instant{duration_cast<microseconds>(point.time_since_epoch()).count()};
}

Instant SystemClock::now() const { return {duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()}; }

Duration SystemClock::steady() const {
#ifdef CLOCK_BOOTTIME
    // The steady clock of the standard library stands still while the machine sleeps: afterwards the wall clock would seem to have
    // jumped, and what was to wait for an hour would wait for longer.
    timespec now{};
    if (::clock_gettime(CLOCK_BOOTTIME, &now) == 0) return duration_cast<microseconds>(seconds(now.tv_sec) + nanoseconds(now.tv_nsec));
#endif
    return duration_cast<microseconds>(steady_clock::now().time_since_epoch());
}

std::optional<Duration> ClockWatch::look() {
    auto by = apart() - apart_;
    if (by <= limits::clock_step_max && by >= -limits::clock_step_max) return std::nullopt;
    apart_ += by;
    return by;
}

}  // namespace muniment
