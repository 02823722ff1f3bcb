// SPDX-License-Identifier: Apache-2.0
// Guesses at passwords and codes, slowed, so that nobody guesses many and nobody is locked out by a stranger's guesses.
//
// Three tallies of attempts that did not succeed, each forgetting by halves:
//   source and account  A few tries are free, then each doubles the wait, up to minutes. This is what a forgetful person meets.
//   source alone        One source trying many accounts: a larger number is free, then waits.
//   account alone       Many sources trying one account: above a number (NIST SP 800-63B-4 asks for at most 100 in a row), the
//                       account is under siege, and a source that never signed in to it waits before its first try, and longer
//                       before each next. The wait is that source's own: the attacker's sources do not use up a stranger's.
// A source from which this account has signed in before is known: only the first tally slows it.
//
// Promises   Whoever does not share the source with a person cannot make their known source wait at all, and an unknown one only
//            once before its first try (pair_under_siege.first).
//            An attempt counts from the moment it is let through, so that a thousand at once are not free; succeeded() takes it
//            back.
//            Bounded memory: `entries_max` entries of each kind. When full, of a few entries drawn at random the one with the
//            fewest attempts goes. Somebody who cycles through sources fills it with entries of few attempts, and these push out
//            each other; to push out an entry of n attempts they must first have made more than n from each of many sources, and
//            waited for it. Known sources are a table of their own, which only a success enters.
// Assumes    Time is the steady clock's. Accounts are hashes of the sign-in name (people type passwords into that field); what is
//            kept is a keyed hash of these, under a key that this process alone has.
// Does not   Hold against more than `entries_max` strange sources within the siege's first wait: they keep a stranger waiting.
//            Outlive the process: after a start all tallies are empty, and known sources are so again with remember() (SignIn keeps
//            them with each credential).
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/limits.hpp"

namespace muniment::access {

/// Where an attempt comes from: an IPv4 address, or the /64 of an IPv6 address, of which one customer has 2^64.
struct Source {
    std::array<std::uint8_t, 9> bytes{};  ///< 4 or 6, then the address, zero-filled
    /// "192.0.2.1", "2001:db8::1"; "::ffff:192.0.2.1" is the IPv4 address in it. Else `malformed`.
    static Result<Source> parse(std::string_view address);
    friend bool operator==(const Source&, const Source&) = default;
};

/// How a tally turns into a wait: `free` attempts cost nothing, after the next one waits `first`, then twice that, up to `most`.
struct Slowing {
    double free;
    Duration first, most;
    Duration half_life;  ///< after so long the number of attempts counts half
};

struct ThrottleRules {
    Slowing pair{5, std::chrono::seconds(1), std::chrono::minutes(15), std::chrono::hours(4)};
    Slowing source{50, std::chrono::seconds(1), std::chrono::minutes(5), std::chrono::minutes(10)};
    Slowing pair_under_siege{0, std::chrono::seconds(30), std::chrono::minutes(15), std::chrono::hours(4)};
    double siege_attempts = 100;
    Duration siege_half_life = std::chrono::hours(6);
    std::size_t entries_max = limits::throttle_entries_max;
};

class Throttle {
  public:
    explicit Throttle(const ThrottleRules& rules = {});
    ~Throttle();

    /// Lets one attempt through and counts it, or fails with `slow_down` and the seconds to wait as its detail; what is refused
    /// is not counted. Call before the password is looked at.
    Result<void> attempt(const Source& source, View account, Duration now);
    /// The attempt was right: it counts no more, the pair starts afresh, and the source is known for this account.
    void succeeded(const Source& source, View account, Duration now);
    /// The source is known for this account, from the record of former sign-ins.
    void remember(const Source& source, View account, Duration now);

    std::size_t entries() const;  ///< of all tables together

  private:
    struct Tables;
    mutable std::mutex mutex_;
    const ThrottleRules rules_;
    std::unique_ptr<Tables> tables_;  // guarded by mutex_
};

}  // namespace muniment::access
