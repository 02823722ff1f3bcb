// SPDX-License-Identifier: Apache-2.0
// Makers of the drivers: for app/ and tests alone. Everything else sees the ports.
#pragma once
#include <filesystem>

#include "base/limits.hpp"
#include "crypto/secret.hpp"
#include "storage/disk.hpp"
#include "storage/migration.hpp"
#include "storage/storage.hpp"

namespace muniment::storage {

/// Opens or makes the database file (mode 0600), takes the steps forward that only expand (storage/migration.hpp), and takes an
/// exclusive lock on `<path>.lock` for the process's life: `in_use` where another has it, `too_new` where it needs a newer program.
Result<std::unique_ptr<Records>> open_sqlite(const std::filesystem::path& path, Disk& disk = posix_disk());
/// Nothing is kept; the same behaviour. For tests.
std::unique_ptr<Records> open_memory();
/// Another with the same rows: as they were when a test wants to go back to them.
std::unique_ptr<Records> copy_memory(Records& of);

/// What tests set, and nothing else can.
struct PostgresqlForTests {
    std::string schema = "muniment";   ///< several in one database
    bool may_forget = false;           ///< fsync=off is accepted
    bool rehearses = false;            ///< each batch is run, undone and run again, as where transactions collide
    Duration lease = limits::lease_valid, renewed_every = limits::lease_renewed_every;
};
/// Whether other processes may have the database open at the same time: servers of one firm may; whoever founds, adopts or mends it
/// needs it alone.
enum class Others : bool { refuse, admit };
/// Of the process that comes.
struct NodeSelf {
    Others others = Others::refuse;
    std::optional<Id16> former;        ///< a node that is known to be gone, for this one stands in its place: its lease ends at once
};
/// `postgresql://user@host:port/database?passfile=…&sslrootcert=…`, reached with verified TLS and SCRAM, or by a socket of this
/// machine. Makes the schema where there is none, and takes no step forward in one that is there: `conflict` where it needs one, or
/// where the server may lose what it acknowledges. `in_use` where other processes have it open and not both sides admit others,
/// `malformed` where the address holds a password, `too_new` as above.
Result<std::unique_ptr<Records>> open_postgresql(const std::string& url, const PostgresqlForTests& tests = {},
                                                 const NodeSelf& self = {});

/// What stands in a database, and which steps forward this program knows from there. Nothing is written; a server may run.
struct SchemaSight {
    std::int64_t version = 0, least = 0, known = 0;
    struct Step {
        std::int64_t version;
        bool contracts;                ///< afterwards an older program cannot run
        std::string what;
    };
    std::vector<Step> ahead;
    bool too_new = false;              ///< this program cannot run on it
    bool runs = false;                 ///< this program runs on it as it is
    bool rest_contracts = false;       ///< and would after the steps that only expand
};
SchemaSight sight_of(std::span<const Migration> steps, const SchemaNow& now);
Result<SchemaSight> look_at_sqlite_schema(const std::filesystem::path& path);
Result<SchemaSight> look_at_postgresql_schema(const std::string& url, const PostgresqlForTests& tests = {});

/// Takes the missing steps: those that only expand, or all. SQLite: `in_use` while a process has it, and a copy is made first.
/// PostgreSQL: while nodes are at work, of which each must know what the step asks for (`in_use` names one that does not); the copy is
/// its operator's.
Result<void> upgrade_sqlite(const std::filesystem::path& path, Steps which, const TellMigration& tell, Disk& disk = posix_disk());
Result<void> upgrade_postgresql(const std::string& url, Steps which, const TellMigration& tell, const PostgresqlForTests& tests = {});

/// What the server says of itself; it need not be one that is trusted.
struct PostgresqlFacts {
    int version;
    bool fsync, full_page_writes, synchronous_commit, checksums;
    bool standby_confirms;             ///< a commit waits for another server
    bool standby, superuser, tls;
};
Result<PostgresqlFacts> look_at_postgresql(const std::string& url);

/// What becomes of a folder that is not there. Only the founding makes one, with mode 0700: later it is a disk that is not mounted,
/// and what was written into a folder made in its place would lie on another disk, hidden by the next mount.
enum class Missing : bool { refuse, make };

/// Packs as files `<folder>/<2 hex>/<id>.pack`. `unavailable` where the folder is not there.
Result<std::unique_ptr<PackStore>> open_pack_folder(const std::filesystem::path& folder, RegisterPack registered,
                                                    Missing missing = Missing::refuse, Disk& disk = posix_disk());
/// Where packs lie in an S3 bucket: https://docs.aws.amazon.com/AmazonS3/latest/API/, path-style.
struct S3Place {
    std::string endpoint;               ///< https://HOST[:PORT]; http on this machine only
    std::string region = "us-east-1";
    std::string bucket, prefix;         ///< the prefix is empty or ends with a slash
    std::string authority;              ///< PEM file of who signed its certificate; empty: the authorities of the system
    std::string store;                  ///< the id that stands in the bucket as well
    std::chrono::milliseconds patience = limits::s3_patience;
    std::chrono::seconds stall_wait = limits::s3_stall_wait;
};
struct S3Credentials {
    std::string key;
    crypto::Secret secret;
};

/// Packs as objects `<prefix><2 hex>/<id>.pack`. `unavailable` where the bucket is out of reach or is not this firm's,
/// `store_refused` where it does not let us in; `already_done` where one is to be made and packs of a firm are there.
Result<std::unique_ptr<PackStore>> open_pack_s3(S3Place place, S3Credentials credentials, RegisterPack registered,
                                                Missing missing = Missing::refuse);
/// "s3://bucket/prefix": bucket and prefix, the prefix with a slash at its end.
Result<std::pair<std::string, std::string>> parse_s3_address(std::string_view address);
/// A credentials file as the AWS tools have it, with one profile. An error never repeats what stands there.
Result<S3Credentials> parse_s3_credentials(std::string_view content);
struct S3Sight {
    Duration ahead{};                           ///< this machine's clock, of the server's
    std::optional<bool> versions, locks;        ///< nothing where the bucket does not tell
};
/// As whoever opens it, without writing anything.
Result<S3Sight> look_at_s3(S3Place place, S3Credentials credentials);

/// For tests. It appends to one pack; `appears` is only what it says of itself.
std::unique_ptr<PackStore> open_pack_memory(RegisterPack registered, Appears appears = Appears::before_its_first_object);

/// A folder as a slot. One that is not there, or holds neither `living` nor `seen` (the bare mount point of a site), is no slot of
/// ours: it opens all the same, so that the others serve, and each call is `unavailable` until it is back.
Result<std::unique_ptr<Slot>> open_slot_folder(const std::filesystem::path& folder, Missing missing = Missing::refuse,
                                               Disk& disk = posix_disk());

/// A folder of key sets. Where it is not there, each call is `unavailable`.
Result<std::unique_ptr<KeySets>> open_key_set_folder(const std::filesystem::path& folder, Missing missing = Missing::refuse,
                                                     Disk& disk = posix_disk());

}  // namespace muniment::storage
