// SPDX-License-Identifier: Apache-2.0
// What proves a person: the password's hash and the second factor's secret; before that, an invitation. One gate row per person.
#pragma once
#include <string>

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

    Bytes encode() const;
    static Result<Credential> decode(View content);
};

RowPlace credential_place(const PersonId& person);

inline constexpr Duration invitation_valid = std::chrono::hours(72);
/// 16 characters in groups of four, 80 random bits, without letters that are mistaken for others.
std::string new_invitation_code();
Hash invitation_hash(std::string_view code);   ///< of the code without blanks and dashes, in capitals

}  // namespace muniment::access
