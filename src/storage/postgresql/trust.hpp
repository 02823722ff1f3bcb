// SPDX-License-Identifier: Apache-2.0
// What a server must be like before rows are trusted to it: what it acknowledges survives a power cut, it is a version that we
// know, and it is the one that takes writes.
#pragma once
#include "storage/postgresql/connection.hpp"

namespace muniment::storage::postgresql {

/// `conflict` where it is older than we can use or newer than we know. The number is the server's: 150018.
Result<void> known_version(int number);
Result<PostgresqlFacts> facts_of(Connection& connection);
/// `conflict`, naming the setting, where the server may lose what it acknowledges.
Result<void> trusted(Connection& connection, const Settings& settings);

}  // namespace muniment::storage::postgresql
