// SPDX-License-Identifier: Apache-2.0
// Folders, the trash, moving, checking out.
#include "strongroom/matters/papers.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>

#include "audit/reseal.hpp"
#include "strongroom/firm_test.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;

class PapersOf : public ::testing::TestWithParam<Store> {
  protected:
    std::vector<std::string> names(bool trashed = false, std::optional<MatterId> of = {}) {
        std::vector<std::string> all;
        for (const auto& paper : firm.list(trashed, of).value()) all.push_back(paper.entry.name);
        return all;
    }
    Result<PaperView> check_out(const Member& member, const DocumentId& paper) {
        TRY(auto permit, firm.gate->admit(member.who, CheckOut{firm.matter, paper}));
        return firm.papers->check_out(std::move(permit), std::chrono::hours(8), "drafting");
    }
    Result<void> check_in(const Member& member, const DocumentId& paper, std::optional<MatterId> in = {}) {
        TRY(auto permit, firm.gate->admit(member.who, CheckIn{in.value_or(firm.matter), paper}));
        return firm.papers->check_in(std::move(permit));
    }
    Member colleague(const std::string& name = "bert") {
        auto member = firm.hire(firm.root->who, name, {FirmRole::lawyer});
        EXPECT_TRUE(firm.put_on(*firm.anna, firm.matter, member.id, TeamRole::member));
        return member;
    }
    DocumentRows rows_of(const MatterId& matter) { return firm.papers->rows_of(matter).value(); }

    Firm firm{GetParam()};
};

TEST_P(PapersOf, AreListedByFolderAndName) {
    auto folder = firm.make_folder("Letters").value();
    ASSERT_TRUE(firm.put("zebra", content(1)));
    ASSERT_TRUE(firm.put("Äpfel", content(1)));
    ASSERT_TRUE(firm.put("inside", content(1), folder.id));
    ASSERT_TRUE(firm.make_folder("empty", folder.id));
    EXPECT_EQ(names(), (std::vector<std::string>{"Äpfel", "Letters", "zebra", "empty", "inside"}));
    ASSERT_TRUE(firm.reopen());
    EXPECT_EQ(names().size(), 5u);
}

TEST_P(PapersOf, FoldersGoSoDeepAndNoDeeper) {
    DocumentId at{};
    for (std::size_t depth = 0; depth < limits::folder_depth_max; ++depth) at = firm.make_folder("f", at).value().id;
    EXPECT_TRUE(firm.put("deep", content(1), at));
    EXPECT_EQ(problem_of(firm.make_folder("f", firm.make_folder("g", at).value().id)), Problem::too_large);
}

TEST_P(PapersOf, ATreeGoesToTheTrashAndComesBack) {
    auto outer = firm.make_folder("outer").value();
    auto inner = firm.make_folder("inner", outer.id).value();
    auto paper = firm.put("paper", content(50), inner.id).value();
    ASSERT_TRUE(firm.put("beside", content(1)));
    ASSERT_TRUE(firm.trash(outer));
    EXPECT_EQ(names(), std::vector<std::string>{"beside"});
    EXPECT_EQ(names(true).size(), 4u);
    EXPECT_EQ(problem_of(firm.trash(firm.view(outer.id).value())), Problem::already_done);
    EXPECT_EQ(problem_of(firm.put("x", content(1), inner.id)), Problem::not_found) << "nothing is filed in the trash";
    ASSERT_TRUE(firm.restore(outer.id));
    EXPECT_EQ(names().size(), 4u);
    EXPECT_EQ(firm.view(paper.id).value().folder, inner.id);
    EXPECT_EQ(firm.get(paper.id).value(), content(50));
    EXPECT_EQ(problem_of(firm.restore(outer.id)), Problem::already_done);
}

TEST_P(PapersOf, APaperOfAFolderInTheTrashComesBackAtTheTop) {
    auto folder = firm.make_folder("folder").value();
    auto paper = firm.put("paper", content(5), folder.id).value();
    ASSERT_TRUE(firm.trash(folder));
    ASSERT_TRUE(firm.put("paper", content(6))) << "the name is free";
    EXPECT_EQ(problem_of(firm.restore(paper.id)), Problem::name_taken);
    auto other = firm.list().value().at(0);
    ASSERT_TRUE(firm.trash(other));
    EXPECT_TRUE(firm.restore(paper.id).value().folder.is_nil());
    EXPECT_EQ(problem_of(firm.put("PAPER", content(1))), Problem::name_taken) << "under the name it has at the top";
}

