// SPDX-License-Identifier: Apache-2.0
#include "crypto/certificate.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "crypto/certificate_names.hpp"
#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"

namespace muniment::crypto {
namespace {

using namespace std::chrono_literals;
constexpr Instant now{1'790'000'000'000'000};

Owned<X509, X509_free> parsed(const std::string& pem) {
    Owned<BIO, BIO_free_all> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return Owned<X509, X509_free>(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

/// What a TLS client asks of a server's certificate, by OpenSSL's own judgement: X509_V_OK or why not.
int judged(const std::string& authority, const std::string& server, const std::string& name, Instant at = now) {
    auto root = parsed(authority), leaf = parsed(server);
    Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), root.get());
    Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr);
    X509_STORE_CTX_set_default(context.get(), "ssl_server");
    auto* parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(parameters, at.us / 1'000'000);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT);
    bool address = name.find_first_not_of("0123456789.:") == std::string::npos;
    EXPECT_EQ(address ? X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str())
                      : X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size()),
              1);
    X509_verify_cert(context.get());
    return X509_STORE_CTX_get_error(context.get());
}

class CertificateTest : public testing::Test {
  protected:
    CertificateAndKey authority = *make_authority("Muniment of Example & Partners", now);
    CertificateAndKey server = *issue_server_certificate(authority, {"strongroom.example", "localhost", "127.0.0.1", "::1"}, now);
};

TEST_F(CertificateTest, TheChainIsAcceptedForItsNamesOnly) {
    for (auto name : {"strongroom.example", "localhost", "127.0.0.1", "::1"})
        EXPECT_EQ(judged(authority.certificate_pem, server.certificate_pem, name), X509_V_OK) << name;
    EXPECT_EQ(judged(authority.certificate_pem, server.certificate_pem, "other.example"), X509_V_ERR_HOSTNAME_MISMATCH);
    EXPECT_EQ(judged(authority.certificate_pem, server.certificate_pem, "127.0.0.2"), X509_V_ERR_IP_ADDRESS_MISMATCH);
}

TEST_F(CertificateTest, ItIsSaidForWhomACertificateSpeaks) {
    for (auto name : {"strongroom.example", "STRONGROOM.example", "localhost", "127.0.0.1", "::1"})
        EXPECT_TRUE(certificate_names(server.certificate_pem, name)) << name;
    for (auto name : {"other.example", "room.example", "127.0.0.2", "Muniment", ""})
        EXPECT_FALSE(certificate_names(server.certificate_pem, name)) << name;
    EXPECT_FALSE(certificate_names("no certificate", "localhost"));
}

TEST_F(CertificateTest, AnotherAuthorityIsNotBelieved) {
    auto other = *make_authority("Muniment of Example & Partners", now);
    EXPECT_NE(judged(other.certificate_pem, server.certificate_pem, "localhost"), X509_V_OK);
}

TEST_F(CertificateTest, ValidFor397DaysAndTenYears) {
    auto judged_at = [&](Instant at) { return judged(authority.certificate_pem, server.certificate_pem, "localhost", at); };
    EXPECT_EQ(judged_at(now - 30min), X509_V_OK) << "a clock that is behind";
    EXPECT_EQ(judged_at(now + 396 * 24h), X509_V_OK);
    EXPECT_EQ(judged_at(now + 397 * 24h), X509_V_ERR_CERT_HAS_EXPIRED);
    auto facts = *certificate_facts(server.certificate_pem);
    EXPECT_EQ(facts.not_after - facts.not_before, 397 * 24h);
    facts = *certificate_facts(authority.certificate_pem);
    EXPECT_EQ(facts.not_after - facts.not_before, 3652 * 24h);
}

TEST_F(CertificateTest, AServerCannotIssue) {
    auto forged = issue_server_certificate(server, {"bank.example"}, now);
    ASSERT_TRUE(forged) << "signing is arithmetic; believing it is the question";
    EXPECT_NE(judged(server.certificate_pem, forged->certificate_pem, "bank.example"), X509_V_OK);
    EXPECT_EQ(X509_check_ca(parsed(authority.certificate_pem).get()), 1);
    EXPECT_EQ(X509_check_ca(parsed(server.certificate_pem).get()), 0);
    EXPECT_EQ(X509_get_pathlen(parsed(authority.certificate_pem).get()), 0);
}

TEST_F(CertificateTest, Facts) {
    auto facts = *certificate_facts(server.certificate_pem, server.key_pem);
    EXPECT_TRUE(facts.key_fits);
    EXPECT_EQ(facts.fingerprint.size(), 95u);
    EXPECT_EQ(facts.fingerprint[2], ':');
    EXPECT_EQ(facts.fingerprint.find_first_of("abcdef"), std::string::npos);
    EXPECT_EQ(facts.key_pin.size(), 44u);
    EXPECT_FALSE(certificate_facts(server.certificate_pem, authority.key_pem)->key_fits);
    EXPECT_NE(facts.key_pin, certificate_facts(authority.certificate_pem)->key_pin);
}

TEST_F(CertificateTest, TheFingerprintAndPinAreWhatOthersCompute) {
    auto x = parsed(server.certificate_pem);
    unsigned char* der = nullptr;
    auto size = i2d_X509(x.get(), &der);
    auto hash = to_hex(sha256({der, static_cast<std::size_t>(size)}));
    OPENSSL_free(der);
    auto facts = *certificate_facts(server.certificate_pem);
    std::string plain;
    for (char c : facts.fingerprint)
        if (c != ':') plain += static_cast<char>(std::tolower(c));
    EXPECT_EQ(plain, hash);
    der = nullptr;
    size = i2d_PUBKEY(X509_get0_pubkey(x.get()), &der);
    EXPECT_EQ(facts.key_pin, to_base64(sha256({der, static_cast<std::size_t>(size)})));
    OPENSSL_free(der);
}

TEST_F(CertificateTest, WhatIsRefused) {
    EXPECT_EQ(make_authority("", now).error().problem, Problem::malformed);
    EXPECT_EQ(make_authority(std::string(65, 'a'), now).error().problem, Problem::malformed);
    EXPECT_EQ(issue_server_certificate(authority, {}, now).error().problem, Problem::malformed);
    for (auto bad : {"", "a b", "a,DNS:b", "*", "a..b", ".a", "-a", "ä.example", "a/b"})
        EXPECT_EQ(issue_server_certificate(authority, {bad}, now).error().problem, Problem::malformed) << bad;
    EXPECT_EQ(issue_server_certificate({authority.certificate_pem, server.key_pem}, {"a"}, now).error().problem,
              Problem::wrong_key);
    EXPECT_EQ(certificate_facts("no certificate").error().problem, Problem::malformed);
    EXPECT_EQ(certificate_facts(server.certificate_pem, "no key").error().problem, Problem::malformed);
    EXPECT_EQ(certificate_facts("").error().problem, Problem::malformed);
}

}  // namespace
}  // namespace muniment::crypto
