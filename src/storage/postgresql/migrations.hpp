// SPDX-License-Identifier: Apache-2.0
// Making the schema, and bringing it forward (storage/migration.hpp) beneath nodes that may be at work.
#pragma once
#include "storage/migration.hpp"
#include "storage/postgresql/connection.hpp"

namespace muniment::storage::postgresql {

std::span<const Migration> migrations();   ///< schema.cpp

/// Version 0: there is no schema of ours yet.
Result<SchemaNow> schema_of(Connection& connection, const Settings& settings);

/// For whoever comes to the database: makes the schema where there is none, and takes no step in one that is there. `too_new`
/// where it needs a program that knows more, `conflict` where it lacks a step that this program needs.
Result<void> prepare(Connection& connection, const Settings& settings, std::span<const Migration> steps);

/// Takes the missing steps, each in one transaction with its number, between two batches of the nodes at work. `in_use` where
/// one of them does not know what a step asks for, or needs the database alone: nothing of that step is done then. No copy is
/// made: the database's own operator does that, and docs/operate/upgrade.md says so.
Result<void> migrate(Connection& connection, const Settings& settings, std::span<const Migration> steps,
                     Steps which = Steps::all, const TellMigration& tell = {});

}  // namespace muniment::storage::postgresql
