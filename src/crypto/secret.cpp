// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret.hpp"

#include <sodium/utils.h>

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

namespace {

/// Copying goes through vector registers, which keep the last bytes of a paper until somebody else copies; a core file has them.
#if defined(__x86_64__)
__attribute__((target("avx512f"))) void wipe_registers_512() {
    asm volatile(
        "vzeroall\n\t"
        "vpxorq %%zmm16, %%zmm16, %%zmm16\n\t vpxorq %%zmm17, %%zmm17, %%zmm17\n\t vpxorq %%zmm18, %%zmm18, %%zmm18\n\t"
        "vpxorq %%zmm19, %%zmm19, %%zmm19\n\t vpxorq %%zmm20, %%zmm20, %%zmm20\n\t vpxorq %%zmm21, %%zmm21, %%zmm21\n\t"
        "vpxorq %%zmm22, %%zmm22, %%zmm22\n\t vpxorq %%zmm23, %%zmm23, %%zmm23\n\t vpxorq %%zmm24, %%zmm24, %%zmm24\n\t"
        "vpxorq %%zmm25, %%zmm25, %%zmm25\n\t vpxorq %%zmm26, %%zmm26, %%zmm26\n\t vpxorq %%zmm27, %%zmm27, %%zmm27\n\t"
        "vpxorq %%zmm28, %%zmm28, %%zmm28\n\t vpxorq %%zmm29, %%zmm29, %%zmm29\n\t vpxorq %%zmm30, %%zmm30, %%zmm30\n\t"
        "vpxorq %%zmm31, %%zmm31, %%zmm31"
        :
        :
        : "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
          "xmm14", "xmm15", "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27",
          "xmm28", "xmm29", "xmm30", "xmm31");
}

__attribute__((target("avx"))) void wipe_registers_256() {
    asm volatile("vzeroall"
                 :
                 :
                 : "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
                   "xmm13", "xmm14", "xmm15");
}

void wipe_registers() {
    if (__builtin_cpu_supports("avx512f")) return wipe_registers_512();
    if (__builtin_cpu_supports("avx")) wipe_registers_256();
}
#else
void wipe_registers() {}
#endif

}  // namespace

void wipe_stack() {
    constexpr std::size_t reach_bytes = 32 * 1024;
    sodium_stackzero(reach_bytes);
    wipe_registers();
}

}  // namespace muniment::crypto
