// SPDX-License-Identifier: Apache-2.0
// The transaction of one batch. What its pieces write waits here until one of them reads, or the end: then it is sent at once,
// entries as one statement however many they are. A round trip takes longer than most of the work, so a batch that only appends
// makes two.
//
// Promises   What a piece reads has everything that it and the pieces before it wrote. A piece that is undone leaves nothing.
// Assumes    One thread, between begin() and commit() or abandon(). Nobody else writes meanwhile: begin() locked them out.
#pragma once
#include <map>

#include "storage/postgresql/connection.hpp"
#include "storage/rows.hpp"

namespace muniment::storage::postgresql {

class Transaction {
  public:
    // What Source asks of a Channel.
    static constexpr const char* walk_begin = "";
    static constexpr const char* walk_end = "CLOSE walk";
    Result<std::vector<Answer>> ask(std::span<const Statement> statements);
    Result<Answer> change(Statement statement);  ///< and what it changed is the piece's, to be undone with it
    Result<void> write(Statement statement);

    void begin(Connection& connection, std::uint64_t entries,
               std::map<std::string, std::optional<SingleRow>, std::less<>> singles);
    void mark();
    void keep();
    void undo();
    /// All that waits, and `last` after it.
    Result<std::vector<Answer>> finish(std::span<const Statement> last);

    std::uint64_t append(const EntryRow& row);
    void index(const Id16& subject, std::uint64_t sequence);
    std::uint64_t entries() const { return next_sequence_; }
    /// Nothing: it was neither read nor written in this transaction. Single rows are few and asked for by almost every piece.
    const std::optional<SingleRow>* known_single(std::string_view name) const;
    void know_single(std::string_view name, std::optional<SingleRow> row);

    bool open() const { return connection_ != nullptr && !failed_; }
    void end() { connection_ = nullptr; }

  private:
    struct Waiting {
        std::vector<Statement> statements;
        std::vector<EntryRow> entries;
        std::vector<std::pair<Id16, std::uint64_t>> about;
    };
    struct Sizes {
        std::size_t statements = 0, entries = 0, about = 0;
        friend bool operator==(const Sizes&, const Sizes&) = default;
    };
    Sizes sizes() const { return {waiting_.statements.size(), waiting_.entries.size(), waiting_.about.size()}; }
    void take(std::vector<Statement>& out, Sizes from, Sizes to);
    std::vector<Statement> all_that_waits();

    Connection* connection_ = nullptr;
    bool failed_ = false;
    Waiting waiting_;
    std::uint64_t next_sequence_ = 0;
    std::map<std::string, std::optional<SingleRow>, std::less<>> singles_;

    // The piece under way.
    Sizes marked_;
    bool saved_ = false;  ///< the server has a savepoint from before it
    std::uint64_t marked_sequence_ = 0;
    std::vector<std::pair<std::string, std::optional<std::optional<SingleRow>>>> former_singles_;
};

}  // namespace muniment::storage::postgresql
