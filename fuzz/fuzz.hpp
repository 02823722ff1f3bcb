// SPDX-License-Identifier: Apache-2.0
// Fuzz targets: one short file for each parser of bytes that come from outside.
//
// A target takes any bytes and returns. It dies where the parser breaks a promise: what was accepted renders to the same bytes,
// a second spelling is refused, what was sealed opens only as it was sealed. libFuzzer (libfuzzer.cpp) looks for bytes that do
// that; replay.cpp runs what was found so far (fuzz/corpus/) in each ./test. How to: CONTRIBUTING.md.
#pragma once
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <source_location>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace muniment::fuzz {

struct Target {
    std::string_view name;
    void (*run)(View input);
};
/// In order of their names.
std::vector<Target> targets();

struct Registered {
    Registered(std::string_view name, void (*run)(View));
};

#define FUZZ_TARGET(name)                                                                      \
    static void name(::muniment::View input);                                                  \
    static const ::muniment::fuzz::Registered MUNIMENT_JOIN(name, _registered)(#name, name);   \
    static void name(::muniment::View input)

/// What must hold whatever the input is.
inline void must(bool holds, std::string_view what, std::source_location where = std::source_location::current()) {
    require(holds, what, where);
}

/// Takes the input apart, for targets that need more than one thing of it. Gives zeros when nothing is left.
class Pieces {
  public:
    explicit Pieces(View input) : rest_(input) {}
    std::uint8_t u8() { return rest_.empty() ? 0 : raw(1)[0]; }
    std::uint64_t u64() {
        std::uint64_t value = 0;
        for (int i = 0; i < 8; ++i) value = value << 8 | u8();
        return value;
    }
    View raw(std::size_t count) {
        auto taken = rest_.first(std::min(count, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    template <std::size_t N>
    std::array<std::uint8_t, N> array() {
        std::array<std::uint8_t, N> out{};
        auto taken = raw(N);
        std::copy(taken.begin(), taken.end(), out.begin());
        return out;
    }
    View rest() const { return rest_; }

  private:
    View rest_;
};

/// `sealed` with one bit turned over; which one, `pick` says.
inline Bytes damaged(View sealed, std::uint64_t pick) {
    Bytes other(sealed.begin(), sealed.end());
    if (!other.empty()) other[pick / 8 % other.size()] ^= static_cast<std::uint8_t>(1u << pick % 8);
    return other;
}

}  // namespace muniment::fuzz
