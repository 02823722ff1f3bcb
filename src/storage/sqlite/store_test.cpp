// SPDX-License-Identifier: Apache-2.0
// What only a database in a file can suffer: another opener, another version, damage, a full disk, a killed process.
#include "storage/sqlite/store.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <fstream>

#include "base/limits.hpp"
#include "storage/conformance/scratch.hpp"
#include "storage/open.hpp"

namespace muniment::storage::sqlite {
namespace {

struct SqliteFile : testing::Test {
    Scratch scratch;
    std::filesystem::path path = scratch.path / "data" / "records.db";

    std::unique_ptr<SqliteRecords> open(std::int64_t pages_max = 0) {
        auto records = SqliteRecords::open(path, posix_disk(), {.pages_max = pages_max});
        require(records.has_value(), "the database does not open");
        return *std::move(records);
    }
    Problem refusal() {
        auto records = open_sqlite(path);
        require(!records, "the database opens");
        return records.error().problem;
    }
    std::string content() const {
        std::ifstream stream(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
};

Result<void> append(RecordWriter& w, std::size_t bytes) {
    CHECK(w.append_entry({.leaf = Bytes(bytes, 7)}));
    return {};
}

TEST_F(SqliteFile, KeepsWhatWasCommitted) {
    ASSERT_TRUE(open()->commit([](RecordWriter& w) { return w.put_single("a", {3, bytes("x")}); }));
    EXPECT_EQ(open()->single("a")->value(), (SingleRow{3, bytes("x")}));
}

TEST_F(SqliteFile, IsPrivateWhateverTheUmask) {
    auto former = ::umask(0);
    auto records = open();
    ASSERT_TRUE(records->commit([](RecordWriter& w) { return append(w, 1); }));
    ASSERT_TRUE(records->copy_to(scratch.path / "copy.db"));
    ::umask(former);
    struct stat status{};
    for (const auto& file : std::filesystem::directory_iterator(path.parent_path())) {
        ASSERT_EQ(::stat(file.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0600u) << file.path();
    }
    ASSERT_EQ(::stat((scratch.path / "copy.db").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    ASSERT_EQ(::stat(path.parent_path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(SqliteFile, RefusesASecondOpener) {
    auto first = open();
    EXPECT_EQ(refusal(), Problem::in_use);
    first.reset();
    open();
}

TEST_F(SqliteFile, RefusesANewerSchemaAndTouchesNothing) {
    open();
    {
        auto db = Database::open(path, Database::Mode::write).value();
        ASSERT_TRUE(db->run("INSERT INTO muniment_schema VALUES (2, 2, 0); PRAGMA user_version = 2; PRAGMA wal_checkpoint(TRUNCATE)"));
    }
    auto before = content();
    EXPECT_EQ(refusal(), Problem::too_new);
    EXPECT_EQ(content(), before);
}

TEST_F(SqliteFile, RefusesAnotherProgramsDatabase) {
    std::filesystem::create_directory(path.parent_path());
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, "CREATE TABLE theirs (a)", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(db);
    auto before = content();
    EXPECT_EQ(refusal(), Problem::corrupt);
    EXPECT_EQ(content(), before);
}

TEST_F(SqliteFile, RefusesWhatIsNoDatabase) {
    std::filesystem::create_directory(path.parent_path());
    std::ofstream(path) << std::string(10'000, 'x');
    EXPECT_EQ(refusal(), Problem::corrupt);
}

TEST_F(SqliteFile, ADamagedRowIsCorruptAndNotAWrongValue) {
    ASSERT_TRUE(open()->commit([](RecordWriter& w) { return w.put_key({OwnerKind::matter, {{1}}, 1, {}}); }));
    {
        auto db = Database::open(path, Database::Mode::write).value();
        ASSERT_TRUE(db->run("UPDATE key_records SET kind = 9"));
    }
    auto records = open();
    EXPECT_EQ(records->for_each_key([](const KeyRow&) { return true; }).error().problem, Problem::corrupt);
    ASSERT_TRUE(records->commit([](RecordWriter& w) { return append(w, 1); }));
    records.reset();
    Database::open(path, Database::Mode::write).value()->run("UPDATE entries SET owner = x'00'").value();
    EXPECT_EQ(open()->for_each_entry(0, 1, [](const EntryRow&) { return true; }).error().problem, Problem::corrupt);
}

TEST_F(SqliteFile, ACutFileIsAnErrorAndNotACrash) {
    {
        auto records = open();
        for (int n = 0; n < 50; ++n) ASSERT_TRUE(records->commit([](RecordWriter& w) { return append(w, 2'000); }));
    }
    auto size = std::filesystem::file_size(path);
    for (auto cut : {size / 2, size / 2 + 100, std::uintmax_t{4'096}, std::uintmax_t{1'000}, std::uintmax_t{99}}) {
        std::filesystem::resize_file(path, cut);
        auto records = open_sqlite(path);
        auto read = records ? (*records)->for_each_entry(0, UINT64_MAX, [](const EntryRow&) { return true; })
                            : Result<void>(std::unexpected<Error>(records.error()));
        ASSERT_FALSE(read) << cut;
        EXPECT_TRUE(read.error().problem == Problem::corrupt || read.error().problem == Problem::unavailable)
            << read.error().detail;
    }
}

TEST_F(SqliteFile, WritesNothingMoreOnceAnotherProcessWrote) {
    auto records = open();
    auto put = [&] { return records->commit([](RecordWriter& w) { return w.put_single("a", {3, bytes("x")}); }); };
    ASSERT_TRUE(put());
    // Other connections of ours read, and copies are made: that is not writing.
    ASSERT_TRUE(records->single("a"));
    ASSERT_TRUE(records->copy_to(scratch.path / "copy.db"));
    ASSERT_TRUE(put());
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "SELECT * FROM singles", nullptr, nullptr, nullptr), SQLITE_OK);
    ASSERT_TRUE(put());
    ASSERT_EQ(sqlite3_exec(other, "UPDATE singles SET number = 2", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(other);
    EXPECT_EQ(put().error().problem, Problem::corrupt);
    EXPECT_EQ(put().error().problem, Problem::corrupt);
    records.reset();
    records = open();
    EXPECT_TRUE(put());
}

TEST_F(SqliteFile, AFullDiskFailsTheWorkAndNotTheStore) {
    auto records = open(120);
    Result<void> done;
    std::uint64_t kept = 0;
    while ((done = records->commit([](RecordWriter& w) { return append(w, 3'000); })) && kept < 1'000) ++kept;
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().problem, Problem::no_room);
    EXPECT_GT(kept, 10u);
    EXPECT_EQ(records->entry_count().value(), kept);
    // Work that does not look at its errors is not half committed.
    EXPECT_FALSE(records->commit([](RecordWriter& w) -> Result<void> {
        static_cast<void>(append(w, 100'000).has_value());
        return w.put_single("after", {1, {}});
    }));
    EXPECT_FALSE(records->single("after")->has_value());
    // Room is made, and it works again.
    ASSERT_TRUE(records->commit([](RecordWriter& w) { return w.replace_detail(0, OwnerKind::firm, {}, {}); }));
    EXPECT_EQ(records->entry_count().value(), kept);
}

TEST_F(SqliteFile, CopiesTheWholeWhileItIsInUse) {
    auto records = open();
    ASSERT_TRUE(records->commit([](RecordWriter& w) { return append(w, 10); }));
    auto copied = scratch.path / "copies" / "records.db";
    std::filesystem::create_directory(copied.parent_path());
    ASSERT_TRUE(records->copy_to(copied));
    EXPECT_EQ(records->copy_to(copied).error().problem, Problem::conflict);
    ASSERT_TRUE(records->commit([](RecordWriter& w) { return append(w, 10); }));
    EXPECT_EQ(open_sqlite(copied).value()->entry_count().value(), 1u);
    EXPECT_EQ(records->entry_count().value(), 2u);
}

TEST_F(SqliteFile, TheWalIsEmptiedNowAndThen) {
    auto records = open();
    auto wal = path;
    wal += "-wal";
    for (int n = 0; n < 200; ++n) ASSERT_TRUE(records->commit([](RecordWriter& w) { return append(w, 200'000); }));
    // 40 MB were written. Each page takes 24 bytes more in the WAL; one commit here is some 50 pages.
    EXPECT_LT(std::filesystem::file_size(wal), (limits::wal_pages_max + 200u) * (4'096 + 24));
    EXPECT_GT(std::filesystem::file_size(path), 20'000u * 1'024);
}

TEST_F(SqliteFile, KeepsEveryAcknowledgedEntryOfAKilledProcess) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        auto records = open();
        std::vector<std::thread> callers;
        for (int t = 0; t < 8; ++t)
            callers.emplace_back([&] {
                for (;;) {
                    std::uint64_t sequence = 0;
                    auto done = records->commit([&](RecordWriter& w) -> Result<void> {
                        TRY(sequence, w.append_entry({.leaf = Bytes(100, 1)}));
                        return w.put_single(std::to_string(sequence), {sequence, {}});
                    });
                    if (!done || ::write(pipe[1], &sequence, sizeof sequence) != sizeof sequence) ::_exit(1);
                }
            });
        for (auto& caller : callers) caller.join();
    }
    ::close(pipe[1]);
    std::vector<std::uint64_t> acknowledged;
    std::uint64_t sequence = 0;
    auto next = [&] { return ::read(pipe[0], &sequence, sizeof sequence) == sizeof sequence; };
    while (acknowledged.size() < 500 && next()) acknowledged.push_back(sequence);
    ::kill(child, SIGKILL);
    while (next()) acknowledged.push_back(sequence);
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(pipe[0]);
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_GE(acknowledged.size(), 500u);

    auto records = open();
    std::uint64_t count = 0;
    ASSERT_TRUE(records->for_each_entry(0, UINT64_MAX, [&](const EntryRow& row) { return row.sequence == count++; }));
    EXPECT_EQ(records->entry_count().value(), count);
    EXPECT_GT(count, *std::ranges::max_element(acknowledged));
    for (auto kept : acknowledged) ASSERT_TRUE(records->single(std::to_string(kept))->has_value()) << kept;
}

}  // namespace
}  // namespace muniment::storage::sqlite
