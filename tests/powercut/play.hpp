// SPDX-License-Identifier: Apache-2.0
// A short life of a firm, drawn from a seed, and what must be found of it wherever it was cut off.
#pragma once
#include "room.hpp"

namespace muniment::powercut {

struct Paper {
    MatterId matter;
    std::string name;
    bool folder = false, trashed = false;
    std::vector<Content> versions;
    friend bool operator==(const Paper&, const Paper&) = default;
};

/// A paper from one acknowledged state to the next. Up to `begun` it must be as before, from `done` on as after, in between
/// either.
struct Change {
    DocumentId id;
    std::optional<Paper> after;
    std::size_t begun = 0, done = SIZE_MAX;
};
/// An entry that must be in the log once `done` is reached.
struct Entry {
    audit::Action action;
    Id16 subject;
    std::uint64_t number;
    std::size_t done;
};
/// A piece of a paper: from `done` on the upload stands at `offset` at least, until the paper is filed.
struct Piece {
    UploadId upload;
    DocumentId id;
    Paper made;
    std::uint64_t offset = 0;
    std::size_t done = SIZE_MAX;
};
/// Something else that was acknowledged.
struct Fact {
    enum What { ben_on_team, ben_off_team, turned, checkpoint, copied } what;
    std::size_t begun, done;
    std::uint64_t number = 0;   ///< of the epoch; of entries under the checkpoint; of entries in the copy
    Path path;                  ///< of the copy
    std::vector<Bytes> erased;  ///< what lay in slots before the turn, and must nowhere be found after it
};

struct Played {
    Trace trace;
    std::vector<Change> changes;
    std::vector<Entry> entries;
    std::vector<Fact> facts;
    std::vector<Piece> pieces;
    std::vector<std::pair<std::size_t, std::string>> story;  ///< where in the trace each act began
};

Played play(const Founded& founded, std::uint64_t seed);

}  // namespace muniment::powercut
