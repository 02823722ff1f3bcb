// SPDX-License-Identifier: Apache-2.0
#include "duties/jobs/job_runner.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/journal.hpp"
#include "base/limits.hpp"

namespace muniment::duties {
namespace {

using Steady = std::chrono::steady_clock;

/// This thread only: what people wait for goes first.
void wait_behind_people() { ::setpriority(PRIO_PROCESS, 0, 10); }

}  // namespace

Literal alarm_name(JobAlarm alarm) {
    switch (alarm) {
        case JobAlarm::late: return "late";
        case JobAlarm::fails: return "fails";
        case JobAlarm::hangs: return "hangs";
        case JobAlarm::found: return "found";
    }
    return "";
}

struct JobRunner::Shared {
    Shared(std::weak_ptr<void> owner, access::Gate& gate, std::vector<Job> all, Tell told, Pace with)
        : firm(std::move(owner)), book(gate), clock(gate.clock()), jobs(std::move(all)), tell(std::move(told)), pace(with) {}

    const std::weak_ptr<void> firm;                // what is below is used only by whoever holds it
    JobBook book;
    const Clock& clock;
    const std::vector<Job> jobs;
    const Tell tell;
    const Pace pace;

    struct Run {
        Steady::time_point step_began;
        bool told = false;                         // that it hangs
    };
    std::mutex mutex;                              // guards all below
    std::condition_variable moved;
    bool stopping = false, look_now = false, looking = true;
    std::map<const Job*, Run> runs;
    std::map<const Job*, Instant> late_told;       // for which date
    std::set<const Job*> noted;                    // the looker's: that have a row
    std::map<const Job*, Problem> claim_told;      // why it could not be begun, until it can

    bool asked_to_stop() {
        {
            std::lock_guard held(mutex);
            if (stopping) return true;
        }
        return !pace.may();
    }
    bool is_late(const Job& job, const JobState& state) const {
        return !state.paused && is_due(state, job.every, clock.now()) && clock.now() - state.due > job.late_after;
    }
    bool hangs(const Job& job) {
        std::lock_guard held(mutex);
        auto run = runs.find(&job);
        return run != runs.end() && Steady::now() - run->second.step_began > pace.step_max;
    }

