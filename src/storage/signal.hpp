// SPDX-License-Identifier: Apache-2.0
// One thread waits, another tells it once. A futex of its own for each waiter, so that telling one wakes no other.
#pragma once
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>

namespace muniment::storage {

class Signal {
  public:
    void wait() {
        auto seen = quiet;
        if (!state_.compare_exchange_strong(seen, awaited, std::memory_order_acquire)) return;
        while (state_.load(std::memory_order_acquire) != told)
            ::syscall(SYS_futex, &state_, FUTEX_WAIT_PRIVATE, awaited, nullptr, nullptr, 0);
    }
    /// The waiter may return, and its stack with this object be gone, before the system call is made: that is why it is the bare
    /// futex and not std::atomic::notify_one. Waking an address at which nobody waits is harmless.
    void tell() {
        auto* address = &state_;
        if (state_.exchange(told, std::memory_order_acq_rel) == awaited)
            ::syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    }
    void reset() { state_.store(quiet, std::memory_order_relaxed); }  ///< by the waiter, while nobody can tell

  private:
    static constexpr std::uint32_t quiet = 0, awaited = 1, told = 2;
    std::atomic<std::uint32_t> state_{quiet};
};

}  // namespace muniment::storage
