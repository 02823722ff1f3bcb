// SPDX-License-Identifier: Apache-2.0
// A pack that is gone for good, and what the packs hold against what the rows say.
#include "strongroom/matters/loss.hpp"

#include "strongroom/firm_test.hpp"
#include "strongroom/matters/pack_report.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;

struct Losing : ::testing::Test {
    Firm firm{Store::sqlite};
    PaperView small = firm.put("small", content(1'000)).value();
    PaperView large = firm.put("large", content(2'500'000)).value();
    PackId pack = firm.part(large.id).place.pack;

    Result<Recovered> restart() {
        CHECK(firm.reopen());
        return recover(*firm.gate, *firm.papers, *firm.packs);
    }
    std::vector<audit::Leaf> accepted() {
        std::vector<audit::Leaf> entries;
        for (const auto& leaf : firm.entries()) {
            if (leaf.action == audit::Action::loss_accepted) entries.push_back(leaf);
        }
        return entries;
    }
};

TEST_F(Losing, TheFirmOpensAgainOnceTheLossIsAccepted) {
    auto aside = firm.folder_of("aside");
    EXPECT_EQ(problem_of(loss_of(*firm.records, *firm.packs, pack)), Problem::conflict) << "it is there";
    EXPECT_EQ(problem_of(accept_loss(*firm.gate, *firm.packs, pack, "why")), Problem::conflict);
    std::filesystem::rename(firm.pack_file(pack), aside);
    auto shut = restart();
    ASSERT_EQ(problem_of(shut), Problem::corrupt);
    EXPECT_NE(shut.error().detail.find("packs accept-loss --pack " + pack.text()), std::string::npos) << shut.error().detail;

    auto lost = loss_of(*firm.records, *firm.packs, pack).value();
    ASSERT_EQ(lost.size(), 1u);
    EXPECT_EQ(lost[0].matter, firm.matter);
    EXPECT_EQ(lost[0].document, large.id);
    EXPECT_EQ(lost[0].version, 1u);
    EXPECT_EQ(problem_of(accept_loss(*firm.gate, *firm.packs, pack, "")), Problem::malformed);
    EXPECT_TRUE(accepted().empty());
    auto done = accept_loss(*firm.gate, *firm.packs, pack, "the disk burned");
    ASSERT_TRUE(done) << why(done);
    ASSERT_EQ(accepted().size(), 2u);
    EXPECT_EQ(accepted()[0].subjects, (std::vector<audit::Subject>{{audit::SubjectKind::matter, firm.matter.bytes},
                                                                   {audit::SubjectKind::document, large.id.bytes, 1}}));
    EXPECT_EQ(accepted()[1].subjects, (std::vector<audit::Subject>{{audit::SubjectKind::other, pack.bytes, 1}}));

    auto open = restart();
    ASSERT_TRUE(open) << why(open);
    EXPECT_EQ(firm.get(small.id).value(), content(1'000));
    EXPECT_EQ(firm.list().value().size(), 2u) << "it is still seen";
    EXPECT_EQ(problem_of(firm.get(large.id)), Problem::corrupt);
    EXPECT_EQ(report_packs(*firm.records, *firm.packs).value().lost, std::vector{pack});

    std::filesystem::create_directories(firm.folder_of("packs") / pack.text().substr(34));
    std::filesystem::rename(aside, firm.folder_of("packs") / pack.text().substr(34) / (pack.text() + ".pack"));
    EXPECT_EQ(firm.get(large.id).value(), content(2'500'000)) << "should it turn up after all";
}

TEST_F(Losing, AnotherMissingPackKeepsItShut) {
    auto other = firm.part(small.id).place.pack;
    std::filesystem::remove(firm.pack_file(pack));
    std::filesystem::remove(firm.pack_file(other));
    ASSERT_EQ(problem_of(restart()), Problem::corrupt);
    ASSERT_TRUE(accept_loss(*firm.gate, *firm.packs, pack, "gone"));
    auto next = restart();
    ASSERT_EQ(problem_of(next), Problem::corrupt);
    EXPECT_NE(next.error().detail.find(other.text()), std::string::npos);
}

TEST_F(Losing, ObjectsThatNoRowNamesAreCounted) {
    auto before = report_packs(*firm.records, *firm.packs).value();
    EXPECT_EQ(before.packs, 2u);
    EXPECT_EQ(before.objects, 2u);
    EXPECT_EQ(before.orphans, 0u);
    EXPECT_GT(before.bytes, 2'501'000u);
    ASSERT_TRUE(firm.packs->append(ObjectId::random(), Bytes(500)).value().wait());
    auto with = report_packs(*firm.records, *firm.packs).value();
    EXPECT_EQ(with.objects, 3u);
    EXPECT_EQ(with.orphans, 1u);
    EXPECT_EQ(with.orphan_bytes, 500u);
    std::filesystem::resize_file(firm.pack_file(pack), 1'000'000);
    EXPECT_EQ(report_packs(*firm.records, *firm.packs).value().unfound, 1u);
    std::filesystem::remove(firm.pack_file(pack));
    EXPECT_EQ(report_packs(*firm.records, *firm.packs).value().missing, std::vector{pack});
}

}  // namespace
}  // namespace muniment::strongroom
