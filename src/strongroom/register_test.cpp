// SPDX-License-Identifier: Apache-2.0
// The founding, and the register of clients and matters.
#include "strongroom/matters/register.hpp"

#include <thread>

#include "strongroom/firm_test.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;

std::vector<std::string> names(const auto& views) {
    std::vector<std::string> all;
    for (const auto& view : views) all.push_back(view.profile.name);
    return all;
}

class Registers : public ::testing::TestWithParam<Store> {
  protected:
    std::vector<std::string> clients_of(const Member& member) {
        return names(firm.register_->clients(firm.gate->admit(member.who, ListClients{}).value()).value());
    }
    std::vector<std::string> all_matters_of(const Member& member) {
        return names(firm.register_->matters(firm.gate->admit(member.who, ListAllMatters{}).value()).value());
    }
    std::vector<std::string> my_matters_of(const Member& member) {
        return names(firm.register_->matters(firm.gate->admit(member.who, ListMyMatters{}).value()).value());
    }
    Result<ClientView> add_client(const Profile& profile) {
        TRY(auto permit, firm.gate->admit(firm.anna->who, AddClient{ClientId::fresh(firm.clock.now())}));
        return firm.register_->add_client(std::move(permit), profile);
    }
    Result<MatterView> open_matter(const Profile& profile, const Member& lead, ClientId client) {
        TRY(auto permit, firm.gate->admit(lead.who, OpenMatter{MatterId::fresh(firm.clock.now()), client}));
        return firm.register_->open_matter(std::move(permit), profile);
    }
    std::uint64_t revision() { return firm.gate->policy()->matter(firm.matter)->revision; }
    Result<void> close() {
        return firm.register_->close_matter(firm.gate->admit(firm.anna->who, CloseMatter{firm.matter}).value(), revision());
    }

    Firm firm{GetParam()};
    Member& anna = *firm.anna;
};

TEST_P(Registers, AFirmIsFoundedOnce) {
    auto slots = firm.plain_slots();
    auto again =
        found(*firm.records, slots, firm.root_key, firm.firm, {"Another", {"x", "X", {FirmRole::administrator}}}, firm.clock);
    EXPECT_EQ(problem_of(again), Problem::already_done);
    EXPECT_EQ(firm_in(*firm.records).value(), firm.firm);
    EXPECT_EQ(firm_name(*firm.records, *firm.ring).value(), "Example & Partners");
    auto empty = storage::open_memory();
    EXPECT_EQ(problem_of(firm_in(*empty)), Problem::not_found);
    auto one = std::vector{slots[0]};
    EXPECT_EQ(problem_of(found(*empty, one, firm.root_key, FirmId::random(), {"F", {"x", "X", {}}}, firm.clock)),
              Problem::conflict);
}

// A founding that is cut off by a slot or by the database founded nothing, and can be begun again.
TEST_P(Registers, AFoundingThatFailsCanBeBegunAgain) {
    auto records = storage::open_memory();
    auto slots = firm.plain_slots();
    Founding founding{"Second", {"x", "X", {FirmRole::administrator}}};
    auto second = FirmId::random();
    firm.slots[1]->away = true;
    EXPECT_FALSE(found(*records, slots, firm.root_key, second, founding, firm.clock));
    EXPECT_FALSE(firm_in(*records));
    firm.slots[1]->away = false;
    storage::faulty::Faults faults;
    storage::faulty::FaultyRecords faulty(*records, faults);
    faults.fail_at(2, storage::faulty::Lasting::once);
    EXPECT_FALSE(found(faulty, slots, firm.root_key, second, founding, firm.clock));
    EXPECT_FALSE(firm_in(*records));
    EXPECT_TRUE(found(faulty, slots, firm.root_key, second, founding, firm.clock));
    EXPECT_EQ(firm_in(*records).value(), second);
}

