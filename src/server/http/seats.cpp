// SPDX-License-Identifier: Apache-2.0
#include "server/http/seats.hpp"

namespace muniment::server {

std::optional<Seats::Seat> Seats::take(const std::string& source) {
    const std::lock_guard lock(mutex_);
    if (taken_ >= in_all_max_) return std::nullopt;
    auto& count = by_source_[source];
    if (count >= per_source_max_) return std::nullopt;
    ++count;
    ++taken_;
    return Seat(shared_from_this(), source);
}

std::size_t Seats::taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
}

Seats::Seat::~Seat() {
    if (!seats_) return;
    const std::lock_guard lock(seats_->mutex_);
    --seats_->taken_;
    if (const auto at = seats_->by_source_.find(source_); --at->second == 0) seats_->by_source_.erase(at);
}

}  // namespace muniment::server
