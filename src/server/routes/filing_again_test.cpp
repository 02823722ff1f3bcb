// SPDX-License-Identifier: Apache-2.0
// A filing that is sent again under its key is answered by the first one only if that one's content is there.
#include <thread>

#include "server/routes/scenario_test.hpp"

namespace muniment::server::routes {
namespace {

using testing::Firm;
using testing::Papers;
using testing::Reply;

struct FilingAgain : Papers {
    const Headers key{{"Idempotency-Key", "k"}};
    bool rows_are_there() {
        for (int i = 0; i < 10'000; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(1)))
            if (firm.records->document_count().value() == 1) return true;
        return false;
    }
    Reply file(const std::string& content = "one") { return firm.file("lea", papers, {{"name", "a"}}, content, key); }
};

TEST_F(FilingAgain, ContentThatDidNotBecomeDurableIsNeverAcknowledged) {
    auto arrives = firm.packs->hold_next();
    arrives.set_value(fail(Problem::unavailable, "the disk failed"));
    EXPECT_EQ(file().problem(), "unavailable") << "the key that its own rows left is no answer";
    EXPECT_EQ(firm.get("lea", papers).items(), 0u);
    auto again = file();
    ASSERT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(firm.get("lea", papers + "/" + again.text("id") + "/content").body, "one") << "stored, not only answered";
}

TEST_F(FilingAgain, AVersionThatDidNotBecomeDurableIsNeverAcknowledged) {
    auto first = firm.file("lea", papers, {{"name", "a"}}, "one");
    const auto versions = papers + "/" + first.text("id") + "/versions";
    const Headers with_key{{"Idempotency-Key", "k"}, {"If-Match", first.etag()}};
    firm.packs->hold_next().set_value(fail(Problem::unavailable, "the disk failed"));
    EXPECT_EQ(firm.file("lea", versions, {}, "two", with_key).problem(), "unavailable");
    auto now = firm.get("lea", papers + "/" + first.text("id"));
    EXPECT_EQ(now.number("versions"), 1);
    Headers on_it{{"Idempotency-Key", "k"}, {"If-Match", now.etag()}};
    auto again = firm.file("lea", versions, {}, "two", on_it);
    ASSERT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(again.number("versions"), 2);
    EXPECT_EQ(firm.get("lea", papers + "/" + first.text("id") + "/content").body, "two");
}

TEST_F(FilingAgain, WhileTheFirstIsUnderWayNobodyIsTold) {
    for (bool well : {false, true}) {
        auto arrives = firm.packs->hold_next();
        Reply first;
        std::jthread sending([&] { first = file(); });
        ASSERT_TRUE(rows_are_there());
        EXPECT_EQ(file().problem(), "unavailable");
        if (well) arrives.set_value({});
        else arrives.set_value(fail(Problem::unavailable, "the disk failed"));
        sending.join();
        EXPECT_EQ(first.status, well ? 201 : 503) << first.body;
        if (well) EXPECT_EQ(file().json, first.json);
    }
    EXPECT_EQ(firm.get("lea", papers).items(), 1u);
}

TEST_F(FilingAgain, OnceItIsDurableOthersAreToldSo) {
    ASSERT_EQ(file().status, 201);
    auto other = access::Gate::open(*firm.records, firm.ring, *firm.log, firm.clock).value();
    auto lea = firm.sign_in->principal(firm.tokens.at("lea"), {}).value();
    auto who = lea.with_idempotency(papers + " k", std::make_shared<Hash>());
    bool settled = false;
    for (int i = 0; i < 5'000 && !settled; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(1)))
        settled = !other->answers().find(who).value()->pending_by;
    EXPECT_TRUE(settled);
}

TEST_F(FilingAgain, ToAnotherProcessItIsPendingUntilThen) {
    auto arrives = firm.packs->hold_next();
    std::jthread sending([&] { file("two"); });
    ASSERT_TRUE(rows_are_there());
    auto other = access::Gate::open(*firm.records, firm.ring, *firm.log, firm.clock).value();
    auto lea = firm.sign_in->principal(firm.tokens.at("lea"), {}).value();
    auto who = lea.with_idempotency(papers + " k", std::make_shared<Hash>());
    auto found = other->answers().find(who).value();
    ASSERT_TRUE(found);
    ASSERT_TRUE(found->pending_by) << "to another process it is pending";
    EXPECT_TRUE(other->answers().is_gone(*found->pending_by)) << "without nodes, whoever it was is gone";
    EXPECT_TRUE(firm.gate->answers().find(who).value()->under_way);
    arrives.set_value({});
}

}  // namespace
}  // namespace muniment::server::routes
