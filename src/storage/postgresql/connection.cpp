// SPDX-License-Identifier: Apache-2.0
#include "storage/postgresql/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <thread>

#include "base/limits.hpp"
#include "storage/postgresql/trust.hpp"

namespace muniment::storage::postgresql {
namespace {

using Steady = std::chrono::steady_clock;

void say_nothing(void*, const PGresult*) {}  // notices may quote what was written

Problem meaning_of(std::string_view state) {
    struct Meaning {
        std::string_view begins;
        Problem problem;
    };
    static constexpr Meaning meanings[] = {
        {"40001", Problem::busy},     // could not serialize
        {"40P01", Problem::busy},     // deadlock
        {"55P03", Problem::busy},     // a lock was not had in time
        {"23", Problem::conflict},    // a constraint
        {"53100", Problem::no_room},  // the disk is full
        {"XX001", Problem::corrupt},  // a damaged page
        {"XX002", Problem::corrupt},  // a damaged index
        {"54", Problem::too_large},   // a limit of the program
    };
    for (const auto& [begins, problem] : meanings)
        if (state.starts_with(begins)) return problem;
    return Problem::unavailable;
}

/// What a person needs who set up the connection: libpq's first line, without control characters. Nothing was written yet, so it
/// quotes nothing but where we went and as whom.
std::string why_not(PGconn* connection) {
    std::string_view said = PQerrorMessage(connection);
    said = said.substr(0, std::min<std::size_t>(said.find('\n'), 300));
    std::string plain(said);
    std::ranges::replace_if(
        plain, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return "the database does not let Muniment in: " + plain;
}

/// Said to the server by each connection, whatever the server's own settings are.
std::string begin_session(const Settings& settings, Role role) {
    auto milliseconds = [](std::chrono::milliseconds d) { return std::to_string(d.count()); };
    std::string all = "SET search_path = \"" + settings.schema +
                      "\", pg_temp; SET synchronous_commit = on; SET lock_timeout = " + milliseconds(limits::records_busy_wait) +
                      "; SET statement_timeout = 0; SET client_min_messages = error; SET client_connection_check_interval = 2000;"
                      // A node that stands still in the middle of a transaction must not hold up the others for long.
                      " SET idle_in_transaction_session_timeout = " +
                      milliseconds(limits::records_idle_wait) +
                      "; SET tcp_user_timeout = " + milliseconds(limits::records_answer_wait) +
                      "; SET default_transaction_isolation = '" + (role == Role::read ? "read committed" : "serializable") + "'";
    if (role == Role::read) all += "; SET default_transaction_read_only = on";
    return all;
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const Settings& settings, Role role) {
    std::vector<const char*> words, values;
    for (const auto& [word, value] : settings.words) {
        words.push_back(word.c_str());
        values.push_back(value.c_str());
    }
    words.push_back(nullptr), values.push_back(nullptr);
    std::unique_ptr<Connection> made(new Connection(PQconnectdbParams(words.data(), values.data(), 0)));
    auto* connection = made->connection_.get();
    if (connection == nullptr) return fail(Problem::unavailable, "no memory to reach the database");
    PQsetNoticeReceiver(connection, say_nothing, nullptr);
    if (PQstatus(connection) != CONNECTION_OK) {
        // What a password settles does not settle itself in a moment; all else may.
        bool refused = PQconnectionNeedsPassword(connection) != 0 || PQconnectionUsedPassword(connection) != 0;
        return fail(refused ? Problem::conflict : Problem::unavailable, why_not(connection));
    }
    const char* host = PQhost(connection);
    if (is_socket(host != nullptr ? host : "") != settings.local || (!settings.local && PQsslInUse(connection) == 0))
        return fail(Problem::conflict, "the database is not where its address says, or is reached without TLS");
    CHECK(known_version(PQserverVersion(connection)));
    CHECK(made->run(begin_session(settings, role)));
    CHECK(trusted(*made, settings));
    if (PQsetnonblocking(connection, 1) != 0) return made->broken("does not talk");
    return made;
}

Result<std::unique_ptr<Connection>> Connection::reach(const Settings& settings, Role role) {
    for (auto until = Steady::now() + limits::records_reconnect_wait;;) {
        auto reached = open(settings, role);
        if (reached || reached.error().problem != Problem::unavailable || Steady::now() > until) return reached;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

std::unexpected<Error> Connection::broken(const char* how) {
    lost_ = true;
    state_.clear();
    return fail(Problem::unavailable, std::string("the database ") + how);
}

std::unexpected<Error> Connection::refusal(const Answer& answer) {
    state_ = answer.state();
    if (state_.empty()) return broken("broke the connection");
    return fail(meaning_of(state_), "the database answers " + state_);
}

bool Connection::passing() const {
    static constexpr std::string_view states[] = {"40001", "40P01", "55P03", "23505", "57P01", "57P02", "57P03", "25P03"};
    return lost() || std::ranges::find(states, state_) != std::end(states);
}

bool Connection::in_transaction() const { return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE; }

Result<Answer> Connection::run(const std::string& sql) {
    auto* connection = connection_.get();
    if (PQpipelineStatus(connection) != PQ_PIPELINE_OFF && PQexitPipelineMode(connection) != 1) return broken("is not done yet");
    Answer answer(PQexec(connection, sql.c_str()));
    if (answer.raw() == nullptr || PQenterPipelineMode(connection) != 1) return broken("broke the connection");
    if (answer.status() != PGRES_COMMAND_OK && answer.status() != PGRES_TUPLES_OK) return refusal(answer);
    return answer;
}

bool Connection::looks_alive() {
    if (lost()) return false;
    pollfd socket{PQsocket(connection_.get()), POLLIN, 0};
    if (::poll(&socket, 1, 0) == 0) return true;
    // Nothing was asked, so what there is to read is a farewell.
    return PQconsumeInput(connection_.get()) == 1 && !lost();
}

/// Until one answer can be taken without waiting.
Result<void> Connection::wait(Steady::time_point until) {
    auto* connection = connection_.get();
    for (;;) {
        int unsent = PQflush(connection);
        if (unsent < 0) return broken("broke the connection");
        // Thrice: what TLS has decrypted and not handed over yet is not seen by poll().
        for (int i = 0; i < 3; ++i) {
            if (unsent == 0 && PQisBusy(connection) == 0) return {};
            if (PQconsumeInput(connection) == 0) return broken("broke the connection");
        }
        auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now()).count();
        if (left <= 0) return broken("gives no answer");
        pollfd socket{PQsocket(connection), static_cast<short>(POLLIN | (unsent != 0 ? POLLOUT : 0)), 0};
        ::poll(&socket, 1, static_cast<int>(std::min<long>(left, 100)));
    }
}

Result<void> Connection::send(const Statement& statement) {
    auto* connection = connection_.get();
    const auto& parameters = statement.parameters;
    std::vector<const char*> values;
    std::vector<int> formats(parameters.lengths().size(), 1);
    // An empty value is one of no bytes: only a null address would be NULL.
    const auto* at = parameters.bytes().empty() ? "" : reinterpret_cast<const char*>(parameters.bytes().data());
    for (int length : parameters.lengths()) {
        values.push_back(at);
        at += length;
    }
    if (!statement.kept) {
        bool sent = PQsendQueryParams(connection, statement.sql.c_str(), parameters.count(), parameters.types(), values.data(),
                                      parameters.lengths().data(), formats.data(), 1) == 1;
        return sent ? Result<void>{} : broken("broke the connection");
    }
    auto [known, fresh] = prepared_.try_emplace(statement.sql);
    if (fresh) known->second = "s" + std::to_string(++names_);
    const char* name = known->second.c_str();
    if (fresh && PQsendPrepare(connection, name, statement.sql.c_str(), parameters.count(), parameters.types()) != 1)
        return broken("broke the connection");
    if (PQsendQueryPrepared(connection, name, parameters.count(), values.data(), parameters.lengths().data(), formats.data(),
                            1) != 1)
        return broken("broke the connection");
    return {};
}

Result<Answer> Connection::next_answer() {
    CHECK(wait(Steady::now() + patience_));
    return Answer(PQgetResult(connection_.get()));
}

Result<Answer> Connection::ask(Statement statement) {
    TRY(auto answers, ask(std::span<const Statement>(&statement, 1)));
    return std::move(answers.front());
}

// In pipeline mode: for each thing sent its result and then a null one, until the answer to the sync that ends them. After the
// first error the server skips to that sync, so what was sent behind it was not done.
Result<std::vector<Answer>> Connection::ask(std::span<const Statement> statements) {
    if (lost()) return broken("broke the connection");
    state_.clear();
    std::vector<bool> answered;  // whether what was sent is a statement, or only prepares one
    std::vector<std::string> fresh;
    for (const auto& statement : statements) {
        if (statement.kept && !prepared_.contains(statement.sql)) {
            answered.push_back(false);
            fresh.push_back(statement.sql);
        }
        CHECK(send(statement));
        answered.push_back(true);
    }
    if (PQpipelineSync(connection_.get()) != 1) return broken("broke the connection");
    std::vector<Answer> answers;
    std::optional<Error> failed;
    for (std::size_t at = 0;;) {
        TRY(auto answer, next_answer());
        if (answer.raw() == nullptr) {
            if (++at > answered.size()) return broken("answers more than was asked");
            continue;
        }
        switch (answer.status()) {
            case PGRES_PIPELINE_SYNC:
                if (!failed) return answers;
                // Which of them were prepared before the error is not worth knowing: none counts, and no name is used again.
                for (const auto& sql : fresh) prepared_.erase(sql);
                return std::unexpected<Error>(*failed);
            case PGRES_COMMAND_OK:
            case PGRES_TUPLES_OK:
                if (at < answered.size() && answered[at] && !failed) answers.push_back(std::move(answer));
                break;
            case PGRES_PIPELINE_ABORTED:
                break;
            default:
                if (!failed) failed = refusal(answer).error();
                if (lost_) return std::unexpected<Error>(*failed);
        }
    }
}

}  // namespace muniment::storage::postgresql
