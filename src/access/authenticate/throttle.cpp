// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/throttle.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "access/authenticate/tallies.hpp"
#include "base/random.hpp"
#include "crypto/hash.hpp"

namespace muniment::access {
namespace {

// One sign-in makes a source known for three half-lives; a source that is used goes on being known.
constexpr auto known_half_life = std::chrono::hours(24 * 30);
constexpr double known_from = 1.0 / 8;

std::uint64_t random_seed() {
    auto bytes = random_bytes<8>();
    return Reader(bytes).u64();
}

/// How long to wait after the `count`-th attempt.
Duration wait_after(double count, const Slowing& slowing) {
    const double over = std::ceil(count - slowing.free - 1e-6);  // a count that decayed by a hair counts in full
    if (over < 1) return Duration::zero();
    const double doublings = std::min(over - 1, 40.0);
    const double wait = static_cast<double>(slowing.first.count()) * std::exp2(doublings);
    return Duration(static_cast<std::int64_t>(std::min(wait, static_cast<double>(slowing.most.count()))));
}

std::unexpected<Error> slow_down(Duration wait) {
    auto seconds = (wait.count() + 999'999) / 1'000'000;
    return fail(Problem::slow_down, std::to_string(std::max<std::int64_t>(seconds, 1)));
}

}  // namespace

Result<Source> Source::parse(std::string_view address) {
    std::array<std::uint8_t, 16> raw{};
    Source source;
    const std::string text(address.substr(0, INET6_ADDRSTRLEN));
    static constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    auto ipv4 = [&](const std::uint8_t* bytes) {
        source.bytes[0] = 4;
        std::copy_n(bytes, 4, source.bytes.begin() + 1);
    };
    if (inet_pton(AF_INET, text.c_str(), raw.data()) == 1) {
        ipv4(raw.data());
    } else if (inet_pton(AF_INET6, text.c_str(), raw.data()) == 1) {
        if (std::equal(mapped.begin(), mapped.end(), raw.begin())) {
            ipv4(raw.data() + mapped.size());
        } else {
            source.bytes[0] = 6;
            std::copy_n(raw.begin(), 8, source.bytes.begin() + 1);
        }
    } else {
        return fail(Problem::malformed, "that is not an IP address");
    }
    return source;
}

struct Throttle::Tables {
    explicit Tables(const ThrottleRules& rules)
        : pairs(rules.entries_max, rules.pair.half_life, random_seed()),
          sources(rules.entries_max, rules.source.half_life, random_seed()),
          accounts(rules.entries_max, rules.siege_half_life, random_seed()),
          known(rules.entries_max, known_half_life, random_seed()) {}

    TallyKey keyed(std::initializer_list<View> pieces) const {
        auto hash = crypto::hmac_sha256(key, pieces);
        TallyKey short_key;
        std::copy_n(hash.begin(), short_key.size(), short_key.begin());
        return short_key;
    }

    // A source has 9 bytes always, so that a pair's two parts cannot be cut differently; each table has keys of its own length
    // and order, and none is looked up in another.
    TallyKey pair_key(const Source& source, View account) const { return keyed({source.bytes, account}); }
    TallyKey source_key(const Source& source) const { return keyed({source.bytes}); }
    TallyKey account_key(View account) const { return keyed({account}); }

    const std::array<std::uint8_t, 32> key = random_bytes<32>();
    Tallies pairs, sources, accounts, known;
};

Throttle::Throttle(const ThrottleRules& rules) : rules_(rules), tables_(std::make_unique<Tables>(rules)) {}
Throttle::~Throttle() = default;

Result<void> Throttle::attempt(const Source& source, View account, Duration now) {
    std::lock_guard lock(mutex_);
    auto& pairs = tables_->pairs;
    auto& sources = tables_->sources;
    auto& accounts = tables_->accounts;
    const auto pair_key = tables_->pair_key(source, account);
    const auto source_key = tables_->source_key(source);
    const auto account_key = tables_->account_key(account);
    const bool is_known = tables_->known.count(pair_key, now) >= known_from;
    const bool siege = !is_known && accounts.count(account_key, now) >= rules_.siege_attempts;

    const auto* pair = pairs.find(pair_key);
    if (pair && now < pair->wait_until) return slow_down(pair->wait_until - now);
    if (!is_known) {
        const auto* of_all = sources.find(source_key);
        if (of_all && now < of_all->wait_until) return slow_down(of_all->wait_until - now);
        const bool has_waited = pair && now - pair->counted < rules_.pair.half_life;
        if (siege && !has_waited) {
            // A stranger's first try at an account under siege: it waits once, by a clock of its own.
            pairs.add(pair_key, 0, now).wait_until = now + rules_.pair_under_siege.first;
            return slow_down(rules_.pair_under_siege.first);
        }
        auto& of_source = sources.add(source_key, 1, now);
        of_source.wait_until = now + wait_after(of_source.count, rules_.source);
        accounts.add(account_key, 1, now);
    }
    auto& of_pair = pairs.add(pair_key, 1, now);
    of_pair.wait_until = now + wait_after(of_pair.count, siege ? rules_.pair_under_siege : rules_.pair);
    return {};
}

void Throttle::succeeded(const Source& source, View account, Duration now) {
    std::lock_guard lock(mutex_);
    const auto pair_key = tables_->pair_key(source, account);
    tables_->pairs.drop(pair_key);
    if (tables_->known.count(pair_key, now) < known_from) {
        // Only what this attempt added: a success with one's own account must not pay for guesses at others'.
        auto& of_source = tables_->sources.add(tables_->source_key(source), -1, now);
        if (wait_after(of_source.count, rules_.source) == Duration::zero()) of_source.wait_until = now;
        tables_->accounts.add(tables_->account_key(account), -1, now);
    }
    tables_->known.add(pair_key, 1, now);
}

void Throttle::remember(const Source& source, View account, Duration now) {
    std::lock_guard lock(mutex_);
    tables_->known.add(tables_->pair_key(source, account), 1, now);
}

std::size_t Throttle::entries() const {
    std::lock_guard lock(mutex_);
    return tables_->pairs.size() + tables_->sources.size() + tables_->accounts.size() + tables_->known.size();
}

}  // namespace muniment::access
