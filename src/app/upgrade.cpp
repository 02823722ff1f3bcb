// SPDX-License-Identifier: Apache-2.0
// `muniment upgrade`: what a newer program needs of the data, said (--check) or done. docs/operate/upgrade.md.
#include <boost/json.hpp>
#include <cstdio>

#include "app/app.hpp"
#include "app/asking.hpp"
#include "app/control.hpp"
#include "app/home.hpp"
#include "app/say.hpp"
#include "app/version.hpp"
#include "base/limits.hpp"
#include "storage/migration.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;
using storage::MigrationStage;
using storage::SchemaSight;

/// Where a copy is made by us: of how many bytes, and what is left there.
struct Copying {
    std::uint64_t needs = 0, free = 0;
    bool fits() const { return free > needs + limits::disk_reserve_bytes; }
};

struct Outlook {
    SchemaSight schema;
    std::optional<Copying> copying;                   ///< SQLite
    bool server = false;
    std::string packs;                                ///< why the newest pack cannot be read; empty where all is well

    bool waits() const { return !schema.ahead.empty(); }
    bool needed() const { return !schema.too_new && !schema.runs; }
    bool can() const { return !schema.too_new && packs.empty() && (!waits() || !copying || copying->fits()); }
};

std::uint64_t size_of(const std::filesystem::path& path) {
    std::error_code failed;
    auto size = std::filesystem::file_size(path, failed);
    return failed ? 0 : size;
}

Copying copying_of(const Home& home) {
    auto wal = home.database();
    wal += "-wal";
    auto room = storage::room_at(home.data());
    return {size_of(home.database()) + size_of(wal), room ? room->free_bytes : 0};
}

/// The newest pack has the newest format.
std::string newest_pack(const Home& home) {
    auto nothing = [](const storage::PackRow&) { return fail(Problem::internal, "nothing is written here"); };
    auto packs = home.bucket ? home.bucket->open(nothing, storage::Missing::refuse)
                             : storage::open_pack_folder(home.packs(), nothing, storage::Missing::refuse);
    if (!packs) return packs.error().text();
    auto all = (*packs)->packs();
    if (!all) return all.error().text();
    if (all->empty()) return "";
    auto checked = (*packs)->check(all->back());
    return checked ? "" : checked.error().text();
}

Result<Outlook> look(const Home& home) {
    Outlook outlook;
    if (home.postgresql.empty()) {
        TRY(outlook.schema, storage::look_at_sqlite_schema(home.database()));
        outlook.copying = copying_of(home);
    } else {
        TRY(outlook.schema, storage::look_at_postgresql_schema(home.postgresql));
    }
    outlook.server = ask_control(home.control(), {{"ask", "status"}}).has_value();
    outlook.packs = newest_pack(home);
    return outlook;
}

json::object as_json(const Home& home, const Outlook& outlook) {
    json::array steps;
    for (const auto& step : outlook.schema.ahead)
        steps.push_back(json::object{{"format", step.version}, {"what", step.what}, {"former_release_runs", !step.contracts}});
    json::object said{{"program", program_version()},
                      {"database", json::object{{"driver", home.postgresql.empty() ? "sqlite" : "postgresql"},
                                                {"format", outlook.schema.version},
                                                {"least", outlook.schema.least},
                                                {"known", outlook.schema.known}}},
                      {"home", json::object{{"format", home_format}}},
                      {"packs", json::object{{"readable", outlook.packs.empty()}}},
                      {"steps", std::move(steps)},
                      {"needed", outlook.needed()},
                      {"possible", outlook.can()},
                      {"server_runs", outlook.server}};
    if (outlook.copying)
        said["copy"] = json::object{{"needs_bytes", outlook.copying->needs}, {"free_bytes", outlook.copying->free},
                                    {"fits", outlook.copying->fits()}};
    return said;
}

void say_steps(const SchemaSight& schema) {
    for (const auto& step : schema.ahead)
        say("  step to " + std::to_string(step.version) + ": " + step.what +
            (step.contracts ? "; AFTERWARDS FORMER RELEASES CANNOT RUN (only with --finish)"
                            : "; the former release runs on the result too"));
}

std::string mib(std::uint64_t bytes) { return std::to_string(bytes / limits::MiB + 1) + " MiB"; }

/// What `serve` of this program does about it.
std::string verdict(const Home& home, const Outlook& outlook) {
    const auto& schema = outlook.schema;
    if (schema.too_new) return "This program is too old for these data: use the newer one.";
    if (!outlook.packs.empty()) return "The packs cannot be read: " + outlook.packs;
    if (!outlook.waits())
        return schema.version > schema.known
                   ? "Nothing to do: a newer program has added to these data, and this one still runs on them."
                   : "Nothing to do.";
    if (outlook.copying && !outlook.copying->fits())
        return "There is no room for the copy: " + mib(outlook.copying->needs) + " are needed besides the reserve, " +
               mib(outlook.copying->free) + " are free.";
    if (schema.runs)
        return "This program runs on them as they are. When no former release is needed any more: muniment upgrade --finish";
    if (!home.postgresql.empty())
        return "Take a pg_dump, then: muniment upgrade --copied. Nodes of the former release may go on meanwhile.";
    if (schema.rest_contracts) return "`serve` takes these steps by itself when it starts, and so does: muniment upgrade";
    return "`serve` refuses to start before: muniment upgrade --finish";
}

