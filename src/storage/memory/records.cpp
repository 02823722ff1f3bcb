// SPDX-License-Identifier: Apache-2.0
// Records that nobody keeps: maps, the same committer, and an undo list where SQLite has savepoints.
#include <shared_mutex>

#include "storage/committer.hpp"
#include "storage/memory/writes.hpp"
#include "storage/open.hpp"

namespace muniment::storage {
namespace memory {
namespace {

/// Readers share the lock, a batch has it alone: they see nothing of it, or all.
class MemoryRecords final : public ForwardsReads<Records, MemoryRecords>, private Batch {
  public:
    explicit MemoryRecords(Tables tables = {}) : tables_(std::move(tables)) {}
    Tables tables() {
        std::shared_lock held(lock_);
        return tables_;
    }
    template <class F>
    auto reading(F f) {
        std::shared_lock held(lock_);
        return f(reads_);
    }
    Result<void> commit(Work work) override { return committer_.commit(std::move(work)); }
    Result<void> copy_to(const std::string&) override { return fail(Problem::unsupported, "these records are kept nowhere"); }

  private:
    Result<void> begin() override {
        batch_ = std::unique_lock(lock_);
        return {};
    }
    Result<void> mark() override { return undo_.mark(), Result<void>{}; }
    Result<void> keep() override { return {}; }
    Result<void> undo() override { return undo_.to_mark(), Result<void>{}; }
    Result<void> commit() override {
        undo_.forget();
        batch_.unlock();
        return {};
    }
    void abandon() override {
        undo_.all();
        if (batch_.owns_lock()) batch_.unlock();
    }
    bool open() const override { return true; }
    RecordWriter& writer() override { return writes_; }
    void rest(bool) override {}

    std::shared_mutex lock_;
    std::unique_lock<std::shared_mutex> batch_;
    Tables tables_;
    Undo undo_;
    Reads reads_{tables_};
    Writes writes_{tables_, undo_};
    Committer committer_{*this};
};

}  // namespace
}  // namespace memory

std::unique_ptr<Records> copy_memory(Records& of) {
    return std::make_unique<memory::MemoryRecords>(dynamic_cast<memory::MemoryRecords&>(of).tables());
}

std::unique_ptr<Records> open_memory() { return std::make_unique<memory::MemoryRecords>(); }

}  // namespace muniment::storage
