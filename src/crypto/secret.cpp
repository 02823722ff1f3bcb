// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret.hpp"

#include <algorithm>
#include <utility>

#include "base/random.hpp"
#include "crypto/arena.hpp"
#include "crypto/hash.hpp"

namespace muniment::crypto {

Secret Secret::zeros(std::size_t size) {
    Secret secret;
    secret.data_ = arena::take(size);
    secret.size_ = size;
    return secret;
}

Secret Secret::random(std::size_t size) {
    auto secret = zeros(size);
    random_fill(secret.fill());
    return secret;
}

Secret Secret::take(std::span<std::uint8_t> source) {
    auto secret = zeros(source.size());
    std::ranges::copy(source, secret.data_);
    wipe(source);
    return secret;
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    Secret taken(std::move(other));
    std::swap(data_, taken.data_);
    std::swap(size_, taken.size_);
    return *this;
}

Secret::~Secret() {
    if (data_ != nullptr) arena::give_back(data_, size_);
}

Secret Secret::clone() const {
    if (empty()) return {};
    auto copy = zeros(size_);
    std::ranges::copy(expose(), copy.data_);
    return copy;
}

bool Secret::equals(const Secret& other) const { return equal(expose(), other.expose()); }

}  // namespace muniment::crypto
