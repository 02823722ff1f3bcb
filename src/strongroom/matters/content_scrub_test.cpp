// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/content_scrub.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "strongroom/firm_test.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;
using Place = ContentScrub::Place;

struct ContentScrubs : ::testing::Test {
    Firm firm{Store::sqlite};

    ContentScrub::Counts pass(ContentScrub& scrub) {
        Place at;
        ContentScrub::Counts counts;
        for (int i = 0; i < 1'000; ++i) {
            auto more = scrub.step(at, counts);
            EXPECT_TRUE(more) << why(more);
            if (!more || !*more) return counts;
        }
        ADD_FAILURE() << "does not end";
        return counts;
    }
    ContentScrub::Counts pass() {
        ContentScrub scrub(*firm.gate, *firm.papers, *firm.packs);
        return pass(scrub);
    }
    void flip(const storage::Placement& place, std::uint64_t at) {
        int file = ::open(firm.pack_file(place.pack).c_str(), O_RDWR);
        ASSERT_GE(file, 0);
        std::uint8_t byte = 0;
        ASSERT_EQ(::pread(file, &byte, 1, static_cast<off_t>(place.offset + at)), 1);
        byte ^= 1;
        ASSERT_EQ(::pwrite(file, &byte, 1, static_cast<off_t>(place.offset + at)), 1);
        ::close(file);
    }
    std::size_t named() {
        std::size_t count = 0;
        for (const auto& leaf : firm.entries()) count += leaf.action == audit::Action::paper_damaged;
        return count;
    }
};

TEST_F(ContentScrubs, ReadEveryObjectOfEveryVersion) {
    auto first = firm.put("a", content(40'000)).value();
    ASSERT_TRUE(firm.put_version(first, content(50'000)));
    ASSERT_TRUE(firm.make_folder("f"));
    ASSERT_TRUE(firm.put("empty", content(0)));
    auto large = firm.put("large", content(20 * 1024 * 1024)).value();
    auto found = pass();
    EXPECT_EQ(found.objects, 4u);
    EXPECT_GE(found.bytes, 20'000'000u);
    EXPECT_EQ(found.damaged + found.unreadable, 0u);
    EXPECT_EQ(named(), 0u);
    // And a byte of each of them is missed nowhere.
    for (auto [paper, version] : {std::pair(first.id, 1u), std::pair(first.id, 2u), std::pair(large.id, 1u)}) {
        auto place = firm.part(paper, version).place;
        for (auto at : {std::uint64_t{0}, place.length / 2, place.length - 1}) {
            flip(place, at);
            auto damaged = pass();
            EXPECT_EQ(damaged.damaged, 1u) << version << " at " << at;
            EXPECT_EQ(damaged.objects, 3u);
            flip(place, at);
        }
    }
    EXPECT_EQ(named(), 9u) << "each in the record";
}

TEST_F(ContentScrubs, NameDamageInEachPass) {
    auto paper = firm.put("a", content(40'000)).value();
    flip(firm.part(paper.id).place, 100);
    ContentScrub scrub(*firm.gate, *firm.papers, *firm.packs);
    EXPECT_EQ(pass(scrub).damaged, 1u);
    EXPECT_EQ(pass(scrub).damaged, 1u) << "the next pass, by the same process";
    EXPECT_EQ(named(), 2u);
}

TEST_F(ContentScrubs, AreEndedAndGoOnWhereTheyWere) {
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(firm.put("p" + std::to_string(i), content(2 * 1024 * 1024)));
    Place at;
    ContentScrub::Counts counts;
    int steps = 0;
    for (bool more = true; more && steps < 100; ++steps) {
        // Each step by another one, as after a restart: nothing but the place is kept.
        ContentScrub scrub(*firm.gate, *firm.papers, *firm.packs);
        auto kept = Place::decode(at.encode());
        EXPECT_EQ(kept, at);
        more = scrub.step(kept, counts).value();
        at = kept;
    }
    EXPECT_EQ(counts.objects, 20u) << "none twice, none left out";
    EXPECT_GT(steps, 2);
}

TEST_F(ContentScrubs, TakeAPlaceThatIsNoneForTheBeginning) {
    ASSERT_TRUE(firm.put("a", content(100)));
    EXPECT_EQ(Place::decode(bytes("no place")), Place{});
    EXPECT_EQ(pass().objects, 1u);
}

TEST_F(ContentScrubs, DoNotTakeATurnForDamage) {
    ContentScrub scrub(*firm.gate, *firm.papers, *firm.packs);
    auto paper = firm.put("a", content(1'000)).value();
    EXPECT_EQ(pass(scrub).objects, 1u);
    ASSERT_TRUE(firm.trash(paper));
    ASSERT_TRUE(firm.turn().run(firm.root_key));
    auto found = pass(scrub);
    EXPECT_EQ(found.damaged + found.unreadable, 0u);
    EXPECT_EQ(found.objects, 1u) << "what is in the trash is kept";
}

TEST_F(ContentScrubs, APackThatIsGoneIsSaid) {
    auto paper = firm.put("a", content(2'500'000)).value();
    std::filesystem::remove(firm.pack_file(firm.part(paper.id).place.pack));
    auto found = pass();
    EXPECT_EQ(found.objects, 0u);
    EXPECT_EQ(found.damaged + found.unreadable, 1u);
}

}  // namespace
}  // namespace muniment::strongroom
