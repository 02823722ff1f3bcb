// SPDX-License-Identifier: Apache-2.0
// What a server at work tells the doctor of itself.
#include "app/serving.hpp"

#include "app/doctor/as_json.hpp"

namespace muniment::app {

/// The firm is held no longer than this takes: whoever locks it waits for those who hold it.
ServerSight Serving::see_itself() {
    ServerSight sight{.keys_locked = crypto::arena_status().locked, .jump = clock_alarm_.last()};
    auto open = firm();
    if (!open) {
        std::lock_guard lock(mutex_);
        if (refused_) sight.why_locked = refused_->text();
        return sight;
    }
    sight.open = true;
    sight.copy = open->slots().is_copy();
    sight.slots = open->slots().report();
    sight.jobs = jobs_of_itself(*open);
    return sight;
}

std::optional<std::vector<JobSight>> Serving::jobs_of_itself(OpenFirm& open) {
    auto* runner = open.house().jobs;
    auto views = runner ? runner->list() : Result<std::vector<duties::JobRunner::View>>();
    if (!views) return std::nullopt;
    std::vector<JobSight> jobs;
    for (auto& view : *views) jobs.push_back({view.job->name, std::move(view.state), view.held, view.late, view.hangs});
    return jobs;
}

/// For the command on this machine, which waits for a look of now.
Result<boost::json::object> Serving::doctor() {
    TRY(auto condition, checkup_.look_anew(std::chrono::seconds(10)));
    return as_json(condition);
}

}  // namespace muniment::app
