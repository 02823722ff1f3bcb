// SPDX-License-Identifier: Apache-2.0
// Passwords: Argon2id (RFC 9106), as PHC strings for people's passwords and as a key derivation for passphrases.
#pragma once
#include <string>
#include <string_view>

#include "crypto/secret.hpp"

namespace muniment::crypto {

struct PasswordCost {
    std::uint64_t passes = 2;
    std::size_t memory_bytes = 64 * 1024 * 1024;          ///< OWASP's table allows 19 MiB at 2 passes; we take more
};

/// "$argon2id$v=19$m=…,t=…,p=1$salt$hash". At most two are computed at a time (the memory), some others wait
/// (limits::password_hashes_waiting_max), more are `busy`.
Result<std::string> hash_password(std::string_view password, PasswordCost cost = {});
/// Takes the same time for every password of the same cost. An unreadable string is `corrupt`.
Result<bool> verify_password(std::string_view phc, std::string_view password);

/// 32 bytes from a passphrase; `salt` is 16 bytes.
Result<Secret> derive_from_passphrase(std::string_view passphrase, View salt, PasswordCost cost);

}  // namespace muniment::crypto
