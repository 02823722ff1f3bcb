// SPDX-License-Identifier: Apache-2.0
#include "storage/postgresql/transaction.hpp"

#include <iterator>
#include <ranges>
#include <utility>

namespace muniment::storage::postgresql {
namespace {

constexpr const char* insert_entries =
    "INSERT INTO entries (sequence, leaf, owner_kind, owner, detail)"
    " SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::uuid[], $5::bytea[])";
constexpr std::size_t waiting_max = 4'096;  // statements, a few hundred bytes each
constexpr const char* insert_about =
    "INSERT INTO about (subject, sequence) SELECT * FROM unnest($1::uuid[], $2::bigint[]) ON CONFLICT DO NOTHING";

Statement inserting(std::span<const EntryRow> entries) {
    using Of = Column::Of;
    Column sequences(Of::numbers, entries.size()), leaves(Of::bytes, entries.size()), kinds(Of::numbers, entries.size()),
        owners(Of::ids, entries.size()), details(Of::bytes, entries.size());
    for (const auto& entry : entries) {
        sequences.add(entry.sequence);
        leaves.add(View(entry.leaf));
        kinds.add(static_cast<std::uint64_t>(entry.owner_kind));
        owners.add(View(entry.owner));
        details.add(View(entry.detail));
    }
    Statement statement{insert_entries};
    for (auto* column : {&sequences, &leaves, &kinds, &owners, &details}) std::move(*column).into(statement.parameters);
    return statement;
}

Statement inserting(std::span<const std::pair<Id16, std::uint64_t>> about) {
    Column subjects(Column::Of::ids, about.size()), sequences(Column::Of::numbers, about.size());
    for (const auto& [subject, sequence] : about) {
        subjects.add(View(subject));
        sequences.add(sequence);
    }
    Statement statement{insert_about};
    for (auto* column : {&subjects, &sequences}) std::move(*column).into(statement.parameters);
    return statement;
}

}  // namespace

void Transaction::begin(Connection& connection, std::uint64_t entries,
                        std::map<std::string, std::optional<SingleRow>, std::less<>> singles) {
    *this = Transaction();
    connection_ = &connection;
    next_sequence_ = entries;
    singles_ = std::move(singles);
}

/// What came to wait between two moments. Entries and what they are about depend on nothing else that waits.
void Transaction::take(std::vector<Statement>& out, Sizes from, Sizes to) {
    std::ranges::move(std::span(waiting_.statements).subspan(from.statements, to.statements - from.statements),
                      std::back_inserter(out));
    if (to.entries > from.entries)
        out.push_back(inserting(std::span(waiting_.entries).subspan(from.entries, to.entries - from.entries)));
    if (to.about > from.about) {
        auto about = std::span(waiting_.about).subspan(from.about, to.about - from.about);
        out.push_back(inserting(std::span<const std::pair<Id16, std::uint64_t>>(about)));
    }
}

std::vector<Statement> Transaction::all_that_waits() {
    std::vector<Statement> out;
    auto now = sizes();
    take(out, {}, saved_ ? now : marked_);
    // From here the piece under way can be undone although the server has begun it.
    if (!saved_ && now != marked_) {
        out.push_back({"SAVEPOINT piece"});
        take(out, marked_, now);
        saved_ = true;
    }
    waiting_ = {};
    marked_ = {};
    return out;
}

Result<std::vector<Answer>> Transaction::finish(std::span<const Statement> last) {
    if (!open()) return fail(Problem::unavailable, "the transaction has ended");
    auto statements = all_that_waits();
    auto before = statements.size();
    statements.insert(statements.end(), last.begin(), last.end());
    auto answers = connection_->ask(statements);
    if (!answers) {
        failed_ = true;
        return answers;
    }
    answers->erase(answers->begin(), answers->begin() + static_cast<std::ptrdiff_t>(before));
    return answers;
}

Result<std::vector<Answer>> Transaction::ask(std::span<const Statement> statements) { return finish(statements); }

Result<Answer> Transaction::change(Statement statement) {
    if (!open()) return fail(Problem::unavailable, "the transaction has ended");
    auto statements = all_that_waits();
    if (!std::exchange(saved_, true)) statements.push_back({"SAVEPOINT piece"});
    statements.push_back(std::move(statement));
    auto answers = connection_->ask(statements);
    if (!answers) {
        failed_ = true;
        return std::unexpected<Error>(answers.error());
    }
    return std::move(answers->back());
}

Result<void> Transaction::write(Statement statement) {
    if (!open()) return fail(Problem::unavailable, "the transaction has ended");
    waiting_.statements.push_back(std::move(statement));
    if (waiting_.statements.size() < waiting_max) return {};
    TRY(auto sent, finish({}));
    return {};
}

void Transaction::mark() {
    marked_ = sizes();
    marked_sequence_ = next_sequence_;
    saved_ = false;
    former_singles_.clear();
}

void Transaction::keep() {
    if (saved_) waiting_.statements.push_back({"RELEASE piece"});
    mark();
}

void Transaction::undo() {
    waiting_.statements.resize(marked_.statements);
    waiting_.entries.resize(marked_.entries);
    waiting_.about.resize(marked_.about);
    next_sequence_ = marked_sequence_;
    for (auto& [name, row] : std::views::reverse(former_singles_)) {
        if (row)
            singles_[name] = std::move(*row);
        else
            singles_.erase(name);
    }
    if (saved_) {
        waiting_.statements.push_back({"ROLLBACK TO piece"});
        waiting_.statements.push_back({"RELEASE piece"});
    }
    mark();
}

std::uint64_t Transaction::append(const EntryRow& row) {
    waiting_.entries.push_back(row);
    waiting_.entries.back().sequence = next_sequence_;
    return next_sequence_++;
}

void Transaction::index(const Id16& subject, std::uint64_t sequence) { waiting_.about.emplace_back(subject, sequence); }

const std::optional<SingleRow>* Transaction::known_single(std::string_view name) const {
    auto at = singles_.find(name);
    return at == singles_.end() ? nullptr : &at->second;
}

void Transaction::know_single(std::string_view name, std::optional<SingleRow> row) {
    auto at = singles_.find(name);
    former_singles_.emplace_back(name, at == singles_.end() ? std::nullopt : std::optional(at->second));
    singles_.insert_or_assign(std::string(name), std::move(row));
}

}  // namespace muniment::storage::postgresql
