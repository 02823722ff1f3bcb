// SPDX-License-Identifier: Apache-2.0
#include "app/upkeep.hpp"

#include "base/journal.hpp"
#include "base/limits.hpp"

namespace muniment::app {
namespace {

constexpr int steps_max = 64;   // at once: 2 GiB

}  // namespace

Upkeep::Upkeep(Serving& serving, std::chrono::seconds every)
    : serving_(serving), merging_(*serving.stores().records, *serving.stores().packs, serving.clock()) {
    if (serving.stores().packs->appears() == storage::Appears::whole) thread_ = std::thread([this, every] { run(every); });
}

Upkeep::~Upkeep() {
    {
        std::lock_guard held(lock_);
        stopping_ = true;
    }
    stop_asked_.notify_one();
    if (thread_.joinable()) thread_.join();
}

bool Upkeep::stopping() {
    std::lock_guard held(lock_);
    return stopping_;
}

void Upkeep::run(std::chrono::seconds every) {
    std::unique_lock held(lock_);
    while (!stop_asked_.wait_for(held, every, [&] { return stopping_; })) {
        held.unlock();
        look_after();
        held.lock();
    }
}

/// A copy of the database, started on another machine, must not remove what the living firm's rows name: it is asked before each
/// step.
void Upkeep::look_after() {
    auto done = [&]() -> Result<void> {
        if (!serving_.may_change_packs()) return {};
        TRY(bool eldest, storage::eldest(*serving_.stores().records));
        if (!eldest) return {};   // another node does it
        TRY(auto removed, merging_.remove_emptied());
        TRY(auto ended, serving_.stores().packs->end_forgotten(serving_.clock().now() - limits::s3_forgotten_upload_age));
        if (removed + ended > 0) journal(Level::info, "packs.tidied", {{"removed", removed}, {"uploads_ended", ended}});
        for (int steps = 0; steps < steps_max && !stopping() && serving_.may_change_packs(); ++steps) {
            TRY(auto merged, merging_.step());
            if (merged.packs == 0) break;
        }
        return {};
    }();
    if (!done) journal(Level::warning, "packs.upkeep-failed", {{"problem", done.error().problem}});
}

}  // namespace muniment::app
