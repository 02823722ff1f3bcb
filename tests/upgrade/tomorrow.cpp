// SPDX-License-Identifier: Apache-2.0
// The program of a later day, for tests: muniment with this in place of the two schema.cpp. Format 1 is the first there is, so
// what comes after it is made up: step 2 adds a column, step 3 takes an index away that only the first program needed.
#define migrations todays_migrations
#include "storage/sqlite/schema.cpp"

#include "storage/postgresql/schema.cpp"
#undef migrations

namespace muniment::storage {
namespace {

constexpr Migration later[] = {
    {2, "ALTER TABLE packs ADD COLUMN later INTEGER NOT NULL DEFAULT 7", 1, "adds a column to packs"},
    {3, "DROP INDEX remembered_by_time", 2, "drops an index"}};

std::vector<Migration> with_later(std::span<const Migration> today) {
    std::vector<Migration> all(today.begin(), today.end());
    all.insert(all.end(), std::begin(later), std::end(later));
    return all;
}

}  // namespace

namespace sqlite {
std::span<const Migration> migrations() {
    static const auto steps = with_later(todays_migrations());
    return steps;
}
}  // namespace sqlite

namespace postgresql {
std::span<const Migration> migrations() {
    static const auto steps = with_later(todays_migrations());
    return steps;
}
}  // namespace postgresql

}  // namespace muniment::storage
