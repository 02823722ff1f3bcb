// SPDX-License-Identifier: Apache-2.0
// What goes into a statement and what comes out of it, in PostgreSQL's binary formats.
//
// Promises   Every column is checked as it is read: a row that does not have the form we wrote is `corrupt`, never a wrong value.
#pragma once
#include <libpq-fe.h>

#include <limits>
#include <memory>

#include "base/ids.hpp"

namespace muniment::storage::postgresql {

/// The values of one statement, copied: a statement may be sent long after it was asked for.
class Parameters {
  public:
    template <class... Values>
    static Parameters of(const Values&... values) {
        Parameters all;
        (all.add(values), ...);
        return all;
    }
    void add(View value);
    void add(std::string_view value);
    void add(const Id16& value);
    template <class Tag>
    void add(const Id<Tag>& value) {
        add(value.bytes);
    }
    template <class T>
        requires(std::is_integral_v<T> || std::is_enum_v<T>)
    void add(T value) { add_number(static_cast<std::int64_t>(value)); }

    int count() const { return static_cast<int>(types_.size()); }
    const Oid* types() const { return types_.data(); }
    const std::vector<int>& lengths() const { return lengths_; }
    View bytes() const { return bytes_; }  ///< one value behind the other

  private:
    friend class Column;
    void add_number(std::int64_t value);
    void add_raw(Oid type, View value);

    std::vector<Oid> types_;
    std::vector<int> lengths_;
    Bytes bytes_;
};

/// One array of a statement that writes many rows at once (`unnest`).
class Column {
  public:
    enum class Of : Oid { numbers, bytes, ids };
    Column(Of of, std::size_t rows);
    void add(std::uint64_t number);
    void add(View bytes);
    void into(Parameters& parameters) &&;

  private:
    Oid array_;
    Writer content_;
};

/// What came back for one statement.
class Answer {
  public:
    explicit Answer(PGresult* result) : result_(result, &PQclear) {}
    int rows() const { return PQntuples(result_.get()); }
    ExecStatusType status() const { return PQresultStatus(result_.get()); }
    std::string_view state() const;                                       ///< SQLSTATE, five characters, or nothing
    std::string_view done() const { return PQcmdStatus(result_.get()); }  ///< "COMMIT", "UPDATE 1"
    std::int64_t changed() const;
    const PGresult* raw() const { return result_.get(); }

  private:
    std::unique_ptr<PGresult, void (*)(PGresult*)> result_;
};

/// One row of an answer; its columns are taken in order.
class Row {
  public:
    Row(const Answer& answer, int row) : answer_(answer.raw()), row_(row) {}

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
    /// `corrupt` where a column did not have the form we write.
    Result<void> sound() const;

  private:
    View column(Oid type, Oid or_type = 0, Oid or_other = 0);
    std::int64_t column_number();

    const PGresult* answer_;
    int row_, column_ = 0;
    bool sound_ = true;
};

}  // namespace muniment::storage::postgresql
