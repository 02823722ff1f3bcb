// SPDX-License-Identifier: Apache-2.0
#include "server/routes/house_test.hpp"

namespace muniment::server::routes {
namespace {

class Paging : public ::testing::Test {
  protected:
    testing::Firm firm;
    void SetUp() override {
        for (const auto* name : {"Alpha", "Beta", "Gamma", "Delta", "Epsilon"})
            ASSERT_EQ(firm.post("admin", "/api/v1/groups", {{"name", name}}).status, 201);
    }
};

TEST_F(Paging, ShowsEverythingOnce) {
    std::vector<std::string> seen;
    std::string cursor;
    for (int pages = 0; pages < 10; ++pages) {
        auto page = firm.get("admin", "/api/v1/groups?limit=2" + cursor);
        ASSERT_EQ(page.status, 200) << page.body;
        ASSERT_LE(page.items(), 2u);
        for (std::size_t i = 0; i < page.items(); ++i) seen.emplace_back(page.item(i).at("name").as_string());
        if (!page.json.contains("next")) break;
        cursor = "&cursor=" + page.text("next");
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"Alpha", "Beta", "Delta", "Epsilon", "Gamma"}));
}

TEST_F(Paging, GoesOnBehindTheLastItemWhenTheListGrewBeforeIt) {
    auto first = firm.get("admin", "/api/v1/groups?limit=2");
    ASSERT_EQ(firm.post("admin", "/api/v1/groups", {{"name", "Aardvark"}}).status, 201);
    auto second = firm.get("admin", "/api/v1/groups?limit=2&cursor=" + first.text("next"));
    ASSERT_EQ(second.items(), 2u);
    EXPECT_EQ(second.item(0).at("name"), "Delta");
}

TEST_F(Paging, RefusesCursorsOfOthersAndEditedOnes) {
    firm.join("eve", {"assistant"});
    auto cursor = firm.get("admin", "/api/v1/groups?limit=2").text("next");
    EXPECT_EQ(firm.get("admin", "/api/v1/groups?cursor=" + cursor).status, 200);
    EXPECT_EQ(firm.get("eve", "/api/v1/groups?cursor=" + cursor).problem(), "malformed");
    EXPECT_EQ(firm.get("admin", "/api/v1/people?cursor=" + cursor).problem(), "malformed");
    auto edited = cursor;
    edited[40] = edited[40] == 'A' ? 'B' : 'A';
    EXPECT_EQ(firm.get("admin", "/api/v1/groups?cursor=" + edited).problem(), "malformed");
    EXPECT_EQ(firm.get("admin", "/api/v1/groups?cursor=" + cursor.substr(0, 20)).problem(), "malformed");
    EXPECT_EQ(firm.get("admin", "/api/v1/groups?cursor=").problem(), "malformed");
    EXPECT_EQ(cursor.find("Beta"), std::string::npos);
}

TEST_F(Paging, BoundsItsLimit) {
    for (const std::string bad : {"0", "1001", "x", "-1"})
        EXPECT_EQ(firm.get("admin", "/api/v1/groups?limit=" + bad).status, 400) << bad;
    EXPECT_EQ(firm.get("admin", "/api/v1/groups?limit=1000").items(), 5u);
}

}  // namespace
}  // namespace muniment::server::routes
