// SPDX-License-Identifier: Apache-2.0
// How Muniment stands, as an administrator is told.
#include "server/doctor.hpp"
#include "server/routes/scenario_test.hpp"

namespace muniment::server::routes {
namespace {

using testing::Scenario;

struct Watching final : Doctor {
    Result<Condition> said = fail(Problem::unavailable, "the first look is under way");
    Result<Condition> condition() override { return said; }
};

struct OperationsRoutes : Scenario {
    Watching watching;
    void SetUp() override {
        firm.house->doctor = &watching;
        firm.join("aud", {"auditor"});
        Finding away{.name = "slots.reach", .grade = Grade::red, .text = "Slot 2 is not in reach.", .remedy = "Mount it again.",
                     .subject = "slot 2", .values = {{"former_epochs", 1}}, .place = "/mnt/site-b/secret-place"};
        watching.said =
            Condition{{away, Finding{.name = "clock.synchronised", .text = "It is right."}}, firm.clock.now(), "0.1.0", false};
    }
    std::size_t looked() {
        std::size_t count = 0;
        auto log = firm.get("aud", "/api/v1/log");
        for (const auto& entry : log.json.at("items").as_array()) count += entry.at("action") == "operations-viewed";
        return count;
    }
};

TEST_F(OperationsRoutes, SayWhatIsWrongAndNoPath) {
    auto told = firm.get("admin", "/api/v1/doctor");
    ASSERT_EQ(told.status, 200) << told.body;
    EXPECT_EQ(told.text("level"), "red");
    EXPECT_EQ(told.json.at("findings").as_array().size(), 2u);
    const auto& first = told.json.at("findings").as_array().front();
    EXPECT_EQ(first.at("name"), "slots.reach");
    EXPECT_EQ(first.at("subject"), "slot 2");
    EXPECT_EQ(first.at("values").at("former_epochs"), 1);
    EXPECT_FALSE(told.body.contains("secret-place")) << told.body;
    EXPECT_EQ(told.json.at("looking"), false);
    EXPECT_EQ(looked(), 1u);
}

TEST_F(OperationsRoutes, AreForWhoeverMaySeeThem) {
    firm.join("lea", {"partner"});
    EXPECT_EQ(firm.get("lea", "/api/v1/doctor").problem(), "denied");
    EXPECT_EQ(firm.get("aud", "/api/v1/doctor").status, 200);
}

TEST_F(OperationsRoutes, SayWhereNobodyHasLookedYet) {
    watching.said = fail(Problem::unavailable, "the first look is under way");
    EXPECT_EQ(firm.get("admin", "/api/v1/doctor").problem(), "unavailable");
    firm.house->doctor = nullptr;
    EXPECT_EQ(firm.get("admin", "/api/v1/doctor").problem(), "unavailable");
}

}  // namespace
}  // namespace muniment::server::routes
