// SPDX-License-Identifier: Apache-2.0
#include "audit/clock_alarm.hpp"

#include "audit/firm_test.hpp"

namespace muniment::audit::testing {
namespace {

using namespace std::chrono_literals;

class Clocks : public ::testing::Test {
  protected:
    std::vector<std::string> jumps() {
        std::vector<std::string> said;
        for (const auto& found : firm.log->find(std::nullopt, UINT64_MAX, 1'000).value()) {
            if (found.leaf.action == Action::clock_jumped)
                said.emplace_back(text(firm.log->words_of(found, firm.ring->firm_details()).value()));
        }
        return said;
    }
    Firm firm{storage::testing::Store::sqlite};
    ClockAlarm alarm{firm.clock};
};

TEST_F(Clocks, AJumpIsAnEntry) {
    alarm.opened(*firm.log);
    firm.clock.advance(100h);
    alarm.look(firm.log.get());
    EXPECT_TRUE(jumps().empty());
    EXPECT_FALSE(alarm.last());
    firm.clock.jump_wall(-3min);
    alarm.look(firm.log.get());
    alarm.look(firm.log.get());
    ASSERT_EQ(jumps().size(), 1u);
    EXPECT_EQ(jumps()[0], "{\"seconds\":-180,\"to\":\"" + to_rfc3339(firm.clock.now()) + "\"}");
    EXPECT_EQ(alarm.last()->by, Duration(-3min));
}

TEST_F(Clocks, WhileLockedTheEntryWaits) {
    firm.clock.jump_wall(1h);
    alarm.look(nullptr);
    EXPECT_TRUE(alarm.last());
    EXPECT_TRUE(jumps().empty());
    alarm.opened(*firm.log);
    EXPECT_EQ(jumps().size(), 1u);
}

TEST_F(Clocks, AClockBeforeTheNewestEntryIsFoundAtTheOpening) {
    firm.record(3);
    firm.clock.jump_wall(-90s);
    ClockAlarm{firm.clock}.opened(*firm.log);
    EXPECT_TRUE(jumps().empty()) << "as much as is tolerated";
    firm.clock.jump_wall(-100h);
    ClockAlarm{firm.clock}.opened(*firm.log);
    ASSERT_EQ(jumps().size(), 1u);
    EXPECT_TRUE(jumps()[0].starts_with("{\"seconds\":-360090,"));
}

}  // namespace
}  // namespace muniment::audit::testing
