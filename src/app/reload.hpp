// SPDX-License-Identifier: Apache-2.0
// What SIGHUP does: the configuration is read again, and certificate and key.
//
// Promises   A file with anything wrong in it changes nothing, and each thing wrong is said. A certificate and key that do not fit
//            leave the former in use, and the rest counts. The operations log has an event for each key that changed: whether it
//            counts from now on or needs a restart, until that has happened.
#pragma once
#include <chrono>

#include "app/certificate_pair.hpp"
#include "app/configured.hpp"

namespace muniment::app {

class Reloading {
  public:
    /// `by` is what the server was started with.
    Reloading(cli::Arguments given, Configured by, server::Server& server, std::filesystem::path home)
        : given_(std::move(given)), running_(std::move(by)), server_(server), home_(std::move(home)) {}

    void reload();
    const config::Settings& settings() const { return running_.settings(); }
    std::chrono::seconds check_every() const { return std::chrono::seconds(running_.settings().check_seconds); }

  private:
    Result<Configured> fresh() const;
    bool take_certificate(const config::Settings& fresh);

    cli::Arguments given_;
    Configured running_;
    server::Server& server_;
    std::filesystem::path home_;
};

}  // namespace muniment::app
