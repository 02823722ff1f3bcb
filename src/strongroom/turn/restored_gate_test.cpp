// SPDX-License-Identifier: Apache-2.0
// What a restore does where two states say different things, or somebody arranged that they do: nobody comes in who was shut out, and
// no paper goes that nobody took away.
#include "strongroom/turn/restored_gate.hpp"

#include "strongroom/turn/key_set.hpp"
#include "strongroom/turn/restores_test.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;
using keys::Kind;

struct Attacked : Restores {
    Attacked() {
        carl.emplace(firm.hire(firm.root->who, "carl", {FirmRole::compliance}));
        luis.emplace(firm.hire(firm.root->who, "luis", {FirmRole::partner}));
    }
    void wall_off(const Member& person) {
        auto raised = firm.raise(*carl, {.matters = {firm.matter}}, {.people = {person.id}});
        ASSERT_TRUE(raised) << why(raised);
    }
    std::size_t rows_of(Kind kind) {
        std::size_t count = 0;
        EXPECT_TRUE(firm.records->for_each_gate_row([&](const auto& row) { return count += row.kind == number(kind), true; }));
        return count;
    }
    static std::uint16_t number(Kind kind) { return static_cast<std::uint16_t>(kind); }
    Result<void> drop_one(storage::RecordWriter& writer, Kind kind) {
        std::optional<storage::GateRow> found;
        CHECK(writer.for_each_gate_row([&](const auto& row) {
            if (row.kind == number(kind)) found = row;
            return true;
        }));
        return writer.drop_gate_row(found->kind, found->row);
    }
    /// The firm's database is put in again as it was, and what another copy wrote beside slots stays.
    Adopted adopted(const std::filesystem::path& file) {
        EXPECT_TRUE(firm.start_with(file));
        auto done = adopt();
        EXPECT_TRUE(done) << why(done);
        return done ? *done : Adopted{};
    }

    std::optional<Member> carl, luis;
};

TEST_F(Attacked, AWallThatTheKeySetHasComesBackAndAllSessionsEnd) {
    wall_off(*luis);
    turn();
    close_and_tamper([&](auto& writer) { return drop_one(writer, Kind::gate_wall); });
    auto mended = mend();
    ASSERT_TRUE(mended) << why(mended);
    EXPECT_TRUE(mended->restored->gate);
    EXPECT_EQ(mended->restored->gate_changes_lost, 0u);
    EXPECT_GE(mended->restored->sessions_ended, 2u);
    EXPECT_EQ(mended->restored->credentials_ended, 0u);
    ASSERT_TRUE(firm.open());
    EXPECT_EQ(rows_of(Kind::gate_wall), 1u);
    EXPECT_FALSE(firm.sign_in->principal(luis->secret, Rooms::origin())) << "a token of before";
}

// Nobody can say any more who stood behind it.
TEST_F(Attacked, AWallThatNobodyHasLetsNobodyInByWhatTheyHeld) {
    turn();
    wall_off(*luis);
    auto anna_secret = firm.anna->secret;
    close_and_tamper([&](auto& writer) { return drop_one(writer, Kind::gate_wall); });
    auto mended = mend();
    ASSERT_TRUE(mended) << why(mended);
    EXPECT_EQ(mended->restored->gate_changes_lost, 1u);
    EXPECT_EQ(mended->restored->credentials_ended, 3u) << "anna, carl and luis";
    EXPECT_EQ(rows_of(Kind::gate_credential), 1u) << "the administrator's";
    EXPECT_TRUE(mended->scrub.sound()) << mended->scrub.wrong.front();
    ASSERT_TRUE(firm.open());
    EXPECT_TRUE(firm.gate->inspect());
    EXPECT_EQ(problem_of(firm.sign_in->principal(anna_secret, Rooms::origin())), Problem::unauthenticated);
    firm.renew(*firm.root);
}

TEST_F(Attacked, RowsThatWereChangedSinceTheKeySetStayAsTheyAre) {
    turn();
    auto mia = firm.hire(firm.root->who, "mia", {FirmRole::partner});
    wall_off(mia);
    close_and_tamper([&](auto& writer) { return drop_one(writer, Kind::gate_session); });
    auto mended = mend();
    ASSERT_TRUE(mended) << why(mended);
    EXPECT_EQ(mended->restored->gate_changes_lost, 0u);
    ASSERT_TRUE(firm.open());
    EXPECT_EQ(rows_of(Kind::gate_wall), 1u);
    EXPECT_TRUE(firm.gate->policy()->person(mia.id));
}

