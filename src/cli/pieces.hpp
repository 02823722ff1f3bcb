// SPDX-License-Identifier: Apache-2.0
// Large files go in pieces: what arrived is kept by the server, and a connection that breaks, or a put that is run again, goes
// on from there. The server is asked for what is open (GET /api/v1/uploads): nothing about it is stored on this computer. An open
// upload is gone on with only where matter, folder, name, size and SHA-256 of the file are the same.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>

#include "cli/api.hpp"
#include "cli/progress.hpp"

namespace muniment::cli {

/// From here on; below, one request.
inline constexpr std::uint64_t large_file_bytes = 16u << 20;

struct LargeFile {
    std::filesystem::path path;
    std::uint64_t size = 0;
    std::string sha256;
    std::string matter;                    ///< "/api/v1/matters/<id>"
    std::string paper;                     ///< whose version it is; empty: a new paper
    std::uint64_t revision = 0;            ///< of that paper
    boost::json::object about;             ///< as for one request
};

class Pieces {
  public:
    /// `anew`: what an earlier run left is given up.
    explicit Pieces(bool anew) : anew_(anew) {}

    /// Returns when it is filed. From several threads, each with its Api. True: it went on from an earlier run.
    bool send(Api& api, const LargeFile& file, Progress& progress);

  private:
    std::optional<boost::json::object> take_open(Api& api, const LargeFile& file);

    const bool anew_;
    std::mutex mutex_;                     // of open_
    std::optional<boost::json::array> open_;
};

}  // namespace muniment::cli
