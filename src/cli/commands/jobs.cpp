// SPDX-License-Identifier: Apache-2.0
// jobs: what Muniment does by itself.
#include <boost/json.hpp>

#include "cli/api.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/show.hpp"
#include "cli/json.hpp"
#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

namespace json = boost::json;

/// "2026-11-26 02:00", UTC.
std::string minute_of(const json::value& job, const char* name) {
    const auto* moment = job.as_object().if_contains(name);
    if (!moment) return "–";
    auto text = std::string(moment->as_string()).substr(0, 16);
    if (text.size() == 16) text[10] = ' ';
    return text;
}

std::string counts_of(const json::value& job) {
    std::string out;
    for (const auto& [name, count] : job.at("counts").as_object())
        out += (out.empty() ? "" : ", ") + json::serialize(count) + " " + std::string(name);
    return out;
}

/// "done: 120345 entries", "failed 4 times: no-room"
std::string last_of(const json::value& job) {
    const auto result = text_of(job, "result");
    if (result == "none") return "never ran";
    if (result == "failed") {
        const auto tries = number_of(job, "tries");
        return "failed" + (tries > 1 ? " " + std::to_string(tries) + " times" : std::string()) + ": " + text_of(job, "problem");
    }
    const auto counts = counts_of(job);
    return (result == "found" ? "LOOK AT IT" : "done") + (counts.empty() ? "" : ": " + counts);
}

int list(const Arguments& arguments) {
    return show_list(arguments, connect(arguments).list("/api/v1/jobs"),
                     {"Job", "State", "Last", "Ended (UTC)", "Next (UTC)", "What it does"},
                     [](const json::value& job) -> std::vector<std::string> {
                         return {text_of(job, "name"),      text_of(job, "state"),       last_of(job),
                                 minute_of(job, "ended"), minute_of(job, "due"), text_of(job, "text")};
                     });
}

json::value named(Api& api, const std::string& name) {
    const auto all = api.list("/api/v1/jobs");
    for (const auto& job : all)
        if (text_of(job, "name") == name) return job;
    usage("There is no job “" + printable(name) + "”; `muniment-cli jobs list` shows them.");
}

int order(const Arguments& arguments, const std::string& verb, const std::string& said) {
    auto api = connect(arguments);
    const auto job = named(api, arguments.get("job"));
    const auto now = api.change("POST", "/api/v1/jobs/" + text_of(job, "name") + "/" + verb, number_of(job, "revision"));
    return show(arguments, now, said);
}

int run(const Arguments& arguments) { return order(arguments, "run", "It runs now; `jobs list` shows how it goes."); }
int pause(const Arguments& arguments) { return order(arguments, "pause", "Paused. It does not run until `jobs resume`."); }
int resume(const Arguments& arguments) { return order(arguments, "resume", "It runs again when it is due."); }

Command ordering(std::string name, std::string line, int (*run)(const Arguments&)) {
    return {.name = std::move(name),
            .line = std::move(line),
            .options = {{.name = "job", .value = "NAME", .help = "from jobs list", .required = true}},
            .run = run};
}

}  // namespace

std::vector<Command> job_commands() {
    return {
        {.name = "jobs", .line = "What Muniment does by itself"},
        {.name = "jobs list",
         .line = "List jobs: when each is next, and how it last ended",
         .text = "A job that is late, hangs, failed three times or found something is an alarm, and stands in the log.\n"
                 "A job that failed is tried again after a minute, then later and later, at most after an hour.\n",
         .run = list},
        ordering("jobs run", "Run a job now", run),
        ordering("jobs pause", "Pause a job; a run under way ends within a minute, and goes on there later", pause),
        ordering("jobs resume", "Let a paused job go on", resume),
    };
}

}  // namespace muniment::cli
