// SPDX-License-Identifier: Apache-2.0
#include "app/jobs.hpp"

#include <boost/json.hpp>

#include "app/verify_log.hpp"
#include "base/journal.hpp"
#include "strongroom/matters/content_scrub.hpp"

namespace muniment::app {
namespace {

using duties::Job;
using duties::JobProgress;
using namespace std::chrono_literals;

Job verify_log(OpenFirm& firm, const Home& home) {
    auto step = [&firm, home](JobProgress& progress) -> Result<bool> {
        auto go_on = [&](std::uint64_t, std::uint64_t) { return !progress.asked_to_stop(); };
        auto verified = verify_record(*firm.stores().records, home, {}, {}, go_on);
        if (!verified && verified.error().problem == Problem::stopping) return true;   // from its beginning, another time
        TRY(auto said, std::move(verified));
        for (const char* count : {"entries", "checkpoints", "tiles"}) progress.counts[count] = said.at(count).to_number<std::uint64_t>();
        progress.found = !said.at("sound").as_bool();
        return false;
    };
    return {.name = "log.verify", .line = "Verifies the record: each entry, tile and checkpoint", .every = 24h, .late_after = 12h,
            .step = step, .rests = 0};
}

Job scrub_records(OpenFirm& firm) {
    auto step = [&firm](JobProgress& progress) -> Result<bool> {
        auto more = firm.scrub_some();
        if (more && *more) return true;
        if (!more && more.error().problem != Problem::corrupt) return more;
        progress.found = !more;
        if (auto scrubbed = firm.scrubbed())
            progress.counts = {{"records", scrubbed->report.records}, {"documents", scrubbed->report.documents},
                               {"versions", scrubbed->report.versions}, {"wrong", scrubbed->report.wrong_count}};
        return false;
    };
    // Often enough that a turn of the epoch, which asks for a pass of the last 24 h, never has to wait.
    return {.name = "records.scrub", .line = "Opens every key, name and secret, and compares them with the record", .every = 20h,
            .late_after = 2h, .step = step};
}

Job scrub_content(OpenFirm& firm) {
    auto scrub = std::make_shared<strongroom::ContentScrub>(firm.gate(), firm.papers(), *firm.stores().packs);
    auto step = [scrub](JobProgress& progress) -> Result<bool> {
        auto at = strongroom::ContentScrub::Place::decode(progress.cursor);
        strongroom::ContentScrub::Counts counts;
        auto more = scrub->step(at, counts);
        progress.cursor = at.encode();
        progress.counts["objects"] += counts.objects;
        progress.counts["bytes"] += counts.bytes;
        progress.counts["damaged"] += counts.damaged;
        progress.counts["unreadable"] += counts.unreadable;
        progress.found |= counts.damaged + counts.unreadable > 0;
        return more;
    };
    return {.name = "content.scrub", .line = "Reads every sealed byte of every paper, and names what is damaged", .every = 30 * 24h,
            .late_after = 3 * 24h, .step = step};
}

Job sweep_sessions(OpenFirm& firm) {
    auto step = [&firm](JobProgress& progress) -> Result<bool> {
        TRY(progress.counts["ended"], firm.sign_in().sweep());
        auto& gate = firm.gate();
        CHECK(gate.records().commit([&](storage::RecordWriter& writer) {
            return writer.forget_before((gate.clock().now() - limits::idempotency_kept).us);
        }));
        return false;
    };
    return {.name = "sessions.sweep", .line = "Ends sessions and tokens that are over, and forgets answered requests after a day",
            .every = 1h, .late_after = 6h, .step = step};
}

Job sweep_uploads(OpenFirm& firm) {
    auto step = [&firm](JobProgress& progress) -> Result<bool> {
        // Where another database has taken this one's place, nothing is removed here that it may still name.
        CHECK(firm.check());
        TRY(auto swept, firm.uploads().sweep());
        progress.counts = {{"expired", swept.expired}, {"forgotten", swept.forgotten}, {"damaged", swept.damaged}};
        return false;
    };
    return {.name = "uploads.sweep", .line = "Ends uploads in pieces that nobody went on with", .every = 1h, .late_after = 6h,
            .step = step};
}

}  // namespace

std::vector<Job> jobs_of(OpenFirm& firm, const Home& home) {
    return {verify_log(firm, home), scrub_records(firm), scrub_content(firm), sweep_sessions(firm), sweep_uploads(firm)};
}

duties::JobRunner::Tell tell_of_jobs(OpenFirm& firm) {
    return [&firm](const Job& job, duties::JobAlarm alarm, const duties::JobState& state) {
        auto kind = duties::alarm_name(alarm);
        journal(Level::error, "job.alarm", {{"job", job.name}, {"alarm", kind}});
        boost::json::object words{{"job", job.name.text()}, {"alarm", kind.text()}, {"tries", state.tries}};
        if (!state.problem.empty()) words["problem"] = state.problem;
        auto draft = firm.log().own_draft(audit::Action::job_alarm, audit::Outcome::done, boost::json::serialize(words));
        draft.add(audit::Subject{audit::SubjectKind::other, duties::job_row_id(job.name.text())});
        if (auto recorded = firm.log().record(std::move(draft)); !recorded)
            journal(Level::error, "job.alarm-not-recorded", {{"problem", recorded.error().problem}});
    };
}

}  // namespace muniment::app
