// SPDX-License-Identifier: Apache-2.0
// Bringing a file forward (storage/migration.hpp), with a copy of it from before.
#pragma once
#include "storage/disk.hpp"
#include "storage/migration.hpp"
#include "storage/sqlite/database.hpp"

namespace muniment::storage::sqlite {

std::span<const Migration> migrations();   ///< schema.cpp

/// `corrupt` where it is some other program's database, or its two numbers of the schema differ.
Result<SchemaNow> schema_of(Database& db);

/// Takes the steps that are missing, each in one transaction with its number. Into a new file all of them. `too_new` where the
/// file needs a program that knows more: then nothing is written. `conflict` where what is missing afterwards is more than
/// contracting, so that this program cannot run. Before the first step over a database that holds something, a copy is made
/// beside it (`<path>.schema-<n>`), read again whole, and named only then.
Result<void> migrate(Database& db, const std::filesystem::path& path, std::span<const Migration> steps,
                     Steps which = Steps::expanding, Disk& disk = posix_disk(), const TellMigration& tell = {});

/// One consistent copy, mode 0600, synced; while others read and write.
Result<void> copy(Database& db, const std::filesystem::path& to, Disk& disk = posix_disk());
/// Where the copy of a file of that schema is.
std::filesystem::path copy_of(const std::filesystem::path& path, std::int64_t version);

}  // namespace muniment::storage::sqlite
