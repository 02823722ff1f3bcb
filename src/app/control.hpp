// SPDX-License-Identifier: Apache-2.0
// The control socket: how `muniment unlock`, `lock` and `keys` reach the server on the same machine. A Unix socket of mode 0600 in the
// home folder; the peer must be the folder's owner or root (SO_PEERCRED). One JSON line each way, of at most 8 KiB and 256 KiB, one at
// a time.
#pragma once
#include <boost/json/object.hpp>
#include <filesystem>
#include <functional>
#include <thread>

#include "base/result.hpp"

namespace muniment::app {

class Control {
  public:
    using Answer = std::function<Result<boost::json::object>(const boost::json::object&)>;
    static Result<std::unique_ptr<Control>> listen(const std::filesystem::path& socket, Answer answer);
    ~Control();

  private:
    Control(int fd, std::filesystem::path socket, Answer answer);
    void run(std::stop_token stop);
    void serve_one(int peer);

    int fd_;
    std::filesystem::path socket_;
    Answer answer_;
    std::jthread thread_;
};

/// Asks the server of this home. `unavailable` where none runs.
Result<boost::json::object> ask_control(const std::filesystem::path& socket, const boost::json::object& question);

}  // namespace muniment::app
