// SPDX-License-Identifier: Apache-2.0
// The root key, sealed on disk under unlock methods: passphrase and key file. Each method is one small file; none of them lies in
// the data folder. docs/formats/keys.md, "Unlock files".
#pragma once
#include <string_view>

#include "keys/derive.hpp"

namespace muniment::keys {

enum class UnlockMethod : std::uint8_t { passphrase = 1, key_file = 2 };

struct UnlockFile {
    UnlockMethod method;
    FirmId firm;
    Id16 id;                       ///< of this method
    Mark root_mark;
    Bytes salt;                    ///< passphrase: 16 bytes for Argon2id
    crypto::PasswordCost cost;     ///< passphrase
    Bytes sealed;                  ///< the root key under D(method key, "unlock")

    Bytes encode() const;
    static Result<UnlockFile> decode(View bytes);
};

UnlockFile seal_root_with_key_file(const RootKey& root, const FirmId& firm, const crypto::Secret& key_file);
Result<UnlockFile> seal_root_with_passphrase(const RootKey& root, const FirmId& firm, std::string_view passphrase,
                                             crypto::PasswordCost cost);
/// `wrong_key` where the passphrase or key file is another one; `corrupt` where the file is damaged otherwise.
Result<RootKey> unlock_with_key_file(const UnlockFile& file, const crypto::Secret& key_file);
Result<RootKey> unlock_with_passphrase(const UnlockFile& file, std::string_view passphrase);

}  // namespace muniment::keys
