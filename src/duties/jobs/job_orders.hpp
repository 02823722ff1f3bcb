// SPDX-License-Identifier: Apache-2.0
// What people may do about jobs: look at them, have one run now, pause it, let it go on. Each order is an entry of the log.
#pragma once
#include "access/permit.hpp"
#include "duties/jobs/job_runner.hpp"

namespace muniment::duties {

struct ListJobs {
    static constexpr auto permission = access::Permission::operations_view;
    static constexpr auto entry = audit::Action::jobs_listed;
    static constexpr bool changes = false;
    access::Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {}; }
};

struct ChangeJob {
    static constexpr auto permission = access::Permission::jobs_manage;
    static constexpr auto entry = audit::Action::job_changed;
    static constexpr bool changes = true;
    Id16 job;                                      ///< job_row_id()
    access::Subject subject() const { return {}; }
    std::vector<audit::Subject> subjects() const { return {{audit::SubjectKind::other, job}}; }
};

enum class JobOrder : std::uint8_t { run, pause, resume };

Result<std::vector<JobRunner::View>> list_jobs(JobRunner& runner, const access::Permit<ListJobs>& permit);

/// `expected`: the number of the state that the order was given for; `stale` where it is another by now. `already_done` where it is
/// paused or not paused already, or runs; `conflict` for one to be run that is paused. A paused job that runs ends its run.
Result<JobRunner::View> order(access::Gate& gate, access::Permit<ChangeJob> permit, JobRunner& runner, const Job& job, JobOrder order,
                              std::uint64_t expected);

}  // namespace muniment::duties
