// SPDX-License-Identifier: Apache-2.0
// Packs in an S3 bucket. Small objects get their place at once and share a pack with those that arrive while earlier packs are on
// their way; a few threads send them, one PUT each.
//
// Promises   An object counts as kept when the server has said so of the pack that holds it, or when the pack was read back after
// an
//            answer that was lost. A pack appears whole or not at all, and is never written twice with other bytes.
// Assumes    The server keeps what it says that it keeps.
#pragma once
#include <condition_variable>
#include <deque>
#include <set>
#include <thread>

#include "storage/s3/blocks.hpp"

namespace muniment::storage::s3 {

class S3Packs final : public PackStore {
  public:
    S3Packs(S3Place place, S3Credentials credentials, RegisterPack registered);
    ~S3Packs() override;

    Appears appears() const override { return Appears::whole; }
    Result<PendingObject> append(const ObjectId& object, Bytes sealed) override;
    Result<std::unique_ptr<ObjectWriter>> create(const ObjectId& object) override;
    Result<std::vector<Placement>> gather(std::span<const SealedObject> objects) override;
    Result<void> read(const Placement& place, std::uint64_t offset, std::span<std::uint8_t> out) override;
    Result<void> check(const PackId& pack) override { return blocks_.check(pack); }
    Result<std::vector<FoundObject>> list(const PackId& pack) override;
    Result<std::vector<PackId>> packs() override;
    Result<void> remove(const PackId& pack) override;
    Result<void> close() override;

    /// That the bucket is the one where this firm's packs are; `make` writes what says so.
    Result<void> meet(Missing missing);
    Result<std::size_t> end_forgotten(Instant before) override;

  private:
    struct Batch {
        PackId pack;
        Bytes bytes;   ///< of the pack, as far as it is gathered
        std::vector<std::promise<Result<void>>> waiting;
        std::chrono::steady_clock::time_point begun;
    };
    using Batches = std::deque<std::unique_ptr<Batch>>;

    Result<void> begin_batch();   ///< lock_ is held
    void run();
    std::unique_ptr<Batch> next(std::unique_lock<std::mutex>& held);
    void send(std::unique_ptr<Batch> batch);

    Client client_;
    Blocks blocks_;
    RegisterPack registered_;

    std::mutex lock_;
    std::condition_variable work_came_, work_done_;
    std::unique_ptr<Batch> gathering_;
    Batches full_;
    std::set<PackId> under_way_;       ///< begun, and not yet kept or failed
    std::size_t queued_bytes_ = 0;
    int closing_ = 0;                  ///< callers of close(): nobody waits for company
    Result<void> failed_while_closing_{};
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

/// How long part `number` of an upload is, counted from 1: a paper of 1 GiB never needs more than 11 MiB here, one of 1 TiB 216.
std::size_t part_bytes(std::size_t number);

/// A large object in a pack of its own, sent in parts while it comes.
class S3ObjectWriter final : public ObjectWriter {
  public:
    S3ObjectWriter(Client& client, const RegisterPack& registered, const ObjectId& object, const PackId& pack);
    ~S3ObjectWriter() override;
    Result<void> add(View sealed) override;
    Result<Placement> finish() override;

  private:
    Result<void> send_part();
    Result<void> await_part();
    Result<void> finish_in_parts();

    Client& client_;
    const RegisterPack& registered_;
    ObjectId object_;
    PackId pack_;
    std::string key_, upload_;              ///< no upload before there is a second part
    Bytes first_;                           ///< head, frame, and the first bytes: sent last, when the length is known
    Bytes part_;                            ///< gathering, while the one before is sent
    std::vector<std::string> etags_;        ///< by part, the first one's empty until it is sent
    std::future<Result<std::string>> sending_;
    std::uint64_t length_ = 0;
    Result<void> state_{};
    bool finished_ = false;
};

}  // namespace muniment::storage::s3
