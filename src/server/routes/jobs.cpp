// SPDX-License-Identifier: Apache-2.0
// What Muniment does by itself: listed, run now, paused, gone on with.
#include <algorithm>

#include "server/routes/call.hpp"
#include "server/routes/paging.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {
namespace {

using duties::JobOrder;
using duties::JobResult;
using View = duties::JobRunner::View;
namespace json = boost::json;

std::string_view state_of(const View& view) {
    if (view.hangs) return "hangs";
    if (view.held) return "runs";
    if (view.state.paused) return "paused";
    return view.late ? "late" : "waits";
}

std::string_view name_of(JobResult result) {
    switch (result) {
        case JobResult::none: return "none";
        case JobResult::done: return "done";
        case JobResult::failed: return "failed";
        case JobResult::found: return "found";
    }
    return "none";
}

void put(json::object& out, std::string_view name, Instant moment) {
    if (moment.us != 0) out[name] = to_rfc3339(moment);
}

json::object json_of(const View& view) {
    const auto& state = view.state;
    json::object counts;
    for (const auto& [name, count] : state.progress.counts) counts[name] = count;
    json::object out{{"name", view.job->name.text()},
                     {"text", view.job->line},
                     {"every_seconds", std::chrono::duration_cast<std::chrono::seconds>(view.job->every).count()},
                     {"state", state_of(view)},
                     {"due", to_rfc3339(state.due)},
                     {"result", name_of(state.result)},
                     {"tries", state.tries},
                     {"counts", std::move(counts)},
                     {"revision", state.number}};
    put(out, "began", state.began);
    put(out, "ended", state.ended);
    put(out, "succeeded", state.succeeded);
    if (!state.problem.empty()) out["problem"] = state.problem;
    if (state.paused) out["paused"] = json::object{{"by", state.paused_by.text()}, {"at", to_rfc3339(state.paused_at)}};
    return out;
}

Result<Response> list_jobs(const Call& call, Query& query) {
    TRY(auto paging, Paging::asked(call, query));
    CHECK(query.done());
    TRY(auto permit, call.house.gate.admit(call.who, duties::ListJobs{}, access::Opening::may_stand));
    std::vector<View> all;
    if (call.house.jobs) {
        TRY(all, duties::list_jobs(*call.house.jobs, permit));
    }
    return paging.page(all, [](const View& view) { return duties::job_row_id(view.job->name.text()); }, json_of);
}

Result<Response> ordered(const Call& call, JobOrder order) {
    TRY(auto revision, if_match(call.request));
    const auto* job = call.house.jobs ? call.house.jobs->named(call.path.at("job")) : nullptr;
    if (!job) return fail(Problem::not_found);
    TRY(auto permit, call.house.gate.admit(call.who, duties::ChangeJob{duties::job_row_id(job->name.text())}));
    TRY(auto view, duties::order(call.house.gate, std::move(permit), *call.house.jobs, *job, order, revision));
    return answer(200, json_of(view), view.state.number);
}

}  // namespace

std::vector<Route> jobs(House& house) {
    auto ordering = [&](std::string pattern, std::string operation, JobOrder order) {
        return plain(house, Method::post, std::move(pattern), std::move(operation),
                     [order](const Call& call) { return ordered(call, order); });
    };
    return {asking(house, Method::get, "/api/v1/jobs", "listJobs", list_jobs),
            ordering("/api/v1/jobs/{job}/run", "runJob", JobOrder::run),
            ordering("/api/v1/jobs/{job}/pause", "pauseJob", JobOrder::pause),
            ordering("/api/v1/jobs/{job}/resume", "resumeJob", JobOrder::resume)};
}

}  // namespace muniment::server::routes
