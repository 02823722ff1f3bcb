// SPDX-License-Identifier: Apache-2.0
// What may be said where no firm is yet, by whoever opened the one-time link. Who founds (app/) does it.
//
// Whoever can reach the port can ask; so nothing is told, looked at or kept without the link's secret, and what is wrong is slowed by
// source alone: nobody can shut out whoever has the right one.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.hpp"

namespace muniment::server {

class SettingUp {
  public:
    virtual ~SettingUp() = default;

    /// `unauthenticated` for another secret and once its hour is over, `slow_down` where this source has tried too often,
    /// `already_done` once there is a firm.
    virtual Result<void> admit(std::string_view secret, const std::string& source) = 0;

    struct State {
        Instant expires;
        std::string home;
        std::vector<std::string> slots;        ///< named at the terminal; empty: named in the browser
        bool trial = false;
    };
    virtual State state() const = 0;

    struct SlotSight {
        std::string folder;
        std::string_view state;                ///< as on the wire
        bool usable = false;
    };
    virtual std::vector<SlotSight> look_at_slots(const std::vector<std::string>& folders) const = 0;

    /// The words of each holder, and which of them, counted from 1, is asked for from the paper.
    struct Shares {
        std::string ticket, set;
        std::vector<std::vector<std::string>> holders;
        std::vector<std::size_t> asked;
        Instant made;
    };
    virtual Result<Shares> make_shares(std::uint8_t needed, std::uint8_t of) = 0;
    /// `bad_share` where a word is another one, `conflict` where the ticket is not that of the last shares.
    virtual Result<void> confirm_shares(const std::string& ticket, const std::vector<std::string>& words) = 0;

    virtual Result<access::Enrolment> make_factor(const std::string& firm, const std::string& sign_in) = 0;

    enum class Unlock : std::uint8_t { passphrase, key_file, shares };
    struct Founding {
        std::string firm, name, sign_in, password, code;
        std::vector<std::string> slots;
        Unlock unlock = Unlock::passphrase;
        std::string passphrase;
        std::optional<std::string> shares;     ///< the ticket
    };
    struct Founded {
        access::PersonView administrator;
        std::optional<access::SignedIn> signed_in;   ///< nothing where the code was too old by then
    };
    virtual Result<Founded> found(const Founding& founding, const access::Origin& origin) = 0;
};

}  // namespace muniment::server
