// SPDX-License-Identifier: Apache-2.0
// The drivers of PackStore that the suites in this folder are the law for.
#pragma once
#include "storage/conformance/scratch.hpp"
#include "storage/open.hpp"
#include "storage/s3/double_test.hpp"

namespace muniment::storage {

struct PackDriver {
    const char* name;
    std::function<std::unique_ptr<PackStore>(const Scratch&, RegisterPack)> open;
};

inline std::vector<PackDriver> pack_drivers() {
    return {{"folder", [](const Scratch& s, RegisterPack r) {
                 return open_pack_folder(s.path / "packs", std::move(r), Missing::make).value();
             }},
            {"memory", [](const Scratch&, RegisterPack r) { return open_pack_memory(std::move(r)); }},
            {"s3", [](const Scratch&, RegisterPack r) {
                 auto [place, credentials] = s3::place_for_conformance();
                 return open_pack_s3(place, std::move(credentials), std::move(r), Missing::make).value();
             }}};
}

}  // namespace muniment::storage
