// SPDX-License-Identifier: Apache-2.0
// The unlock files of a home folder, keys/<method>-<mark of the root key>.unlock, and the key files beside them. There is one for
// each method; while a new root key comes in, those of both roots stand, and which of them opens anything the slots say.
#pragma once
#include "app/home.hpp"

namespace muniment::app {

struct StoredUnlock {
    std::filesystem::path path;
    keys::UnlockFile file;

    std::filesystem::path key_file() const { return std::filesystem::path(path).replace_extension(".key"); }
    /// While a key file is replaced: the next key, until the unlock file for it has taken its place.
    std::filesystem::path next_key_file() const { return std::filesystem::path(path).replace_extension(".next.key"); }
};

/// Those that are there; `corrupt` where one of them is none.
Result<std::vector<StoredUnlock>> unlock_files(const Home& home);
bool has_key_file(const Home& home);

/// How a root key is to be sealed on disk. Neither: by recovery shares alone.
struct Methods {
    std::optional<std::string> passphrase;
    bool key_file = false;
};
/// `already_done` where a method has its file and `replace` is not said.
Result<void> add_methods(const Home& home, const keys::RootKey& root, const FirmId& firm, const Methods& methods, bool replace = false);
/// The file of a method under this root key goes, with its key file; `not_found` where there is none.
Result<void> remove_method(const Home& home, const keys::Mark& root, keys::UnlockMethod method);
/// Files of other root keys go: what they hold opens nothing any more.
Result<void> keep_only(const Home& home, const keys::Mark& root);

/// What the method gives: one root key, two while a new one comes in. `locked` where there is no such method; `wrong_key`.
Result<std::vector<keys::RootKey>> roots_by_key_file(const Home& home);
Result<std::vector<keys::RootKey>> roots_by_passphrase(const Home& home, std::string_view passphrase);

std::string_view name_of(keys::UnlockMethod method);     ///< "passphrase", "key-file"
/// The first 8 bytes of a mark, in hex: how files and the list of shares name a root key.
std::string short_mark(const keys::Mark& mark);

}  // namespace muniment::app
