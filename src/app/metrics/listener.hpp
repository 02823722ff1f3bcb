// SPDX-License-Identifier: Apache-2.0
// GET /metrics in the clear, on 127.0.0.1 alone: no certificate and no secret is needed, and nobody from outside can ask. One
// connection after the other, each answered once and closed, none for longer than two seconds.
#pragma once
#include <functional>
#include <thread>

#include "base/result.hpp"

namespace muniment::app {

class MetricsListener {
  public:
    /// `say`: the text, made when it is asked for. Port 0 takes any that is free.
    static Result<std::unique_ptr<MetricsListener>> listen(std::uint16_t port, std::function<std::string()> say);
    ~MetricsListener();
    std::uint16_t port() const { return port_; }

  private:
    MetricsListener(int fd, std::uint16_t port, std::function<std::string()> say);
    void run(std::stop_token stop);
    void serve(int peer) const;

    int fd_;
    std::uint16_t port_;
    std::function<std::string()> say_;
    std::jthread thread_;
};

/// The whole answer to a request's head, as it came.
std::string metrics_answer(std::string_view head, const std::function<std::string()>& say);

}  // namespace muniment::app
