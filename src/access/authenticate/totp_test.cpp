// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/totp.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

namespace muniment::access {
namespace {

crypto::Secret secret_of(std::string_view text) {
    auto copy = bytes(text);
    return crypto::Secret::take(copy);
}

Instant at(std::int64_t seconds) { return {seconds * 1'000'000}; }

TEST(Totp, GivesTheValuesOfRfc6238) {
    std::ifstream file(MUNIMENT_SOURCE_DIR "/tests/vectors/totp/rfc6238.json");
    std::stringstream content;
    content << file.rdbuf();
    auto json = boost::json::parse(content.str());
    auto secret = secret_of(json.at("secrets_ascii").at("SHA1").as_string());
    auto digits = static_cast<unsigned>(json.at("digits").as_int64());
    int compared = 0;
    for (const auto& vector : json.at("vectors").as_array()) {
        if (vector.at("alg").as_string() != "SHA1") continue;  // what apps speak is all we speak
        auto time = vector.at("time").as_int64();
        auto expected = std::string(vector.at("totp").as_string());
        EXPECT_EQ(totp_code(secret, totp_step(at(time)), digits).value(), expected);
        // Six digits are the last six of eight: both are the same number, cut by a power of ten.
        EXPECT_EQ(verify_totp(secret, expected.substr(2), at(time), std::nullopt).value(), static_cast<std::uint64_t>(time) / 30);
        ++compared;
    }
    EXPECT_EQ(compared, 6);
}

TEST(Totp, AcceptsOneStepEitherWayAndNoMore) {
    auto secret = new_totp_secret();
    auto now = at(1'790'000'000);
    auto step = totp_step(now);
    for (int off = -3; off <= 3; ++off) {
        auto code = totp_code(secret, step + static_cast<std::uint64_t>(off)).value();
        auto result = verify_totp(secret, code, now, std::nullopt);
        bool inside = off >= -1 && off <= 1;
        // A chance of one in 333,333 that a far code equals a near one: then the steps differ.
        EXPECT_EQ(result.has_value() && *result == step + static_cast<std::uint64_t>(off), inside) << off;
    }
}

TEST(Totp, ACodeIsAcceptedOnce) {
    auto secret = secret_of("12345678901234567890");
    auto now = at(1'111'111'111);
    auto step = verify_totp(secret, "050471", now, std::nullopt).value();
    EXPECT_EQ(verify_totp(secret, "050471", now, step).error().problem, Problem::sign_in_refused);
    // The code before it is older than what was accepted: refused too, although it is within the window.
    auto former = totp_code(secret, step - 1).value();
    EXPECT_TRUE(verify_totp(secret, former, now, std::nullopt));
    EXPECT_FALSE(verify_totp(secret, former, now, step));
    EXPECT_EQ(verify_totp(secret, totp_code(secret, step + 1).value(), now, step).value(), step + 1);
}

TEST(Totp, RefusesWhatIsNotSixDigits) {
    auto secret = secret_of("12345678901234567890");
    auto now = at(1'111'111'111);
    for (std::string code : {"", "05047", "0050471", " 050471", "050471\n", "05047a", "05 0471", "-50471", "000000"})
        EXPECT_EQ(verify_totp(secret, code, now, std::nullopt).error().problem, Problem::sign_in_refused) << code;
    EXPECT_FALSE(verify_totp(secret, std::string("05047\0", 6), now, std::nullopt));
    EXPECT_FALSE(verify_totp(secret_of("another secret 12345"), "050471", now, std::nullopt));
}

TEST(Totp, BeforeTheEpochAndAtItNothingBreaks) {
    auto secret = secret_of("12345678901234567890");
    EXPECT_EQ(totp_step(at(-5)), 0u);
    EXPECT_EQ(verify_totp(secret, totp_code(secret, 0).value(), at(0), std::nullopt).value(), 0u);
    EXPECT_FALSE(verify_totp(secret, "111111", at(-100), std::nullopt));
}

TEST(Totp, SecretsAreFreshAndOfTheRightLength) {
    auto x = new_totp_secret(), y = new_totp_secret();
    EXPECT_EQ(x.size(), 20u);
    EXPECT_FALSE(x.equals(y));
}

TEST(Totp, UriEncodesWhatWouldBreakIt) {
    auto secret = secret_of("12345678901234567890");
    EXPECT_EQ(totp_uri(secret, "Muster & Söhne: Recht", "ada@firm.example"),
              "otpauth://totp/Muster%20%26%20S%C3%B6hne%3A%20Recht:ada%40firm.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
              "&issuer=Muster%20%26%20S%C3%B6hne%3A%20Recht&algorithm=SHA1&digits=6&period=30");
}

}  // namespace
}  // namespace muniment::access
