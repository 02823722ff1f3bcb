// SPDX-License-Identifier: Apache-2.0
// What nobody waits for: entries that say how a transfer ended, and other small commits. They are done in the order they came by one
// thread; where too many wait (limits::afterwards_max) the newest is left out, which the record reads as "possibly all was sent", and
// the journal says so.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "audit/log.hpp"

namespace muniment::audit {

class Afterwards {
  public:
    explicit Afterwards(Log& log);
    ~Afterwards();                       ///< writes what waits first
    void record(Draft draft);
    using Work = std::move_only_function<Result<void>()>;
    void then(Work work);

  private:
    void run(std::stop_token stop);

    Log& log_;
    std::mutex mutex_;
    std::condition_variable_any waiting_;
    std::deque<Work> queue_;
    std::jthread thread_;
};

}  // namespace muniment::audit
