// SPDX-License-Identifier: Apache-2.0
// What unlocking opens, in the order of the layer table, and locking closes in reverse. Dropped, every key is wiped.
#pragma once
#include <memory>

#include "access/access.hpp"
#include "app/home.hpp"
#include "server/house.hpp"
#include "strongroom/strongroom.hpp"

namespace muniment::app {

class OpenFirm {
  public:
    /// `wrong_key`, `wall_shut`, `corrupt`, `conflict` (the database is older than the firm): each says what is safe to do.
    static Result<std::shared_ptr<OpenFirm>> open(Stores& stores, keys::RootKey root, const Clock& clock);
    /// After the founding: this database is the living one, and the log's key is written where `audit verify` finds it.
    Result<void> claim(const Home& home);

    const server::House& house() const { return *house_; }
    audit::Log& log() { return *log_; }
    access::Gate& gate() { return *gate_; }
    strongroom::SlotWatch& slots() { return *slots_; }
    const std::string& name() const { return name_; }
    const strongroom::Recovered& recovered() const { return recovered_; }

    /// At intervals: slots, a turn that was cut off, and the rows that the gate decides by.
    Result<void> check();
    Result<strongroom::TurnReport> turn();
    void stop_cleanly();

  private:
    explicit OpenFirm(Stores& stores) : stores_(stores) {}

    Stores& stores_;
    std::string name_;
    std::shared_ptr<keys::Ring> ring_;
    std::unique_ptr<audit::Log> log_;
    std::unique_ptr<access::Gate> gate_;
    std::unique_ptr<access::People> people_;
    std::unique_ptr<access::Groups> groups_;
    std::unique_ptr<access::SignIn> sign_in_;
    std::unique_ptr<strongroom::Register> register_;
    std::unique_ptr<strongroom::Papers> papers_;
    std::unique_ptr<strongroom::OpenUploads> uploads_;
    std::unique_ptr<strongroom::SlotWatch> slots_;
    std::unique_ptr<server::House> house_;
    std::mutex turning_;
    strongroom::Recovered recovered_;
};

}  // namespace muniment::app
