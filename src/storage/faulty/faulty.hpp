// SPDX-License-Identifier: Apache-2.0
// Ports that fail at the n-th call, once or from then on: what the layers above do about it is tested with these.
#pragma once
#include <atomic>
#include <memory>

#include "storage/forwarding.hpp"
#include "storage/storage.hpp"

namespace muniment::storage::faulty {

enum class Lasting : bool { once, for_ever };

/// Counts the calls of every port that was given it.
class Faults {
  public:
    /// The `nth` call from now (1: the very next) fails.
    void fail_at(std::uint64_t nth, Lasting lasting, Problem problem = Problem::unavailable) {
        problem_ = problem;
        lasting_ = lasting;
        calls_ = 0;
        at_ = nth;
    }
    void none() { at_ = 0; }
    std::uint64_t calls() const { return calls_; }  ///< since fail_at
    Result<void> next() {
        auto call = ++calls_;
        auto at = at_.load();
        if (at == 0 || (lasting_ == Lasting::once ? call != at : call < at)) return {};
        return fail(problem_, "a fault that a test asked for");
    }

  private:
    std::atomic<std::uint64_t> at_{0}, calls_{0};
    std::atomic<Problem> problem_{Problem::unavailable};
    std::atomic<Lasting> lasting_{Lasting::once};
};

/// A commit that fails here was not begun.
class FaultyRecords final : public ForwardsReads<Records, FaultyRecords> {
  public:
    FaultyRecords(Records& records, Faults& faults) : records_(records), faults_(faults) {}
    template <class F>
    auto reading(F f) -> decltype(f(std::declval<RecordReader&>())) {
        CHECK(faults_.next());
        return f(static_cast<RecordReader&>(records_));
    }
    Result<void> commit(Work work) override {
        CHECK(faults_.next());
        return records_.commit(std::move(work));
    }
    Result<void> copy_to(const std::string& path) override {
        CHECK(faults_.next());
        return records_.copy_to(path);
    }

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
    Result<PendingObject> append(const ObjectId& object, Bytes sealed) override {
        CHECK(faults_.next());
        return packs_.append(object, std::move(sealed));
    }
    Result<std::unique_ptr<ObjectWriter>> create(const ObjectId& object) override {
        CHECK(faults_.next());
        TRY(auto writer, packs_.create(object));
        return std::make_unique<FaultyObjectWriter>(std::move(writer), faults_);
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

  private:
    PackStore& packs_;
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
