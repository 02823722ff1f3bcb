// SPDX-License-Identifier: Apache-2.0
// The law for every driver of PackStore: what packs.hpp says, case by case.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/limits.hpp"
#include "storage/conformance/pack_drivers_test.hpp"

namespace muniment::storage {
namespace {

class PacksLaw : public testing::TestWithParam<PackDriver> {
  protected:
    Bytes read(const Placement& place) {
        Bytes out(place.length);
        auto done = packs->read(place, 0, out);
        EXPECT_TRUE(done) << done.error().detail;
        return out;
    }
    PendingObject append(const ObjectId& object, Bytes sealed) { return packs->append(object, std::move(sealed)).value(); }
    /// Of a store that appends to one pack as long as it is open. Elsewhere objects share a pack if they come in time.
    bool appends_to_one() const { return packs->appears() == Appears::before_its_first_object; }
    std::vector<PackId> packs_of(std::initializer_list<Placement> places) {
        std::set<PackId> ids;
        for (const auto& place : places) ids.insert(place.pack);
        return {ids.begin(), ids.end()};
    }
    bool lists(const ObjectId& object, const Placement& place) {
        return std::ranges::any_of(packs->list(place.pack).value(),
                                   [&](const FoundObject& found) { return found.object == object && found.place == place; });
    }

