// SPDX-License-Identifier: Apache-2.0
// Rows and words against the log, after a firm did what firms do.
#include "strongroom/verification.hpp"

#include "access/people/walls.hpp"
#include "strongroom/firm_test.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;

class Record : public ::testing::TestWithParam<Store> {
  protected:
    Record() {
        other = firm.new_matter("Other", "2");
        folder = firm.make_folder("many").value().id;
        paper = firm.put("paper", content(5)).value();
        for (std::uint32_t i = 0; i < 3; ++i) paper = firm.put_version(paper, content(6 + i)).value();
        moved = firm.put("moved", content(9)).value();
        moved = firm.put_version(moved, content(10)).value();
        EXPECT_TRUE(firm.move(moved.id, moved.revision, {{}, "elsewhere"}, other));
    }
    audit::RowsReport rows() {
        auto report = audit::verify_rows(*firm.records, rows_of_record(*firm.records, firm.Rooms::firm));
        EXPECT_TRUE(report) << why(report);
        return report.value_or(audit::RowsReport{});
    }
    audit::DetailsReport details() {
        auto report = audit::verify_details(*firm.records, firm.Rooms::firm, keys_of_details(*firm.gate, *firm.papers));
        EXPECT_TRUE(report) << why(report);
        return report.value_or(audit::DetailsReport{});
    }
    void expect_sound() {
        auto stand = rows();
        EXPECT_TRUE(stand.sound()) << stand.first->sequence << ": " << stand.first->why;
        EXPECT_GT(stand.rows, 20u);
        auto words = details();
        EXPECT_TRUE(words.sound()) << words.first->sequence << ": " << words.first->why;
        EXPECT_GT(words.opened, 10u);
    }
    void put_up_wall() {
        access::Wall wall{};
        wall.a.matters = {firm.matter};
        wall.b.matters = {other};
        auto permit = firm.gate->admit(firm.root->who, access::ChangeWall{WallId::random()});
        ASSERT_TRUE(permit) << why(permit);
        auto put = access::put_up(*firm.gate, std::move(*permit), wall, "why it stands");
        ASSERT_TRUE(put) << why(put);
    }

    Firm firm{GetParam()};
    MatterId other;
    DocumentId folder;
    PaperView paper, moved;
};

TEST_P(Record, FitsWhatStandsThere) { expect_sound(); }

TEST_P(Record, NamesEveryRowOfAChangeOfMany) {
    for (std::uint32_t i = 0; i < 260; ++i) ASSERT_TRUE(firm.put("p" + std::to_string(i), content(3, i), folder));
    ASSERT_TRUE(firm.trash(firm.view(folder).value()));
    expect_sound();
    ASSERT_TRUE(firm.restore(folder));
    expect_sound();
}

TEST_P(Record, FitsAfterATurnThatSealedRowsAnew) {
    auto before = firm.row(paper.id);
    auto turned = firm.turn().run(firm.root_key);
    ASSERT_TRUE(turned) << why(turned);
    ASSERT_EQ(turned->stale_matters, 1u);
    ASSERT_NE(firm.row(paper.id).list, before.list);
    expect_sound();
}

TEST_P(Record, FindsARowThatWasPutBack) {
    auto before = firm.row(paper.id);
    paper = firm.put_version(paper, content(12)).value();
    expect_sound();
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_document(before); });
    auto report = rows();
    ASSERT_FALSE(report.sound());
    EXPECT_NE(report.first->why.find(to_uuid_text(paper.id.bytes)), std::string::npos) << report.first->why;
}

TEST_P(Record, FindsAnOlderVersionThatWasExchanged) {
    auto first = firm.records->version(paper.id, 1).value().value(), second = firm.records->version(paper.id, 2).value().value();
    first.sealed = second.sealed;
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_version(first); });
    EXPECT_FALSE(rows().sound());
}

TEST_P(Record, FindsARowLeftBehindInTheFormerMatter) {
    auto row = firm.row(moved.id, other);
    row.matter = firm.matter;
    row.tag.back() ^= 1;
    row.number = 4711;
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_document(row); });
    EXPECT_FALSE(rows().sound());
}

INSTANTIATE_TEST_SUITE_P(Stores, Record, ::testing::Values(Store::memory, Store::sqlite), access::testing::name_of);

}  // namespace
}  // namespace muniment::strongroom
