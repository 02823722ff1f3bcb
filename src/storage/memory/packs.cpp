// SPDX-License-Identifier: Apache-2.0
// Packs that nobody keeps. Places are those that a folder would give, so that what reckons with them is tested as well.
#include <map>
#include <mutex>

#include "base/limits.hpp"
#include "storage/folder/pack_format.hpp"
#include "storage/open.hpp"

namespace muniment::storage {
namespace memory {
namespace {

class MemoryPacks final : public PackStore {
  public:
    MemoryPacks(RegisterPack registered, Appears appears) : registered_(std::move(registered)), appears_(appears) {}

    Result<PendingObject> append(const ObjectId& object, Bytes sealed) override {
        std::lock_guard held(lock_);
        if (sealed.size() > limits::small_object_bytes_max + 64 * limits::KiB) return fail(Problem::too_large);
        if (!current_ || end_of(packs_.at(*current_)) + folder::frame_bytes + sealed.size() > limits::pack_bytes_max)
            CHECK(begin_pack());
        auto& pack = packs_.at(*current_);
        Placement place{*current_, end_of(pack) + folder::frame_bytes, sealed.size()};
        pack.push_back({{object, place}, std::move(sealed)});
        std::promise<Result<void>> durable;
        durable.set_value({});
        return PendingObject(place, durable.get_future().share());
    }
    Result<std::unique_ptr<ObjectWriter>> create(const ObjectId& object) override;
    Result<std::vector<Placement>> gather(std::span<const SealedObject> objects) override {
        auto id = PackId::fresh(SystemClock().now());
        CHECK(registered_({id, PackState::gathering}));
        auto laid = folder::lay_out(id, objects);
        std::lock_guard held(lock_);
        for (std::size_t n = 0; n < objects.size(); ++n)
            packs_[id].push_back({{objects[n].object, laid.places[n]}, objects[n].sealed});
        return laid.places;
    }
    Appears appears() const override { return appears_; }
    Result<void> read(const Placement& place, std::uint64_t offset, std::span<std::uint8_t> out) override {
        std::lock_guard held(lock_);
        auto it = packs_.find(place.pack);
        if (it != packs_.end())
            for (const auto& object : it->second)
                if (object.found.place == place && offset <= place.length && out.size() <= place.length - offset) {
                    std::copy_n(object.sealed.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
                    return {};
                }
        return fail(Problem::corrupt, "pack " + place.pack.text() + " at " + std::to_string(place.offset));
    }
    Result<void> check(const PackId& pack) override {
        std::lock_guard held(lock_);
        if (!packs_.contains(pack)) return fail(Problem::not_found, "pack " + pack.text());
        return {};
    }
    Result<std::vector<FoundObject>> list(const PackId& pack) override {
        std::lock_guard held(lock_);
        auto it = packs_.find(pack);
        if (it == packs_.end()) return fail(Problem::not_found, "pack " + pack.text());
        std::vector<FoundObject> found;
        for (const auto& object : it->second) found.push_back(object.found);
        return found;
    }
    Result<std::vector<PackId>> packs() override {
        std::lock_guard held(lock_);
        std::vector<PackId> ids;
        for (const auto& [id, pack] : packs_) ids.push_back(id);
        return ids;
    }
    Result<void> remove(const PackId& pack) override {
        std::lock_guard held(lock_);
        if (current_ == pack) return fail(Problem::conflict, "pack " + pack.text() + " is being written");
        if (packs_.erase(pack) == 0) return fail(Problem::not_found, "pack " + pack.text());
        return {};
    }
    Result<void> close() override {
        std::lock_guard held(lock_);
        auto pack = std::exchange(current_, std::nullopt);
        return pack ? registered_({*pack, PackState::closed}) : Result<void>{};
    }

  private:
    friend class MemoryObjectWriter;
    struct Object {
        FoundObject found;
        Bytes sealed;
    };
    using Pack = std::vector<Object>;

    static std::uint64_t end_of(const Pack& pack) {
        return pack.empty() ? folder::pack_head_bytes : pack.back().found.place.offset + pack.back().found.place.length;
    }
    Result<void> begin_pack() {
        if (auto former = std::exchange(current_, std::nullopt)) CHECK(registered_({*former, PackState::closed}));
        auto id = PackId::fresh(SystemClock().now());
        CHECK(registered_({id, PackState::open}));
        packs_[id];
        current_ = id;
        return {};
    }

    RegisterPack registered_;
    Appears appears_;
    std::mutex lock_;
    std::map<PackId, Pack> packs_;
    std::optional<PackId> current_;
};

class MemoryObjectWriter final : public ObjectWriter {
  public:
    MemoryObjectWriter(MemoryPacks& packs, const ObjectId& object, const PackId& pack)
        : packs_(packs), object_(object), pack_(pack) {}
    Result<void> add(View sealed) override {
        sealed_.insert(sealed_.end(), sealed.begin(), sealed.end());
        return {};
    }
    Result<Placement> finish() override {
        Placement place{pack_, folder::pack_head_bytes + folder::frame_bytes, sealed_.size()};
        {
            std::lock_guard held(packs_.lock_);
            if (packs_.packs_.contains(pack_)) return fail(Problem::conflict, "the object was finished before");
            packs_.packs_[pack_].push_back({{object_, place}, std::move(sealed_)});
        }
        CHECK(packs_.registered_({pack_, PackState::closed}));
        return place;
    }

  private:
    MemoryPacks& packs_;
    ObjectId object_;
    PackId pack_;
    Bytes sealed_;
};

Result<std::unique_ptr<ObjectWriter>> MemoryPacks::create(const ObjectId& object) {
    auto id = PackId::fresh(SystemClock().now());
    CHECK(registered_({id, PackState::open}));
    return std::make_unique<MemoryObjectWriter>(*this, object, id);
}

}  // namespace
}  // namespace memory

std::unique_ptr<PackStore> open_pack_memory(RegisterPack registered, Appears appears) {
    return std::make_unique<memory::MemoryPacks>(std::move(registered), appears);
}

}  // namespace muniment::storage
