// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"

#include <sys/random.h>

#include <cerrno>

#include "base/result.hpp"

namespace muniment {

void random_fill(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        auto got = ::getrandom(out.data(), out.size(), 0);
        if (got < 0) {
            require(errno == EINTR, "the kernel gives no randomness");
            continue;
        }
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

}  // namespace muniment
