// SPDX-License-Identifier: Apache-2.0
#include "duties/jobs/job.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "base/limits.hpp"

namespace muniment::duties {
namespace {

namespace json = boost::json;
constexpr std::uint8_t format = 1;

std::string spelled(const std::map<std::string, std::uint64_t>& counts) {
    json::object out;
    for (const auto& [name, count] : counts) out[name] = count;
    auto text = json::serialize(out);
    return text.size() > limits::job_facts_bytes_max ? std::string("{}") : text;
}

Result<std::map<std::string, std::uint64_t>> counts_in(std::string_view text) {
    boost::system::error_code wrong;
    auto parsed = json::parse(text, wrong);
    if (wrong || !parsed.is_object()) return fail(Problem::corrupt, "a job's counts");
    std::map<std::string, std::uint64_t> counts;
    for (const auto& [name, value] : parsed.as_object()) {
        auto number = value.to_number<std::uint64_t>(wrong);
        if (wrong) return fail(Problem::corrupt, "a job's counts");
        counts.emplace(name, number);
    }
    return counts;
}

}  // namespace

bool operator==(const JobState& a, const JobState& b) { return a.number == b.number && encode(a) == encode(b); }

Bytes encode(const JobState& s) {
    Writer w;
    w.u8(format).i64(s.due.us).raw(s.holder).i64(s.began.us).i64(s.ended.us).i64(s.succeeded.us);
    w.u8(static_cast<std::uint8_t>(s.result)).u32(s.tries).str(s.problem);
    w.u8(s.paused).raw(View(s.paused_by)).i64(s.paused_at.us).u8(s.progress.found).str(s.progress.cursor);
    w.str(spelled(s.progress.counts));
    return std::move(w).take();
}

Result<JobState> decode_job_state(View plain) {
    Reader r(plain);
    if (r.u8() != format) return fail(Problem::too_new, "a job's row");
    JobState s;
    s.due = {r.i64()};
    s.holder = r.array<16>();
    s.began = {r.i64()};
    s.ended = {r.i64()};
    s.succeeded = {r.i64()};
    auto result = r.u8();
    s.tries = r.u32();
    s.problem = string(r.str(limits::problem_name_bytes_max));
    auto paused = r.u8();
    s.paused_by = {r.array<16>()};
    s.paused_at = {r.i64()};
    auto found = r.u8();
    s.progress.cursor = bytes(r.str(limits::job_cursor_bytes_max));
    auto facts = string(r.str(limits::job_facts_bytes_max));
    CHECK(r.done("a job's row"));
    if (result > static_cast<std::uint8_t>(JobResult::found) || paused > 1 || found > 1) return fail(Problem::corrupt, "a job's row");
    s.result = static_cast<JobResult>(result);
    s.paused = paused == 1;
    s.progress.found = found == 1;
    TRY(s.progress.counts, counts_in(facts));
    return s;
}

Instant next_due(Instant due, Duration every, Instant now) {
    if (due > now) return due;
    return due + every * ((now - due) / every + 1);
}

Duration back_off(std::uint32_t tries, Duration every) {
    auto wait = limits::job_retry_first * (std::int64_t{1} << std::min<std::uint32_t>(tries > 0 ? tries - 1 : 0, 20));
    return std::min({Duration(wait), Duration(limits::job_retry_longest), every});
}

bool is_due(const JobState& state, Duration every, Instant now) {
    return state.due <= now || state.due - now > every + Duration(limits::clock_step_max);
}

}  // namespace muniment::duties
