// SPDX-License-Identifier: Apache-2.0
// libFuzzer's side: one program for all targets; the environment's FUZZ names the one to run (tools/fuzz sets it).
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "crypto/crypto.hpp"
#include "fuzz.hpp"

namespace {
muniment::fuzz::Target chosen{};
}

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const char* wanted = std::getenv("FUZZ");
    for (const auto& target : muniment::fuzz::targets()) {
        if (wanted && target.name == wanted) chosen = target;
        if (!wanted) std::cout << target.name << '\n';
    }
    if (!wanted) std::exit(0);
    if (!chosen.run) {
        std::cerr << "no target is called " << wanted << '\n';
        std::exit(2);
    }
    if (auto started = muniment::crypto::start(); !started) std::exit(2);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chosen.run({data, size});
    return 0;
}
