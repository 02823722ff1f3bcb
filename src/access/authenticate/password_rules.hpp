// SPDX-License-Identifier: Apache-2.0
// Which passwords a person may choose: long enough, and not among those that are guessed first.
//
// NIST SP 800-63B-4: as the only factor a password has at least 15 characters, beside a second one at least 8. Muniment signs
// nobody in by a password alone, so 8 would do; we ask for 12, because estimates of strength are kind to short passwords and
// because a password may be tried against a copy of the sealed rows by whoever holds the root key. No composition rules, no
// change after some time, no upper limit that a person meets (limits::password_bytes_max), every character counts. Instead of a
// list of leaked passwords the estimate of zxcvbn, whose dictionaries hold the most common ones, with the words that belong to
// this person and firm added.
//
// Does not   Normalise: whoever hashes a password does that first, at every sign-in alike.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace muniment::access {

/// `context` are words that a guesser of this account tries first: the person's names, mail address, the firm's name.
/// A refusal is `weak_password` with the reason as its detail, and never holds any part of the password.
Result<void> check_new_password(std::string_view password, std::span<const std::string> context);

/// What makes it weak, where it is: for a page that says so in the person's language.
enum class Weakness : std::uint8_t { none, short_, own_names, common, pattern, repeats, date, simple };
std::string_view name_of(Weakness weakness);   ///< as on the wire: "own-names"
struct PasswordStrength {
    Weakness weakness = Weakness::none;        ///< none: it is taken
    double bits = 0, bits_needed = 0;          ///< of guessing
};
/// By the same rule as check_new_password(); `malformed` and `too_large` as there.
Result<PasswordStrength> password_strength(std::string_view password, std::span<const std::string> context);

}  // namespace muniment::access
