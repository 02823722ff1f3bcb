// SPDX-License-Identifier: Apache-2.0
// Packs: the port to where sealed objects lie. Small objects share a pack, written in batches with one sync (or one request)
// each; a large one has a pack of its own. A pack is registered (a row says that it may exist) before its first byte is written,
// and written only by the process that began it. Where an object lies is a row and never part of what is sealed.
// docs/formats/pack.md has the bytes.
#pragma once
#include <functional>
#include <future>
#include <memory>

#include "storage/room.hpp"
#include "storage/rows.hpp"

namespace muniment::storage {

/// An object whose place is known and whose bytes are on their way. The row that names it may be committed meanwhile; nobody is
/// told of it before both are durable.
class PendingObject {
  public:
    PendingObject(Placement place, std::shared_future<Result<void>> durable) : place_(place), durable_(std::move(durable)) {}
    const Placement& place() const { return place_; }
    Result<void> wait() { return durable_.get(); }   ///< returns when the bytes would survive a power cut

  private:
    Placement place_;
    std::shared_future<Result<void>> durable_;
};

/// A large object being written. Dropped without finish(), its bytes are removed.
class ObjectWriter {
  public:
    virtual ~ObjectWriter() = default;
    virtual Result<void> add(View sealed) = 0;
    virtual Result<Placement> finish() = 0;          ///< synced, file and folder
};

struct FoundObject {
    ObjectId object;
    Placement place;
};

struct SealedObject {
    ObjectId object;
    Bytes sealed;
};

/// When a pack that is begun can be seen by others, and by whoever comes after a crash.
enum class Appears : bool {
    before_its_first_object,   ///< there, with its head, before append() gives a place in it: one that is missing was lost
    whole,                     ///< later, with all that is in it, or never: one that was left open and is missing never arrived
};

class PackStore {
  public:
    virtual ~PackStore() = default;
    virtual Appears appears() const = 0;
    /// At most limits::small_object_bytes_max of plaintext, sealed. Blocks only where limits::pack_queue_bytes_max waits.
    virtual Result<PendingObject> append(const ObjectId& object, Bytes sealed) = 0;
    virtual Result<std::unique_ptr<ObjectWriter>> create(const ObjectId& object) = 0;
    /// A new pack of copies of these, at most limits::merged_pack_bytes: registered as `gathering`, and left at that; durable on
    /// return. Their places, in order.
    virtual Result<std::vector<Placement>> gather(std::span<const SealedObject> objects) = 0;
    /// Fills `out` from `offset` within the object. `corrupt`, naming pack and offset, where the pack is missing or too short.
    virtual Result<void> read(const Placement& place, std::uint64_t offset, std::span<std::uint8_t> out) = 0;
    /// That the pack can be read and is the one of that id: `not_found` where its file is missing, `corrupt` where the file
    /// begins otherwise, `unavailable` where it cannot be read.
    virtual Result<void> check(const PackId& pack) = 0;
    /// What lies in a pack, told by the pack alone; stops at the first frame that is not whole.
    virtual Result<std::vector<FoundObject>> list(const PackId& pack) = 0;
    virtual Result<std::vector<PackId>> packs() = 0;
    /// Removes a pack. For packs that hold nothing any row names (an upload that was cut off). `not_found` where it is not there.
    virtual Result<void> remove(const PackId& pack) = 0;
    /// Ends what a crash left half sent before that moment, where the store keeps such things out of sight; gives how many.
    virtual Result<std::size_t> end_forgotten(Instant) { return std::size_t{0}; }
    /// Closes the pack being filled; the next append begins another. What was appended is durable when this returns.
    virtual Result<void> close() = 0;
    /// What is left where the packs lie; nothing where the driver cannot know.
    virtual std::optional<Room> room() const { return std::nullopt; }
};

/// Called with a new pack's id before its first byte is written, and with `closed` when it is complete. Must be durable on
/// return.
using RegisterPack = std::function<Result<void>(const PackRow&)>;

}  // namespace muniment::storage
