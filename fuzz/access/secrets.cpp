// SPDX-License-Identifier: Apache-2.0
// What people and programs show to get in: session secrets, codes, invitations; and the passwords that they choose.
#include "access/authenticate/credential.hpp"
#include "access/authenticate/password_rules.hpp"
#include "access/authenticate/session.hpp"
#include "access/authenticate/totp.hpp"
#include "base/limits.hpp"
#include "fuzz.hpp"

using namespace muniment;
using namespace muniment::access;

FUZZ_TARGET(session_secrets) {
    auto said = text(input);
    if (auto secret = SessionSecret::parse(said)) fuzz::must(secret->text() == said, "a second spelling of a session's secret");
    fuzz::must(invitation_hash(said) == invitation_hash(std::string(said) + " -"), "an invitation with blanks is another one");
}

FUZZ_TARGET(totp_codes) {
    fuzz::Pieces pieces(input);
    Instant now{static_cast<std::int64_t>(pieces.u64() >> 12)};
    auto last = pieces.u8() % 2 ? std::optional(totp_step(now) - pieces.u8() % 4) : std::nullopt;
    static const auto secret = crypto::Secret::zeros(totp_secret_bytes);
    auto said = text(pieces.rest());
    if (auto step = verify_totp(secret, said, now, last)) {
        fuzz::must(totp_code(secret, *step).value() == said, "a code that is not the step's");
        fuzz::must(!last || *step > *last, "a code a second time");
        fuzz::must(*step + 1 >= totp_step(now) && *step <= totp_step(now) + 1, "a code of another time");
    }
    auto uri = totp_uri(secret, said, said);
    fuzz::must(std::ranges::all_of(uri, [](char c) { return c > ' ' && c <= '~'; }), "an otpauth address with raw bytes in it");
    fuzz::must(std::ranges::count(uri, '?') == 1 && std::ranges::count(uri, '#') == 0, "an otpauth address that ends early");
}

FUZZ_TARGET(password_rules) {
    fuzz::Pieces pieces(input);
    std::vector<std::string> context{string(pieces.raw(pieces.u8() % 32))};
    auto said = text(pieces.rest());
    if (check_new_password(said, context)) {
        fuzz::must(said.size() >= limits::password_chars_min, "a password that is too short");
        fuzz::must(said.size() <= limits::password_bytes_max, "a password that is too long");
    }
}
