// SPDX-License-Identifier: Apache-2.0
// The rows that Records keeps. What is `sealed` here was sealed by keys/ and means nothing to whoever reads the database.
// Numbers that stand for a kind are written into sealed things' associated data: never re-used or renumbered.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.hpp"

namespace muniment::storage {

/// Whose key record it is.
enum class OwnerKind : std::uint8_t {
    firm = 1, person = 2, client = 3, matter = 4, month = 5, room = 6, incident = 7, report = 8,
    document = 32,   ///< has no key record: its key hangs on its document secret. Owns details of the log.
};

struct KeyRow {
    OwnerKind kind;
    Id16 owner;
    std::uint64_t number;     ///< revision of the record
    Bytes sealed;
    friend bool operator==(const KeyRow&, const KeyRow&) = default;
};

/// A row that the gate reads: its kind is access/'s affair.
struct GateRow {
    std::uint16_t kind;
    Id16 row;
    Id16 owner;
    std::uint64_t revision;
    Bytes sealed;
    friend bool operator==(const GateRow&, const GateRow&) = default;
};

/// A sealed field: a name, contacts, a memo. (kind, owner, row) is its place.
struct FieldRow {
    std::uint16_t kind;
    Id16 owner;
    Id16 row;
    std::uint64_t revision;
    Bytes sealed;
    friend bool operator==(const FieldRow&, const FieldRow&) = default;
};

enum class DocumentState : std::uint8_t { live = 1, trashed = 2, moved = 3 };

/// A paper or a folder of a matter.
struct DocumentRow {
    MatterId matter;
    DocumentId document;
    bool folder = false;
    DocumentState state = DocumentState::live;
    std::uint64_t number = 0;           ///< to cite, never used again within the matter; folders have 0
    std::uint32_t versions = 0;         ///< how many there are; the newest is this one
    std::uint64_t generation = 0;       ///< of the page key that seals secret and list row
    std::uint64_t revision = 1;
    DocumentId parent{};                ///< the folder it lies in; nil at the top
    Bytes tag;                          ///< 16 bytes: keyed hash of folder and folded name; unique among live ones of a matter
    Bytes secret;                       ///< sealed document secret
    Bytes list;                         ///< sealed list row
    friend bool operator==(const DocumentRow&, const DocumentRow&) = default;
};

/// One version of a paper; the parts hold its bytes.
struct VersionRow {
    DocumentId document;
    std::uint32_t version = 0;          ///< from 1
    std::uint64_t revision = 1;
    Bytes sealed;                       ///< name, path, times, size, types, hash, who, comment
    friend bool operator==(const VersionRow&, const VersionRow&) = default;
};

struct Placement {
    PackId pack;
    std::uint64_t offset = 0;           ///< of the object's first byte
    std::uint64_t length = 0;           ///< sealed bytes
    friend bool operator==(const Placement&, const Placement&) = default;
};

struct PartRow {
    DocumentId document;
    std::uint32_t version = 0;
    std::uint32_t part = 0;             ///< from 0
    ObjectId object;
    std::uint64_t plain_length = 0;
    Placement place;
    Bytes wrapped_key;                  ///< sealed object key
    friend bool operator==(const PartRow&, const PartRow&) = default;
};

enum class PackState : std::uint8_t {
    open = 1,       ///< may be incomplete
    closed = 2,
    lost = 3,       ///< given up by a person: it is not waited for any more, and what lay in it is damaged
    gathering = 4,  ///< holds copies of objects that lie in other packs; while no row names it, it may be removed
    emptied = 5,    ///< its objects lie in another pack by now: removed once nobody can be reading it any more
};
struct PackRow {
    PackId pack;
    PackState state = PackState::open;
    friend bool operator==(const PackRow&, const PackRow&) = default;
};

/// One entry of the log. `sequence` is given by append_entry, from 0, without holes.
struct EntryRow {
    std::uint64_t sequence = 0;
    Bytes leaf;
    OwnerKind owner_kind = OwnerKind::firm;  ///< whose key seals the detail
    Id16 owner{};
    Bytes detail;                            ///< sealed salt and words; may be empty once destroyed
    friend bool operator==(const EntryRow&, const EntryRow&) = default;
};

struct TileRow {
    std::uint8_t level = 0;
    std::uint64_t index = 0;
    Bytes hashes;                            ///< 1 to 256 hashes of 32 bytes
    friend bool operator==(const TileRow&, const TileRow&) = default;
};

struct CheckpointRow {
    std::uint64_t size = 0;
    Bytes note;                              ///< a signed note
    friend bool operator==(const CheckpointRow&, const CheckpointRow&) = default;
};

/// A named single row: the key head, the gate head, the tree's head, the turn's token, counters.
struct SingleRow {
    std::uint64_t number = 0;
    Bytes value;
    friend bool operator==(const SingleRow&, const SingleRow&) = default;
};

}  // namespace muniment::storage
