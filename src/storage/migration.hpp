// SPDX-License-Identifier: Apache-2.0
// The schema, as the numbered steps that lead to it. Its number is the data's own, and not the program's version.
//
// A change comes in two releases. The first brings a step that expands: something is added, and the program before it runs on
// the result as well, for it names every column that it reads and writes, and what it does not know has a default. The second
// brings the step that contracts: what only the older program needed goes, and `least` rises, so that an older one refuses
// (`too_new`). In between there is a way back, and several nodes can be brought forward one after the other.
//
// So a program runs on: every schema from `least` on (also newer than it knows), and the one that it knows, less steps that
// only contract.
//
// Promises   Each step is one transaction, with the rows that tell of it. What is interrupted stands at a whole step, and goes
// on from it.
//            A step that was released is never changed: the next one mends it.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace muniment::storage {

struct Migration {
    std::int64_t version;          ///< of the schema after this step, from 1 without gaps
    const char* sql;
    std::int64_t least = 1;  ///< what a program must know at least to run on the result: never less than the step before says
    const char* what = "";         ///< for people: "adds deadlines"
};

/// What stands in a database; version 0 where nothing does yet.
struct SchemaNow {
    std::int64_t version = 0, least = 0;
};

/// Raises `least`: an older program cannot go on afterwards.
bool contracts(std::span<const Migration> steps, const Migration& step);

/// What a program that knows `steps` does about a database.
struct SchemaPlan {
    std::vector<const Migration*> ahead;   ///< that are missing, in order
    bool too_new = false;                  ///< it cannot run here
    bool runs() const;                     ///< without any step: what is missing, if anything, only contracts
    std::span<const Migration> known;
};
SchemaPlan plan(std::span<const Migration> steps, const SchemaNow& now);

/// `too_new`, saying both numbers.
std::unexpected<Error> newer_than_known(const SchemaNow& now, std::span<const Migration> steps);

/// Which steps are taken: `expanding` ones as far as they stand before any that contracts, or all.
enum class Steps : bool { expanding, all };

/// How far it is. Returning means going on; tests end the process instead.
enum class MigrationStage : std::uint8_t { copying, copied, begun, written, done };
using TellMigration = std::function<void(MigrationStage, std::int64_t version)>;

/// The single row that a step leaves behind, until the record has an entry of it: number, the schema reached; value, the one
/// before, as a big-endian u64.
inline constexpr const char* migrated_single = "migrated";

}  // namespace muniment::storage
