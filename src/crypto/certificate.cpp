// SPDX-License-Identifier: Apache-2.0
#include "crypto/certificate.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/random.hpp"
#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"

namespace muniment::crypto {
namespace {

using namespace std::chrono_literals;

using Certificate = Owned<X509, X509_free>;
using PrivateKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using Bio = Owned<BIO, BIO_free_all>;
using Extension = Owned<X509_EXTENSION, X509_EXTENSION_free>;
using Names = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;

constexpr Duration authority_valid = 24h * 3652, server_valid = 24h * 397;
/// The clock of whoever connects may be behind ours.
constexpr Duration clock_difference = 1h;
/// RFC 5280, upper bound of a common name (ub-common-name).
constexpr std::size_t common_name_bytes_max = 64, dns_name_bytes_max = 253;

PrivateKey new_key() {
    PrivateKey key(EVP_EC_gen("P-256"));
    require(key != nullptr, "OpenSSL made no key");
    return key;
}

void set_time(ASN1_TIME* field, Instant at) {
    auto seconds = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(Duration(at.us)).count());
    require(ASN1_TIME_set(field, seconds) != nullptr, "OpenSSL cannot write this time");
}

/// The fields of RFC 5280 section 4.1.2 that both kinds have. The serial number is positive and its other bits are random.
Certificate blank(std::string_view common_name, Instant now, Duration valid, EVP_PKEY* key) {
    Certificate certificate(X509_new());
    auto* x = certificate.get();
    must(X509_set_version(x, X509_VERSION_3));
    auto serial = random_bytes<16>();
    serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7f) | 0x40);
    Owned<BIGNUM, BN_free> number(BN_bin2bn(serial.data(), serial.size(), nullptr));
    require(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x)) != nullptr, "OpenSSL refused");
    set_time(X509_getm_notBefore(x), now - clock_difference);
    set_time(X509_getm_notAfter(x), now - clock_difference + valid);
    must(X509_set_pubkey(x, key));
    auto* name = reinterpret_cast<const unsigned char*>(common_name.data());
    must(X509_NAME_add_entry_by_NID(X509_get_subject_name(x), NID_commonName, MBSTRING_UTF8, name, length(common_name.size()),
                                    -1, 0));
    return certificate;
}

/// `value` in OpenSSL's configuration language: only ever a constant, because what comes from outside could say more in it.
void extend(X509* certificate, X509* issuer, int kind, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509V3_set_ctx_nodb(&context);
    Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
    require(extension != nullptr, "OpenSSL refused an extension");
    must(X509_add_ext(certificate, extension.get(), -1));
}

bool is_dns_name(std::string_view name) {
    auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    return !name.empty() && name.size() <= dns_name_bytes_max && std::ranges::all_of(name, allowed) && !name.starts_with('.') &&
           !name.starts_with('-') && name.find("..") == std::string_view::npos;
}

/// One entry of the subject alternative names (RFC 5280 section 4.2.1.6): an address as its bytes, a name as text.
Result<void> add_name(GENERAL_NAMES* names, const std::string& text) {
    std::array<std::uint8_t, 16> address;
    std::size_t address_bytes = ::inet_pton(AF_INET, text.c_str(), address.data()) == 1    ? 4
                                : ::inet_pton(AF_INET6, text.c_str(), address.data()) == 1 ? 16
                                                                                           : 0;
    if (address_bytes == 0 && !is_dns_name(text))
        return fail(Problem::malformed, "a server name that is neither a DNS name nor an address");
    Owned<GENERAL_NAME, GENERAL_NAME_free> name(GENERAL_NAME_new());
    Owned<ASN1_STRING, ASN1_STRING_free> value(ASN1_STRING_type_new(address_bytes != 0 ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING));
    if (address_bytes != 0)
        must(ASN1_STRING_set(value.get(), address.data(), length(address_bytes)));
    else
        must(ASN1_STRING_set(value.get(), text.data(), length(text.size())));
    GENERAL_NAME_set0_value(name.get(), address_bytes != 0 ? GEN_IPADD : GEN_DNS, value.release());
    require(sk_GENERAL_NAME_push(names, name.get()) > 0, "OpenSSL refused a name");
    (void)name.release();  // `names` owns it now
    return {};
}

void sign(X509* certificate, EVP_PKEY* key) { require(X509_sign(certificate, key, EVP_sha256()) > 0, "OpenSSL signed nothing"); }

