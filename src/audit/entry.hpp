// SPDX-License-Identifier: Apache-2.0
// One entry of the log: its leaf, in the clear and for ever, and its detail, sealed beside it and destroyable.
//
// The leaf commits to the detail by SHA-256(salt ‖ words): whoever is given both can check them, whoever holds the leaf alone
// cannot guess the words, and when the detail is destroyed the tree verifies all the same. docs/formats/log.md has the bytes.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "keys/sealed.hpp"
#include "storage/rows.hpp"

namespace muniment::audit {

enum class Action : std::uint16_t {
#define ACTION(name, number, text) name = number,
#include "audit/actions.def"
#undef ACTION
};
std::string_view name_of(Action action);        ///< "paper-opened"; "unknown" for one that a later release made
std::string_view text_of(Action action);        ///< "opened a paper"
std::optional<Action> action_named(std::string_view name);

enum class Outcome : std::uint8_t {
    permitted = 1,   ///< a reading was permitted, and may have happened
    refused = 2,
    done = 3,        ///< a change, in the same commit
    ended = 4,       ///< how a transfer ended: whole
    cut = 5,         ///< …: cut off
};
std::string_view name_of(Outcome outcome);

enum class SubjectKind : std::uint8_t {
    person = 1,
    group = 2,
    client = 3,
    matter = 4,
    wall = 5,
    document = 6,
    session = 7,
    entry = 8,
    other = 9
};
struct Subject {
    SubjectKind kind;
    Id16 id;
    std::uint64_t number = 0;    ///< a version, a count of bytes: the action says
    friend bool operator==(const Subject&, const Subject&) = default;
};

/// A row that a change wrote: what SQL may not exchange afterwards without being found. All-zero `sealed`: the change dropped it.
struct RowMark {
    std::uint16_t kind;          ///< keys::Kind
    Id16 row;
    std::uint64_t revision;
    Hash sealed;                 ///< SHA-256 of the sealed bytes
    friend bool operator==(const RowMark&, const RowMark&) = default;
};

struct Leaf {
    EntryId id;                  ///< left nil, Log gives it
    Instant at;                  ///< left zero, Log gives it
    Action action{};
    Outcome outcome{};
    PersonId person;             ///< nil: nobody who is signed in, or Muniment itself
    SessionId session;
    RequestId request;
    std::vector<Subject> subjects;
    std::vector<RowMark> rows;
    Hash commitment{};

    Bytes encode() const;
    static Result<Leaf> decode(View bytes);
    friend bool operator==(const Leaf&, const Leaf&) = default;
};

inline constexpr std::size_t subjects_max = 16, row_marks_max = 256;

/// Salt and words of an entry.
struct Detail {
    std::array<std::uint8_t, 32> salt{};     ///< random
    Bytes words;                 ///< JSON object, UTF-8; at most limits::detail_bytes_max
    Hash commitment() const;     ///< SHA-256(salt ‖ words)
    Bytes encode() const;        ///< salt ‖ words: what is sealed
    static Result<Detail> decode(View bytes);
};

/// Whose key seals an entry's detail. Built by whoever has the owner's key open.
struct DetailOwner {
    storage::OwnerKind kind;
    Id16 owner;
    keys::SealKey key;           ///< D(K, "details")
};

/// An entry not yet written. Only Log consumes it.
class Draft {
  public:
    Draft(Leaf leaf, Bytes words, DetailOwner owner)
        : leaf_(std::move(leaf)), words_(std::move(words)), owner_(std::make_shared<const DetailOwner>(std::move(owner))) {}
    Draft(Draft&&) noexcept = default;
    Draft& operator=(Draft&&) noexcept = default;

    const Leaf& leaf() const { return leaf_; }
    void add(const Subject& subject) { leaf_.subjects.push_back(subject); }
    void add(const RowMark& row) { leaf_.rows.push_back(row); }
    void say(Bytes words) {
        words_ = std::move(words);
        retold_ = true;
    }
    void seal_under(DetailOwner owner) {
        owner_ = std::make_shared<const DetailOwner>(std::move(owner));
        retold_ = true;
    }

  private:
    friend class Log;
    Draft(const Draft&) = default;               // for Log alone: each run of a change's work gets one of its own
    Leaf leaf_;
    Bytes words_;
    std::shared_ptr<const DetailOwner> owner_;
    bool retold_ = true;                         ///< words or owner changed since the detail was last sealed
};

}  // namespace muniment::audit
