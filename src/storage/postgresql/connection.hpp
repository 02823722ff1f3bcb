// SPDX-License-Identifier: Apache-2.0
// One connection to PostgreSQL: the only place that calls libpq's functions that send and wait.
//
// Promises   No wait is longer than limits::records_answer_wait. An error carries PostgreSQL's five-character state and none of
// its
//            words, which may quote what was written.
// Assumes    A connection is used by one thread at a time.
// Does not   Repeat anything: what was under way when a connection broke is the caller's to judge.
#pragma once
#include <chrono>
#include <span>
#include <unordered_map>

#include "base/limits.hpp"
#include "storage/postgresql/settings.hpp"
#include "storage/postgresql/values.hpp"

namespace muniment::storage::postgresql {

struct Statement {
    std::string sql;
    Parameters parameters{};
    bool kept = true;  ///< prepared once per connection; not where the text is hardly ever the same
};

class Connection {
  public:
    /// `unavailable` where nobody answers or lets us in, `conflict` where the server is one that rows are not trusted to.
    static Result<std::unique_ptr<Connection>> open(const Settings& settings, Role role);
    /// The same, and tries again for limits::records_reconnect_wait: a server that is started again takes a moment.
    static Result<std::unique_ptr<Connection>> reach(const Settings& settings, Role role);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Sends all of them at once and waits for all; the answers, in order. The first that fails is the error, and nothing after
    /// it was done.
    Result<std::vector<Answer>> ask(std::span<const Statement> statements);
    Result<Answer> ask(Statement statement);
    /// Statements without parameters, separated by semicolons, in one transaction; the last one's answer, as text.
    Result<Answer> run(const std::string& sql);

    /// For its answers, in place of limits::records_answer_wait.
    void be_patient_for(std::chrono::milliseconds patience) { patience_ = patience; }

    bool lost() const { return lost_ || PQstatus(connection_.get()) != CONNECTION_OK; }
    /// Looks whether the other side has hung up while nothing was asked.
    bool looks_alive();
    bool in_transaction() const;
    /// The five characters of the last refusal; empty where there was none, or the connection broke.
    const std::string& state() const { return state_; }
    /// What was refused may well succeed when it is run again: others wrote meanwhile, or the server was being stopped.
    bool passing() const;
    PGconn* raw() const { return connection_.get(); }

  private:
    explicit Connection(PGconn* connection) : connection_(connection, &PQfinish) {}
    Result<void> send(const Statement& statement);
    Result<Answer> next_answer();
    Result<void> wait(std::chrono::steady_clock::time_point until);
    std::unexpected<Error> broken(const char* how);
    std::unexpected<Error> refusal(const Answer& answer);

    std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
    std::unordered_map<std::string, std::string> prepared_;  ///< text of a statement → its name
    std::size_t names_ = 0;
    std::chrono::milliseconds patience_ = limits::records_answer_wait;
    std::string state_;
    bool lost_ = false;
};

}  // namespace muniment::storage::postgresql
