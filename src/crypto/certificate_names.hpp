// SPDX-License-Identifier: Apache-2.0
// For whom a certificate speaks.
#pragma once
#include <string>
#include <string_view>

namespace muniment::crypto {

/// Whether a client that reaches the server by `name`, a DNS name or an address, takes its certificate for the server's
/// (RFC 9525: the subject's alternative names alone). False for what is no certificate.
bool certificate_names(std::string_view certificate_pem, const std::string& name);

}  // namespace muniment::crypto
