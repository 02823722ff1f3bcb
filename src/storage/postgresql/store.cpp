// SPDX-License-Identifier: Apache-2.0
#include "storage/postgresql/store.hpp"

#include <algorithm>
#include <thread>

#include "base/journal.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "storage/postgresql/migrations.hpp"
#include "storage/postgresql/trust.hpp"

namespace muniment::storage {
namespace postgresql {
namespace {

using Steady = std::chrono::steady_clock;

// Its snapshot is taken by the first SELECT, and so after the lock was had: what others committed before is in it.
const Statement begin_statement{"BEGIN ISOLATION LEVEL SERIALIZABLE"};
const Statement lock_statement{"LOCK TABLE writers IN EXCLUSIVE MODE"};
const Statement heads_statement{"SELECT name, number, value FROM singles WHERE name IN ('key-head', 'gate-head', 'tree')"};
const Statement count_statement{"SELECT coalesce(max(sequence) + 1, 0) FROM entries"};
static_assert(growing_singles == std::array<std::string_view, 3>{"key-head", "gate-head", "tree"});

Result<std::uint64_t> number_in(const Answer& answer) {
    if (answer.rows() != 1) return fail(Problem::corrupt, "the database gave no number");
    Row row(answer, 0);
    auto number = row.number();
    CHECK(row.sound());
    return number;
}

}  // namespace

Result<std::vector<Answer>> Session::ask(std::span<const Statement> statements) {
    bool walking = connection_ != nullptr && connection_->in_transaction();
    for (bool repeats = !walking;; repeats = false) {
        if (!walking && (connection_ == nullptr || !connection_->looks_alive())) {
            TRY(connection_, Connection::reach(settings_, Role::read));
        }
        auto answers = connection_->ask(statements);
        if (answers || !connection_->lost() || !repeats) return answers;
    }
}

Sessions::Lease Sessions::take() {
    std::unique_lock held(lock_);
    came_back_.wait(held, [&] { return !free_.empty() || made_ < limits::record_readers_max; });
    if (free_.empty()) {
        ++made_;
        return Lease(new Session(settings_), {this});
    }
    auto session = std::move(free_.back());
    free_.pop_back();
    return Lease(session.release(), {this});
}

void Sessions::give_back(std::unique_ptr<Session> session) {
    {
        std::lock_guard held(lock_);
        if (session->fresh())
            free_.push_back(std::move(session));
        else
            --made_;
    }
    came_back_.notify_one();
}

Result<std::optional<SingleRow>> Writes::single(std::string_view name) {
    if (const auto* known = transaction_.known_single(name)) return *known;
    TRY(auto row, sql::Writes<Source<Transaction>>::single(name));
    transaction_.know_single(name, row);
    return row;
}
Result<void> Writes::put_single(std::string_view name, const SingleRow& row) {
    CHECK(sql::Writes<Source<Transaction>>::put_single(name, row));
    transaction_.know_single(name, row);
    return {};
}
Result<void> Writes::drop_single(std::string_view name) {
    CHECK(sql::Writes<Source<Transaction>>::drop_single(name));
    transaction_.know_single(name, std::nullopt);
    return {};
}
Result<void> Writes::index_entry(const Id16& subject, std::uint64_t sequence) {
    transaction_.index(subject, sequence);
    return {};
}

PostgresqlRecords::PostgresqlRecords(Settings settings, const PostgresqlForTests& tests)
    : settings_(std::move(settings)), rehearses_(tests.rehearses) {}

Result<std::unique_ptr<PostgresqlRecords>> PostgresqlRecords::open(const std::string& url, const PostgresqlForTests& tests) {
    TRY(auto settings, Settings::from(url, tests));
    std::unique_ptr<PostgresqlRecords> records(new PostgresqlRecords(std::move(settings), tests));
    CHECK(records->connect());
    CHECK(migrate(*records->connection_, records->settings_, migrations()));
    // We are alone, so the rows of others are of processes that have ended.
    Statement mine[] = {{"DELETE FROM writers"},
                        {"INSERT INTO writers (writer, commits) VALUES ($1, 0)", Parameters::of(records->writer_)}};
    TRY(auto answers, records->connection_->ask(mine));
    TRY(records->seen_, records->look());
    return records;
}

/// A connection that may write: nobody else has one, and ours of before, if it still lives, has ended.
Result<void> PostgresqlRecords::connect() {
    TRY(connection_, Connection::reach(settings_, Role::write));
    auto name = Parameters::of("muniment/" + settings_.schema);
    Statement alone{"SELECT CASE WHEN pg_try_advisory_lock(hashtextextended($1, 0)) THEN 1 ELSE 0 END", name};
    for (auto until = Steady::now() + limits::records_lock_wait;;) {
        TRY(auto answer, connection_->ask(alone));
        TRY(auto had, number_in(answer));
        if (had == 1) return {};
        if (Steady::now() > until) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    connection_.reset();
    return fail(Problem::in_use, "the database");
}

Result<PostgresqlRecords::Seen> PostgresqlRecords::look() {
    const Statement statements[] = {heads_statement, count_statement};
    TRY(auto answers, connection_->ask(statements));
    return seen_in(answers[0], answers[1]);
}

Result<PostgresqlRecords::Seen> PostgresqlRecords::seen_in(const Answer& heads, const Answer& count) {
    Seen seen;
    for (auto name : growing_singles) seen.singles.emplace(name, std::nullopt);
    for (int at = 0; at < heads.rows(); ++at) {
        Row row(heads, at);
        auto name = row.text();
        SingleRow single{row.number(), row.blob()};
        CHECK(row.sound());
        seen.singles.insert_or_assign(std::move(name), std::move(single));
    }
    TRY(seen.entries, number_in(count));
    return seen;
}

// As the foreign writes to SQLite's file (docs/decisions): whoever puts rows back as they were, heads and all, must not have us
// seal the heads anew over them. From then on nothing is written here, and whoever opens the records again holds every row
// against the log.
Result<void> PostgresqlRecords::nothing_put_back(const Seen& now) {
    if (now.entries == seen_.entries && now.singles == seen_.singles) return {};
    if (!std::exchange(told_, true)) journal(Level::error, "records.written-by-another");
    return fail(Problem::corrupt, "another process wrote to the database while it was in use");
}

Result<void> PostgresqlRecords::begin() {
    may_repeat_ = undone_ = false;
    if (connection_ == nullptr || !connection_->looks_alive()) CHECK(connect());
    const Statement statements[] = {begin_statement,
                                    lock_statement,
                                    heads_statement,
                                    count_statement,
                                    {"SELECT commits FROM writers WHERE writer = $1", Parameters::of(writer_)}};
    auto answers = connection_->ask(statements);
    if (!answers) {
        may_repeat_ = connection_->passing();
        return std::unexpected<Error>(answers.error());
    }
    TRY(auto now, seen_in((*answers)[2], (*answers)[3]));
    CHECK(nothing_put_back(now));
    TRY(auto commits, number_in((*answers)[4]));
    if (commits != commits_) return fail(Problem::corrupt, "the database does not have the last commit of this process");
    transaction_.begin(*connection_, now.entries, std::move(now.singles));
    return {};
}

Result<void> PostgresqlRecords::commit() {
    if (rehearses_ && !std::exchange(rehearsed_, true)) {
        may_repeat_ = undone_ = true;
        return fail(Problem::busy, "a rehearsal");
    }
    rehearsed_ = false;
    const Statement last[] = {{"UPDATE writers SET commits = $1 WHERE writer = $2", Parameters::of(commits_ + 1, writer_)},
                              {"COMMIT"}};
    auto answers = transaction_.finish(last);
    if (answers && answers->back().done() != "COMMIT") answers = fail(Problem::unavailable, "the database rolled back");
    if (!answers) {
        if (connection_->lost()) {
            CHECK(resolve());
        } else {
            // It said no, so it has undone all.
            undone_ = true;
            may_repeat_ = connection_->passing();
            return std::unexpected<Error>(answers.error());
        }
    }
    ++commits_;
    for (auto name : growing_singles) seen_.singles.insert_or_assign(std::string(name), *transaction_.known_single(name));
    seen_.entries = transaction_.entries();
    transaction_.end();
    return {};
}

/// A commit was sent, and no answer came: asks over new connections until it is known, or for as long as people can be let wait.
Result<void> PostgresqlRecords::resolve() {
    journal(Level::warning, "records.commit-without-answer");
    const Statement statements[] = {begin_statement,
                                    lock_statement,
                                    {"SELECT commits FROM writers WHERE writer = $1", Parameters::of(writer_)},
                                    {"ROLLBACK"}};
    for (auto until = Steady::now() + limits::commit_resolve_wait; Steady::now() < until;) {
        if (auto reached = connect(); !reached) {
            if (reached.error().problem != Problem::unavailable && reached.error().problem != Problem::in_use) return reached;
            continue;
        }
        auto answers = connection_->ask(statements);
        if (!answers) continue;
        TRY(auto commits, number_in((*answers)[2]));
        if (commits == commits_ + 1) return {};
        if (commits != commits_) return fail(Problem::corrupt, "the database does not have the last commit of this process");
        undone_ = may_repeat_ = true;
        return fail(Problem::unavailable, "the database broke the connection before it committed");
    }
    return fail(Problem::unavailable, "the database was lost in the middle of a commit, and whether it was made is not known");
}

void PostgresqlRecords::abandon() {
    transaction_.end();
    if (connection_ == nullptr || connection_->lost() || !connection_->in_transaction()) return;
    if (!connection_->ask({"ROLLBACK"})) connection_.reset();
}

bool PostgresqlRecords::again(int tries) {
    if (!may_repeat_ || tries >= limits::commit_tries_max) return false;
    if (rehearsed_) return true;
    // Who collided goes on at different moments.
    auto chance = random_bytes<1>()[0];
    std::this_thread::sleep_for(std::chrono::milliseconds(chance % (8 << tries)));
    return true;
}

Result<void> PostgresqlRecords::copy_to(const std::string&) {
    return fail(Problem::conflict, "copies of a PostgreSQL database are made by its own tools (pg_dump, pg_basebackup)");
}

}  // namespace postgresql

Result<std::unique_ptr<Records>> open_postgresql(const std::string& url, const PostgresqlForTests& tests) {
    return postgresql::PostgresqlRecords::open(url, tests);
}

Result<PostgresqlFacts> look_at_postgresql(const std::string& url) {
    TRY(auto settings, postgresql::Settings::from(url, {.schema = "muniment", .may_forget = true}));
    TRY(auto connection, postgresql::Connection::open(settings, postgresql::Role::read));
    return postgresql::facts_of(*connection);
}

}  // namespace muniment::storage
