// SPDX-License-Identifier: Apache-2.0
// What is agreed to in a handshake: TLS 1.3 (1.2 where the firm asked for it, with forward secrecy and AEAD only), ALPN
// http/1.1, no renegotiation, no compression.
#pragma once
#include <memory>
#include <string>

#include "base/result.hpp"

using SSL_CTX = struct ssl_ctx_st;
using SSL = struct ssl_st;

namespace muniment::server {

/// Fails with `malformed` if a file cannot be read or the key is another certificate's.
Result<std::shared_ptr<SSL_CTX>> make_tls(const std::string& certificate_file, const std::string& key_file, bool allow_tls12);

struct SslFree {
    void operator()(SSL* ssl) const;
};
using Ssl = std::unique_ptr<SSL, SslFree>;
/// The server's side of one connection over a socket that does not block.
Result<Ssl> tls_over(SSL_CTX& context, int socket);

}  // namespace muniment::server
