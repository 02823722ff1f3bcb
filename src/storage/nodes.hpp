// SPDX-License-Identifier: Apache-2.0
// Several processes ("nodes") that serve one firm from one database, as the store sees them. A driver that only one process can use
// has none of this: Records::nodes() is null there, and all below collapses into that process.
//
// A node holds a lease, which it renews while it lives. Each of its batches commits only while the lease stands, and begins by
// comparing the heads of the key records and of the gate's rows with what the node last saw: where another node has moved them, the
// Follower is told first, in the same transaction. So nothing is decided, sealed or admitted by what is no longer in force, and no
// node has to announce anything: what moved is told by the very rows that are sealed and counted.
//
// Promises   After catch_up() the Follower has followed everything that was committed before it was called. Once a lease has ended,
//            nothing that this node began commits any more, and who ended it may take over what the node left.
// Assumes    The database's clock does not jump forward by as much as a lease lasts; this machine's does not stop (CLOCK_BOOTTIME).
// Does not   Send anything from node to node.
#pragma once
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "storage/rows.hpp"

namespace muniment::storage {

class RecordReader;

struct NodeRow {
    Id16 node{};
    std::string name;        ///< of its machine
    Instant since, until;    ///< by the database's clock
    Bytes mark;              ///< of the epoch key that it works by; empty while it is locked
    bool ours = false;
};

/// What others have moved since the Follower was last told.
struct Moved {
    bool keys = false;       ///< the head of the key records
    bool gate = false;       ///< the head of the gate's rows
};

class Follower {
  public:
    virtual ~Follower() = default;
    /// On the committer's thread, before the batch's pieces; must not call the store but through `reader`. An error fails the whole
    /// batch, and the next one tells it again.
    virtual Result<void> follow(RecordReader& reader, const Moved& moved) = 0;
};

class Nodes {
  public:
    virtual ~Nodes() = default;

    /// Asks whether others moved anything, and has it followed. `lease_lost` where this node may not go by what it knows. Cheap while
    /// nothing moved: one question.
    virtual Result<void> catch_up() = 0;
    /// The lease stands, by this machine's clock: what was durable before this call was durable while nobody could have taken over.
    virtual Result<void> in_force() const = 0;
    /// The same by the database, by no clock: nobody has taken over, so whoever does so later finds what is durable by now.
    virtual Result<void> not_taken_over() = 0;
    /// From the next batch on; it is told everything then, so that nothing is missed that moved while it was being made. Null: nobody;
    /// returns when the former is not being told any more.
    virtual void followed_by(Follower* follower) = 0;
    /// Nobody follows any more, if it was that one that did: another one may have come meanwhile.
    virtual void no_longer_followed_by(const Follower* follower) = 0;
    /// Tells the others by which epoch key this node works; empty: by none.
    virtual Result<void> works_by(View mark) = 0;

    /// Those whose leases have not ended, the eldest first.
    virtual Result<std::vector<NodeRow>> list() = 0;
    /// Nodes whose leases were ended by others while they said that they worked by another key than this one, and which did not come back
    /// since: cut off, standing still or gone, and nobody can tell which. What they held may be in their memory.
    virtual Result<std::vector<NodeRow>> out_of_touch(View living) = 0;
    /// The record says so of them by now: they are named once.
    virtual Result<void> told_of_out_of_touch(View living) = 0;
    /// That are being written by a node whose lease has not ended, this one or another.
    virtual Result<std::vector<PackId>> packs_in_use() = 0;
    /// How many leases of others this node has ended: what they left is to be taken over.
    virtual std::uint64_t others_ended() const = 0;

    /// Somebody has ended this node's lease. Then it takes another one, as a node that has just come; whoever calls this has dropped
    /// whatever the former one knew and wrote into.
    virtual bool ended() const = 0;
    virtual Result<void> join() = 0;
    virtual Id16 self() const = 0;
};

}  // namespace muniment::storage
