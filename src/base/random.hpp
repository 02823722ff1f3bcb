// SPDX-License-Identifier: Apache-2.0
// Randomness from the kernel (getrandom), and from nowhere else: keys, nonces, ids, salts.
#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace muniment {

/// Fills `out`. Dies if the kernel refuses: nothing here may go on without randomness.
void random_fill(std::span<std::uint8_t> out);

template <std::size_t N>
std::array<std::uint8_t, N> random_bytes() {
    std::array<std::uint8_t, N> out;
    random_fill(out);
    return out;
}

}  // namespace muniment