TEST_P(PapersOf, AreMovedWithinTheirMatter) {
    auto folder = firm.make_folder("folder").value();
    auto below = firm.make_folder("below", folder.id).value();
    auto paper = firm.put("paper", content(5)).value();
    auto moved = firm.move(paper.id, paper.revision, {folder.id, "renamed"}).value();
    EXPECT_EQ(moved.entry.name, "renamed");
    EXPECT_EQ(moved.folder, folder.id);
    EXPECT_EQ(moved.number, paper.number);
    EXPECT_EQ(firm.get(paper.id).value(), content(5));
    EXPECT_EQ(problem_of(firm.move(paper.id, paper.revision, {{}, "again"})), Problem::stale);
    EXPECT_EQ(problem_of(firm.move(folder.id, folder.revision, {below.id, "folder"})), Problem::conflict) << "into itself";
    EXPECT_EQ(problem_of(firm.move(folder.id, folder.revision, {folder.id, "folder"})), Problem::conflict);
    EXPECT_EQ(problem_of(firm.move(paper.id, moved.revision, {{}, "a/b"})), Problem::bad_name);
    EXPECT_EQ(problem_of(firm.move(paper.id, moved.revision, {paper.id, "x"})), Problem::not_found) << "a paper is no folder";
    ASSERT_TRUE(firm.put("taken", content(1)));
    EXPECT_EQ(problem_of(firm.move(paper.id, moved.revision, {{}, "TAKEN"})), Problem::name_taken);
    EXPECT_TRUE(firm.put("paper", content(1))) << "the former name is free";
}

