// SPDX-License-Identifier: Apache-2.0
// The schema, as the numbered steps that lead to it. A step that was released is never changed: the next one mends it.
#pragma once
#include "storage/postgresql/connection.hpp"

namespace muniment::storage::postgresql {

struct Migration {
    std::int64_t version;  ///< of the schema after this step, from 1 without gaps
    const char* sql;
};

std::span<const Migration> migrations();

/// Takes every step that is missing, each in one transaction with its number. `too_new` where the schema is ahead of the last
/// step: then nothing is written. No copy is made first: the database's own operator does that, and docs/cli.md says so.
Result<void> migrate(Connection& connection, const Settings& settings, std::span<const Migration> steps);

}  // namespace muniment::storage::postgresql
