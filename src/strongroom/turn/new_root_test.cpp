// SPDX-License-Identifier: Apache-2.0
// A new root key: the turn whose slot files are sealed under it, cut off after each step. Until the commit the former root key opens
// the firm and the new one does not; after it, the other way round; and at the end the former one opens nothing in any slot.
#include "strongroom/firm_test.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;

class NewRoot : public ::testing::Test {
  protected:
    NewRoot() {
        for (int i = 0; i < 3; ++i) papers.push_back(firm.put("p" + std::to_string(i), content(2'000, i)).value().id);
    }
    void expect_papers() {
        for (std::size_t i = 0; i < papers.size(); ++i)
            EXPECT_EQ(firm.get(papers[i]).value(), content(2'000, static_cast<std::uint32_t>(i)));
    }
    /// What of all that lies in the slots this root key opens.
    std::size_t opened_by(const keys::RootKey& root) {
        std::size_t opened = 0;
        for (auto& slot : firm.slots)
            for (const auto& mark : keys::epochs_in(*slot).value()) opened += keys::get_epoch(*slot, root, firm.firm, mark).has_value();
        return opened;
    }
    bool opens_firm(const keys::RootKey& root) {
        auto needed = keys::Ring::needed_mark(*firm.records).value();
        return std::ranges::any_of(firm.slots, [&](auto& slot) { return keys::get_epoch(*slot, root, firm.firm, needed).has_value(); });
    }

    Firm firm{Store::sqlite};
    keys::RootKey next = keys::RootKey::random();
    std::vector<DocumentId> papers;
};

TEST_F(NewRoot, TheFormerOneOpensNothingAfterwards) {
    firm.watch->keep_root(firm.root_key.clone());
    auto report = firm.turn().run(firm.root_key, {.next_root = &next});
    ASSERT_TRUE(report) << why(report);
    EXPECT_EQ(report->erased.size(), 2u);
    EXPECT_EQ(opened_by(firm.root_key), 0u);
    EXPECT_EQ(opened_by(next), 2u);
    EXPECT_TRUE(firm.watch->root()->equals(next)) << "an empty slot is filled under the new one";
    ASSERT_TRUE(firm.watch->stop_cleanly());
    EXPECT_FALSE(firm.reopen()) << "with the former root key";
    firm.shut();
    firm.root_key = next.clone();
    ASSERT_TRUE(firm.start());
    expect_papers();
    EXPECT_TRUE(firm.turn().run(firm.root_key)) << "the next turn goes on under it";
    EXPECT_EQ(opened_by(next), 2u);
    expect_papers();
}

// The watch's own root key is what is handed to the turn, and is another one when the turn ends.
TEST_F(NewRoot, MayReplaceTheOneThatTheWatchKeeps) {
    firm.watch->keep_root(firm.root_key.clone());
    ASSERT_TRUE(firm.turn().run(*firm.watch->root(), {.next_root = &next}));
    EXPECT_TRUE(firm.watch->root()->equals(next));
}

class NewRootKilled : public NewRoot, public ::testing::WithParamInterface<TurnStep> {};

TEST_P(NewRootKilled, OneOfTheTwoOpensTheFirm) {
    ASSERT_TRUE(firm.watch->stop_cleanly());
    auto other = bytes(next.expose());
    auto ended = in_child(firm, [&] {
        next = keys::RootKey::from(crypto::Secret::take(other)).value();
        auto turn = firm.turn([](TurnStep step) {
            if (step == GetParam()) ::_exit(0);
        });
        return turn.run(firm.root_key, {.next_root = &next}) ? 3 : 4;
    });
    ASSERT_EQ(ended, 0) << "the step was reached";

    auto former = firm.root_key.clone();
    bool committed = GetParam() >= TurnStep::committed;
    firm.root_key = (committed ? next : former).clone();
    auto started = firm.start();
    ASSERT_TRUE(started) << why(started);
    EXPECT_TRUE(opens_firm(firm.root_key));
    EXPECT_FALSE(opens_firm(committed ? former : next));
    expect_papers();
    firm.clock.advance(TurnToken::idle_max);   // the child may still be alive, for all that is known
    auto recovered = firm.turn().recover(firm.root_key);
    ASSERT_TRUE(recovered) << why(recovered);
    EXPECT_EQ(opened_by(firm.root_key), 2u);
    EXPECT_EQ(opened_by(committed ? former : next), 0u) << "nothing of the other one is left in any slot";
    expect_papers();
}

INSTANTIATE_TEST_SUITE_P(Steps, NewRootKilled,
                         ::testing::Values(TurnStep::called, TurnStep::placed, TurnStep::checked, TurnStep::committed,
                                           TurnStep::copied, TurnStep::erased),
                         [](const auto& info) { return "step" + std::to_string(static_cast<int>(info.param)); });

// The drill: the database and one slot are what is left, and holders come with their papers.
TEST_F(NewRoot, SharesOpenWhatIsLeftOfTheFirm) {
    auto copy = bytes(firm.root_key.expose());
    auto shares = crypto::split(crypto::Secret::take(copy), 3, 5);
    std::vector<crypto::Share> come;
    for (std::size_t i : {4u, 1u, 2u}) come.push_back(crypto::Share::read(string(shares[i].words().expose())).value());
    ASSERT_TRUE(firm.watch->stop_cleanly());
    firm.shut();
    firm.root_key = keys::RootKey::random();
    firm.slots[0]->away = true;
    EXPECT_FALSE(firm.start()) << "without the root key";
    firm.shut();
    firm.root_key = keys::RootKey::from(crypto::combine(come).value()).value();
    auto started = firm.start();
    ASSERT_TRUE(started) << why(started);
    expect_papers();
}

}  // namespace
}  // namespace muniment::strongroom
