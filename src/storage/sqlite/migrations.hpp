// SPDX-License-Identifier: Apache-2.0
// The schema, as the numbered steps that lead to it. A step that was released is never changed: the next one mends it.
#pragma once
#include <span>

#include "storage/disk.hpp"
#include "storage/sqlite/database.hpp"

namespace muniment::storage::sqlite {

struct Migration {
    std::int64_t version;  ///< of the schema after this step, from 1 without gaps
    const char* sql;
};

std::span<const Migration> migrations();

/// Takes every step that is missing, each in one transaction with its number. `too_new` where the file is ahead of the last step,
/// `corrupt` where it is some other program's database: in both cases nothing is written. Before the first step over a database
/// that holds something, a copy is made beside it (`<path>.schema-<n>`).
Result<void> migrate(Database& db, const std::filesystem::path& path, std::span<const Migration> steps,
                     Disk& disk = posix_disk());

/// One consistent copy, mode 0600, synced; while others read and write.
Result<void> copy(Database& db, const std::filesystem::path& to, Disk& disk = posix_disk());

}  // namespace muniment::storage::sqlite
