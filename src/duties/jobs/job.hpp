// SPDX-License-Identifier: Apache-2.0
// A job: a kind of work, how often it is done, and the bounded steps in which it goes.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/journal.hpp"

namespace muniment::duties {

/// How far a run has come. Kept between steps, and written down now and then: a run that was cut off goes on from what was written.
struct JobProgress {
    Bytes cursor;                                  ///< only the job understands it; at most limits::job_cursor_bytes_max
    std::map<std::string, std::uint64_t> counts;   ///< of the whole run, for people: what was looked at, found, removed
    bool found = false;                            ///< something that a person must look at
    /// Not written down: whether it is to stop. A long step asks now and then, and gives way with `true`: more is left.
    std::function<bool()> asked_to_stop = [] { return false; };
};

struct Job {
    Literal name;                                  ///< "log.verify": in rows, in commands; never renamed
    std::string_view line;                         ///< what it does, in a few words
    Duration every;
    Duration late_after;                           ///< this long after it was due, that it has not begun is an alarm
    /// One bounded step, a second at most where the disk is well; true while more is left. Runs again where it was cut off, so what it
    /// does twice must do no harm. Never called by two threads at once.
    std::function<Result<bool>(JobProgress&)> step;
    /// After each step it rests so many times as long as the step took: work of people goes first.
    int rests = 3;
};

enum class JobResult : std::uint8_t { none = 0, done = 1, failed = 2, found = 3 };

/// What the job's row says (docs/formats/jobs.md).
struct JobState {
    std::uint64_t number = 0;                      ///< of the row: changes each time; 0 where there is none yet
    Instant due{};
    Id16 holder{};
    Instant began{}, ended{}, succeeded{};         ///< 0: never
    JobResult result = JobResult::none;
    std::uint32_t tries = 0;                       ///< that failed, since the last that did not
    std::string problem;                           ///< type of the last failure, as on the wire; empty where the last run did not fail
    bool paused = false;
    PersonId paused_by{};
    Instant paused_at{};
    JobProgress progress;

    bool held() const { return holder != Id16{}; }
    friend bool operator==(const JobState&, const JobState&);
};

Bytes encode(const JobState& state);
/// `corrupt` where it is not one; `too_new` where a later program wrote it.
Result<JobState> decode_job_state(View plain);

/// The first moment after `now` that lies a whole number of periods behind `due`: the hour of the day stays, and what was missed is
/// done once.
Instant next_due(Instant due, Duration every, Instant now);
/// How long to wait before the next try.
Duration back_off(std::uint32_t tries, Duration every);
/// It is due, or its date lies so far ahead that somebody must have set the clock back.
bool is_due(const JobState& state, Duration every, Instant now);

}  // namespace muniment::duties
