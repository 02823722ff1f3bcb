// SPDX-License-Identifier: Apache-2.0
// For the throttle: a bounded table of numbers that halve with time.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"

namespace muniment::access {

/// A keyed hash of what is counted: nobody can choose keys that collide, and no name or address is kept.
using TallyKey = std::array<std::uint8_t, 16>;

class Tallies {
  public:
    struct Tally {
        TallyKey key;
        double count = 0;
        Duration counted{};   ///< when `count` was right
        Duration wait_until{};
    };

    Tallies(std::size_t entries_max, Duration half_life, std::uint64_t seed)
        : entries_max_(entries_max), half_life_(half_life), dice_(seed) {}

    const Tally* find(const TallyKey& key) const {
        auto at = places_.find(key);
        return at == places_.end() ? nullptr : &tallies_[at->second];
    }
    double count(const Tally& tally, Duration now) const {
        if (now <= tally.counted) return tally.count;
        const auto passed = static_cast<double>((now - tally.counted).count());
        return tally.count * std::exp2(-passed / static_cast<double>(half_life_.count()));
    }
    double count(const TallyKey& key, Duration now) const {
        const auto* tally = find(key);
        return tally ? count(*tally, now) : 0;
    }

    /// Adds to the tally, which is made if need be; the reference holds until the next call.
    Tally& add(const TallyKey& key, double more, Duration now) {
        auto at = places_.find(key);
        if (at == places_.end()) {
            if (tallies_.size() >= entries_max_) drop_weak(now);
            at = places_.emplace(key, tallies_.size()).first;
            tallies_.push_back({.key = key, .counted = now});
        }
        auto& tally = tallies_[at->second];
        tally.count = std::max(0.0, count(tally, now) + more);
        tally.counted = std::max(tally.counted, now);
        return tally;
    }
    void drop(const TallyKey& key) {
        if (auto at = places_.find(key); at != places_.end()) drop_at(at->second);
    }
    std::size_t size() const { return tallies_.size(); }

  private:
    struct FirstBytes {
        std::size_t operator()(const TallyKey& key) const {
            std::size_t hash;
            std::memcpy(&hash, key.data(), sizeof hash);
            return hash;
        }
    };

    /// Of 16 drawn at random the one that counts least: whoever has made most attempts is remembered longest.
    void drop_weak(Duration now) {
        std::size_t weakest = dice_() % tallies_.size();
        for (int draw = 1; draw < 16; ++draw) {
            std::size_t other = dice_() % tallies_.size();
            if (count(tallies_[other], now) < count(tallies_[weakest], now)) weakest = other;
        }
        drop_at(weakest);
    }
    void drop_at(std::size_t place) {
        places_.erase(tallies_[place].key);
        if (place + 1 != tallies_.size()) {
            tallies_[place] = tallies_.back();
            places_[tallies_[place].key] = place;
        }
        tallies_.pop_back();
    }

    const std::size_t entries_max_;
    const Duration half_life_;
    std::mt19937_64 dice_;  // picks what is forgotten; nothing secret hangs on it
    std::unordered_map<TallyKey, std::size_t, FirstBytes> places_;
    std::vector<Tally> tallies_;
};

}  // namespace muniment::access
