// SPDX-License-Identifier: Apache-2.0
#include "app/metrics/metrics.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "app/metrics/exposition.hpp"
#include "app/version.hpp"
#include "base/meters.hpp"

namespace muniment::app {
namespace {

using server::Tally;

double seconds(std::int64_t us) { return static_cast<double>(us) / 1e6; }
double as_number(std::uint64_t number) { return static_cast<double>(number); }

void of_process(Exposition& out) {
    out.family("build_info", "gauge", "1; the label says which program this is.").sample(1, {{"version", program_version()}});
#define METER(name, kind, what)                                                                            \
    if constexpr (meters::Kind::kind == meters::Kind::counter) out.counter(#name "_total", what, meters::name.value()); \
    else out.gauge(#name, what, as_number(meters::name.value()));
#include "base/meters.def"
#undef METER
    auto arena = crypto::arena_status();
    out.gauge("arena_bytes", "Guarded memory for secrets.", as_number(arena.bytes_reserved));
    out.gauge("arena_used_bytes", "Of it, in use.", as_number(arena.bytes_used));
    out.gauge("arena_locked", "1 where all of it is locked in memory.", arena.locked ? 1 : 0);
    std::ifstream in("/proc/self/statm");
    std::uint64_t pages = 0, resident = 0;
    if (in >> pages >> resident)
        out.gauge("resident_bytes", "Memory of this process that is in RAM.",
                  as_number(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
}

/// Rows that nothing was asked of are left out.
std::vector<const Tally::Row*> rows_in_use(const Tally& tally) {
    std::vector<const Tally::Row*> rows;
    tally.for_each([&](const Tally::Row& row) {
        if (std::ranges::any_of(row.outcomes, [](const auto& count) { return count.load() > 0; })) rows.push_back(&row);
    });
    return rows;
}

void of_requests(Exposition& out, const Tally& tally) {
    auto rows = rows_in_use(tally);
    out.family("http_requests_total", "counter",
               "Requests by route, and the class of their status; cut: the client went before it had one.");
    for (const auto* row : rows)
        for (std::size_t i = 0; i < row->outcomes.size(); ++i)
            if (auto count = row->outcomes[i].load(); count > 0)
                out.sample(as_number(count),
                           {{"method", row->method}, {"route", row->route}, {"class", Tally::outcome_names[i]}});
    out.family("http_request_seconds", "histogram", "From the head of a request to its answer, with the body that comes in.");
    for (const auto* row : rows) {
        std::uint64_t all = 0;
        std::string bound;
        for (std::size_t i = 0; i < row->within.size(); ++i) {
            all += row->within[i].load();
            bound = "+Inf";
            if (i < Tally::bounds_us.size()) {
                bound = std::to_string(seconds(Tally::bounds_us[i]));
                bound.erase(bound.find_last_not_of('0') + 1);
                if (bound.ends_with('.')) bound += '0';
            }
            out.sample(as_number(all), {{"method", row->method}, {"route", row->route}, {"le", bound}}, "_bucket");
        }
        Exposition::Labels labels{{"method", row->method}, {"route", row->route}};
        out.sample(seconds(static_cast<std::int64_t>(row->took_us.load())), labels, "_sum");
        out.sample(as_number(all), labels, "_count");
    }
}

void of_jobs(Exposition& out, const Measured& measured) {
    if (!measured.jobs) return;
    out.family("job_overdue_seconds", "gauge",
               "How long a job has been due without having begun; 0 in time, and while it is paused.");
    for (const auto& job : *measured.jobs) {
        bool waits = !job.held && !job.state.paused && job.state.due.us > 0;
        auto overdue = waits ? std::max<std::int64_t>(0, (measured.now - job.state.due).count()) : 0;
        out.sample(seconds(overdue), {{"job", job.name.text()}});
    }
    out.family("job_failed_tries", "gauge", "Runs that failed since the last one that did not.");
    for (const auto& job : *measured.jobs) out.sample(job.state.tries, {{"job", job.name.text()}});
}

void of_findings(Exposition& out, const server::Condition& condition) {
    out.gauge("doctor_looked_seconds", "When the doctor last looked, in seconds since 1970.", seconds(condition.looked_at.us));
    // By name alone: the worst of several subjects, so that there are no more series than checks.
    std::map<std::string_view, Grade> worst;
    std::map<Grade, int> counts{{Grade::good, 0}, {Grade::warning, 0}, {Grade::red, 0}};
    std::optional<std::int64_t> days;
    int slots = 0, holding = 0;
    for (const auto& finding : condition.findings) {
        auto name = finding.name.text();
        ++counts[finding.grade];
        auto [at, fresh] = worst.try_emplace(name, finding.grade);
        at->second = std::max(at->second, finding.grade);
        if (name == "certificate.days") days = finding.values.at("days");
        slots += name == "slots.reach";
        holding += name == "slots.holds" && finding.grade == Grade::good;
    }
    out.family("doctor_findings", "gauge", "Findings of the doctor, by level.");
    for (const auto& [grade, count] : counts) out.sample(count, {{"level", server::name(grade)}});
    out.family("doctor_level", "gauge", "Of each finding: 0 good, 1 warning, 2 red.");
    for (const auto& [name, grade] : worst) out.sample(static_cast<int>(grade), {{"finding", name}});
    out.gauge("slots", "Slots of the firm.", slots);
    out.gauge("slots_holding", "Slots in reach that hold the living key.", holding);
    if (days) out.gauge("certificate_days", "Days until the certificate ends.", static_cast<double>(*days));
}

void of_room(Exposition& out, const Measured& measured) {
    out.family("disk_free_bytes", "gauge", "Room that is left where records and packs lie.");
    for (const auto& [of, room] :
         {std::pair{"records", &measured.room_of_records}, std::pair{"packs", &measured.room_of_packs}})
        if (*room) out.sample(as_number((*room)->free_bytes), {{"of", of}});
}

}  // namespace

std::string metrics(const Measured& measured, const Tally& tally) {
    Exposition out;
    of_process(out);
    out.gauge("open", "1 while somebody has unlocked the firm.", measured.open ? 1 : 0);
    out.gauge("http_connections", "Connections that are open.", static_cast<double>(measured.connections));
    if (measured.log_entries) out.counter("log_entries_total", "Entries of the record.", *measured.log_entries);
    if (measured.sessions)
        out.gauge("sessions", "Sessions and tokens that are valid.", static_cast<double>(*measured.sessions));
    of_room(out, measured);
    of_jobs(out, measured);
    if (measured.condition) of_findings(out, *measured.condition);
    of_requests(out, tally);
    return std::move(out).text();
}

}  // namespace muniment::app
