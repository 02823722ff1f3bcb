// SPDX-License-Identifier: Apache-2.0
// The alarm of a wall clock that jumps: times in the record are only worth something as long as the clock is.
//
// A jump against the steady clock becomes an entry and a line of the operations log. At an opening, a clock that stands before the
// newest entry of the log is the same: it was set back while nobody looked. Nothing is refused for it here; sessions do not believe
// a clock that went back (access/authenticate/session.hpp).
#pragma once
#include <mutex>
#include <vector>

#include "audit/log.hpp"
#include "base/clock.hpp"

namespace muniment::audit {

class ClockAlarm {
  public:
    struct Jump {
        Duration by{};               ///< forward, or below zero: back
        Instant seen{};              ///< by the clock after the jump
    };

    explicit ClockAlarm(const Clock& clock) : clock_(clock), watch_(clock) {}

    /// When the log has been opened, before anything else is written.
    void opened(Log& log);
    /// At short intervals. Without a log (the strongroom is locked), and where writing fails, the entry follows when there is one.
    void look(Log* log);
    std::optional<Jump> last() const;         ///< since this process began

  private:
    void raise(Duration by);
    void record(Log& log);

    const Clock& clock_;
    mutable std::mutex mutex_;
    ClockWatch watch_;
    std::vector<Jump> unrecorded_;
    std::optional<Jump> last_;
};

}  // namespace muniment::audit
