// SPDX-License-Identifier: Apache-2.0
#include "duties/jobs/job_orders.hpp"

#include <boost/json.hpp>

namespace muniment::duties {
namespace {

std::string_view spelled(JobOrder order) {
    switch (order) {
        case JobOrder::run: return "run";
        case JobOrder::pause: return "pause";
        case JobOrder::resume: return "resume";
    }
    return "";
}

Result<void> obey(JobState& state, JobOrder order, const PersonId& who, Instant now, bool held) {
    switch (order) {
        case JobOrder::run:
            if (state.paused) return fail(Problem::conflict, "the job is paused; let it go on first");
            if (held) return fail(Problem::already_done, "the job runs");
            state.due = std::min(state.due, now);
            return {};
        case JobOrder::pause:
            if (state.paused) return fail(Problem::already_done, "the job is paused");
            state.paused = true;
            state.paused_by = who;
            state.paused_at = now;
            return {};
        case JobOrder::resume:
            if (!state.paused) return fail(Problem::already_done, "the job is not paused");
            state.paused = false;
            state.paused_by = {};
            state.paused_at = {};
            return {};
    }
    return {};
}

}  // namespace

Result<std::vector<JobRunner::View>> list_jobs(JobRunner& runner, const access::Permit<ListJobs>&) { return runner.list(); }

Result<JobRunner::View> order(access::Gate& gate, access::Permit<ChangeJob> permit, JobRunner& runner, const Job& job, JobOrder order,
                              std::uint64_t expected) {
    if (permit.action().job != job_row_id(job.name.text())) return fail(Problem::denied);
    TRY(auto before, runner.look_at(job));
    auto who = permit.who().person();
    permit.draft().say(bytes(boost::json::serialize(boost::json::object{{"job", job.name.text()}, {"order", spelled(order)}})));
    CHECK(gate.commit(std::move(permit), [&](storage::RecordWriter& writer, audit::Draft&) {
        return runner.book().change_in(writer, job, [&](JobState& state) -> Result<bool> {
            if (state.number != expected) return fail(Problem::stale);
            CHECK(obey(state, order, who, gate.clock().now(), before.held));
            return true;
        });
    }));
    runner.wake();
    return runner.look_at(job);
}

}  // namespace muniment::duties
