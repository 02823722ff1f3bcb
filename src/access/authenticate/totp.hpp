// SPDX-License-Identifier: Apache-2.0
// The second factor that an authenticator app shows: RFC 6238, with what all apps understand (SHA-1, 30 s, 6 digits).
//
// Promises   A code is accepted once: verify_totp() gives the time step it belongs to, and refuses steps up to the one given in.
//            The three codes of the window are all computed and compared in constant time, whether or not one fits.
// Assumes    The caller stores the step before it lets the person in, in one transaction with the sign-in, and slows guesses
//            (throttle.hpp): with three codes valid at a time a guess hits once in 333,333.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "crypto/secret.hpp"

namespace muniment::access {

inline constexpr std::uint64_t totp_step_seconds = 30;
inline constexpr unsigned totp_digits = 6;
inline constexpr std::size_t totp_secret_bytes = 20;  // RFC 4226 section 4, R6: 160 bits recommended

crypto::Secret new_totp_secret();

/// The number of the time step (RFC 6238 section 4.2: T).
std::uint64_t totp_step(Instant now);
Result<std::string> totp_code(const crypto::Secret& secret, std::uint64_t step, unsigned digits = totp_digits);

/// The step of the code, to be stored as the next `last_accepted`. The step before and the one after are accepted as well (a
/// clock that is off, a person who types slowly: RFC 6238 section 5.2), but none that is not later than `last_accepted`.
/// Anything else is `sign_in_refused`, without saying what was wrong.
Result<std::uint64_t> verify_totp(const crypto::Secret& secret, std::string_view code, Instant now,
                                  std::optional<std::uint64_t> last_accepted);

/// otpauth://totp/Issuer:account?secret=…, for a QR code. Contains the secret: to be shown once, and never stored or logged.
std::string totp_uri(const crypto::Secret& secret, std::string_view issuer, std::string_view account);

}  // namespace muniment::access
