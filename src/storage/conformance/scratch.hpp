// SPDX-License-Identifier: Apache-2.0
// A folder of a test's own, gone with it.
#pragma once
#include <filesystem>

#include "base/ids.hpp"

namespace muniment::storage {

struct Scratch {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("muniment-storage-" + to_uuid_text(new_random_id()));
    Scratch() { std::filesystem::create_directory(path); }
    ~Scratch() { std::filesystem::remove_all(path); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
};

}  // namespace muniment::storage
