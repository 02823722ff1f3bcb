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
const Statement last_statement{"SELECT sequence + 1, leaf FROM entries ORDER BY sequence DESC LIMIT 1"};
const Statement moved_statement{"SELECT name, number FROM singles WHERE name IN ('key-head', 'gate-head')"
                                " UNION ALL SELECT 'batch', coalesce(max(batch), 0) FROM writers"};
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
        return Lease(new Session(settings_, generation_), {this});
    }
    auto session = std::move(free_.back());
    free_.pop_back();
    return Lease(session.release(), {this});
}

void Sessions::give_back(std::unique_ptr<Session> session) {
    {
        std::lock_guard held(lock_);
        if (session->fresh() && session->generation() == generation_)
            free_.push_back(std::move(session));
        else
            --made_;
    }
    came_back_.notify_one();
}

void Sessions::renew() {
    {
        std::lock_guard held(lock_);
        ++generation_;
        made_ -= free_.size();
        free_.clear();
    }
    came_back_.notify_all();
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

// A pack that is being written is its node's: whoever comes after a crash leaves those of living nodes alone.
Result<void> Writes::put_pack(const PackRow& row) {
    CHECK(sql::Writes<Source<Transaction>>::put_pack(row));
    if (row.state != PackState::open && row.state != PackState::gathering)
        return source_.write("DELETE FROM open_packs WHERE pack = $1", row.pack);
    return source_.write(
        "INSERT INTO open_packs (pack, node) VALUES ($1, $2) ON CONFLICT (pack) DO UPDATE SET node = excluded.node", row.pack, node_);
}
Result<void> Writes::drop_pack(const PackId& pack) {
    CHECK(sql::Writes<Source<Transaction>>::drop_pack(pack));
    return source_.write("DELETE FROM open_packs WHERE pack = $1", pack);
}

PostgresqlRecords::PostgresqlRecords(Settings settings, const PostgresqlForTests& tests, const NodeSelf& self)
    : settings_(std::move(settings)), self_(self), rehearses_(tests.rehearses), lease_(settings_, tests) {}

PostgresqlRecords::~PostgresqlRecords() {
    if (connection_ != nullptr && !connection_->in_transaction() && connection_->looks_alive()) lease_.give_back(*connection_);
}

Result<std::unique_ptr<PostgresqlRecords>> PostgresqlRecords::open(const std::string& url, const PostgresqlForTests& tests,
                                                                   const NodeSelf& self) {
    TRY(auto settings, Settings::from(url, tests));
    std::unique_ptr<PostgresqlRecords> records(new PostgresqlRecords(std::move(settings), tests, self));
    CHECK(records->connect());
    CHECK(prepare(*records->connection_, records->settings_, migrations()));
    CHECK(records->come());
    return records;
}

/// A connection that may write. Ours of before, if it still lives, holds a lock that each batch waits for.
Result<void> PostgresqlRecords::connect() {
    TRY(connection_, Connection::reach(settings_, Role::write));
    // Perhaps another server answers by now: nobody reads, and no lease is renewed, over a connection to the former one.
    sessions_.renew();
    lease_.connect_anew();
    return {};
}

/// Whoever comes again remembers what it saw: that its lease was ended meanwhile makes no older database the firm's.
Result<void> PostgresqlRecords::is_what_was_left() {
    if (self() == Id16{}) return {};   // it comes for the first time
    TRY(auto now, look());
    TRY(auto answer, connection_->ask({"SELECT commits FROM writers WHERE writer = $1", Parameters::of(writer_)}));
    bool counted = false;
    if (answer.rows() == 1) {
        TRY(auto commits, number_in(answer));
        counted = commits == commits_ || (unknown_ && commits == commits_ + 1);
    }
    TRY(bool grew, grew_from_what_was_seen(now));
    if (counted && grew) return {};
    return fail(Problem::corrupt, "the database is an older one, or another, than this node has seen: rows that were there are not");
}

/// With a lease of its own and nothing seen yet.
Result<void> PostgresqlRecords::come() {
    CHECK(is_what_was_left());
    // Whoever comes again has dropped what it held as the former one.
    if (self() != Id16{}) self_.former = self();
    auto node = new_random_id();
    for (auto until = Steady::now() + limits::records_lock_wait;;) {
        auto taken = lease_.take(*connection_, node, self_);
        if (taken) break;
        if (taken.error().problem != Problem::in_use || Steady::now() > until) return taken;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    {
        std::lock_guard held(self_lock_);
        writer_ = node;
    }
    self_.former.reset();
    commits_ = 0;
    unknown_ = false;
    TRY(seen_, look());
    return {};
}

Result<PostgresqlRecords::Seen> PostgresqlRecords::look() {
    const Statement statements[] = {heads_statement, last_statement, {"SELECT coalesce(max(batch), 0) FROM writers"}};
    TRY(auto answers, connection_->ask(statements));
    TRY(auto seen, seen_in(answers[0], answers[1]));
    TRY(seen.batch, number_in(answers[2]));
    return seen;
}

Result<PostgresqlRecords::Seen> PostgresqlRecords::seen_in(const Answer& heads, const Answer& last) {
    Seen seen;
    for (auto name : growing_singles) seen.singles.emplace(name, std::nullopt);
    for (int at = 0; at < heads.rows(); ++at) {
        Row row(heads, at);
        auto name = row.text();
        SingleRow single{row.number(), row.blob()};
        CHECK(row.sound());
        seen.singles.insert_or_assign(std::move(name), std::move(single));
    }
    if (last.rows() == 0) return seen;
    Row row(last, 0);
    seen.entries = seen.last = row.number();
    seen.leaf = row.blob();
    CHECK(row.sound());
    return seen;
}

// As the foreign writes to SQLite's file (docs/decisions): whoever puts rows back as they were, heads and all, must not have us
// seal the heads anew over them. From then on nothing is written here, and whoever opens the records again holds every row
// against the log.
Result<void> PostgresqlRecords::nothing_put_back(const Seen& now, bool others_wrote) {
    if (!others_wrote) {
        if (now.entries == seen_.entries && now.singles == seen_.singles) return {};
        if (!std::exchange(alarmed_, true)) journal(Level::error, "records.written-by-another");
        return fail(Problem::corrupt, "something that is no node of this firm wrote to the database while it was in use");
    }
    TRY(bool grew, grew_from_what_was_seen(now));
    if (grew) return {};
    if (!std::exchange(alarmed_, true)) journal(Level::error, "records.put-back");
    return fail(Problem::corrupt, "the database is an older one, or another, than this node has seen: rows that were there are not");
}

Result<bool> PostgresqlRecords::grew_from_what_was_seen(const Seen& now) {
    if (now.entries < seen_.entries || now.batch < seen_.batch) return false;
    for (const auto& [name, before] : seen_.singles) {
        if (!before) continue;
        const auto& after = now.singles.at(name);
        if (!after || after->number < before->number) return false;
        if (after->number == before->number && *after != *before) return false;
    }
    if (seen_.last == 0) return true;
    Statement same{"SELECT leaf FROM entries WHERE sequence = $1", Parameters::of(seen_.last - 1)};
    TRY(auto answer, connection_->ask(same));
    if (answer.rows() != 1) return false;
    Row row(answer, 0);
    auto leaf = row.blob();
    CHECK(row.sound());
    return leaf == seen_.leaf;
}

Result<void> PostgresqlRecords::tell_follower(const Seen& now) {
    std::lock_guard held(following_);
    if (follower_ == nullptr) return {};
    const auto &keys = now.singles.at("key-head"), &gate = now.singles.at("gate-head");
    Moved moved{!told_ || told_->keys != keys, !told_ || told_->gate != gate};
    if (!moved.keys && !moved.gate) return {};
    CHECK(follower_->follow(writes_, moved));
    told(now.singles);
    return {};
}

/// Under following_.
void PostgresqlRecords::told(const Heads& heads) {
    told_ = Told{heads.at("key-head"), heads.at("gate-head")};
    auto number = [](const std::optional<SingleRow>& row) { return row ? row->number : 0; };
    told_keys_ = number(told_->keys);
    told_gate_ = number(told_->gate);
    told_all_ = true;
}

Result<void> PostgresqlRecords::begin() {
    may_repeat_ = undone_ = false;
    if (connection_ == nullptr || !connection_->looks_alive()) CHECK(connect());
    if (join_asked_.exchange(false)) CHECK(come());
    CHECK(lease_.in_force());
    const Statement statements[] = {
        begin_statement,
        lock_statement,
        heads_statement,
        last_statement,
        {"SELECT commits, (SELECT max(batch) FROM writers), (SELECT count(*) FROM nodes WHERE node = $1 AND ended = 0 AND"
         " until > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) FROM writers WHERE writer = $1",
         Parameters::of(writer_)}};
    auto answers = connection_->ask(statements);
    if (!answers) {
        may_repeat_ = connection_->passing();
        return std::unexpected<Error>(answers.error());
    }
    TRY(auto now, seen_in((*answers)[2], (*answers)[3]));
    if ((*answers)[4].rows() != 1) return fail(Problem::corrupt, "the database does not know this process");
    Row mine((*answers)[4], 0);
    auto commits = mine.number();
    now.batch = mine.number();
    bool stands = mine.number() == 1;
    CHECK(mine.sound());
    if (commits != commits_) return fail(Problem::corrupt, "the database does not have the last commit of this process");
    CHECK(nothing_put_back(now, now.batch != seen_.batch));
    if (!stands) {
        lease_.has_ended();
        return fail(Problem::lease_lost, "its lease has ended");
    }
    seen_ = now;
    batch_known_ = seen_.batch;
    transaction_.begin(*connection_, now.entries, now.singles);
    return tell_follower(now);
}

Result<void> PostgresqlRecords::commit() {
    if (rehearses_ && !std::exchange(rehearsed_, true)) {
        may_repeat_ = undone_ = true;
        return fail(Problem::busy, "a rehearsal");
    }
    rehearsed_ = false;
    const Statement last[] = {{"UPDATE writers SET commits = $1, batch = $2 WHERE writer = $3",
                               Parameters::of(commits_ + 1, seen_.batch + 1, writer_)},
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
    ++seen_.batch;
    batch_known_ = seen_.batch;
    for (auto name : growing_singles) seen_.singles.insert_or_assign(std::string(name), *transaction_.known_single(name));
    seen_.entries = transaction_.entries();
    transaction_.end();
    // What this process moved itself its Follower has, or takes as soon as it is told of the commit.
    std::lock_guard held(following_);
    if (told_) told(seen_.singles);
    return {};
}

/// A commit was sent, and no answer came: asks over new connections until it is known, or for as long as people can be let wait.
Result<void> PostgresqlRecords::resolve() {
    journal(Level::warning, "records.commit-without-answer");
    const Statement look[] = {begin_statement, lock_statement, {"SELECT commits FROM writers WHERE writer = $1", Parameters::of(writer_)}};
    // That it is in this server's log does not mean that a standby which commits wait for has it: a commit of our own behind it does.
    const Statement settle[] = {{"UPDATE writers SET commits = commits WHERE writer = $1", Parameters::of(writer_)}, {"COMMIT"}};
    for (auto until = Steady::now() + limits::commit_resolve_wait; Steady::now() < until;) {
        if (auto reached = connect(); !reached) {
            if (reached.error().problem != Problem::unavailable && reached.error().problem != Problem::in_use) return reached;
            continue;
        }
        auto answers = connection_->ask(look);
        if (!answers) continue;
        TRY(auto commits, number_in((*answers)[2]));
        if (commits == commits_ + 1) {
            auto settled = connection_->ask(settle);
            if (!settled || settled->back().done() != "COMMIT") continue;
            return {};
        }
        static_cast<void>(connection_->ask({"ROLLBACK"}).has_value());
        if (commits != commits_) return fail(Problem::corrupt, "the database does not have the last commit of this process");
        undone_ = may_repeat_ = true;
        return fail(Problem::unavailable, "the database broke the connection before it committed");
    }
    // Whoever waits is told that it is not known. This node drops what it knows, as if its lease had ended, and comes again.
    unknown_ = undone_ = true;
    lease_.has_ended();
    return fail(Problem::lease_lost, "the database was lost in the middle of a commit, and whether it was made is not known");
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

Result<void> PostgresqlRecords::catch_up() {
    CHECK(committer_.usable());
    CHECK(lease_.in_force());
    if (!is_followed_) return {};
    auto moved = !told_all_;
    if (!moved) {
        auto known = batch_known_.load();   // before it is asked: what is committed meanwhile need not be in the answer
        auto session = sessions_.take();
        TRY(auto answers, session->ask(std::span(&moved_statement, 1)));
        // A head that is missing has moved as well; and a batch that we know of cannot be missing where the firm is.
        moved = answers[0].rows() != 3;
        for (int at = 0; at < answers[0].rows(); ++at) {
            Row row(answers[0], at);
            auto name = row.text();
            auto number = row.number();
            CHECK(row.sound());
            if (name == "batch") {
                if (number < known) return fail(Problem::corrupt, "the database that answers is older than what this node has seen");
                continue;
            }
            moved |= number != (name == "key-head" ? told_keys_ : told_gate_);
        }
    }
    if (moved) CHECK(commit([](RecordWriter&) { return Result<void>{}; }));
    return lease_.in_force();
}

Result<void> PostgresqlRecords::not_taken_over() {
    CHECK(lease_.in_force());
    auto session = sessions_.take();
    Statement statement{"SELECT count(*) FROM nodes WHERE node = $1 AND ended = 0", Parameters::of(self())};
    TRY(auto answers, session->ask(std::span(&statement, 1)));
    TRY(auto stands, number_in(answers[0]));
    if (stands == 1) return {};
    lease_.has_ended();
    return fail(Problem::lease_lost, "its lease has ended");
}

void PostgresqlRecords::followed_by(Follower* follower) {
    std::lock_guard held(following_);
    follower_ = follower;
    told_.reset();
    told_all_ = false;
    is_followed_ = follower != nullptr;
}

void PostgresqlRecords::no_longer_followed_by(const Follower* follower) {
    std::lock_guard held(following_);
    if (follower_ != follower) return;
    follower_ = nullptr;
    told_.reset();
    told_all_ = is_followed_ = false;
}

Id16 PostgresqlRecords::self() const {
    std::lock_guard held(self_lock_);
    return writer_;
}

Result<void> PostgresqlRecords::works_by(View mark) {
    auto of = bytes(mark);
    return commit([this, of](RecordWriter&) {
        return transaction_.write({"UPDATE nodes SET mark = $1 WHERE node = $2", Parameters::of(View(of), writer_)});
    });
}

Result<std::vector<NodeRow>> PostgresqlRecords::list() {
    auto session = sessions_.take();
    TRY(auto answers, session->ask(std::span(&Lease::list_statement, 1)));
    return Lease::list(answers[0], self());
}

Result<std::vector<NodeRow>> PostgresqlRecords::out_of_touch(View living) {
    auto session = sessions_.take();
    auto statement = Lease::out_of_touch(living);
    TRY(auto answers, session->ask(std::span(&statement, 1)));
    return Lease::list(answers[0], self());
}

Result<void> PostgresqlRecords::told_of_out_of_touch(View living) {
    auto of = bytes(living);
    return commit([this, of](RecordWriter&) {
        return transaction_.write({"UPDATE nodes SET mark = '' WHERE ended = 2 AND mark <> $1", Parameters::of(View(of))});
    });
}

Result<std::vector<PackId>> PostgresqlRecords::packs_in_use() {
    auto session = sessions_.take();
    Statement statement{"SELECT pack FROM open_packs JOIN nodes USING (node) WHERE ended = 0"};
    TRY(auto answers, session->ask(std::span(&statement, 1)));
    std::vector<PackId> packs;
    for (int at = 0; at < answers[0].rows(); ++at) {
        Row row(answers[0], at);
        packs.push_back({row.id()});
        CHECK(row.sound());
    }
    return packs;
}

/// On the committer's thread, before the next batch: nothing of the former node may be under way then.
Result<void> PostgresqlRecords::join() {
    join_asked_ = true;
    return commit([](RecordWriter&) { return Result<void>{}; });
}

Result<void> PostgresqlRecords::copy_to(const std::string&) {
    return fail(Problem::conflict, "copies of a PostgreSQL database are made by its own tools (pg_dump, pg_basebackup)");
}

}  // namespace postgresql

Result<std::unique_ptr<Records>> open_postgresql(const std::string& url, const PostgresqlForTests& tests, const NodeSelf& self) {
    return postgresql::PostgresqlRecords::open(url, tests, self);
}

Result<SchemaSight> look_at_postgresql_schema(const std::string& url, const PostgresqlForTests& tests) {
    TRY(auto settings, postgresql::Settings::from(url, tests));
    TRY(auto connection, postgresql::Connection::open(settings, postgresql::Role::read));
    TRY(auto now, postgresql::schema_of(*connection, settings));
    return sight_of(postgresql::migrations(), now);
}

Result<void> upgrade_postgresql(const std::string& url, Steps which, const TellMigration& tell, const PostgresqlForTests& tests) {
    TRY(auto settings, postgresql::Settings::from(url, tests));
    TRY(auto connection, postgresql::Connection::open(settings, postgresql::Role::write));
    return postgresql::migrate(*connection, settings, postgresql::migrations(), which, tell);
}

Result<PostgresqlFacts> look_at_postgresql(const std::string& url) {
    TRY(auto settings, postgresql::Settings::from(url, {.schema = "muniment", .may_forget = true}));
    TRY(auto connection, postgresql::Connection::open(settings, postgresql::Role::read));
    return postgresql::facts_of(*connection);
}

}  // namespace muniment::storage
