// SPDX-License-Identifier: Apache-2.0
#include "access/decide/policy_cell.hpp"

namespace muniment::access {
namespace {
std::atomic<std::uint64_t> cells_made{0};
}

PolicyCell::PolicyCell(Policy first)
    : id_(cells_made.fetch_add(1, std::memory_order_relaxed) + 1), current_(std::make_shared<const Policy>(std::move(first))) {}

std::shared_ptr<const Policy> PolicyCell::read() const {
    struct LastRead {
        std::uint64_t cell = 0, version = 0;
        std::shared_ptr<const Policy> policy;
    };
    thread_local LastRead last;
    if (last.cell == id_ && last.version == version_.load(std::memory_order_acquire)) return last.policy;
    std::lock_guard lock(mutex_);
    last = {id_, version_.load(std::memory_order_relaxed), current_};
    return last.policy;
}

void PolicyCell::publish(Policy next) {
    auto fresh = std::make_shared<const Policy>(std::move(next));
    std::lock_guard lock(mutex_);
    if (fresh->revision() < current_->revision()) return;
    current_.swap(fresh);
    version_.fetch_add(1, std::memory_order_release);
}

}  // namespace muniment::access
