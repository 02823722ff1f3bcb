// SPDX-License-Identifier: Apache-2.0
// The shares that holders have given to a locked server, one after the other, from different places. docs/formats/shares.md.
//
// Promises   A share that is wrong, made up, of another set or given twice loses nothing that others gave, and whoever gives it
//            learns of its own set alone. What is kept is bounded in number, by source and in time, and in guarded memory.
// Assumes    Whoever calls slows strangers down, and tries what is found on a slot.
// Does not   Lock: one caller at a time.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "crypto/shares.hpp"
#include "keys/derive.hpp"

namespace muniment::keys {

class ShareBox {
  public:
    struct Giver {
        std::string source;                    ///< address, or where else it came from
        bool local = false;                    ///< by the control socket: never makes room for a stranger
        std::string network{};                 ///< what is counted as one source, where that is more than one address
        const std::string& counted_as() const { return network.empty() ? source : network; }
    };
    struct Standing {
        std::string set;                       ///< its name
        unsigned needed = 0, missing = 0;
        std::vector<unsigned> holders;         ///< who has given one, from 1, in order
        bool repeated = false;                 ///< this very share had been given before
    };
    struct Used {
        unsigned holder;
        std::string source, set;
        Instant at;
    };
    struct Opened {
        RootKey root;
        std::vector<Used> shares;
    };

    /// Keeps the share. `bad_share` where it cannot be read or is none of ours. A share that is there already is no error.
    Result<Standing> add(std::string_view words, const Giver& giver, const Clock& clock);
    /// Tries the choices of shares that the share given last makes possible, on slots those that fit each other. Nothing where none
    /// fits; `wrong_key` where some do and yet open nothing. They stay: one of them may be honest, and fit others that still come.
    Result<std::optional<Opened>> open(const std::function<bool(const RootKey&)>& opens);
    std::vector<Standing> standings() const;
    /// How many were refused or did not open anything, by source, since the last call.
    std::map<std::string, std::uint64_t> refused() { return std::exchange(refused_, {}); }
    void clear() { kept_.clear(), newest_.reset(); }

  private:
    struct Kept {
        crypto::Share share;
        Giver giver;
        Instant at;
        Duration since;
    };
    void forget_old(Duration now);
    bool make_room(const Giver& giver);
    Standing standing_of(const crypto::Share& share) const;
    std::string source_of(const crypto::Share& share) const;
    std::size_t of_network(const Giver& giver) const;
    void count_refused(const std::string& source);

    std::vector<Kept> kept_;                   ///< oldest first
    std::optional<crypto::Share> newest_;      ///< given last
    std::map<std::string, std::uint64_t> refused_;
};

}  // namespace muniment::keys
