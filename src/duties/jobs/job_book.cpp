// SPDX-License-Identifier: Apache-2.0
#include "duties/jobs/job_book.hpp"

#include <algorithm>

#include "base/journal.hpp"
#include "base/limits.hpp"
#include "crypto/hash.hpp"

namespace muniment::duties {
namespace {

keys::Place place_of(const FirmId& firm, std::string_view job, std::uint64_t number) {
    return {keys::Kind::job, firm.bytes, job_row_id(job), number};
}

void ends(JobState& state, Instant now, JobResult result, const JobProgress& progress) {
    state.holder = {};
    state.ended = now;
    state.result = result;
    state.progress = progress;
}

}  // namespace

std::string job_row_name(std::string_view job) { return "job/" + std::string(job); }

Id16 job_row_id(std::string_view job) {
    auto digest = crypto::sha256(view(job_row_name(job)));
    Id16 id;
    std::copy_n(digest.begin(), id.size(), id.begin());
    return id;
}

Id16 JobBook::self() const {
    auto* nodes = gate_.records().nodes();
    return nodes ? nodes->self() : self_;
}

Result<JobState> JobBook::state_in(storage::RecordReader& reader, const Job& job) const {
    TRY(auto row, reader.single(job_row_name(job.name.text())));
    JobState fresh;
    fresh.due = gate_.clock().now();
    if (!row) return fresh;
    const auto& ring = gate_.ring();
    auto plain = keys::open(ring.gate_seal(), ring.firm(), place_of(ring.firm(), job.name.text(), row->number), row->value);
    auto state = plain ? decode_job_state(*plain) : Result<JobState>(std::unexpected(plain.error()));
    if (!state) {
        // What it says is lost; the job itself is safe to do once too often.
        journal(Level::error, "job.row-refused", {{"job", job.name}, {"problem", state.error().problem}});
        fresh.number = row->number;
        return fresh;
    }
    state->number = row->number;
    return state;
}

Result<JobState> JobBook::read(const Job& job) { return state_in(gate_.records(), job); }

Result<void> JobBook::change_in(storage::RecordWriter& writer, const Job& job, const Edit& edit) const {
    TRY(auto state, state_in(writer, job));
    TRY(bool changed, edit(state));
    if (!changed) return {};
    const auto& ring = gate_.ring();
    auto sealed = keys::seal(ring.gate_seal(), ring.firm(), place_of(ring.firm(), job.name.text(), state.number + 1), encode(state));
    return writer.put_single(job_row_name(job.name.text()), {state.number + 1, sealed});
}

Result<void> JobBook::change(const Job& job, const Edit& edit) {
    return gate_.records().commit([&](storage::RecordWriter& writer) { return change_in(writer, job, edit); });
}

Result<bool> JobBook::is_held(const JobState& state) {
    if (!state.held()) return false;
    auto* nodes = gate_.records().nodes();
    if (!nodes) return state.holder == self_;
    TRY(auto living, nodes->list());
    return std::ranges::any_of(living, [&](const storage::NodeRow& node) { return node.node == state.holder; });
}

Result<void> JobBook::note(const Job& job) {
    TRY(auto seen, read(job));
    if (seen.number > 0) return {};
    return change(job, [](JobState& state) -> Result<bool> { return state.number == 0; });
}

Result<std::optional<JobState>> JobBook::claim(const Job& job) {
    TRY(auto seen, read(job));
    TRY(bool held, is_held(seen));
    if ((held && seen.holder != self()) || seen.paused || !is_due(seen, job.every, gate_.clock().now())) return std::optional<JobState>{};
    std::optional<JobState> taken;
    CHECK(change(job, [&](JobState& state) -> Result<bool> {
        taken.reset();
        // What was decided from is what is changed: another node may have been faster.
        if (state.number != seen.number || state.paused) return false;
        // One that was cut off goes on where it was; one that begins counts anew.
        if (state.progress.cursor.empty()) state.progress = {};
        state.holder = self();
        state.began = gate_.clock().now();
        taken = state;
        return true;
    }));
    return taken;
}

Result<void> JobBook::if_ours(const Job& job, const std::function<void(JobState&)>& edit) {
    return change(job, [&](JobState& state) -> Result<bool> {
        if (state.holder != self()) return fail(Problem::conflict, "another node has taken this job up");
        edit(state);
        return true;
    });
}

Result<bool> JobBook::keep(const Job& job, const JobProgress& progress) {
    bool goes_on = true;
    CHECK(if_ours(job, [&](JobState& state) {
        goes_on = !state.paused;
        if (state.paused) state.holder = {};
        state.progress = progress;
    }));
    return goes_on;
}

Result<void> JobBook::put_down(const Job& job, const JobProgress& progress) {
    return if_ours(job, [&](JobState& state) {
        state.holder = {};
        state.progress = progress;
    });
}

Result<void> JobBook::done(const Job& job, const JobProgress& progress) {
    return if_ours(job, [&](JobState& state) {
        auto now = gate_.clock().now();
        ends(state, now, progress.found ? JobResult::found : JobResult::done, progress);
        state.progress.cursor.clear();
        state.succeeded = now;
        state.tries = 0;
        state.problem.clear();
        auto due = is_due(state, job.every, now) ? std::min(state.due, now) : state.due;
        state.due = next_due(due, job.every, now);
    });
}

Result<void> JobBook::failed(const Job& job, const JobProgress& progress, const Error& why) {
    return if_ours(job, [&](JobState& state) {
        auto now = gate_.clock().now();
        ends(state, now, JobResult::failed, progress);
        state.tries += state.tries < UINT32_MAX ? 1 : 0;
        state.problem = slug(why.problem);
        state.due = now + back_off(state.tries, job.every);
    });
}

}  // namespace muniment::duties
