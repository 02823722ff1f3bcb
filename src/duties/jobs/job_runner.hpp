// SPDX-License-Identifier: Apache-2.0
// Runs the jobs of a firm: one thread looks for what is due, and each run has a thread of its own, which the system lets wait behind
// the work of people. Between two steps it rests, writes down now and then how far it has come, and stops where it is asked to.
//
// A step that does not return holds up nobody else: it is told as an alarm, other jobs go on, and stop() says that it is still there.
// The threads are nobody's: each holds the firm while it looks or runs, as a request does, and the last one to leave may be what
// closes it. So a runner may be part of the firm that it works for.
#pragma once
#include <memory>
#include <vector>

#include "base/limits.hpp"
#include "duties/jobs/job_book.hpp"

namespace muniment::duties {

/// What whoever watches over the firm is told.
enum class JobAlarm : std::uint8_t { late = 1, fails = 2, hangs = 3, found = 4 };
Literal alarm_name(JobAlarm alarm);

class JobRunner {
  public:
    /// From any thread of the runner; must not block for long, and must not call it.
    using Tell = std::function<void(const Job&, JobAlarm, const JobState&)>;
    struct Pace {
        Duration look_every = limits::job_look_every;
        Duration kept_every = limits::job_kept_every;
        Duration step_max = limits::job_step_max;
        Duration rest_max = limits::job_rest_max;
        std::size_t at_once_max = limits::jobs_at_once_max;
        /// Asked before a run begins and between its steps: a firm that must not change anything (a copy, one that another database has
        /// taken the place of) does nothing by itself, and is not late.
        std::function<bool()> may = [] { return true; };
    };

    /// `firm`: what owns the gate and all that the jobs use.
    JobRunner(std::weak_ptr<void> firm, access::Gate& gate, std::vector<Job> jobs, Tell tell, Pace pace);
    ~JobRunner();                                  ///< stop(), and waits for no step: what it leaves ends by itself
    JobRunner(const JobRunner&) = delete;
    JobRunner& operator=(const JobRunner&) = delete;

    /// Looks at once: something may have become due.
    void wake();
    /// No run begins any more, those under way end after their step. Gives how many have not ended within `wait`; never waits for the
    /// thread that calls it.
    std::size_t stop(Duration wait);
    std::size_t running() const;

    const std::vector<Job>& jobs() const;
    const Job* named(std::string_view name) const; ///< null where there is none
    struct View {
        const Job* job = nullptr;
        JobState state;
        bool held = false;                         ///< somebody runs it now
        bool late = false;
        bool hangs = false;                        ///< in this process
    };
    Result<std::vector<View>> list();
    Result<View> look_at(const Job& job);
    JobBook& book();

  private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

}  // namespace muniment::duties
