// SPDX-License-Identifier: Apache-2.0
// What the statements of storage/sql/ ask of a driver, over a Channel: a session that reads, or the transaction that writes.
//
// A Channel gives ask(statements), and `walk_begin`, `walk_end`: what stands around a walk through many rows.
#pragma once
#include "base/limits.hpp"
#include "storage/postgresql/connection.hpp"

namespace muniment::storage::postgresql {

template <class Channel>
class Source {
  public:
    static constexpr bool looks_first = true;  ///< a refused statement ends the whole transaction
    explicit Source(Channel& channel) : channel_(channel) {}

    template <class Make>
    using Made = decltype(std::declval<Make>()(std::declval<Row&>()));

    template <class Make, class... Values>
    Result<std::optional<Made<Make>>> one(Make make, const char* sql, const Values&... values) {
        TRY(auto rows, all(make, sql, values...));
        if (rows.empty()) return std::optional<Made<Make>>{};
        return std::optional<Made<Make>>(std::move(rows.front()));
    }
    /// Few rows, all at once.
    template <class Make, class... Values>
    Result<std::vector<Made<Make>>> all(Make make, const char* sql, const Values&... values) {
        Statement statement{sql, Parameters::of(values...)};
        TRY(auto answers, channel_.ask(std::span(&statement, 1)));
        std::vector<Made<Make>> rows;
        CHECK(take_rows(answers.back(), make, [&](auto& row) { return rows.push_back(std::move(row)), true; }));
        return rows;
    }
    /// However many rows, a page at a time, all as they were when the first was read.
    template <class Make, class Take, class... Values>
    Result<void> each(Make make, const Take& take, const char* sql, const Values&... values) {
        std::vector<Statement> begin;
        if (*Channel::walk_begin != '\0') begin.push_back({Channel::walk_begin});
        begin.push_back({"DECLARE walk NO SCROLL CURSOR FOR " + std::string(sql), Parameters::of(values...), false});
        begin.push_back(page());
        TRY(auto answers, channel_.ask(begin));
        Result<void> taken;
        for (Answer rows = std::move(answers.back());;) {
            auto going = take_rows(rows, make, take);
            if (!going) taken = std::unexpected<Error>(going.error());
            if (!going || !*going || rows.rows() < page_rows) break;
            auto next = page();
            TRY(auto fetched, channel_.ask(std::span(&next, 1)));
            rows = std::move(fetched.back());
        }
        Statement end{Channel::walk_end};
        TRY(auto ended, channel_.ask(std::span(&end, 1)));
        return taken;
    }
    Result<std::int64_t> number(const char* sql) {
        TRY(auto found, one([](Row& row) { return row.number<std::int64_t>(); }, sql));
        if (!found) return fail(Problem::corrupt, "the database gave no answer");
        return *found;
    }
    template <class... Values>
    Result<void> write(const char* sql, const Values&... values) {
        return channel_.write({sql, Parameters::of(values...)});
    }
    template <class... Values>
    Result<std::int64_t> change(const char* sql, const Values&... values) {
        Statement statement{sql, Parameters::of(values...)};
        TRY(auto answer, channel_.change(std::move(statement)));
        return answer.changed();
    }

  private:
    static constexpr int page_rows = 512;
    /// Not prepared: what it gives has another form for each walk.
    static Statement page() { return {"FETCH " + std::to_string(page_rows) + " FROM walk", {}, false}; }

    /// False where `take` has enough.
    template <class Make, class Take>
    static Result<bool> take_rows(const Answer& answer, Make make, const Take& take) {
        for (int at = 0; at < answer.rows(); ++at) {
            Row row(answer, at);
            auto made = make(row);
            CHECK(row.sound());
            if (!take(made)) return false;
        }
        return true;
    }

    Channel& channel_;
};

}  // namespace muniment::storage::postgresql
