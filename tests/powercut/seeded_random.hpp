// SPDX-License-Identifier: Apache-2.0
// What these programs have instead of what the libraries would link: randomness from a seed, so that a cut can be made again, and
// cheap password hashing.
#pragma once
#include <cstdint>

namespace muniment::powercut {

void seed_random(std::uint64_t seed);
/// What Muniment says to standard error of each start on a damaged disk is not shown.
void quiet();

}  // namespace muniment::powercut