// What left the matter does not open under its keys; its words in the log went along and still fit their leaves.
TEST_P(PapersOf, AreMovedIntoAnotherMatter) {
    auto target = firm.new_matter("Other", "2");
    auto paper = firm.put("paper", content(5'000, 1)).value();
    auto second = firm.put_version(paper, content(6'000, 2)).value();
    auto old_row = firm.row(paper.id);
    auto old_part = firm.part(paper.id, 2);
    auto moved = firm.move(paper.id, second.revision, {{}, "renamed"}, target);
    ASSERT_TRUE(moved) << why(moved);
    EXPECT_EQ(moved->number, 1u);
    EXPECT_EQ(moved->versions, 2u);
    EXPECT_EQ(firm.get(paper.id, 1, target).value(), content(5'000, 1));
    EXPECT_EQ(firm.get(paper.id, 2, target).value(), content(6'000, 2));
    EXPECT_EQ(problem_of(firm.get(paper.id)), Problem::not_found);
    EXPECT_TRUE(names().empty());
    EXPECT_EQ(names(false, target), std::vector<std::string>{"renamed"});
    EXPECT_EQ(firm.put("next", content(1)).value().number, 2u) << "its number in the former matter is not used again";

    auto from = rows_of(firm.matter), to = rows_of(target);
    auto old_document = from.open(old_row).value();
    auto new_row = firm.row(paper.id, target);
    EXPECT_FALSE(from.open(new_row));
    EXPECT_FALSE(from.unwrap(old_document, firm.part(paper.id, 2))) << "the old keys do not open what is wrapped now";
    auto document = to.open(new_row).value();
    EXPECT_FALSE(to.unwrap(document, old_part));

    std::size_t words = 0;
    for (const auto& found : firm.log->find(paper.id.bytes, UINT64_MAX, 100).value()) {
        if (found.row.owner_kind != storage::OwnerKind::document) continue;
        EXPECT_FALSE(firm.log->words_of(found, from.details(old_document).key));
        auto said = firm.log->words_of(found, to.details(document).key);
        EXPECT_TRUE(said) << why(said);
        ++words;
    }
    EXPECT_EQ(words, 3u) << "added, version added, moved";
    EXPECT_TRUE(firm.reopen());
    EXPECT_EQ(firm.get(paper.id, 2, target).value(), content(6'000, 2));
}

TEST_P(PapersOf, AreMovedOnlyWhereTheMoverMayFile) {
    auto paper = firm.put("paper", content(5)).value();
    auto doris = firm.hire(firm.root->who, "doris", {FirmRole::partner});
    auto theirs = MatterId::fresh(firm.clock.now());
    ASSERT_TRUE(
        firm.register_->open_matter(firm.gate->admit(doris.who, OpenMatter{theirs, firm.client}).value(), {"Theirs", "", ""}));
    auto before = firm.entries().size();
    EXPECT_EQ(problem_of(firm.move(paper.id, paper.revision, {{}, "paper"}, theirs)), Problem::not_found);
    EXPECT_EQ(problem_of(firm.move(paper.id, paper.revision, {{}, "paper"}, MatterId::random())), Problem::not_found)
        << "the same answer";
    auto entries = firm.entries();
    ASSERT_EQ(entries.size(), before + 2) << "and both are refusals in the log";
    EXPECT_EQ(entries.back().outcome, audit::Outcome::refused);
    auto folder = firm.make_folder("folder").value();
    auto target = firm.new_matter("Other");
    EXPECT_EQ(problem_of(firm.move(folder.id, folder.revision, {{}, "folder"}, target)), Problem::conflict);
}

// ---- checking out ----

TEST_P(PapersOf, ACheckOutKeepsOthersFromChanging) {
    auto paper = firm.put("paper", content(5)).value();
    auto bert = colleague();
    auto out = check_out(bert, paper.id).value();
    ASSERT_TRUE(out.checkout);
    EXPECT_EQ(out.checkout->who, bert.id);
    EXPECT_EQ(out.checkout->note, "drafting");
    EXPECT_EQ(problem_of(firm.put_version(paper, content(6))), Problem::conflict);
    EXPECT_EQ(problem_of(firm.trash(paper)), Problem::conflict);
    EXPECT_EQ(problem_of(firm.move(paper.id, paper.revision, {{}, "x"})), Problem::conflict);
    EXPECT_EQ(problem_of(check_out(*firm.anna, paper.id)), Problem::conflict);
    EXPECT_EQ(problem_of(check_in(*firm.anna, paper.id)), Problem::conflict) << "nor does somebody else check it in";
    EXPECT_EQ(firm.get(paper.id).value(), content(5)) << "reading is everybody's";
    auto version = firm.put_version(paper, content(6), bert.who).value();
    ASSERT_TRUE(check_in(bert, paper.id));
    EXPECT_EQ(problem_of(check_in(bert, paper.id)), Problem::already_done);
    EXPECT_TRUE(firm.put_version(version, content(7)));
}

TEST_P(PapersOf, ACheckOutEndsAndIsBrokenByWhoManages) {
    auto paper = firm.put("paper", content(5)).value();
    auto bert = colleague();
    ASSERT_TRUE(check_out(bert, paper.id));
    EXPECT_FALSE(firm.gate->admit(bert.who, BreakCheckOut{firm.matter, paper.id}));
    ASSERT_TRUE(firm.papers->break_check_out(firm.gate->admit(firm.anna->who, BreakCheckOut{firm.matter, paper.id}).value()));
    EXPECT_FALSE(firm.view(paper.id).value().checkout);
    ASSERT_TRUE(check_out(bert, paper.id));
    firm.clock.advance(std::chrono::hours(8));
    firm.renew(*firm.anna);
    EXPECT_FALSE(firm.view(paper.id).value().checkout);
    EXPECT_TRUE(firm.put_version(firm.view(paper.id).value(), content(6)));
    auto permit = firm.gate->admit(firm.anna->who, CheckOut{firm.matter, paper.id}).value();
    EXPECT_EQ(problem_of(firm.papers->check_out(std::move(permit), std::chrono::hours(24 * 31), "")), Problem::malformed);
}

// Its seal hangs on the document's key, which is another in the other matter.
TEST_P(PapersOf, ACheckOutGoesAlongIntoAnotherMatter) {
    auto target = firm.new_matter("Other");
    auto paper = firm.put("paper", content(5)).value();
    ASSERT_TRUE(check_out(*firm.anna, paper.id));
    auto moved = firm.move(paper.id, paper.revision, {{}, "paper"}, target);
    ASSERT_TRUE(moved) << why(moved);
    ASSERT_TRUE(moved->checkout);
    EXPECT_EQ(moved->checkout->who, firm.anna->id);
    ASSERT_TRUE(check_in(*firm.anna, paper.id, target));
    EXPECT_FALSE(firm.view(paper.id, target).value().checkout);
}

TEST_P(PapersOf, ACheckOutThatWasExchangedInTheDatabaseIsRefused) {
    auto one = firm.put("one", content(5)).value(), two = firm.put("two", content(5)).value();
    ASSERT_TRUE(check_out(*firm.anna, one.id));
    auto kind = static_cast<std::uint16_t>(keys::Kind::document_checkout);
    auto row = firm.records->field(kind, one.id.bytes, one.id.bytes).value().value();
    row.owner = row.row = two.id.bytes;
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_field(row); });
    EXPECT_EQ(problem_of(firm.view(two.id)), Problem::corrupt);
}

// Every row that a change wrote is named in its entry as it stands: what verify_rows() compares.
TEST_P(PapersOf, TheLogNamesTheRowsAsTheyStand) {
    auto target = firm.new_matter("Other");
    auto paper = firm.put("paper", content(5)).value();
    auto other = firm.put("other", content(5)).value();
    paper = firm.put_version(paper, content(6)).value();
    ASSERT_TRUE(check_out(*firm.anna, paper.id));
    ASSERT_TRUE(firm.move(paper.id, paper.revision, {{}, "moved"}, target));
    ASSERT_TRUE(check_out(*firm.anna, other.id));
    ASSERT_TRUE(check_in(*firm.anna, other.id));
    std::map<std::pair<std::uint16_t, Id16>, audit::RowMark> last;
    for (const auto& entry : firm.entries()) {
        for (const auto& mark : entry.rows) last[{mark.kind, mark.row}] = mark;
    }
    auto said = [&](keys::Kind kind, const DocumentId& of) { return last.at({static_cast<std::uint16_t>(kind), of.bytes}); };
    auto checkout = static_cast<std::uint16_t>(keys::Kind::document_checkout);
    auto row = firm.row(paper.id, target);
    EXPECT_EQ(said(keys::Kind::document_list, paper.id).sealed, crypto::sha256(row.list));
    EXPECT_EQ(said(keys::Kind::document_list, paper.id).revision, row.revision);
    EXPECT_EQ(said(keys::Kind::document_version, paper.id).sealed,
              crypto::sha256(firm.records->version(paper.id, 2).value()->sealed));
    EXPECT_EQ(said(keys::Kind::document_checkout, paper.id).sealed,
              crypto::sha256(firm.records->field(checkout, paper.id.bytes, paper.id.bytes).value()->sealed));
    EXPECT_EQ(said(keys::Kind::document_checkout, other.id).sealed, Hash{}) << "dropped";
}

TEST_P(PapersOf, AreListedForOnePersonOneAtATime) {
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(firm.make_folder("f" + std::to_string(i)));
    auto permit = firm.gate->admit(firm.anna->who, ListPapers{firm.matter});
    ASSERT_TRUE(permit);
    std::atomic<int> listed{0}, busy{0};
    int rounds = 0;
    while (busy == 0 && rounds < 20) {                     // a machine may happen to run askers one after another
        ++rounds;
        std::latch begin(40);
        std::vector<std::jthread> askers;
        for (int i = 0; i < 40; ++i) {
            askers.emplace_back([&] {
                begin.arrive_and_wait();
                auto list = firm.papers->list(*permit, false);
                if (list) {
                    EXPECT_EQ(list->size(), 300u);
                    ++listed;
                } else {
                    EXPECT_EQ(list.error().problem, Problem::busy);
                    ++busy;
                }
            });
        }
    }
    EXPECT_EQ(listed + busy, 40 * rounds);
    EXPECT_GE(listed, static_cast<int>(limits::lists_waiting_max) + 1);
    EXPECT_GT(busy, 0);
    EXPECT_TRUE(firm.list()) << "afterwards as before";
}

TEST_P(PapersOf, FoldersStayWithinTheirDepthWhenTheyAreMoved) {
    auto chain = [&](const std::string& name, std::size_t depth) {
        std::vector<PaperView> made;
        for (std::size_t i = 0; i < depth; ++i)
            made.push_back(firm.make_folder(name + std::to_string(i), made.empty() ? DocumentId{} : made.back().id).value());
        return made;
    };
    auto deep = chain("a", limits::folder_depth_max - 3), small = chain("b", 4);
    auto too_deep = firm.move(small[0].id, small[0].revision, {deep.back().id, "b0"});
    EXPECT_EQ(problem_of(too_deep), Problem::too_large);
    EXPECT_EQ(problem_of(firm.move(small[0].id, small[0].revision, {small[3].id, "b0"})), Problem::conflict);
    EXPECT_TRUE(firm.move(small[0].id, small[0].revision, {deep[deep.size() - 2].id, "b0"})) << "exactly as deep as may be";
    EXPECT_TRUE(firm.put("at the bottom", content(1), small[3].id));
}

INSTANTIATE_TEST_SUITE_P(Stores, PapersOf, ::testing::ValuesIn(access::testing::all_stores), access::testing::name_of);

}  // namespace
}  // namespace muniment::strongroom
