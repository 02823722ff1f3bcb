// SPDX-License-Identifier: Apache-2.0
// A server at work: locked or open, answering HTTPS and the control socket.
#pragma once
#include <boost/json/object.hpp>

#include "app/control.hpp"
#include "app/open_firm.hpp"
#include "server/door.hpp"

namespace muniment::app {

class Serving {
  public:
    Serving(Home home, Stores stores) : home_(std::move(home)), stores_(std::move(stores)) {}

    /// By the key file, where there is one; `locked` where none is.
    Result<void> unlock_itself();
    Result<void> unlock(keys::RootKey root);
    /// Shuts the door, ends what is under way at its next step, and wipes the keys. Gives how many requests still hold them after
    /// limits::drain_wait: 0 means locked.
    std::size_t lock();
    bool is_open() const;

    server::Door& door() { return door_; }
    Result<boost::json::object> answer(const boost::json::object& question);   ///< the control socket's
    void check();                                                              ///< at intervals
    const Clock& clock() const { return clock_; }

  private:
    std::shared_ptr<OpenFirm> firm() const;
    Result<boost::json::object> unlock_by_passphrase(const boost::json::object& question);
    Result<boost::json::object> status();
    Result<boost::json::object> verify();

    SystemClock clock_;
    Home home_;
    Stores stores_;
    server::Door door_;
    mutable std::mutex mutex_;
    std::shared_ptr<OpenFirm> firm_;
    std::weak_ptr<OpenFirm> former_;      ///< what was locked, until the last request has left it
};

}  // namespace muniment::app