TEST_P(Registers, KeepsNamesAcrossARestartAndSortsThem) {
    firm.new_client("Ångström AB");
    firm.new_client("apple");
    firm.new_client("Zebra");
    ASSERT_TRUE(firm.reopen());
    EXPECT_EQ(clients_of(anna), (std::vector<std::string>{"Ångström AB", "apple", "Smith Ltd", "Zebra"}));
    EXPECT_EQ(my_matters_of(anna), std::vector<std::string>{"Smith v. Jones"});
    auto seen = firm.register_->view(firm.gate->admit(anna.who, ViewMatter{firm.matter}).value()).value();
    EXPECT_EQ(seen.client_name, "Smith Ltd");
    EXPECT_EQ(seen.profile.number, "10432.0007");
    EXPECT_EQ(seen.state, access::MatterState::open);
}

TEST_P(Registers, NumbersAreUsedOnce) {
    EXPECT_EQ(problem_of(add_client({"Other", "10432", ""})), Problem::name_taken);
    EXPECT_EQ(problem_of(open_matter({"Other", "10432.0007", ""}, anna, firm.client)), Problem::name_taken);
    EXPECT_TRUE(add_client({"Other", "10432.0007", ""})) << "a client's number is not a matter's";
    EXPECT_TRUE(add_client({"Nameless", "", ""}));
    EXPECT_TRUE(add_client({"Nameless", "", ""})) << "none is no number";
    ASSERT_TRUE(firm.reopen());
    EXPECT_EQ(problem_of(add_client({"Other", "10432", ""})), Problem::name_taken);
}

TEST_P(Registers, ANumberTellsNothingWithoutItsClient) {
    auto carl = firm.hire(firm.root->who, "carl", {FirmRole::compliance});
    auto bert = firm.hire(firm.root->who, "bert", {FirmRole::partner});
    ASSERT_TRUE(firm.raise(carl, {.clients = {firm.client}}, {.people = {bert.id}}));
    for (const auto& client : {firm.client, ClientId::random()}) {
        auto taken = open_matter({"Mine", "10432.0007", ""}, bert, client), free = open_matter({"Mine", "free", ""}, bert, client);
        EXPECT_EQ(problem_of(taken), Problem::not_found);
        EXPECT_EQ(why(taken), why(free));
    }
}

TEST_P(Registers, WhoLearnsThatANumberIsTakenIsRecorded) {
    auto newest = [&] { return firm.log->find(std::nullopt, UINT64_MAX, 1).value().at(0); };
    auto before = newest().sequence;
    EXPECT_EQ(problem_of(add_client({"Other", "10432", ""})), Problem::name_taken);
    EXPECT_EQ(newest().sequence, before + 1);
    EXPECT_EQ(newest().leaf.action, audit::Action::client_added);
    EXPECT_EQ(newest().leaf.outcome, audit::Outcome::refused);
    EXPECT_EQ(problem_of(open_matter({"Other", "10432.0007", ""}, anna, firm.client)), Problem::name_taken);
    EXPECT_EQ(newest().sequence, before + 2);
    EXPECT_EQ(newest().leaf.action, audit::Action::matter_opened);
    EXPECT_EQ(newest().leaf.outcome, audit::Outcome::refused);
    EXPECT_EQ(problem_of(open_matter({"Other", "1", ""}, anna, ClientId::random())), Problem::not_found);
    EXPECT_EQ(newest().sequence, before + 3);
}

TEST_P(Registers, ANumberIsTakenByOneOfManyAtOnce) {
    std::atomic<int> taken{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 6; ++i) threads.emplace_back([&] { taken += add_client({"Race", "77", ""}).has_value(); });
    }
    EXPECT_EQ(taken, 1);
}

