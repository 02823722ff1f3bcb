// SPDX-License-Identifier: Apache-2.0
// The local certificate authority: what `muniment init` makes, so that TLS is on from the first minute.
//
// P-256 keys (every browser takes them), the authority valid for ten years and constrained to sign servers only (RFC 5280:
// CA:TRUE, pathlen:0, keyCertSign), server certificates for 397 days with subject alternative names.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace muniment::crypto {

struct CertificateAndKey {
    std::string certificate_pem;
    std::string key_pem;          ///< PKCS#8; the caller writes it to a file of mode 0600
};

Result<CertificateAndKey> make_authority(std::string_view common_name, Instant now);
/// `names`: DNS names and IP addresses that the server answers to, at least one.
Result<CertificateAndKey> issue_server_certificate(const CertificateAndKey& authority, const std::vector<std::string>& names,
                                                   Instant now);

struct CertificateFacts {
    std::string fingerprint;      ///< SHA-256 of the certificate: "AB:CD:…", what browsers show
    std::string key_pin;          ///< base64 of SHA-256 of its SubjectPublicKeyInfo (RFC 7469 section 2.4): what the CLI pins
    Instant not_before, not_after;
    bool key_fits = true;         ///< false where a key was given that is another certificate's
};
/// Facts of the first certificate in the PEM; `key_pem` may be empty.
Result<CertificateFacts> certificate_facts(std::string_view certificate_pem, std::string_view key_pem = {});

}  // namespace muniment::crypto
