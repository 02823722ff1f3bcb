// SPDX-License-Identifier: Apache-2.0
// The home folder of an installation, and what lies where in it:
//
//   data/             records.sqlite, packs/          sealed; what a backup copies (rows may be in PostgreSQL, packs in a bucket
//                                                     or a folder that several nodes share)
//   keys/             *.unlock, perhaps a *.key       opens the firm together with a slot: never in data/, never backed up
//   keys/log.vkey     the public key of the log       what `audit verify` trusts
//   slots/a, slots/b  the epoch key                   only for trying out: in real use elsewhere (init --slot)
//   key-sets/a, …     key sets beside each slot
//   tls/              authority and server certificate
//   control.sock      for lock, unlock and status, by the owner of the folder (unless control.socket says another place)
//   founding.json     only while a firm is being founded (new_home.hpp); it becomes
//   home.json         where slots and key sets are, and database and packs where they are not in data/
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "app/bucket.hpp"
#include "base/result.hpp"
#include "crypto/crypto.hpp"
#include "keys/root.hpp"
#include "storage/open.hpp"

namespace muniment::app {

inline constexpr std::int64_t home_format = 1;   ///< of home.json; where it does not say, it is this

/// That a root key was cut into recovery shares: what people must know to use them, nothing that opens anything.
struct ShareSet {
    std::string root;                       ///< short mark of the root key
    std::string set;                        ///< the words that each share begins with
    unsigned needed = 0, of = 0;
    std::string text() const { return std::to_string(needed) + "-of-" + std::to_string(of); }
};

struct Home {
    std::filesystem::path folder;
    std::vector<std::string> slots;         ///< folders; relative ones lie in the home
    bool trial = false;                     ///< slots and key file on the data's disk: `./run`
    std::vector<ShareSet> shares;           ///< one; two while a new root key comes in
    std::string postgresql;                 ///< the database's address, which holds no password; empty: SQLite, in data/
    std::optional<Bucket> bucket;           ///< where packs lie, unless in the data folder
    std::string packs_folder;               ///< or there, where several nodes share them
    std::string control_socket;             ///< of the machine's configuration, not of home.json; empty: in the home folder

    std::filesystem::path data() const { return folder / "data"; }
    std::filesystem::path database() const { return data() / "records.sqlite"; }
    std::filesystem::path packs() const { return packs_folder.empty() ? data() / "packs" : std::filesystem::path(packs_folder); }
    std::filesystem::path keys() const { return folder / "keys"; }     ///< unlock_files.hpp
    std::filesystem::path log_key() const { return folder / "keys" / "log.vkey"; }
    std::filesystem::path tls(std::string_view file) const { return folder / "tls" / file; }
    std::filesystem::path control() const {
        return control_socket.empty() ? folder / "control.sock" : std::filesystem::path(control_socket);
    }
    std::filesystem::path slot(std::size_t i) const { return folder / slots[i]; }
    std::filesystem::path key_sets(std::size_t i) const;

    /// `not_found` where nothing was initialised there.
    static Result<Home> open(const std::filesystem::path& folder, const char* file = "home.json");
    Result<void> save(const char* file = "home.json") const;
};

/// --home, else $MUNIMENT_HOME, else what the machine's configuration says, else /var/lib/muniment.
std::filesystem::path home_folder(const std::string& option);

/// A file of mode 0600, whole or not at all, durable on return; `already_done` where it exists and may not be replaced.
Result<void> write_private_file(const std::filesystem::path& path, std::string_view content, bool replace = false);
Result<std::string> read_small_file(const std::filesystem::path& path);
/// 32 bytes in hex.
Result<crypto::Secret> read_key_file(const std::filesystem::path& path);

/// The rows of that home, wherever they are.
Result<std::unique_ptr<storage::Records>> open_records(const Home& home, const storage::NodeSelf& self = {});
class HomeLock;

/// The drivers of one installation, without any key.
struct Stores {
    std::shared_ptr<const HomeLock> lock;
    std::unique_ptr<storage::Records> records;
    std::unique_ptr<storage::PackStore> packs;
    std::vector<std::unique_ptr<storage::Slot>> slots;
    std::vector<std::unique_ptr<storage::KeySets>> key_sets;

    /// Only the founding makes folders: later one that is missing is a disk that is not mounted. Without the packs nothing opens; a
    /// slot that is away leaves the others.
    static Result<Stores> open(const Home& home, storage::Missing missing = storage::Missing::refuse,
                               storage::Others others = storage::Others::refuse);
    std::vector<storage::Slot*> slot_list() const;
    std::vector<storage::KeySets*> key_set_list() const;
};

}  // namespace muniment::app
