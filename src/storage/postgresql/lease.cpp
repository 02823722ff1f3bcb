// SPDX-License-Identifier: Apache-2.0
#include "storage/postgresql/lease.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/journal.hpp"
#include "base/limits.hpp"
#include "storage/postgresql/migrations.hpp"

namespace muniment::storage::postgresql {
namespace {

#define MUNIMENT_NOW "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

// Not serializable: it is one row that only its node renews, and whoever ends it waits for that row.
const Statement begin_statement{"BEGIN ISOLATION LEVEL READ COMMITTED"};
/// So that it comes between two batches: one that has begun may still commit, none begins after it.
const Statement lock_statement{"LOCK TABLE writers IN EXCLUSIVE MODE"};
const Statement commit_statement{"COMMIT"};

std::string name_of_machine() {
    char name[256] = "";
    if (::gethostname(name, sizeof name - 1) != 0) return "unknown";
    return name;
}

}  // namespace

const Statement Lease::list_statement{"SELECT node, name, since, until, mark FROM nodes WHERE ended = 0 ORDER BY since, node"};

Statement Lease::out_of_touch(View living) {
    return {"SELECT node, name, since, until, mark FROM nodes WHERE ended = 2 AND mark <> '' AND mark <> $1 ORDER BY since, node",
            Parameters::of(living)};
}

Lease::Lease(const Settings& settings, const PostgresqlForTests& tests)
    : settings_(settings), valid_(tests.lease), every_(tests.renewed_every) {}

Lease::~Lease() { stop(); }

void Lease::stop() {
    {
        std::lock_guard held(lock_);
        stopping_ = true;
    }
    stop_asked_.notify_one();
    if (thread_.joinable()) thread_.join();
}

Result<void> Lease::take(Connection& connection, const Id16& node, const NodeSelf& self) {
    const std::uint64_t alone = self.others == Others::refuse ? 1 : 0;
    auto began = clock_.steady();
    const Statement look[] = {
        begin_statement, lock_statement,
        {"UPDATE nodes SET ended = CASE WHEN node = $1 THEN 1 ELSE 2 END WHERE ended <> 1 AND node = $1 OR ended = 0 AND until < "
         MUNIMENT_NOW, Parameters::of(self.former.value_or(node))},
        {"SELECT name FROM nodes WHERE ended = 0 AND (alone = 1 OR $1 = 1) LIMIT 1", Parameters::of(alone)},
        {"SELECT max(version), max(least) FROM muniment_schema"}};
    TRY(auto looked, connection.ask(look));
    others_ended_ += static_cast<std::uint64_t>(looked[2].changed());
    if (looked[3].rows() > 0) {
        Row row(looked[3], 0);
        auto name = row.text();
        CHECK(row.sound());
        CHECK(connection.ask(commit_statement));
        return fail(Problem::in_use, "the database; a process on " + name + " has it open, or had it open a moment ago");
    }
    // Somebody may have brought the data forward since this process looked: they wait for the same lock, and see this node from here on.
    Row schema(looked[4], 0);
    SchemaNow now{schema.number<std::int64_t>(), schema.number<std::int64_t>()};
    CHECK(schema.sound());
    if (plan(migrations(), now).too_new) {
        CHECK(connection.ask(commit_statement));
        return newer_than_known(now, migrations());
    }
    auto knows = static_cast<std::uint64_t>(migrations().back().version);
    const Statement come[] = {
        {"INSERT INTO nodes (node, name, since, until, ended, alone, mark, knows) VALUES ($1, $2, " MUNIMENT_NOW ", " MUNIMENT_NOW
         " + $3, 0, $4, $5, $6)",
         Parameters::of(node, std::string_view(name_of_machine()), valid_.count(), alone, View(), knows)},
        {"INSERT INTO writers (writer, commits, batch) VALUES ($1, 0, 0)", Parameters::of(node)},
        commit_statement};
    TRY(auto come_in, connection.ask(come));
    {
        std::lock_guard held(lock_);
        node_ = node;
    }
    until_ = (began + valid_).count();
    ended_ = false;
    if (!thread_.joinable()) thread_ = std::thread([this] { keep_renewing(); });
    return {};
}

void Lease::give_back(Connection& connection) {
    stop();
    const Statement statements[] = {begin_statement, lock_statement,
                                    {"UPDATE nodes SET ended = 1 WHERE node = $1", Parameters::of(node_)}, commit_statement};
    if (!connection.ask(statements)) journal(Level::info, "node.lease-not-given-back");
}

Result<void> Lease::in_force() const {
    if (!ended_ && clock_.steady().count() < until_) return {};
    return fail(Problem::lease_lost, "its lease was not renewed in time");
}

void Lease::keep_renewing() {
    auto wait = every_;
    for (std::unique_lock held(lock_); !stop_asked_.wait_for(held, wait, [&] { return stopping_; });) {
        held.unlock();
        auto renewed = ended_ ? Result<void>{} : renew();
        if (!renewed) {
            connection_.reset();
            if (!in_force()) journal(Level::warning, "node.lease-not-renewed", {{"problem", renewed.error().problem}});
        }
        wait = renewed ? every_ : std::min<Duration>(every_, limits::lease_tried_again);
        held.lock();
    }
}

Result<void> Lease::renew() {
    if (connect_anew_.exchange(false)) connection_.reset();
    if (connection_ == nullptr || !connection_->looks_alive()) {
        TRY(connection_, Connection::open(settings_, Role::write));
        connection_->be_patient_for(limits::lease_answer_wait);
    }
    Id16 node;
    {
        std::lock_guard held(lock_);
        node = node_;
    }
    auto began = clock_.steady();
    const Statement statements[] = {
        begin_statement,
        {"UPDATE nodes SET until = " MUNIMENT_NOW " + $1 WHERE node = $2 AND ended = 0", Parameters::of(valid_.count(), node)},
        {"SELECT 1 FROM nodes WHERE ended = 0 AND until < " MUNIMENT_NOW " LIMIT 1"},
        commit_statement};
    TRY(auto answers, connection_->ask(statements));
    if (answers[1].changed() == 1) {
        until_ = (began + valid_).count();
    } else {
        ended_ = true;
        journal(Level::error, "node.lease-ended-by-another");
        return {};
    }
    return answers[2].rows() > 0 ? end_others() : Result<void>{};
}

Result<void> Lease::end_others() {
    const Statement statements[] = {begin_statement, lock_statement,
                                    {"UPDATE nodes SET ended = 2 WHERE ended = 0 AND until < " MUNIMENT_NOW}, commit_statement};
    TRY(auto answers, connection_->ask(statements));
    auto ended = static_cast<std::uint64_t>(answers[2].changed());
    if (ended > 0) journal(Level::warning, "node.others-ended", {{"nodes", ended}});
    others_ended_ += ended;
    return {};
}

Result<std::vector<NodeRow>> Lease::list(const Answer& answer, const Id16& self) {
    std::vector<NodeRow> all;
    for (int at = 0; at < answer.rows(); ++at) {
        Row row(answer, at);
        NodeRow node{row.id(), row.text(), {}, {}, {}};
        node.since.us = row.number<std::int64_t>();
        node.until.us = row.number<std::int64_t>();
        node.mark = row.blob();
        CHECK(row.sound());
        node.ours = node.node == self;
        all.push_back(std::move(node));
    }
    return all;
}

#undef MUNIMENT_NOW

}  // namespace muniment::storage::postgresql
