// SPDX-License-Identifier: Apache-2.0
// Ports that fail at the n-th call, once or from then on: what the layers above do about it is tested with these.
#pragma once
#include <atomic>
#include <memory>

#include "storage/forwarding.hpp"
#include "storage/storage.hpp"

namespace muniment::storage::faulty {

enum class Lasting : bool { once, for_ever };

/// A commit that fails was not begun, or it is durable and its answer was lost.
enum class Commits : bool { not_begun, answer_lost };

/// Counts the calls of every port that was given it.
class Faults {
  public:
    /// The `nth` call from now (1: the very next) fails.
    void fail_at(std::uint64_t nth, Lasting lasting, Problem problem = Problem::unavailable,
                 Commits commits = Commits::not_begun) {
        problem_ = problem;
        lasting_ = lasting;
        commits_ = commits;
        calls_ = 0;
        at_ = nth;
    }
    void none() { at_ = 0; }
    Commits commits() const { return commits_; }
    std::uint64_t calls() const { return calls_; }  ///< since fail_at
    Result<void> next() {
        auto call = ++calls_;
        auto at = at_.load();
        if (at == 0 || (lasting_ == Lasting::once ? call != at : call < at)) return {};
        return fail(problem_, "a fault that a test asked for");
    }

    std::optional<Room> room;                        ///< what both stores say is left, if a test says so

  private:
    std::atomic<std::uint64_t> at_{0}, calls_{0};
    std::atomic<Problem> problem_{Problem::unavailable};
    std::atomic<Lasting> lasting_{Lasting::once};
    std::atomic<Commits> commits_{Commits::not_begun};
};

/// What the work of a commit writes through.
class FaultyWriter final : public ForwardsReads<RecordWriter, FaultyWriter> {
  public:
    FaultyWriter(RecordWriter& writer, Faults& faults) : writer_(writer), faults_(faults) {}
    template <class F>
    auto reading(F f) -> decltype(f(std::declval<RecordReader&>())) {
        CHECK(faults_.next());
        return f(static_cast<RecordReader&>(writer_));
    }
#define MUNIMENT_FAULTY(answer, name, parameters, ...) \
    answer name parameters override {                  \
        CHECK(faults_.next());                         \
        return writer_.name(__VA_ARGS__);              \
    }
    MUNIMENT_FAULTY(Result<void>, put_single, (std::string_view name, const SingleRow& row), name, row)
    MUNIMENT_FAULTY(Result<void>, drop_single, (std::string_view name), name)
    MUNIMENT_FAULTY(Result<void>, put_key, (const KeyRow& row), row)
    MUNIMENT_FAULTY(Result<void>, drop_key, (OwnerKind kind, const Id16& owner), kind, owner)
    MUNIMENT_FAULTY(Result<void>, put_gate_row, (const GateRow& row), row)
    MUNIMENT_FAULTY(Result<void>, drop_gate_row, (std::uint16_t kind, const Id16& row), kind, row)
    MUNIMENT_FAULTY(Result<void>, put_field, (const FieldRow& row), row)
    MUNIMENT_FAULTY(Result<void>, drop_field, (std::uint16_t kind, const Id16& owner, const Id16& row), kind, owner, row)
    MUNIMENT_FAULTY(Result<void>, put_document, (const DocumentRow& row), row)
    MUNIMENT_FAULTY(Result<void>, drop_document, (const MatterId& matter, const DocumentId& document), matter, document)
    MUNIMENT_FAULTY(Result<void>, add_version, (const VersionRow& row), row)
    MUNIMENT_FAULTY(Result<void>, add_part, (const PartRow& row), row)
    MUNIMENT_FAULTY(Result<void>, put_version, (const VersionRow& row), row)
    MUNIMENT_FAULTY(Result<void>, drop_version, (const DocumentId& document, std::uint32_t version), document, version)
    MUNIMENT_FAULTY(Result<void>, put_part, (const PartRow& row), row)
    MUNIMENT_FAULTY(Result<void>, put_pack, (const PackRow& row), row)
    MUNIMENT_FAULTY(Result<void>, drop_pack, (const PackId& pack), pack)
    MUNIMENT_FAULTY(Result<std::uint64_t>, append_entry, (const EntryRow& row), row)
    MUNIMENT_FAULTY(Result<void>, replace_detail, (std::uint64_t sequence, OwnerKind kind, const Id16& owner, View detail),
                    sequence, kind, owner, detail)
    MUNIMENT_FAULTY(Result<void>, put_tile, (const TileRow& row), row)
    MUNIMENT_FAULTY(Result<void>, put_checkpoint, (const CheckpointRow& row), row)
    MUNIMENT_FAULTY(Result<void>, index_entry, (const Id16& subject, std::uint64_t sequence), subject, sequence)
    MUNIMENT_FAULTY(Result<void>, remember, (View key, const SingleRow& row), key, row)
    MUNIMENT_FAULTY(Result<void>, forget_before, (std::int64_t us), us)
#undef MUNIMENT_FAULTY

