// SPDX-License-Identifier: Apache-2.0
// How often each route was asked, what came of it, and how long it took. A row is a method and a route's pattern, so there are
// as many as the table of routes has, and three more: nothing that somebody sends makes one.
#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "base/clock.hpp"
#include "server/router.hpp"

namespace muniment::server {

class Tally {
  public:
    /// `cut`: the client went before there was an answer.
    enum class Outcome : std::uint8_t { informed, done, elsewhere, refused, failed, cut };
    static constexpr std::array<std::string_view, 6> outcome_names{"1xx", "2xx", "3xx", "4xx", "5xx", "cut"};
    static constexpr std::array<std::int64_t, 11> bounds_us{1'000,   2'500,   5'000,     10'000,    25'000,    50'000,
                                                            100'000, 250'000, 1'000'000, 5'000'000, 30'000'000};

    struct Row {
        std::string method, route;
        std::array<std::atomic<std::uint64_t>, outcome_names.size()> outcomes{};
        std::array<std::atomic<std::uint64_t>, bounds_us.size() + 1> within{};   ///< each alone, the last of what took longer
        std::atomic<std::uint64_t> took_us{0};
    };

    Tally();
    Row& of(const Route& route);                     ///< looked up; whoever asks for each request keeps it
    Row& page() { return page_; }
    Row& unknown() { return unknown_; }              ///< no route has that path, or the door is shut
    void for_each(const std::function<void(const Row&)>& take) const;

  private:
    mutable std::shared_mutex lock_;
    // They outlive the houses whose routes they count.
    std::map<std::pair<std::string, std::string>, std::unique_ptr<Row>> rows_;
    Row page_, unknown_;
};

/// One request, counted once: by what it is told, or as cut where it is told nothing.
class Counted {
  public:
    explicit Counted(Tally& tally);
    Counted(Counted&& other) noexcept;
    Counted& operator=(Counted&&) = delete;
    ~Counted();
    void is_of(Tally::Row& row) { row_ = &row; }
    void ended(int status);

  private:
    void count(Tally::Outcome outcome);
    Tally::Row* row_;
    Duration began_;
};

/// The answer, which is counted when it is there: now, or when the body has come.
Result<Answer> counting(Counted counted, Result<Answer> answer);

}  // namespace muniment::server