// A copy that ran beside the firm and counted its gate up is no newer for that.
TEST_F(Attacked, AGateThatCountsHigherIsNoNewerOne) {
    auto before = copy();
    wall_off(*luis);
    turn();
    ASSERT_TRUE(firm.start_with(before));
    firm.close_strongroom();
    firm.close();
    // As the copy would have grown: its own gate, its own entries.
    {
        auto held = epochs_held(firm.plain_slots(), firm.root_key, firm.firm);
        auto set = newest_key_set(firm.copy_ports(), held, firm.firm).value().value();
        EXPECT_GT(set.singles.at("gate-head").number, firm.records->single("gate-head").value().value().number);
    }
    auto done = adopt();
    ASSERT_TRUE(done) << why(done);
    ASSERT_TRUE(firm.open());
    EXPECT_EQ(rows_of(Kind::gate_wall), 1u) << "the key set's wall";
}

// An old copy was adopted by mistake; they go back to the true database, which has a wall and papers that the other never saw.
TEST_F(Attacked, GoingBackFromTheWrongCopyLosesNoPaperAndNoWall) {
    keep(firm.matter, "left", 3);
    move_last_to_other("arrived");
    turn();
    auto old = copy();
    wall_off(*luis);
    keep(firm.matter, "new", 7);
    ASSERT_TRUE(firm.watch->check());
    auto truth = copy();
    adopted(old);
    ASSERT_TRUE(firm.open());
    firm.still(2);
    firm.renew(*firm.anna);
    keep(firm.matter, "of the copy", 8);
    turn();
    papers.pop_back();
    auto back = adopted(truth);
    ASSERT_TRUE(back.restored);
    ASSERT_TRUE(firm.open());
    firm.renew(*firm.anna);
    expect_papers();
    EXPECT_EQ(rows_of(Kind::gate_wall), 1u);
}

TEST_F(Attacked, TheLastCopyOfAPaperIsNotWrittenOver) {
    keep(firm.matter, "left", 3);
    move_last_to_other("arrived");
    turn();
    auto id = papers[0].paper.id;
    firm.tamper([&](storage::RecordWriter& writer) -> Result<void> {
        CHECK(writer.put_single("turn", {1, Bytes(32, 7)}));   // a token that nobody took
        return writer.drop_document(firm.matter, id);
    });
    EXPECT_EQ(problem_of(firm.turn().recover(firm.root_key)), Problem::corrupt);
    EXPECT_EQ(problem_of(firm.turn().renew_key_set(firm.root_key)), Problem::corrupt);
    auto stopped = firm.turn().run(firm.root_key);   // within a day of the last scrub
    EXPECT_EQ(problem_of(stopped), Problem::corrupt);
    close_and_tamper([](storage::RecordWriter&) { return Result<void>{}; });
    auto mended = mend();
    ASSERT_TRUE(mended) << why(mended);
    expect_whole(*mended);
    expect_papers();
}

TEST_F(Attacked, ARowOfBeforeThatIsPutBackIsNotMadeGenuine) {
    keep(firm.matter, "left", 3);
    auto id = papers.back().paper.id;
    auto former = firm.row(id);
    move_last_to_other("arrived");
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_document(former); });
    auto stopped = firm.turn().run(firm.root_key);
    ASSERT_EQ(problem_of(stopped), Problem::corrupt);
    EXPECT_NE(stopped.error().detail.find("where the record does not put it"), std::string::npos) << stopped.error().detail;
    close_and_tamper([](storage::RecordWriter&) { return Result<void>{}; });
    auto mended = mend();
    ASSERT_TRUE(mended) << why(mended);
    expect_whole(*mended);
    expect_papers();
    turn();
}

TEST_F(Attacked, AMissingNameStopsTheTurnAndComesBack) {
    turn();
    firm.tamper([&](storage::RecordWriter& writer) {
        return writer.drop_field(number(Kind::matter_profile), firm.matter.bytes, firm.matter.bytes);
    });
    firm.clock.advance(std::chrono::hours(25));
    firm.renew(*firm.anna);
    EXPECT_EQ(problem_of(firm.turn().run(firm.root_key)), Problem::corrupt);
    close_and_tamper([](storage::RecordWriter&) { return Result<void>{}; });
    auto mended = mend();
    ASSERT_TRUE(mended) << why(mended);
    EXPECT_EQ(mended->restored->names, 1u);
    expect_whole(*mended);
    turn();
}

}  // namespace
}  // namespace muniment::strongroom
