// SPDX-License-Identifier: Apache-2.0
// Numbers of this process, for whoever watches it (app/metrics). A meter is a number with a name of ours and no label, declared in
// meters.def: nothing about a person, a matter or a paper can get into one.
#pragma once
#include <atomic>
#include <cstdint>

namespace muniment::meters {

/// Counting costs one relaxed addition; what is read may be a moment old.
class Meter {
  public:
    void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
    void take(std::uint64_t count) { value_.fetch_sub(count, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

enum class Kind : std::uint8_t { counter, level };

#define METER(name, kind, what) inline constinit Meter name;
#include "base/meters.def"
#undef METER

}  // namespace muniment::meters