    static void look(const std::shared_ptr<Shared>& self);
    bool has_room_for(const Job& job);
    void note(const Job& job);
    void tell_of_claim(const Job& job, const Result<std::optional<JobState>>& claimed);
    void tell_of_late(const Job& job);
    void tell_of_hanging();
    static void begin(const std::shared_ptr<Shared>& self, std::shared_ptr<void> held_firm, const Job& job, JobState state);
    void run(const Job& job, JobState state);
    Result<bool> step(const Job& job, JobProgress& progress);
    bool rest(Duration step_took, int times);
    void failed(const Job& job, const JobProgress& progress, const Error& why);
    void done(const Job& job, const JobProgress& progress);
};

// ---- one run, in its own thread ----

Result<bool> JobRunner::Shared::step(const Job& job, JobProgress& progress) {
    {
        std::lock_guard held(mutex);
        runs[&job] = {Steady::now()};
    }
    auto more = job.step(progress);
    std::lock_guard held(mutex);
    runs[&job] = {Steady::time_point::max()};      // at rest
    return more;
}

/// False where it shall stop.
bool JobRunner::Shared::rest(Duration step_took, int times) {
    std::unique_lock held(mutex);
    auto wait = std::min(Duration(step_took * times), pace.rest_max);
    return !moved.wait_for(held, wait, [&] { return stopping; });
}

void JobRunner::Shared::run(const Job& job, JobState state) {
    auto progress = std::move(state.progress);
    progress.asked_to_stop = [this] { return asked_to_stop(); };
    auto kept = Steady::now();
    for (;;) {
        auto began = Steady::now();
        auto more = step(job, progress);
        if (!more) return failed(job, progress, more.error());
        if (!*more) return done(job, progress);
        auto took = std::chrono::duration_cast<Duration>(Steady::now() - began);
        if (!rest(took, job.rests) || !pace.may()) {
            auto put = book.put_down(job, progress);
            if (!put) journal(Level::warning, "job.not-kept", {{"job", job.name}, {"problem", put.error().problem}});
            return;
        }
        if (Steady::now() - kept < pace.kept_every) continue;
        kept = Steady::now();
        auto goes_on = book.keep(job, progress);
        // Another node has it, or the firm cannot be written to: what is done twice does no harm.
        if (!goes_on) journal(Level::warning, "job.given-up", {{"job", job.name}, {"problem", goes_on.error().problem}});
        if (!goes_on || !*goes_on) return;
    }
}

void JobRunner::Shared::done(const Job& job, const JobProgress& progress) {
    if (auto written = book.done(job, progress); !written) {
        journal(Level::warning, "job.not-kept", {{"job", job.name}, {"problem", written.error().problem}});
        return;
    }
    if (!progress.found) return;
    if (auto state = book.read(job)) tell(job, JobAlarm::found, *state);
}

void JobRunner::Shared::failed(const Job& job, const JobProgress& progress, const Error& why) {
    journal(Level::warning, "job.failed", {{"job", job.name}, {"problem", why.problem}});
    if (auto written = book.failed(job, progress, why); !written) return;
    auto state = book.read(job);
    if (state && state->tries >= limits::job_tries_before_alarm) tell(job, JobAlarm::fails, *state);
}

void JobRunner::Shared::begin(const std::shared_ptr<Shared>& self, std::shared_ptr<void> held_firm, const Job& job, JobState state) {
    std::thread([self, held_firm = std::move(held_firm), &job, state = std::move(state)]() mutable {
        wait_behind_people();
        self->run(job, std::move(state));
        std::lock_guard held(self->mutex);
        self->runs.erase(&job);
        self->look_now = true;                     // there is room for another one
        self->moved.notify_all();
    }).detach();
}

// ---- looking for what is due ----

void JobRunner::Shared::note(const Job& job) {
    if (!noted.contains(&job) && book.note(job)) noted.insert(&job);
}

/// A store that cannot be written to begins no job: for whoever runs the machine, once.
void JobRunner::Shared::tell_of_claim(const Job& job, const Result<std::optional<JobState>>& claimed) {
    std::lock_guard held(mutex);
    if (claimed) {
        claim_told.erase(&job);
        return;
    }
    auto problem = claimed.error().problem;
    auto [told, fresh] = claim_told.try_emplace(&job, problem);
    if (!fresh && std::exchange(told->second, problem) == problem) return;
    journal(Level::error, "job.not-begun", {{"job", job.name}, {"problem", problem}});
}

void JobRunner::Shared::tell_of_late(const Job& job) {
    auto state = book.read(job);
    if (!state || !is_late(job, *state)) return;
    auto held = book.is_held(*state);
    if (!held || *held) return;
    {
        std::lock_guard guard(mutex);
        auto& told = late_told[&job];
        if (told == state->due) return;
        told = state->due;
    }
    tell(job, JobAlarm::late, *state);
}

void JobRunner::Shared::tell_of_hanging() {
    std::vector<const Job*> hanging;
    {
        std::lock_guard held(mutex);
        for (auto& [job, run] : runs) {
            if (run.told || run.step_began == Steady::time_point::max() || Steady::now() - run.step_began <= pace.step_max) continue;
            run.told = true;
            hanging.push_back(job);
        }
    }
    for (const auto* job : hanging)
        if (auto state = book.read(*job)) tell(*job, JobAlarm::hangs, *state);
}

/// Takes a place among those that run, which a job that hangs does not count for.
bool JobRunner::Shared::has_room_for(const Job& job) {
    std::lock_guard held(mutex);
    auto at_work = std::ranges::count_if(runs, [](const auto& run) { return !run.second.told; });
    if (stopping || runs.contains(&job) || static_cast<std::size_t>(at_work) >= pace.at_once_max) return false;
    runs[&job] = {Steady::time_point::max()};
    return true;
}

void JobRunner::Shared::look(const std::shared_ptr<Shared>& self) {
    wait_behind_people();
    for (;;) {
        if (auto held_firm = self->firm.lock()) {
            const bool may = self->pace.may();
            if (may)
                for (const auto& job : self->jobs) self->note(job);
            for (const auto& job : self->jobs) {
                if (!may || !self->has_room_for(job)) continue;
                auto claimed = self->book.claim(job);
                self->tell_of_claim(job, claimed);
                if (claimed && *claimed) {
                    begin(self, held_firm, job, std::move(**claimed));
                    continue;
                }
                std::lock_guard held(self->mutex);
                self->runs.erase(&job);
            }
            if (may)
                for (const auto& job : self->jobs) self->tell_of_late(job);
            self->tell_of_hanging();
        }
        std::unique_lock held(self->mutex);
        self->moved.wait_for(held, self->pace.look_every, [&] { return self->stopping || self->look_now; });
        self->look_now = false;
        if (!self->stopping && !self->firm.expired()) continue;
        self->looking = false;
        self->moved.notify_all();
        return;
    }
}

JobRunner::JobRunner(std::weak_ptr<void> firm, access::Gate& gate, std::vector<Job> jobs, Tell tell, Pace pace)
    : shared_(std::make_shared<Shared>(std::move(firm), gate, std::move(jobs), std::move(tell), pace)) {
    std::thread([shared = shared_] { Shared::look(shared); }).detach();
}

JobRunner::~JobRunner() { stop(Duration::zero()); }

void JobRunner::wake() {
    std::lock_guard held(shared_->mutex);
    shared_->look_now = true;
    shared_->moved.notify_all();
}

std::size_t JobRunner::stop(Duration wait) {
    std::unique_lock held(shared_->mutex);
    shared_->stopping = true;
    shared_->moved.notify_all();
    shared_->moved.wait_for(held, wait, [&] { return shared_->runs.empty() && !shared_->looking; });
    return shared_->runs.size();
}

std::size_t JobRunner::running() const {
    std::lock_guard held(shared_->mutex);
    return shared_->runs.size();
}

// ---- for people ----

const std::vector<Job>& JobRunner::jobs() const { return shared_->jobs; }
JobBook& JobRunner::book() { return shared_->book; }

const Job* JobRunner::named(std::string_view name) const {
    auto found = std::ranges::find_if(shared_->jobs, [&](const Job& job) { return job.name.text() == name; });
    return found == shared_->jobs.end() ? nullptr : &*found;
}

Result<JobRunner::View> JobRunner::look_at(const Job& job) {
    View view{.job = &job};
    TRY(view.state, shared_->book.read(job));
    TRY(view.held, shared_->book.is_held(view.state));
    view.hangs = shared_->hangs(job);
    view.late = !view.held && shared_->is_late(job, view.state);
    return view;
}

Result<std::vector<JobRunner::View>> JobRunner::list() {
    std::vector<View> all;
    for (const auto& job : shared_->jobs) {
        TRY(auto view, look_at(job));
        all.push_back(std::move(view));
    }
    return all;
}

}  // namespace muniment::duties
