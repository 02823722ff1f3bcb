// SPDX-License-Identifier: Apache-2.0
// One connection to the database file and its prepared statements: the only place that calls SQLite's C interface.
//
// Promises   A statement is prepared once per connection. Every column is checked as it is read: a row that does not have the
//            form we wrote is `corrupt`, never a wrong value.
// Assumes    A connection is used by one thread at a time. What is bound lives as long as the Query.
#pragma once
#include <sqlite3.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/ids.hpp"

namespace muniment::storage::sqlite {

class Database {
  public:
    enum class Mode : bool { read, write };
    /// `layer`: the name of the file layer below SQLite; null for its own.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path, Mode mode, const char* layer = nullptr);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    Result<void> run(const char* sql);                ///< statements without parameters, rows thrown away
    Result<std::int64_t> number(const char* sql);     ///< the one number that it gives
    Result<sqlite3_stmt*> prepared(const char* sql);  ///< kept by the address of the literal
    bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
    std::int64_t last_rowid() const { return sqlite3_last_insert_rowid(db_); }
    std::int64_t changes() const { return sqlite3_changes64(db_); }
    sqlite3* raw() const { return db_; }
    /// What SQLite's answer means to the rest of the program.
    std::unexpected<Error> refusal(int answer, std::source_location where = std::source_location::current()) const;

  private:
    explicit Database(sqlite3* db) : db_(db) {}
    sqlite3* db_;
    std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

class Query {
  public:
    template <class... Values>
    Query(Database& db, const char* sql, const Values&... values) : db_(db) {
        auto found = db.prepared(sql);
        if (!found) {
            begun_ = std::unexpected<Error>(std::move(found).error());
            return;
        }
        statement_ = *found;
        int place = 0;
        (bind(++place, values), ...);
    }
    ~Query() {
        if (statement_ != nullptr) sqlite3_reset(statement_);
    }
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    Result<bool> next();  ///< false: no more rows
    Result<void> run();   ///< to its end
    /// `corrupt` where a column of the row that was just read did not have the form we write.
    Result<void> sound() const;

    // The next column of this row.
    template <class T = std::uint64_t>
    T number() {
        auto value = column_number();
        if constexpr (sizeof(T) < sizeof value)
            if (value < 0 || static_cast<std::uint64_t>(value) > std::numeric_limits<T>::max()) sound_ = false;
        return static_cast<T>(value);
    }
    /// An enumeration whose values are 1 to `last`.
    template <class E>
    E kind(E last) {
        auto value = column_number();
        if (value < 1 || value > static_cast<std::int64_t>(last)) return sound_ = false, last;
        return static_cast<E>(value);
    }
    Id16 id();
    Bytes blob();
    std::string text();

  private:
    void bind(int place, View value);
    void bind(int place, std::string_view value);
    template <class T>
        requires(std::is_integral_v<T> || std::is_enum_v<T>)
    void bind(int place, T value) {
        look(sqlite3_bind_int64(statement_, place, static_cast<std::int64_t>(value)));
    }
    void look(int answer);
    std::int64_t column_number();

    Database& db_;
    sqlite3_stmt* statement_ = nullptr;
    Result<void> begun_{};
    int column_ = 0;
    bool sound_ = true;
};

/// What the statements of storage/sql/ ask of a driver, over one connection.
class Source {
  public:
    static constexpr bool looks_first = false;  ///< a refused statement leaves the transaction as it was
    explicit Source(Database& db) : db_(db) {}

    /// At most one row, made by `make(query)`.
    template <class Make, class... Values>
    auto one(Make make, const char* sql, const Values&... values)
        -> Result<std::optional<decltype(make(std::declval<Query&>()))>> {
        using Found = std::optional<decltype(make(std::declval<Query&>()))>;
        Query query(db_, sql, values...);
        TRY(bool found, query.next());
        if (!found) return Found{};
        Found row = make(query);
        CHECK(query.sound());
        return row;
    }
    /// Every row, until `take` has enough.
    template <class Make, class Take, class... Values>
    Result<void> each(Make make, const Take& take, const char* sql, const Values&... values) {
        Query query(db_, sql, values...);
        for (;;) {
            TRY(bool found, query.next());
            if (!found) return {};
            auto row = make(query);
            CHECK(query.sound());
            if (!take(row)) return {};
        }
    }
    template <class Make, class... Values>
    auto all(Make make, const char* sql, const Values&... values) -> Result<std::vector<decltype(make(std::declval<Query&>()))>> {
        std::vector<decltype(make(std::declval<Query&>()))> rows;
        CHECK(each(
            make, [&](auto& row) { return rows.push_back(std::move(row)), true; }, sql, values...));
        return rows;
    }
    Result<std::int64_t> number(const char* sql) { return db_.number(sql); }
    template <class... Values>
    Result<void> write(const char* sql, const Values&... values) {
        // Where the disk is full SQLite ends the transaction by itself; what came after would be committed alone.
        if (!db_.in_transaction()) return fail(Problem::unavailable, "the transaction has ended");
        return Query(db_, sql, values...).run();
    }
    template <class... Values>
    Result<std::int64_t> change(const char* sql, const Values&... values) {
        CHECK(write(sql, values...));
        return db_.changes();
    }
    std::int64_t last_rowid() const { return db_.last_rowid(); }

  private:
    Database& db_;
};

}  // namespace muniment::storage::sqlite
