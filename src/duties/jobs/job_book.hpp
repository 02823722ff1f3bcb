// SPDX-License-Identifier: Apache-2.0
// The book of jobs: one sealed row for each kind, in which whoever runs it writes down that it does, how far it has come and how it
// ended (docs/formats/jobs.md). Where several nodes serve, the row is what makes one of them alone take a job up.
#pragma once
#include "access/gate.hpp"
#include "duties/jobs/job.hpp"

namespace muniment::duties {

class JobBook {
  public:
    /// `self`: this process, until it ends. Where the rows have nodes, the node's id stands for it instead.
    explicit JobBook(access::Gate& gate, Id16 self = new_random_id()) : gate_(gate), self_(self) {}

    /// As it stands. One that was never written is due now.
    Result<JobState> read(const Job& job);
    /// Writes the row of a job that has none: it is due from now on, and late if nobody begins it.
    Result<void> note(const Job& job);
    /// This process takes it up; nothing where it is not due, is paused, or another one has it by now. Not to be asked for a job that
    /// this process is running.
    Result<std::optional<JobState>> claim(const Job& job);
    /// How far the run has come. False where a person has paused the job: then it was put down. `conflict` where the job is not this
    /// process's any more. The run must stop in both cases.
    Result<bool> keep(const Job& job, const JobProgress& progress);
    Result<void> done(const Job& job, const JobProgress& progress);
    Result<void> failed(const Job& job, const JobProgress& progress, const Error& why);
    /// It was asked to stop, and goes on from here later.
    Result<void> put_down(const Job& job, const JobProgress& progress);

    /// Somebody runs it: this process, or a node that lives.
    Result<bool> is_held(const JobState& state);

    using Edit = std::function<Result<bool>(JobState&)>;   ///< false: leave the row as it is
    /// Within a transaction: what `edit` makes of the state is written under the next number.
    Result<void> change_in(storage::RecordWriter& writer, const Job& job, const Edit& edit) const;

  private:
    Id16 self() const;
    Result<JobState> state_in(storage::RecordReader& reader, const Job& job) const;
    Result<void> change(const Job& job, const Edit& edit);
    Result<void> if_ours(const Job& job, const std::function<void(JobState&)>& edit);

    access::Gate& gate_;
    Id16 self_;
};

/// Where a job's row lies.
std::string job_row_name(std::string_view job);
Id16 job_row_id(std::string_view job);

}  // namespace muniment::duties
