// SPDX-License-Identifier: Apache-2.0
// A set-up, as the routes drive it: who may, what is refused, what stays of one that is cut off.
#include "app/setting_up.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "access/authenticate/totp.hpp"
#include "base/text.hpp"

namespace muniment::app {
namespace {

using Unlock = server::SettingUp::Unlock;
constexpr const char* source = "192.0.2.1";

struct Scene {
    Scene() : clock(SystemClock().now()) {
        folder = std::filesystem::temp_directory_path() / ("muniment-setup-" + to_hex(new_random_id()));
        std::filesystem::create_directories(folder);
    }
    ~Scene() { std::filesystem::remove_all(folder); }

    std::filesystem::path at() const { return folder / "home"; }
    std::unique_ptr<SettingUp> begin() {
        auto new_home = NewHome::at(at());
        if (!new_home) throw std::runtime_error(new_home.error().text());
        Home home{.folder = at(), .slots = {}};
        return std::make_unique<SettingUp>(std::move(*new_home), home, config::Settings{}, clock);
    }
    std::string code(const std::string& secret) const {
        Bytes raw;
        unsigned bits = 0, value = 0;
        for (char letter : secret) {
            value = value << 5 | static_cast<unsigned>(std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567").find(letter));
            if ((bits += 5) >= 8) raw.push_back(static_cast<std::uint8_t>(value >> (bits -= 8)));
        }
        return access::totp_code(crypto::Secret::take(raw), access::totp_step(clock.now())).value();
    }
    /// All that is right.
    server::SettingUp::Founding founding(SettingUp& setting_up) const {
        auto factor = setting_up.make_factor("Lindqvist & Okafor", "ada").value();
        return {.firm = "Lindqvist & Okafor", .name = "Ada Okafor", .sign_in = "ada", .password = "ochre-lantern-tugboat-19",
                .code = code(factor.totp_secret), .slots = {folder / "a" / "slot", folder / "b" / "slot"}, .unlock = Unlock::key_file};
    }
    bool nothing_there() const {
        return !std::filesystem::exists(at() / "home.json") && !std::filesystem::exists(at() / "founding.json") &&
               !std::filesystem::exists(at() / "data" / "records.sqlite") && !std::filesystem::exists(at() / "keys") &&
               (!std::filesystem::exists(folder / "a" / "slot") || std::filesystem::is_empty(folder / "a" / "slot"));
    }

    ManualClock clock;
    std::filesystem::path folder;
};

Problem refused(const Result<void>& result) { return result ? Problem::internal : result.error().problem; }
access::Origin origin() { return {.source = source, .request = RequestId::fresh(SystemClock().now())}; }

TEST(SettingUp, AnotherSecretOpensNothingAndShutsNobodyOut) {
    Scene scene;
    auto setting_up = scene.begin();
    const auto& right = setting_up->secret();
    EXPECT_GE(right.size(), 6 + 2 * 16u) << "128 bits at least";
    auto wrong = right;
    wrong.back() = wrong.back() == '0' ? '1' : '0';
    EXPECT_EQ(refused(setting_up->admit("", source)), Problem::unauthenticated);
    EXPECT_EQ(refused(setting_up->admit(right + "0", source)), Problem::unauthenticated);
    EXPECT_EQ(refused(setting_up->admit(right.substr(1), source)), Problem::unauthenticated);
    bool slowed = false;
    for (int tries = 0; tries < 20 && !slowed; ++tries) slowed = refused(setting_up->admit(wrong, source)) == Problem::slow_down;
    EXPECT_TRUE(slowed);
    EXPECT_TRUE(setting_up->admit(right, source)) << "whatever others tried from there";
    EXPECT_EQ(refused(setting_up->admit(wrong, "192.0.2.2")), Problem::unauthenticated) << "each source by itself";
}

TEST(SettingUp, CountsForAnHour) {
    Scene scene;
    auto setting_up = scene.begin();
    scene.clock.advance(setup_valid - std::chrono::seconds(1));
    EXPECT_TRUE(setting_up->admit(setting_up->secret(), source));
    EXPECT_FALSE(setting_up->over());
    scene.clock.jump_wall(-std::chrono::hours(5));
    scene.clock.advance(std::chrono::seconds(1));
    EXPECT_TRUE(setting_up->over()) << "by the steady clock";
    EXPECT_EQ(refused(setting_up->admit(setting_up->secret(), source)), Problem::unauthenticated);
}

TEST(SettingUp, FoundsOnceAndSignsIn) {
    Scene scene;
    auto setting_up = scene.begin();
    auto founding = scene.founding(*setting_up);
    auto founded = setting_up->found(founding, origin());
    ASSERT_TRUE(founded) << founded.error().text();
    EXPECT_EQ(founded->administrator.name, "Ada Okafor");
    EXPECT_TRUE(founded->administrator.roles.has(access::FirmRole::administrator));
    ASSERT_TRUE(founded->signed_in);
    EXPECT_EQ(founded->signed_in->session.person, founded->administrator.id);
    ASSERT_TRUE(setting_up->founded());
    EXPECT_TRUE(setting_up->founded()->is_open());
    EXPECT_TRUE(std::filesystem::exists(scene.at() / "home.json"));
    EXPECT_FALSE(std::filesystem::exists(scene.at() / "founding.json"));

    EXPECT_EQ(refused(setting_up->admit(setting_up->secret(), source)), Problem::already_done);
    EXPECT_EQ(setting_up->found(founding, origin()).error().problem, Problem::already_done);
    EXPECT_EQ(setting_up->make_shares(2, 3).error().problem, Problem::already_done);
    EXPECT_EQ(NewHome::at(scene.at()).error().problem, Problem::already_done);
}

TEST(SettingUp, WhatIsWrongIsFoundBeforeAnythingIsMade) {
    Scene scene;
    auto setting_up = scene.begin();
    using Founding = server::SettingUp::Founding;
    auto refuses = [&](const char* what, Problem problem, auto change) {
        Founding founding = scene.founding(*setting_up);
        change(founding);
        auto founded = setting_up->found(founding, origin());
        ASSERT_FALSE(founded) << what;
        EXPECT_EQ(founded.error().problem, problem) << what << ": " << founded.error().text();
        EXPECT_TRUE(scene.nothing_there()) << what;
    };
    refuses("code", Problem::sign_in_refused, [](Founding& f) { f.code = f.code == "000000" ? "000001" : "000000"; });
    refuses("password", Problem::weak_password, [](Founding& f) { f.password = "Lindqvist & Okafor"; });
    refuses("passphrase", Problem::weak_password, [](Founding& f) {
        f.unlock = Unlock::passphrase;
        f.passphrase = "passphrase1234";
    });
    refuses("one slot", Problem::conflict, [](Founding& f) { f.slots.pop_back(); });
    refuses("one slot twice", Problem::conflict, [](Founding& f) { f.slots[1] = f.slots[0] + "/"; });
    refuses("slot in the home", Problem::conflict, [&](Founding& f) { f.slots[1] = scene.at() / "data" / "slot"; });
    refuses("no way in", Problem::conflict, [](Founding& f) { f.unlock = Unlock::shares; });
    refuses("shares of nobody", Problem::conflict, [](Founding& f) { f.shares = "0123"; });
    refuses("name", Problem::bad_name, [](Founding& f) { f.firm = "two\nlines"; });
}

TEST(SettingUp, OfTwoWindowsTheLaterCounts) {
    Scene scene;
    auto setting_up = scene.begin();
    auto words_asked = [](const server::SettingUp::Shares& made) {
        std::vector<std::string> words;
        for (std::size_t i = 0; i < made.holders.size(); ++i) words.push_back(made.holders[i][made.asked[i] - 1]);
        return words;
    };
    auto first = setting_up->make_shares(2, 3).value();
    auto second = setting_up->make_shares(2, 3).value();
    EXPECT_EQ(refused(setting_up->confirm_shares(first.ticket, words_asked(first))), Problem::conflict);
    EXPECT_EQ(refused(setting_up->confirm_shares(second.ticket, words_asked(first))), Problem::bad_share);
    auto founding = scene.founding(*setting_up);
    founding.unlock = Unlock::shares;
    founding.shares = second.ticket;
    EXPECT_EQ(setting_up->found(founding, origin()).error().problem, Problem::conflict) << "nobody confirmed them";
    EXPECT_TRUE(setting_up->confirm_shares(second.ticket, words_asked(second)));

    auto theirs = founding;
    auto factor = setting_up->make_factor("Lindqvist & Okafor", "ada").value();
    EXPECT_EQ(setting_up->found(theirs, origin()).error().problem, Problem::sign_in_refused) << "the other window has another factor";
    founding.code = scene.code(factor.totp_secret);
    auto founded = setting_up->found(founding, origin());
    ASSERT_TRUE(founded) << founded.error().text();

    // Two of the shares are the root key.
    std::vector<crypto::Share> two;
    for (std::size_t holder : {0u, 2u}) {
        std::string words;
        for (const auto& word : second.holders[holder]) words += word + " ";
        two.push_back(crypto::Share::read(words).value());
    }
    auto root = keys::RootKey::from(crypto::combine(two).value()).value();
    EXPECT_TRUE(OpenFirm::opens_a_slot(setting_up->founded()->stores(), root));
    auto home = Home::open(scene.at()).value();
    ASSERT_EQ(home.shares.size(), 1u);
    EXPECT_EQ(home.shares[0].text(), "2-of-3");
    EXPECT_EQ(home.shares[0].set, second.set);
}

TEST(SettingUp, OnlyEmptyFoldersAreSlots) {
    Scene scene;
    auto setting_up = scene.begin();
    std::filesystem::create_directories(scene.folder / "full" / "slot");
    std::ofstream(scene.folder / "full" / "slot" / "living") << "another firm's";
    auto sights = setting_up->look_at_slots({"slot", scene.folder / "full" / "slot", scene.at() / "slot",
                                             scene.folder / "full" / "slot" / "living" / "slot",
                                             scene.folder / "new" / "slot", scene.folder / "new" / "." / "slot/"});
    std::vector<std::string> states;
    for (const auto& sight : sights) states.emplace_back(sight.state);
    EXPECT_EQ(states, (std::vector<std::string>{"not-absolute", "holds-something", "in-home", "not-writable", "data-disk", "twice"}));
    EXPECT_FALSE(std::filesystem::exists(scene.folder / "new")) << "looked at, and not made";
    auto founding = scene.founding(*setting_up);
    founding.slots[0] = scene.folder / "full" / "slot";
    EXPECT_EQ(setting_up->found(founding, origin()).error().problem, Problem::conflict);
    EXPECT_TRUE(std::filesystem::exists(scene.folder / "full" / "slot" / "living"));
}

TEST(NewHome, WhatFailsLeavesNothingAndCanBeBegunAgain) {
    Scene scene;
    Home home{.folder = scene.at(), .slots = {scene.folder / "a" / "slot", scene.folder / "b" / "slot"}};
    auto new_home = NewHome::at(scene.at()).value();
    auto plan = [] {
        FoundingPlan plan{.methods = {.key_file = true}};
        plan.founding = {.firm_name = "Lindqvist & Okafor", .first = {.sign_in = "ada", .name = "Ada", .roles = {}}};
        return plan;
    };
    auto stores = new_home.prepare(home);
    ASSERT_TRUE(stores) << stores.error().text();
    auto cut = new_home.found(home, std::move(*stores), plan(), scene.clock,
                              [](OpenFirm&) -> Result<void> { return fail(Problem::no_room, "the last step"); });
    EXPECT_EQ(cut.error().problem, Problem::no_room);
    EXPECT_TRUE(scene.nothing_there());
    EXPECT_TRUE(std::filesystem::is_empty(scene.folder / "b" / "slot"));

    EXPECT_EQ(NewHome::at(scene.at()).error().problem, Problem::in_use) << "two at once";
    stores = new_home.prepare(home);
    ASSERT_TRUE(stores) << stores.error().text();
    auto made = new_home.found(home, std::move(*stores), plan(), scene.clock);
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_FALSE(made->invitation.empty());
    EXPECT_TRUE(Home::open(scene.at()));
}

}  // namespace
}  // namespace muniment::app
