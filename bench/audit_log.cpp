// SPDX-License-Identifier: Apache-2.0
// How many entries a second become durable with 64 writers, against a bare probe of the same commit path; how many are verified.
// Prints one JSON object a line: {"name", "value", "unit"}. Runs in a temporary folder, about 20 s.
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>

#include "audit/audit.hpp"
#include "base/random.hpp"
#include "storage/open.hpp"
#include "must.hpp"

namespace {

using namespace muniment;
using Seconds = std::chrono::duration<double>;
constexpr auto measured = std::chrono::seconds(4);

double now() { return Seconds(std::chrono::steady_clock::now().time_since_epoch()).count(); }
void print(const char* name, double value, const char* unit) {
    std::printf("{\"name\": \"%s\", \"value\": %.2f, \"unit\": \"%s\"}\n", name, value, unit);
    std::fflush(stdout);
}

struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("muniment-bench-" + to_uuid_text(new_random_id()));
    Folder() { std::filesystem::create_directory(path); }
    ~Folder() { std::filesystem::remove_all(path); }
};

struct Firm {
    explicit Firm(const std::filesystem::path& file, bool sequencer) : records(must(storage::open_sqlite(file))) {
        must(records->commit([&](storage::RecordWriter& writer) -> Result<void> {
            TRY(ring, keys::Ring::found_in(writer, FirmId::random(), keys::EpochKey::random()));
            return audit::Log::found_in(writer, *ring);
        }));
        log = must(audit::Log::open(*records, ring, clock, {.start_sequencer = sequencer}));
    }
    audit::Leaf leaf() const {
        return {.id = EntryId::fresh(clock.now()), .at = clock.now(), .action = audit::Action::paper_opened,
                .outcome = audit::Outcome::permitted, .person = person, .session = session, .request = RequestId::random(),
                .subjects = {{audit::SubjectKind::matter, matter.bytes}, {audit::SubjectKind::document, matter.bytes}}};
    }
    audit::Draft draft() const {
        return audit::Draft(leaf(), bytes(R"({"purpose":"view","from":"192.0.2.17"})"),
                            {storage::OwnerKind::firm, ring->firm().bytes, ring->firm_details()});
    }
    SystemClock clock;
    PersonId person = PersonId::random();
    SessionId session = SessionId::random();
    MatterId matter = MatterId::random();
    std::unique_ptr<storage::Records> records;
    std::shared_ptr<keys::Ring> ring;
    std::unique_ptr<audit::Log> log;
};

double durable_per_second(const std::filesystem::path& file, bool sequencer) {
    Firm firm(file, sequencer);
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> written{0};
    auto begin = now();
    {
        std::vector<std::jthread> writers;
        for (int i = 0; i < 64; ++i)
            writers.emplace_back([&] {
                while (!stop) {
                    static_cast<void>(must(firm.log->record(firm.draft())));
                    written.fetch_add(1, std::memory_order_relaxed);
                }
            });
        std::this_thread::sleep_for(measured);
        stop = true;
    }
    auto rate = static_cast<double>(written) / (now() - begin);
    return rate;
}

/// What is left when everything of ours is taken away: one thread, raw SQLite, rows of the same sizes, batches of 256, each
/// synced.
double bare_per_second(const std::filesystem::path& file) {
    sqlite3* db = nullptr;
    auto run = [&](const char* sql) {
        if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) die(sqlite3_errmsg(db));
    };
    if (sqlite3_open(file.c_str(), &db) != SQLITE_OK) die("no database");
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
        "CREATE TABLE entries (sequence INTEGER PRIMARY KEY, leaf BLOB NOT NULL, owner_kind INTEGER NOT NULL, owner BLOB NOT "
        "NULL,"
        " detail BLOB NOT NULL) STRICT");
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(db, "INSERT INTO entries (leaf, owner_kind, owner, detail) VALUES (?1, 1, ?2, ?3)", -1, &insert, nullptr);
    auto content = random_bytes<256>();
    std::uint64_t written = 0;
    auto begin = now();
    while (now() - begin < Seconds(measured).count()) {
        run("BEGIN IMMEDIATE");
        for (int i = 0; i < 256; ++i, ++written) {
            sqlite3_bind_blob(insert, 1, content.data(), 145, SQLITE_STATIC);
            sqlite3_bind_blob(insert, 2, content.data(), 16, SQLITE_STATIC);
            sqlite3_bind_blob(insert, 3, content.data(), 112, SQLITE_STATIC);
            if (sqlite3_step(insert) != SQLITE_DONE) die(sqlite3_errmsg(db));
            sqlite3_reset(insert);
        }
        run("COMMIT");
    }
    auto rate = static_cast<double>(written) / (now() - begin);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    return rate;
}

double verified_per_second(const std::filesystem::path& file) {
    constexpr std::uint64_t entries = 1'000'000, batch = 20'000;
    Firm firm(file, false);
    auto leaf = firm.leaf();
    for (std::uint64_t done = 0; done < entries; done += batch)
        must(firm.records->commit([&](storage::RecordWriter& writer) -> Result<void> {
            for (std::uint64_t i = 0; i < batch; ++i) {
                random_fill(leaf.id.bytes);
                TRY(auto sequence,
                    writer.append_entry({0, leaf.encode(), storage::OwnerKind::firm, firm.ring->firm().bytes, Bytes(112)}));
                static_cast<void>(sequence);
            }
            return {};
        }));
    auto begin = now();
    static_cast<void>(must(firm.log->checkpoint_now()));
    print("audit_integrated_per_second", static_cast<double>(entries) / (now() - begin), "entries/s");
    auto key = must(audit::VerifierKey::parse(firm.log->verifier_key()));
    begin = now();
    auto report = must(audit::verify(*firm.records, key));
    auto took = now() - begin;
    require(report.sound() && report.covered == entries, "the seeded log is not sound");
    return static_cast<double>(entries) / took;
}

}  // namespace

int main() {
    Folder folder;
    auto bare = bare_per_second(folder.path / "bare.db");
    print("audit_bare_commit_per_second", bare, "entries/s");
    auto quiet = durable_per_second(folder.path / "quiet.db", false);
    print("audit_durable_per_second_without_sequencer", quiet, "entries/s");
    auto durable = durable_per_second(folder.path / "log.db", true);
    print("audit_durable_per_second", durable, "entries/s");
    print("audit_durable_against_bare", durable / bare, "ratio");
    print("audit_verified_per_second", verified_per_second(folder.path / "verified.db"), "entries/s");
}
