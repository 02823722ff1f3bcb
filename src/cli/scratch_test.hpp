// SPDX-License-Identifier: Apache-2.0
// A folder for one test, gone afterwards.
#pragma once
#include <filesystem>
#include <fstream>
#include <string>

#include "base/bytes.hpp"
#include "base/random.hpp"

namespace muniment::cli {

class Scratch {
  public:
    Scratch() : path_(std::filesystem::temp_directory_path() / ("muniment-cli-" + to_hex(random_bytes<8>()))) {
        std::filesystem::create_directories(path_);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { std::filesystem::remove_all(path_); }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }
    void write(const std::string& name, const std::string& content) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << content;
    }

  private:
    std::filesystem::path path_;
};

}  // namespace muniment::cli