    Scratch scratch;
    std::mutex lock;
    std::vector<PackRow> registered;
    Result<void> registering{};
    std::unique_ptr<PackStore> packs = GetParam().open(scratch, [this](const PackRow& row) {
        std::lock_guard held(lock);
        registered.push_back(row);
        return registering;
    });
};

const ObjectId object_a{{0xa}}, object_b{{0xb}};

TEST_P(PacksLaw, SmallObjectsShareAPackAndComeBack) {
    auto a = append(object_a, bytes("first")), b = append(object_b, bytes("second one"));
    ASSERT_TRUE(a.wait());
    ASSERT_TRUE(b.wait());
    if (appends_to_one()) EXPECT_EQ(a.place().pack, b.place().pack);
    EXPECT_EQ(read(a.place()), bytes("first"));
    EXPECT_EQ(read(b.place()), bytes("second one"));
    Bytes middle(3);
    ASSERT_TRUE(packs->read(b.place(), 7, middle));
    EXPECT_EQ(middle, bytes("one"));
    EXPECT_EQ(packs->packs().value(), packs_of({a.place(), b.place()}));
    EXPECT_TRUE(lists(object_a, a.place()));
    EXPECT_TRUE(lists(object_b, b.place()));
    if (appends_to_one()) EXPECT_EQ(packs->list(a.place().pack)->size(), 2u);
}

TEST_P(PacksLaw, APackIsRegisteredBeforeAndAfter) {
    EXPECT_TRUE(registered.empty());
    auto a = append(object_a, bytes("x"));
    auto pack = a.place().pack;
    {
        std::lock_guard held(lock);
        ASSERT_FALSE(registered.empty());
        EXPECT_EQ(registered[0], (PackRow{pack, PackState::open}));
    }
    ASSERT_TRUE(packs->close());
    EXPECT_EQ(registered, (std::vector{PackRow{pack, PackState::open}, PackRow{pack, PackState::closed}}));
    EXPECT_EQ(read(a.place()), bytes("x"));
    EXPECT_NE(append(object_b, bytes("y")).place().pack, pack);
}

TEST_P(PacksLaw, NothingIsWrittenWhereRegisteringFails) {
    registering = fail(Problem::no_room);
    EXPECT_EQ(packs->append(object_a, bytes("x")).error().problem, Problem::no_room);
    EXPECT_EQ(packs->create(object_a).error().problem, Problem::no_room);
    EXPECT_TRUE(packs->packs()->empty());
    registering = {};
    EXPECT_TRUE(append(object_a, bytes("x")).wait());
}

TEST_P(PacksLaw, ALargeObjectHasAPackOfItsOwn) {
    Bytes content(5 * limits::MiB + 77);
    for (std::size_t n = 0; n < content.size(); ++n) content[n] = static_cast<std::uint8_t>(n * 31 >> 3);
    auto writer = packs->create(object_a).value();
    for (auto rest = View(content); !rest.empty();) {
        auto step = std::min<std::size_t>(rest.size(), 300'001);
        ASSERT_TRUE(writer->add(rest.first(step)));
        rest = rest.subspan(step);
    }
    auto place = writer->finish().value();
    writer.reset();
    EXPECT_EQ(place.length, content.size());
    EXPECT_EQ(read(place), content);
    auto found = packs->list(place.pack).value();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].object, object_a);
    EXPECT_EQ(found[0].place, place);
    EXPECT_EQ(registered, (std::vector{PackRow{place.pack, PackState::open}, PackRow{place.pack, PackState::closed}}));
}

TEST_P(PacksLaw, AnEmptyLargeObjectIsAnObject) {
    auto place = packs->create(object_a).value()->finish().value();
    EXPECT_EQ(place.length, 0u);
    EXPECT_EQ(packs->list(place.pack)->size(), 1u);
}

TEST_P(PacksLaw, ALargeObjectDroppedUnfinishedLeavesNothing) {
    auto writer = packs->create(object_a).value();
    ASSERT_TRUE(writer->add(Bytes(2 * limits::MiB)));
    writer.reset();
    EXPECT_TRUE(packs->packs()->empty());
}

TEST_P(PacksLaw, GathersCopiesInAPackOfTheirOwn) {
    auto a = append(object_a, bytes("first"));
    ASSERT_TRUE(a.wait());
    ASSERT_TRUE(packs->close());
    registered.clear();
    std::vector<SealedObject> objects{{object_a, bytes("first")}, {object_b, {}}, {ObjectId{{0xc}}, Bytes(3 * limits::MiB, 7)}};
    auto places = packs->gather(objects).value();
    ASSERT_EQ(places.size(), 3u);
    EXPECT_EQ(registered, (std::vector{PackRow{places[0].pack, PackState::gathering}}));
    EXPECT_NE(places[0].pack, a.place().pack);
    ASSERT_TRUE(packs->check(places[0].pack));
    auto found = packs->list(places[0].pack).value();
    ASSERT_EQ(found.size(), 3u);
    for (std::size_t n = 0; n < 3; ++n) {
        EXPECT_EQ(found[n].object, objects[n].object);
        EXPECT_EQ(found[n].place, places[n]);
        EXPECT_EQ(read(places[n]), objects[n].sealed);
    }
    registering = fail(Problem::no_room);
    EXPECT_EQ(packs->gather(objects).error().problem, Problem::no_room);
    registering = {};
}

TEST_P(PacksLaw, RefusesToReadBeyondAnObject) {
    auto a = append(object_a, bytes("first")), b = append(object_b, bytes("second"));
    ASSERT_TRUE(b.wait());
    Bytes out(3);
    for (std::uint64_t offset : {std::uint64_t{3}, std::uint64_t{6}, UINT64_MAX, UINT64_MAX - 2})
        EXPECT_EQ(packs->read(a.place(), offset, out).error().problem, Problem::corrupt) << offset;
    EXPECT_TRUE(packs->read(a.place(), 2, out));
    auto elsewhere = a.place();
    elsewhere.pack = {{9}};
    auto missing = packs->read(elsewhere, 0, out);
    EXPECT_EQ(missing.error().problem, Problem::corrupt);
    EXPECT_NE(missing.error().detail.find(elsewhere.pack.text()), std::string::npos);
    EXPECT_NE(missing.error().detail.find(std::to_string(elsewhere.offset)), std::string::npos);
}

TEST_P(PacksLaw, RefusesASmallObjectThatIsLarge) {
    EXPECT_EQ(packs->append(object_a, Bytes(2 * limits::MiB)).error().problem, Problem::too_large);
    EXPECT_TRUE(append(object_a, Bytes(limits::small_object_bytes_max + 4'096)).wait());
}

TEST_P(PacksLaw, RemovesAPackButNotTheOneBeingFilled) {
    auto a = append(object_a, bytes("x"));
    ASSERT_TRUE(a.wait());
    read(a.place());
    if (appends_to_one()) EXPECT_EQ(packs->remove(a.place().pack).error().problem, Problem::conflict);
    ASSERT_TRUE(packs->close());
    ASSERT_TRUE(packs->remove(a.place().pack));
    EXPECT_TRUE(packs->packs()->empty());
    Bytes out(1);
    EXPECT_EQ(packs->read(a.place(), 0, out).error().problem, Problem::corrupt);
    EXPECT_EQ(packs->list(a.place().pack).error().problem, Problem::not_found);
    EXPECT_EQ(packs->remove(a.place().pack).error().problem, Problem::not_found);
}

TEST_P(PacksLaw, ManyThreadsAppendAtOnce) {
    constexpr int threads = 16, each = 40;
    std::vector<std::thread> callers;
    std::mutex kept_lock;
    std::vector<std::pair<Placement, Bytes>> kept;
    for (int t = 0; t < threads; ++t)
        callers.emplace_back([&, t] {
            for (int n = 0; n < each; ++n) {
                Bytes content(static_cast<std::size_t>(1 + (t * each + n) % 700), static_cast<std::uint8_t>(t * each + n));
                auto pending = append(ObjectId::random(), content);
                ASSERT_TRUE(pending.wait());
                std::lock_guard held(kept_lock);
                kept.emplace_back(pending.place(), std::move(content));
            }
        });
    for (auto& caller : callers) caller.join();
    std::map<PackId, std::size_t> listed;
    std::size_t found = 0;
    for (const auto& [place, content] : kept) {
        ASSERT_EQ(read(place), content);
        if (listed.try_emplace(place.pack, packs->list(place.pack)->size()).second) found += listed[place.pack];
    }
    EXPECT_EQ(found, kept.size());
    if (appends_to_one()) EXPECT_EQ(listed.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Drivers, PacksLaw, testing::ValuesIn(pack_drivers()), [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace muniment::storage
