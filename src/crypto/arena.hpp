// SPDX-License-Identifier: Apache-2.0
// The guarded memory that secrets stand in; only secret.cpp and start.cpp know it. See secret.hpp for what it promises.
#pragma once
#include <cstddef>
#include <cstdint>

namespace muniment::crypto::arena {

inline constexpr std::size_t slot_bytes_max = 4'096;

/// Zeroed memory of `size` bytes (1 to slot_bytes_max). Dies when the machine has none: a secret has nowhere else to go.
std::uint8_t* take(std::size_t size);
/// Wipes the slot and gives it back; `size` as it was asked for.
void give_back(std::uint8_t* slot, std::size_t size) noexcept;

}  // namespace muniment::crypto::arena
