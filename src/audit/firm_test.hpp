// SPDX-License-Identifier: Apache-2.0
// For this module's tests: a founded firm with a log, in a store of its own.
#pragma once
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>

#include "audit/audit.hpp"
#include "storage/conformance/stores_test.hpp"

namespace muniment::audit::testing {

using storage::testing::Store;

struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("muniment-audit-" + to_uuid_text(new_random_id()));
    Folder() { std::filesystem::create_directory(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
};

/// The sequencer is off unless a test asks for it: tests step it by checkpoint_now().
class Firm {
  public:
    explicit Firm(storage::testing::Store store, LogSettings settings = {.start_sequencer = false})
        : store_(store, file()), settings_(settings), records(store_.open()) {
        auto founded = records->commit([&](storage::RecordWriter& writer) -> Result<void> {
            TRY(ring, keys::Ring::found_in(writer, id, keys::EpochKey::random()));
            return Log::found_in(writer, *ring);
        });
        EXPECT_TRUE(founded) << founded.error().text();
        log = Log::open(*records, ring, clock, settings_).value();
    }

    std::filesystem::path file() const { return folder_.path / "records.db"; }
    const storage::testing::StoreOf& store() const { return store_; }
    Draft draft(std::string_view words = R"({"name":"Nobody"})", Action action = Action::paper_opened) {
        return Draft({.action = action,
                      .outcome = Outcome::permitted,
                      .person = person,
                      .session = SessionId::random(),
                      .request = RequestId::random(),
                      .subjects = {{SubjectKind::matter, matter.bytes}, {SubjectKind::document, new_random_id(), 2}}},
                     bytes(words), {storage::OwnerKind::firm, id.bytes, ring->firm_details()});
    }
    /// In one commit, so that a test does not wait for a sync each.
    void record(std::size_t count) {
        auto done = records->commit([&](storage::RecordWriter& writer) -> Result<void> {
            for (std::size_t i = 0; i < count; ++i) CHECK(log->append_in(writer, draft()));
            return {};
        });
        ASSERT_TRUE(done) << done.error().text();
    }
    VerifierKey key() const { return VerifierKey::parse(log->verifier_key()).value(); }
    Report verified() {
        auto report = verify(*records, key());
        EXPECT_TRUE(report) << report.error().text();
        return report ? *report : Report{};
    }
    /// As after a crash: whatever was not durable is gone.
    Result<void> reopen() {
        log.reset();
        if (store_.keeps()) {
            records.reset();
            records = store_.open();
        }
        TRY(log, Log::open(*records, ring, clock, settings_));
        return {};
    }
    /// What the database's operator can do. The log is closed meanwhile, and not opened again.
    void tamper(const std::string& sql) {
        log_key_ = log->verifier_key();
        log.reset();
        records.reset();
        sqlite3* db = nullptr;
        ASSERT_EQ(sqlite3_open(file().c_str(), &db), SQLITE_OK);
        char* error = nullptr;
        EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
        EXPECT_GT(sqlite3_total_changes(db), 0) << sql;
        sqlite3_free(error);
        sqlite3_close(db);
        records = storage::open_sqlite(file()).value();
    }
    Report verified_after_tampering() { return verify(*records, VerifierKey::parse(log_key_).value()).value(); }

  private:
    Folder folder_;
    storage::testing::StoreOf store_;
    LogSettings settings_;
    std::string log_key_;

  public:
    FirmId id = FirmId::random();
    PersonId person = PersonId::random();
    MatterId matter = MatterId::random();
    ManualClock clock;
    std::unique_ptr<storage::Records> records;
    std::shared_ptr<keys::Ring> ring;
    std::unique_ptr<Log> log;
};

}  // namespace muniment::audit::testing
