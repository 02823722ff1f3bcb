// SPDX-License-Identifier: Apache-2.0
// The current policy, shared by all threads.
//
// read() is for the hot path: each thread keeps the policy it read last and compares one atomic number; only after a change does
// it take the lock. (std::atomic<std::shared_ptr> in libstdc++ 12 spins on a bit of the one word that all threads share: with two
// threads reading, 196 ns against 111 ns, most of it the count of references; bench/access_decide measures both.)
// A thread that sleeps keeps the policy it read last alive; since policies share what did not change, that is little memory.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>

#include "access/decide/policy.hpp"

namespace muniment::access {

class PolicyCell {
  public:
    explicit PolicyCell(Policy first);
    PolicyCell(const PolicyCell&) = delete;
    PolicyCell& operator=(const PolicyCell&) = delete;

    /// Never null, and never older than the last publish() that happened before this call.
    std::shared_ptr<const Policy> read() const;
    std::uint64_t revision() const { return read()->revision(); }
    /// Unless one of a higher revision stands already: two may come at once, from this process and from following another.
    void publish(Policy next);

  private:
    const std::uint64_t id_;  // no cell ever has another's, so what a thread kept of a former one at this address is not ours
    std::atomic<std::uint64_t> version_{1};
    mutable std::mutex mutex_;
    std::shared_ptr<const Policy> current_;   // guarded by mutex_
};

}  // namespace muniment::access
