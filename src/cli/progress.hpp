// SPDX-License-Identifier: Apache-2.0
// How far put and get are: a line that is written over at a terminal, nothing in a pipe.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

namespace muniment::cli {

struct Advance {
    std::uint64_t bytes = 0, bytes_all = 0;
    std::uint64_t files = 0, files_all = 0;
    std::chrono::milliseconds elapsed{0};
    std::uint64_t kept = 0;                    ///< of the bytes: were there before; the rate is of the others
};

/// "[####----]  45 %  1.2 GB of 2.7 GB  310 of 820 files  48 MB/s  32 s left", as much of it as fits.
std::string progress_line(const Advance& advance, int columns);
std::string spoken_duration(std::chrono::seconds time);     ///< "32 s", "4 min", "2 h 10 min"

/// Shown from its making to its end. Counted from several threads.
class Progress {
  public:
    Progress(std::uint64_t bytes_all, std::uint64_t files_all);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void add_bytes(std::uint64_t bytes) { bytes_ += bytes; }
    /// What was counted of a try that failed.
    void take_back(std::uint64_t bytes) { bytes_ -= bytes; }
    /// What an earlier run had brought already.
    void add_kept(std::uint64_t bytes) { kept_ += bytes, bytes_ += bytes; }
    void add_file() { ++files_; }

  private:
    void show() const;
    const std::uint64_t bytes_all_, files_all_;
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::atomic<std::uint64_t> bytes_ = 0, files_ = 0, kept_ = 0;
    std::jthread shower_;
};

}  // namespace muniment::cli
