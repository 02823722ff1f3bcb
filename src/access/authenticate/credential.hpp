// SPDX-License-Identifier: Apache-2.0
// What proves a person: the password's hash and the second factor's secret; before that, an invitation. One gate row per person.
#pragma once
#include <string>

#include "access/authenticate/throttle.hpp"
#include "access/record/gate_rows.hpp"
#include "base/clock.hpp"
#include "crypto/crypto.hpp"

namespace muniment::access {

struct Credential {
    bool enrolled = false;              ///< false: only the invitation counts, and `totp` awaits its first code
    Hash invitation{};                  ///< SHA-256 of the code; zeros where there is none
    Instant invitation_until{};
    std::string password;               ///< PHC string; empty before enrolment
    Bytes totp;                         ///< 20 bytes; empty before enrolment
    std::uint64_t totp_step = 0;        ///< the last one that was accepted
    Instant password_set{};
    /// Where this person signed in from lately, the last one first: a throttle is told of them after a start.
    struct KnownSource {
        Source source;
        Instant last{};
        friend bool operator==(const KnownSource&, const KnownSource&) = default;
    };
    std::vector<KnownSource> sources;   ///< at most limits::known_sources_max

    void signed_in_from(const Source& source, Instant now);
    Bytes encode() const;
    static Result<Credential> decode(View content);
};

RowPlace credential_place(const PersonId& person);

inline constexpr Duration invitation_valid = std::chrono::hours(72);
/// 16 characters in groups of four, 80 random bits, without letters that are mistaken for others.
std::string new_invitation_code();
Hash invitation_hash(std::string_view code);   ///< of the code without blanks and dashes, in capitals

}  // namespace muniment::access
