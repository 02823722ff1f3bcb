// SPDX-License-Identifier: Apache-2.0
#include "server/http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>

namespace muniment::server {
namespace {

// Read from the socket in pieces of four records, not one call to the kernel for each 16 KiB.
constexpr std::size_t read_ahead_bytes = 64 * 1024;

// RFC 7301: one protocol, in wire form.
constexpr std::array<unsigned char, 9> alpn_http11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size, void*) {
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_size, alpn_http11.data(), alpn_http11.size(), in, in_size) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;  // section 3.2: no_application_protocol
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/// OpenSSL's reason without file names or data: it may stand in the operations log.
std::string reason() {
    const auto code = ERR_peek_last_error();
    const char* text = ERR_reason_error_string(code);
    ERR_clear_error();
    return text ? text : "no reason given";
}

}  // namespace

Result<std::shared_ptr<SSL_CTX>> make_tls(const std::string& certificate_file, const std::string& key_file, bool allow_tls12) {
    ERR_clear_error();
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    if (!context) return fail(Problem::internal, "TLS could not be set up: " + reason());
    auto* tls = context.get();
    const bool agreed = SSL_CTX_set_min_proto_version(tls, allow_tls12 ? TLS1_2_VERSION : TLS1_3_VERSION) == 1 &&
                        SSL_CTX_set_ciphersuites(tls, "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                                                      "TLS_AES_128_GCM_SHA256") == 1 &&
                        SSL_CTX_set_cipher_list(tls, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
                        SSL_CTX_set1_groups_list(tls, "X25519:P-256") == 1;
    if (!agreed) return fail(Problem::internal, "TLS could not be set up: " + reason());
    SSL_CTX_set_options(
        tls, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    if (allow_tls12) {
        // A ticket of 1.2 opens the whole session for whoever gets the ticket key later; in 1.3 it only names it. The option
        // cannot tell the two apart, so neither resumes.
        SSL_CTX_set_options(tls, SSL_OP_NO_TICKET);
        SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    }
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(tls, 1);
    SSL_CTX_set_default_read_buffer_len(tls, read_ahead_bytes);
    SSL_CTX_set_alpn_select_cb(tls, choose_protocol, nullptr);

    if (SSL_CTX_use_certificate_chain_file(tls, certificate_file.c_str()) != 1)
        return fail(Problem::malformed, "the certificate file cannot be used: " + reason());
    if (SSL_CTX_use_PrivateKey_file(tls, key_file.c_str(), SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(tls) != 1)
        return fail(Problem::malformed, "the key file cannot be used with this certificate: " + reason());
    return context;
}

void SslFree::operator()(SSL* ssl) const { SSL_free(ssl); }

Result<Ssl> tls_over(SSL_CTX& context, int socket) {
    Ssl ssl(SSL_new(&context));
    if (!ssl || SSL_set_fd(ssl.get(), socket) != 1) return fail(Problem::unavailable, "no memory for a connection: " + reason());
    SSL_set_accept_state(ssl.get());
    return ssl;
}

}  // namespace muniment::server