  private:
    RecordWriter& writer_;
    Faults& faults_;
};

class FaultyRecords final : public ForwardsReads<Records, FaultyRecords> {
  public:
    FaultyRecords(Records& records, Faults& faults) : records_(records), faults_(faults) {}
    template <class F>
    auto reading(F f) -> decltype(f(std::declval<RecordReader&>())) {
        CHECK(faults_.next());
        return f(static_cast<RecordReader&>(records_));
    }
    Result<void> commit(Work work) override {
        auto fault = faults_.next();
        if (!fault && faults_.commits() == Commits::not_begun) return fault;
        CHECK(records_.commit([&](RecordWriter& writer) {
            FaultyWriter faulty(writer, faults_);
            return work(faulty);
        }));
        return fault;
    }
    Result<void> copy_to(const std::string& path) override {
        CHECK(faults_.next());
        return records_.copy_to(path);
    }
    std::optional<Room> room() const override { return faults_.room ? faults_.room : records_.room(); }

  private:
    Records& records_;
    Faults& faults_;
};

class FaultyObjectWriter final : public ObjectWriter {
  public:
    FaultyObjectWriter(std::unique_ptr<ObjectWriter> writer, Faults& faults) : writer_(std::move(writer)), faults_(faults) {}
    Result<void> add(View sealed) override {
        CHECK(faults_.next());
        return writer_->add(sealed);
    }
    Result<Placement> finish() override {
        CHECK(faults_.next());
        return writer_->finish();
    }

  private:
    std::unique_ptr<ObjectWriter> writer_;
    Faults& faults_;
};

class FaultyPacks final : public PackStore {
  public:
    FaultyPacks(PackStore& packs, Faults& faults) : packs_(packs), faults_(faults) {}
    Appears appears() const override { return packs_.appears(); }
    Result<PendingObject> append(const ObjectId& object, Bytes sealed) override {
        CHECK(faults_.next());
        return packs_.append(object, std::move(sealed));
    }
    Result<std::unique_ptr<ObjectWriter>> create(const ObjectId& object) override {
        CHECK(faults_.next());
        TRY(auto writer, packs_.create(object));
        return std::make_unique<FaultyObjectWriter>(std::move(writer), faults_);
    }
    Result<std::vector<Placement>> gather(std::span<const SealedObject> objects) override {
        CHECK(faults_.next());
        return packs_.gather(objects);
    }
    Result<void> read(const Placement& place, std::uint64_t offset, std::span<std::uint8_t> out) override {
        CHECK(faults_.next());
        return packs_.read(place, offset, out);
    }
    Result<void> check(const PackId& pack) override {
        CHECK(faults_.next());
        return packs_.check(pack);
    }
    Result<std::vector<FoundObject>> list(const PackId& pack) override {
        CHECK(faults_.next());
        return packs_.list(pack);
    }
    Result<std::vector<PackId>> packs() override {
        CHECK(faults_.next());
        return packs_.packs();
    }
    Result<void> remove(const PackId& pack) override {
        CHECK(faults_.next());
        return packs_.remove(pack);
    }
    Result<void> close() override {
        CHECK(faults_.next());
        return packs_.close();
    }
    std::optional<Room> room() const override { return faults_.room ? faults_.room : packs_.room(); }

  private:
    PackStore& packs_;
    Faults& faults_;
};

class FaultyKeySets final : public KeySets {
  public:
    FaultyKeySets(KeySets& sets, Faults& faults) : sets_(sets), faults_(faults) {}
    std::string name() const override { return sets_.name(); }
    Result<void> put(std::string_view name, View content) override {
        CHECK(faults_.next());
        return sets_.put(name, content);
    }
    Result<Bytes> get(std::string_view name) override {
        CHECK(faults_.next());
        return sets_.get(name);
    }
    Result<std::vector<std::string>> list() override {
        CHECK(faults_.next());
        return sets_.list();
    }
    Result<void> remove(std::string_view name) override {
        CHECK(faults_.next());
        return sets_.remove(name);
    }

  private:
    KeySets& sets_;
    Faults& faults_;
};

class FaultySlot final : public Slot {
  public:
    FaultySlot(Slot& slot, Faults& faults) : slot_(slot), faults_(faults) {}
    std::string name() const override { return slot_.name(); }
    Result<std::vector<std::string>> list() override {
        CHECK(faults_.next());
        return slot_.list();
    }
    Result<Bytes> get(std::string_view name) override {
        CHECK(faults_.next());
        return slot_.get(name);
    }
    Result<void> put(std::string_view name, View content, Replace replace) override {
        CHECK(faults_.next());
        return slot_.put(name, content, replace);
    }
    Result<void> erase(std::string_view name) override {
        CHECK(faults_.next());
        return slot_.erase(name);
    }

  private:
    Slot& slot_;
    Faults& faults_;
};

}  // namespace muniment::storage::faulty
