// SPDX-License-Identifier: Apache-2.0
#include "audit/afterwards.hpp"

#include "base/journal.hpp"
#include "base/limits.hpp"

namespace muniment::audit {

namespace {

void lost(Problem why) { journal(Level::warning, "log.outcome-lost", {{"problem", why}}); }

}  // namespace

Afterwards::Afterwards(Log& log) : log_(log), thread_([this](std::stop_token stop) { run(stop); }) {}

Afterwards::~Afterwards() {
    thread_.request_stop();
    thread_.join();
}

void Afterwards::record(Draft draft) {
    then([this, draft = std::move(draft)]() mutable -> Result<void> {
        CHECK(log_.record(std::move(draft)));
        return {};
    });
}

void Afterwards::then(Work work) {
    bool full = false;
    {
        std::lock_guard lock(mutex_);
        full = queue_.size() >= limits::afterwards_max;
        if (!full) queue_.push_back(std::move(work));
    }
    if (full) lost(Problem::busy);
    else waiting_.notify_one();
}

void Afterwards::run(std::stop_token stop) {
    for (;;) {
        std::unique_lock lock(mutex_);
        waiting_.wait(lock, stop, [&] { return !queue_.empty(); });
        if (queue_.empty()) return;   // stopped, and nothing waits
        auto work = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        if (auto written = work(); !written) lost(written.error().problem);
    }
}

}  // namespace muniment::audit
