// SPDX-License-Identifier: Apache-2.0
// A firm moves house: its rows from SQLite to PostgreSQL or back, its packs from a folder into a bucket or back.
//
// For        A firm that outgrew one machine, while it does not serve.
// Promises   What it moves from is only read. What arrived is read back and compared before anybody is told that it is there. Cut off at
//            any moment, it goes on from where it was when it is called again; until it is whole, what lies at the new place does not
//            open as a firm. Once it is left, the former place does not either, whoever still looks for the firm there; and nothing in
//            it is removed.
// Assumes    Nobody else uses either place meanwhile: whoever calls holds the firm's lock.
// Does not   Open anything: rows and packs are copied as they are sealed, so no key is needed. Say where the firm lives from then on.
#pragma once
#include "storage/open.hpp"

namespace muniment::storage {

/// Where rows lie: in a file of SQLite, or in PostgreSQL at that address.
struct RowPlace {
    std::filesystem::path sqlite;
    std::string postgresql{};
    PostgresqlForTests tests{};
};

struct Carried {
    std::uint64_t rows = 0, packs = 0, bytes = 0;
};
/// How far it has come: now and then, from the thread that called. False: stop here, as `unavailable`; the next call goes on.
using MoveProgress = std::function<bool(const Carried& so_far)>;

inline std::unexpected<Error> stopped() {
    return fail(Problem::unavailable, "the move was stopped; what arrived stays, and the same command goes on from there");
}

/// `in_use` where a process has either place open. `already_done` where the new place holds rows that this firm's are not being moved
/// to, or were, from another state: it is not touched. `corrupt` where it does not give back what was put there.
Result<Carried> move_rows(const RowPlace& from, const RowPlace& to, const MoveProgress& progress);
/// No firm any more: a file gets another name, which is given; in PostgreSQL the heads do.
Result<std::string> leave_rows(const RowPlace& place);
/// Undoes leave_rows() where nothing came in its place; nothing to do is no error.
Result<void> return_to_rows(const RowPlace& place);

/// Where whole packs go, under their own ids.
class PackSink {
  public:
    using Read = std::function<Result<void>(std::uint64_t offset, std::span<std::uint8_t> out)>;
    virtual ~PackSink() = default;
    /// Nothing is done where a pack of that length is there already: it was put there before, and is compared as others are.
    virtual Result<void> put(const PackId& pack, std::uint64_t length, const Read& read) = 0;
    /// All that was put is durable on return.
    virtual Result<void> finish() = 0;
};
Result<std::unique_ptr<PackSink>> open_pack_sink(const std::filesystem::path& folder);
std::unique_ptr<PackSink> open_pack_sink(S3Place place, S3Credentials credentials);

/// As with rows: a folder gets another name, which is given; a bucket loses what says whose packs lie there.
Result<std::string> leave_packs(const std::filesystem::path& folder);
Result<std::string> leave_packs(const S3Place& place, S3Credentials credentials);
Result<void> return_to_packs(const std::filesystem::path& folder);
Result<void> return_to_packs(const S3Place& place, S3Credentials credentials);

/// All packs that `records` names and `from` has, put into `sink` and read back from `to`, which is the same place.
Result<Carried> move_packs(Records& records, PackStore& from, PackSink& sink, PackStore& to, const MoveProgress& progress);

}  // namespace muniment::storage
