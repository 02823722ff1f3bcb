// SPDX-License-Identifier: Apache-2.0
// For tests only: a build with -DMUNIMENT_BREAK=N leaves out the one safeguard of promise N, and the scenario of that promise
// must fail against it. What ships is built without, and then `broken(N)` is the constant false.
#pragma once

namespace muniment {
#ifdef MUNIMENT_BREAK
constexpr bool broken(int promise) { return promise == MUNIMENT_BREAK; }
#else
constexpr bool broken(int) { return false; }
#endif
}  // namespace muniment