void say_outlook(const Home& home, const Outlook& outlook) {
    const auto& schema = outlook.schema;
    say("Program          " + std::string(program_version()));
    say("Database         format " + std::to_string(schema.version) + ", in " +
        (home.postgresql.empty() ? "SQLite" : "PostgreSQL") + "; programs that know format " + std::to_string(schema.least) +
        " run on it; this one knows " + std::to_string(schema.known));
    say("Home folder      format " + std::to_string(home_format));
    say("Packs            " + std::string(outlook.packs.empty() ? "of a format that this program reads" : "NOT READABLE"));
    say("Server           " + std::string(outlook.server ? "runs on this home folder" : "does not run"));
    if (outlook.copying && outlook.waits())
        say("Copy             " + mib(outlook.copying->needs) + " are needed, " + mib(outlook.copying->free) + " are free");
    say_steps(schema);
    say(verdict(home, outlook));
}

/// 0: nothing to do. 3: steps wait, and can be taken. 1: this program and these data do not fit.
int check(const cli::Arguments& given, const Home& home) {
    auto outlook = look(home);
    if (!outlook) return failed(outlook.error());
    if (given.json()) say(json::serialize(as_json(home, *outlook)));
    else say_outlook(home, *outlook);
    if (!outlook->can()) return static_cast<int>(cli::ExitCode::failed);
    return static_cast<int>(outlook->needed() ? cli::ExitCode::partly_failed : cli::ExitCode::ok);
}

storage::TellMigration progress(bool quiet, const Home& home) {
    if (quiet) return {};
    return [&home](MigrationStage stage, std::int64_t version) {
        auto number = std::to_string(version);
        switch (stage) {
            case MigrationStage::copying: return say("Copying the database (format " + number + ") …");
            case MigrationStage::copied:
                return say("A copy that was read again whole: " + home.database().string() + ".schema-" + number);
            case MigrationStage::begun: return say("Step to format " + number + " …");
            case MigrationStage::written: return;
            case MigrationStage::done: return say("Format " + number + ".");
        }
    };
}

Result<void> go_forward(const Home& home, const Outlook& outlook, const cli::Arguments& given) {
    auto which = given.has("--finish") ? storage::Steps::all : storage::Steps::expanding;
    auto tell = progress(given.json(), home);
    if (outlook.schema.too_new) return fail(Problem::too_new, "its data have format " + std::to_string(outlook.schema.version));
    if (!home.postgresql.empty()) {
        if (outlook.waits() && !given.has("--copied"))
            return fail(Problem::conflict,
                        "Muniment makes no copy of a PostgreSQL database: take one with pg_dump, then say --copied");
        return storage::upgrade_postgresql(home.postgresql, which, tell);
    }
    if (outlook.waits() && !outlook.copying->fits())
        return fail(Problem::no_room, "the copy needs " + mib(outlook.copying->needs) + " besides the reserve, and " +
                                          mib(outlook.copying->free) + " are free");
    auto done = storage::upgrade_sqlite(home.database(), which, tell);
    if (!done && done.error().problem == Problem::in_use)
        return fail(Problem::in_use, "a server runs on this home folder: stop it first (systemctl stop muniment)");
    return done;
}

int upgrade(const cli::Arguments& given, const Home& home) {
    auto before = look(home);
    if (!before) return failed(before.error());
    if (auto done = go_forward(home, *before, given); !done) return failed(done.error());
    auto after = look(home);
    if (!after) return failed(after.error());
    if (given.json()) say(json::serialize(as_json(home, *after)));
    else say(verdict(home, *after));
    return after->needed() ? static_cast<int>(cli::ExitCode::partly_failed) : 0;
}

int run(const cli::Arguments& given) {
    auto home = Home::open(home_folder(given.get("--home")));
    if (!home) return failed(home.error());
    return given.has("--check") ? check(given, *home) : upgrade(given, *home);
}

}  // namespace

cli::Command upgrade_command() {
    return {.name = "upgrade",
            .line = "Bring the data forward to what this program needs, or say what that would do",
            .text =
                "The data have a format number of their own. Steps that only add something leave the former release able to "
                "run on the\n"
                "result: on SQLite `serve` takes them by itself, after a copy. Steps that take something away are taken with "
                "--finish\n"
                "alone, and shut former releases out.\n\n"
                "--check changes nothing, and exits 0 where there is nothing to do, 3 where steps are needed and possible, 1 "
                "where this\n"
                "program and these data do not fit.\n\n"
                "On PostgreSQL nobody takes a step but this command. Nodes may go on meanwhile; one that could not go on "
                "afterwards is\n"
                "named, and nothing is done. docs/operate/upgrade.md has the whole way, and the way back.\n",
            .options = {home_option,
                        {"--check", "", "say what would be done, and change nothing"},
                        {"--finish", "", "also take the steps after which former releases cannot run"},
                        {"--copied", "", "PostgreSQL: a copy was made (pg_dump)"}},
            .run = run};
}

}  // namespace muniment::app