std::string content(BIO* bio) {
    char* data = nullptr;
    auto size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

CertificateAndKey as_pem(X509* certificate, EVP_PKEY* key) {
    Bio text(BIO_new(BIO_s_mem())), secret(BIO_new(BIO_s_secmem()));
    must(PEM_write_bio_X509(text.get(), certificate));
    must(PEM_write_bio_PKCS8PrivateKey(secret.get(), key, nullptr, nullptr, 0, nullptr, nullptr));
    return {content(text.get()), content(secret.get())};
}

Bio reading(std::string_view pem) { return Bio(BIO_new_mem_buf(pem.data(), length(pem.size()))); }

Result<Certificate> read_certificate(std::string_view pem) {
    auto bio = reading(pem);
    Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!certificate) return fail(Problem::malformed, "a certificate that is not PEM");
    return certificate;
}

Result<PrivateKey> read_key(std::string_view pem) {
    auto bio = reading(pem);
    // Without a callback of ours OpenSSL would ask on the terminal for the passphrase of an encrypted key.
    auto no_passphrase = [](char*, int, int, void*) { return -1; };
    PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    if (!key) return fail(Problem::malformed, "a private key that is not unencrypted PEM");
    return key;
}

/// A certificate may be anybody's: what stands where a time belongs need not be one.
Result<Instant> instant(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) {
        ERR_clear_error();
        return fail(Problem::malformed, "a certificate whose time is none");
    }
    return Instant{static_cast<std::int64_t>(::timegm(&parts)) * 1'000'000};
}

}  // namespace

Result<CertificateAndKey> make_authority(std::string_view common_name, Instant now) {
    if (common_name.empty() || common_name.size() > common_name_bytes_max)
        return fail(Problem::malformed, "an authority's name has 1 to 64 bytes");
    auto key = new_key();
    auto certificate = blank(common_name, now, authority_valid, key.get());
    auto* x = certificate.get();
    must(X509_set_issuer_name(x, X509_get_subject_name(x)));
    extend(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    extend(x, x, NID_key_usage, "critical,keyCertSign");
    extend(x, x, NID_ext_key_usage, "serverAuth");
    extend(x, x, NID_subject_key_identifier, "hash");
    sign(x, key.get());
    return as_pem(x, key.get());
}

Result<CertificateAndKey> issue_server_certificate(const CertificateAndKey& authority, const std::vector<std::string>& names,
                                                   Instant now) {
    TRY(auto issuer, read_certificate(authority.certificate_pem));
    TRY(auto issuer_key, read_key(authority.key_pem));
    if (X509_check_private_key(issuer.get(), issuer_key.get()) != 1) {
        ERR_clear_error();
        return fail(Problem::wrong_key, "the authority's key is not the one of its certificate");
    }
    if (names.empty()) return fail(Problem::malformed, "a server certificate without a name");
    Names alternative(GENERAL_NAMES_new());
    for (auto& name : names) CHECK(add_name(alternative.get(), name));

    auto key = new_key();
    // Whoever checks looks at the alternative names alone (RFC 9525 section 6.3); the common name is for people's eyes.
    auto common_name = names.front().size() <= common_name_bytes_max ? std::string_view(names.front()) : "Muniment";
    auto certificate = blank(common_name, now, server_valid, key.get());
    auto* x = certificate.get();
    must(X509_set_issuer_name(x, X509_get_subject_name(issuer.get())));
    extend(x, issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
    extend(x, issuer.get(), NID_key_usage, "critical,digitalSignature");
    extend(x, issuer.get(), NID_ext_key_usage, "serverAuth");
    extend(x, issuer.get(), NID_subject_key_identifier, "hash");
    extend(x, issuer.get(), NID_authority_key_identifier, "keyid:always");
    must(X509_add1_ext_i2d(x, NID_subject_alt_name, alternative.get(), 0, X509V3_ADD_DEFAULT));
    sign(x, issuer_key.get());
    return as_pem(x, key.get());
}

Result<CertificateFacts> certificate_facts(std::string_view certificate_pem, std::string_view key_pem) {
    TRY(auto certificate, read_certificate(certificate_pem));
    CertificateFacts facts;
    Hash hash;
    must(X509_digest(certificate.get(), EVP_sha256(), hash.data(), nullptr));
    for (auto byte : hash) {
        auto pair = to_hex({&byte, 1});
        std::ranges::transform(pair, pair.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
        facts.fingerprint += (facts.fingerprint.empty() ? "" : ":") + pair;
    }
    unsigned char* encoded = nullptr;
    auto encoded_bytes = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &encoded);
    require(encoded_bytes > 0, "OpenSSL refused");
    facts.key_pin = to_base64(sha256({encoded, static_cast<std::size_t>(encoded_bytes)}));
    OPENSSL_free(encoded);
    TRY(facts.not_before, instant(X509_get0_notBefore(certificate.get())));
    TRY(facts.not_after, instant(X509_get0_notAfter(certificate.get())));
    if (!key_pem.empty()) {
        TRY(auto key, read_key(key_pem));
        facts.key_fits = X509_check_private_key(certificate.get(), key.get()) == 1;
        ERR_clear_error();
    }
    return facts;
}

}  // namespace muniment::crypto