TEST_P(Registers, WhatCannotBeAProfileIsRefused) {
    EXPECT_EQ(problem_of(add_client({"", "1", ""})), Problem::bad_name);
    EXPECT_EQ(problem_of(add_client({"a\u202Eb", "1", ""})), Problem::bad_name);
    EXPECT_EQ(problem_of(add_client({"ok", std::string(33, '1'), ""})), Problem::bad_name);
    EXPECT_EQ(problem_of(add_client({"ok", "1", "\xff"})), Problem::bad_name);
    EXPECT_EQ(problem_of(add_client({"ok", "1", std::string(5'000, 'x')})), Problem::too_large);
    EXPECT_EQ(problem_of(open_matter({"ok", "1", ""}, anna, ClientId::random())), Problem::not_found);
}

// Lists and counts tell nobody that a walled matter or client exists.
TEST_P(Registers, ListsAreTrimmedByWalls) {
    auto carl = firm.hire(firm.root->who, "carl", {FirmRole::compliance});
    auto bert = firm.hire(firm.root->who, "bert", {FirmRole::partner});
    auto hidden_client = firm.new_client("Hidden Inc");
    firm.new_matter("Hidden matter", "H-1", hidden_client);
    EXPECT_EQ(clients_of(bert).size(), 2u);
    EXPECT_EQ(all_matters_of(bert).size(), 2u);
    EXPECT_TRUE(my_matters_of(bert).empty());
    ASSERT_TRUE(firm.raise(carl, {.clients = {hidden_client}}, {.people = {bert.id}}));
    EXPECT_EQ(clients_of(bert), std::vector<std::string>{"Smith Ltd"});
    EXPECT_EQ(all_matters_of(bert), std::vector<std::string>{"Smith v. Jones"});
    auto hidden = open_matter({"Mine", "", ""}, bert, hidden_client),
         missing = open_matter({"Mine", "", ""}, bert, ClientId::random());
    EXPECT_EQ(problem_of(hidden), Problem::not_found) << "nor is a way in by opening one";
    EXPECT_EQ(why(hidden), why(missing)) << "and both say the same";
    EXPECT_EQ(all_matters_of(anna).size(), 2u);
    EXPECT_FALSE(firm.gate->admit(firm.root->who, ListClients{})) << "administrators do not hold the register";
}

TEST_P(Registers, AClosedMatterIsReadAndNotWritten) {
    auto paper = firm.put("a.txt", content(10)).value();
    EXPECT_EQ(
        problem_of(firm.register_->close_matter(firm.gate->admit(anna.who, CloseMatter{firm.matter}).value(), revision() + 1)),
        Problem::stale);
    ASSERT_TRUE(close());
    EXPECT_EQ(problem_of(firm.put("b.txt", content(10))), Problem::denied);
    EXPECT_EQ(problem_of(firm.trash(paper)), Problem::denied);
    EXPECT_EQ(problem_of(firm.make_folder("f")), Problem::denied);
    EXPECT_EQ(firm.get(paper.id).value(), content(10));
    ASSERT_TRUE(firm.reopen());
    EXPECT_EQ(problem_of(firm.put("b.txt", content(10))), Problem::denied);
    ASSERT_TRUE(firm.register_->reopen_matter(firm.gate->admit(anna.who, ReopenMatter{firm.matter}).value(), revision()));
    EXPECT_TRUE(firm.put("b.txt", content(10)));
}

TEST_P(Registers, NamesThatWereExchangedInTheDatabaseAreRefused) {
    auto other = firm.new_client("Other Ltd");
    auto kind = static_cast<std::uint16_t>(keys::Kind::client_profile);
    auto row = firm.records->field(kind, other.bytes, other.bytes).value().value();
    row.owner = row.row = firm.client.bytes;
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_field(row); });
    EXPECT_EQ(problem_of(Register::open(*firm.gate)), Problem::corrupt);
}

INSTANTIATE_TEST_SUITE_P(Stores, Registers, ::testing::ValuesIn(access::testing::all_stores), access::testing::name_of);

}  // namespace
}  // namespace muniment::strongroom
