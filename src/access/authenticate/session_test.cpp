// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/session.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "crypto/hash.hpp"

namespace muniment::access {
namespace {

using namespace std::chrono_literals;
constexpr Instant start{1'790'000'000'000'000};

Session begin(SessionKind kind, std::optional<Instant> ends = std::nullopt) {
    return begin_session(PersonId::fresh(start), 7, SignedInBy::password_and_totp, SessionSecret::fresh(kind), start, ends);
}

TEST(Session, SecretsHaveOneSpelling) {
    for (auto [kind, prefix] : {std::pair{SessionKind::browser, "mun_s_"}, std::pair{SessionKind::token, "mun_t_"}}) {
        auto secret = SessionSecret::fresh(kind);
        auto text = secret.text();
        EXPECT_TRUE(text.starts_with(prefix));
        EXPECT_EQ(text.size(), 6u + 43u);
        auto again = SessionSecret::parse(text).value();
        EXPECT_EQ(again.kind(), kind);
        EXPECT_EQ(again.text(), text);
        EXPECT_EQ(again.hash(), secret.hash());
        EXPECT_EQ(secret.hash(), crypto::sha256(from_base64url(text.substr(6)).value()));
        EXPECT_NE(SessionSecret::fresh(kind).text(), text);
    }
}

TEST(Session, AnyOtherSpellingIsRefused) {
    const auto text = SessionSecret::fresh(SessionKind::browser).text();
    const auto body = text.substr(6);
    std::vector<std::string> bad = {"", "mun_s_", "mun_x_" + body, "MUN_S_" + body, body, " " + text, text + " ", text + "=",
                                    text + "A", text.substr(0, text.size() - 1), "mun_s_mun_s_" + body,
                                    std::string(100'000, 'A')};
    auto other_alphabet = text;
    other_alphabet[10] = '+';
    bad.push_back(other_alphabet);
    // 43 characters carry 258 bits: a last character with one of the two spare bits set would be a second spelling.
    auto spare = text;
    spare.back() = 'B';
    bad.push_back(spare);
    for (const auto& spelling : bad) {
        auto parsed = SessionSecret::parse(spelling);
        ASSERT_FALSE(parsed) << spelling.substr(0, 60);
        EXPECT_EQ(parsed.error().problem, Problem::unauthenticated);
        EXPECT_EQ(parsed.error().text().find("mun_s_"), std::string::npos);
    }
}

TEST(Session, BelongsToItsOwnSecretOnly) {
    auto secret = SessionSecret::fresh(SessionKind::browser);
    auto session = begin_session(PersonId::fresh(start), 1, SignedInBy::password_and_totp, secret, start);
    EXPECT_TRUE(belongs_to(secret, session));
    EXPECT_FALSE(belongs_to(SessionSecret::fresh(SessionKind::browser), session));
    // The same 32 bytes as a token are not the browser's session.
    auto as_token = SessionSecret::parse("mun_t_" + secret.text().substr(6)).value();
    EXPECT_FALSE(belongs_to(as_token, session));
}

TEST(Session, EndsWhenIdleAndEndsAnyway) {
    auto session = begin(SessionKind::browser);
    EXPECT_TRUE(still_valid(session, 7, start));
    EXPECT_TRUE(still_valid(session, 7, start + limits::session_idle_max - 1us));
    EXPECT_FALSE(still_valid(session, 7, start + limits::session_idle_max));
    session.last_used = start + limits::session_age_max - 1min;
    EXPECT_TRUE(still_valid(session, 7, start + limits::session_age_max - 1us));
    EXPECT_EQ(still_valid(session, 7, start + limits::session_age_max).error().problem, Problem::unauthenticated);
}

TEST(Session, ATokenMayRestButNotForEver) {
    auto token = begin(SessionKind::token);
    EXPECT_TRUE(still_valid(token, 7, start + 24h * 89));
    EXPECT_FALSE(still_valid(token, 7, start + limits::token_age_max));
}

TEST(Session, ItsEndMayBeSoonerNeverLater) {
    auto sooner = begin(SessionKind::token, start + 1h);
    EXPECT_TRUE(still_valid(sooner, 7, start + 1h - 1us));
    EXPECT_FALSE(still_valid(sooner, 7, start + 1h));
    auto later = begin(SessionKind::token, start + 24h * 1'000);
    EXPECT_EQ(later.ends, start + limits::token_age_max);
    later.ends = start + 24h * 1'000;  // as a row written by another hand would say
    EXPECT_FALSE(still_valid(later, 7, start + limits::token_age_max));
}

TEST(Session, EndsWhenThePersonChanges) {
    auto session = begin(SessionKind::browser);
    EXPECT_FALSE(still_valid(session, 8, start));
    EXPECT_FALSE(still_valid(session, 6, start));
}

TEST(Session, AClockSetBackBringsNothingToLife) {
    auto session = begin(SessionKind::browser);
    EXPECT_TRUE(still_valid(session, 7, start - 1min));
    EXPECT_FALSE(still_valid(session, 7, start - limits::clock_step_max - 1us));
}

}  // namespace
}  // namespace muniment::access
