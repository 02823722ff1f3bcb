// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/totp.hpp"

#include <oath.h>

#include <algorithm>
#include <array>

#include "crypto/hash.hpp"

namespace muniment::access {
namespace {

bool oath_ready() {
    static const bool ready = oath_init() == OATH_OK;
    return ready;
}

bool six_digits(std::string_view code) {
    return code.size() == totp_digits && std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
}

/// RFC 3986 section 2.3: all but the unreserved characters. A ':' in a name is encoded too, so it cannot end the issuer.
std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    static constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (char c : text) {
        if (unreserved.contains(c)) {
            out += c;
            continue;
        }
        auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
    return out;
}

}  // namespace

crypto::Secret new_totp_secret() { return crypto::Secret::random(totp_secret_bytes); }

std::uint64_t totp_step(Instant now) {
    // Before 1970 there is no step; 0 is as good as any, and no clock that we accept shows it.
    return now.us < 0 ? 0 : static_cast<std::uint64_t>(now.us) / 1'000'000 / totp_step_seconds;
}

Result<std::string> totp_code(const crypto::Secret& secret, std::uint64_t step, unsigned digits) {
    if (!oath_ready()) return fail(Problem::internal, "liboath could not be started");
    std::array<char, 16> code{};
    auto bytes = secret.expose();
    // RFC 6238's T is RFC 4226's counter; asking for it directly spares us a second clock in between.
    int rc = oath_hotp_generate(reinterpret_cast<const char*>(bytes.data()), bytes.size(), step, digits, false,
                                OATH_HOTP_DYNAMIC_TRUNCATION, code.data());
    if (rc != OATH_OK) return fail(Problem::internal, "liboath made no code, error " + std::to_string(rc));
    return std::string(code.data());
}

Result<std::uint64_t> verify_totp(const crypto::Secret& secret, std::string_view code, Instant now,
                                  std::optional<std::uint64_t> last_accepted) {
    if (!six_digits(code)) return fail(Problem::sign_in_refused);
    const auto middle = std::max<std::uint64_t>(totp_step(now), 1);
    std::optional<std::uint64_t> accepted;
    for (auto step : {middle - 1, middle, middle + 1}) {
        TRY(auto expected, totp_code(secret, step));
        const bool fits = crypto::equal(view(expected), view(code));
        // A step is spent for ever, also for whoever looked over the person's shoulder (RFC 6238 section 5.2).
        const bool unspent = !last_accepted || step > *last_accepted;
        if (fits && unspent) accepted = step;
    }
    if (!accepted) return fail(Problem::sign_in_refused);
    return *accepted;
}

std::string totp_uri(const crypto::Secret& secret, std::string_view issuer, std::string_view account) {
    const auto from = percent_encoded(issuer);
    return "otpauth://totp/" + from + ":" + percent_encoded(account) + "?secret=" + to_base32(secret.expose()) +
           "&issuer=" + from + "&algorithm=SHA1&digits=6&period=30";
}

}  // namespace muniment::access
