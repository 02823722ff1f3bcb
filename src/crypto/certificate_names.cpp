// SPDX-License-Identifier: Apache-2.0
#include "crypto/certificate_names.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/openssl.hpp"

namespace muniment::crypto {

bool certificate_names(std::string_view certificate_pem, const std::string& name) {
    Owned<BIO, BIO_free_all> bio(BIO_new_mem_buf(certificate_pem.data(), length(certificate_pem.size())));
    Owned<X509, X509_free> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    const bool speaks = certificate && (X509_check_ip_asc(certificate.get(), name.c_str(), 0) == 1 ||
                                        X509_check_host(certificate.get(), name.data(), name.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                                                        nullptr) == 1);
    ERR_clear_error();
    return speaks;
}

}  // namespace muniment::crypto
