// SPDX-License-Identifier: Apache-2.0
// Days in a firm, by its API alone: what the stories beside this header begin with.
#pragma once
#include "server/routes/house_test.hpp"

namespace muniment::server::testing {

inline std::string revision(const Reply& reply) { return '"' + std::to_string(reply.number("revision")) + '"'; }

class Scenario : public ::testing::Test {
  protected:
    Firm firm;
};

class Papers : public Scenario {
  protected:
    std::string lea, eve, matter, papers;
    void SetUp() override {
        lea = firm.join("lea", {"partner"});
        eve = firm.join("eve", {"lawyer"});
        matter = firm.open_matter("lea", "Lease Hafenstrasse");
        papers = "/api/v1/matters/" + matter + "/papers";
    }
};

}  // namespace muniment::server::testing
