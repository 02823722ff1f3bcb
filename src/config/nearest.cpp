// SPDX-License-Identifier: Apache-2.0
#include "config/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "config/config.hpp"

namespace muniment::config {
namespace {

constexpr std::size_t compared_chars_max = 64;     // a name that is longer is near to none

/// Letters to put in, take out, exchange for another or for each other (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
        }
        before = std::exchange(last, now);
    }
    return last[b.size()];
}

std::string_view last_word(std::string_view name) { return name.substr(name.rfind('.') + 1); }

}  // namespace

std::string_view nearest(std::string_view name, bool section) {
    if (name.size() > compared_chars_max) return {};
    // One slip in three letters still reads as the word.
    std::size_t best = std::max<std::size_t>(name.size() / 3, 1) + 1;
    std::string_view found;
    auto consider = [&](std::string_view candidate, std::size_t far) {
        if (far < best) {
            best = far;
            found = candidate;
        }
    };
    for (const auto& key : keys()) {
        auto known = key.name.text();
        const auto dot = known.find('.');
        if (section) {
            if (dot != std::string_view::npos) consider(known.substr(0, dot), distance(name, known.substr(0, dot)));
            continue;
        }
        consider(known, distance(name, known));
        // The right word under the wrong section, or under none.
        if (last_word(name) == last_word(known)) consider(known, 1);
    }
    return found;
}

}  // namespace muniment::config
