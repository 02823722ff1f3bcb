// SPDX-License-Identifier: Apache-2.0
// What Muniment does by itself, from the book of jobs: late, failing, hanging, paused, or with something found.
#include "app/doctor/findings.hpp"

namespace muniment::app {
namespace {

Finding& finding_of(const JobSight& view, Findings& found) {
    const auto& state = view.state;
    auto job = "The job " + std::string(view.name.text());
    if (view.hangs)
        return found.red("jobs.state", job + " hangs: a step of it does not return.",
                         "Look at the disk, the database or the bucket that it reads; start the server again.");
    if (view.late)
        return found.red(
            "jobs.state", job + " is late: it was due at " + to_rfc3339(state.due) + ", and nobody has begun it.",
            "muniment jobs run " + std::string(view.name.text()) + "; where that changes nothing, look at the log.");
    if (state.tries > 0)
        return found.warning("jobs.state", job + " failed " + std::to_string(state.tries) + " times (" + state.problem + ").",
                             "It is tried again by itself; muniment jobs list says when.");
    if (state.result == duties::JobResult::found)
        return found.red("jobs.state", job + " found something that a person must look at.",
                         "The record names it: muniment log, and muniment jobs list for the counts.");
    if (state.paused)
        return found.warning("jobs.state", job + " was paused at " + to_rfc3339(state.paused_at) + ".",
                             "muniment jobs resume " + std::string(view.name.text()));
    return found.good("jobs.state", job + (view.held ? " runs." : " is in time."));
}

}  // namespace

void look_at_jobs(const Sight& sight, Findings& found) {
    if (!sight.server || !sight.server->open || sight.server->copy) return;
    if (!sight.server->jobs) {
        found.warning("jobs.state", "The book of jobs cannot be read just now.", "Look at the database.");
        return;
    }
    for (const auto& view : *sight.server->jobs) {
        auto& finding = finding_of(view, found);
        finding.subject = view.name.text();
        finding.values["tries"] = view.state.tries;
    }
}

}  // namespace muniment::app
