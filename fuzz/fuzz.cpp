// SPDX-License-Identifier: Apache-2.0
#include "fuzz.hpp"

#include <algorithm>

namespace muniment::fuzz {
namespace {

std::vector<Target>& registered() {
    static std::vector<Target> all;
    return all;
}

}  // namespace

Registered::Registered(std::string_view name, void (*run)(View)) { registered().push_back({name, run}); }

std::vector<Target> targets() {
    auto all = registered();
    std::ranges::sort(all, {}, &Target::name);
    return all;
}

}  // namespace muniment::fuzz
