// SPDX-License-Identifier: Apache-2.0
// What Muniment does by itself, as an administrator sees and orders it.
#include "server/routes/scenario_test.hpp"

namespace muniment::server::routes {
namespace {

using testing::Reply;
using testing::Scenario;

struct JobRoutes : Scenario {
    std::shared_ptr<void> owner = std::make_shared<int>();
    std::atomic<bool> free{false};
    std::unique_ptr<duties::JobRunner> runner;

    void SetUp() override {
        auto step = [this](duties::JobProgress& progress) -> Result<bool> {
            while (!free) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            progress.counts["papers"] = 3;
            return false;
        };
        duties::Job counts{.name = "papers.count", .line = "Counts papers", .every = std::chrono::hours(24),
                           .late_after = std::chrono::hours(1), .step = step};
        runner = std::make_unique<duties::JobRunner>(owner, *firm.gate, std::vector{counts}, [](auto&&...) {},
                                                     duties::JobRunner::Pace{.look_every = std::chrono::milliseconds(5)});
        firm.house->jobs = runner.get();
    }
    void TearDown() override {
        free = true;
        EXPECT_EQ(runner->stop(std::chrono::seconds(10)), 0u);
    }
    boost::json::object job() { return firm.get("admin", "/api/v1/jobs").item(0); }
    bool becomes(const char* state) {
        for (int i = 0; i < 5'000; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(2)))
            if (job().at("state") == state) return true;
        return false;
    }
    Reply order(const std::string& who, const char* verb, std::int64_t revision) {
        return firm.ask({Method::post, std::string("/api/v1/jobs/papers.count/") + verb,
                         {{"Authorization", "Bearer " + firm.tokens[who]}, {"If-Match", '"' + std::to_string(revision) + '"'}}});
    }
    std::int64_t revision() { return job().at("revision").as_int64(); }
};

TEST_F(JobRoutes, AreSeenRunPausedAndGoOn) {
    ASSERT_TRUE(becomes("runs"));
    EXPECT_EQ(order("admin", "run", revision()).problem(), "already-done");
    free = true;
    ASSERT_TRUE(becomes("waits"));
    auto done = job();
    EXPECT_EQ(done.at("result"), "done");
    EXPECT_EQ(done.at("counts").at("papers"), 3);
    EXPECT_EQ(done.at("every_seconds"), 86'400);
    EXPECT_TRUE(done.contains("succeeded"));
    auto paused = order("admin", "pause", revision());
    ASSERT_EQ(paused.status, 200) << paused.body;
    EXPECT_EQ(paused.text("state"), "paused");
    EXPECT_EQ(paused.etag(), '"' + std::to_string(paused.number("revision")) + '"');
    EXPECT_EQ(order("admin", "run", revision()).problem(), "conflict");
    EXPECT_EQ(order("admin", "resume", revision() - 1).problem(), "stale");
    ASSERT_EQ(order("admin", "resume", revision()).status, 200);
    auto before = job().at("succeeded");
    firm.clock.advance(std::chrono::minutes(1));
    ASSERT_EQ(order("admin", "run", revision()).status, 200);
    for (int i = 0; i < 5'000 && job().at("succeeded") == before; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_NE(job().at("succeeded"), before);
}

TEST_F(JobRoutes, AreNotForEverybody) {
    firm.join("lea", {"partner"});
    firm.join("aud", {"auditor"});
    EXPECT_EQ(firm.get("lea", "/api/v1/jobs").problem(), "denied");
    EXPECT_EQ(firm.get("aud", "/api/v1/jobs").status, 200);
    EXPECT_EQ(order("aud", "pause", revision()).problem(), "denied");
    EXPECT_EQ(firm.ask({Method::post, "/api/v1/jobs/papers.count/pause", {{"Authorization", "Bearer " + firm.tokens["admin"]}}}).problem(),
              "precondition-missing");
    EXPECT_EQ(firm.ask({Method::post, "/api/v1/jobs/no.such/pause",
                        {{"Authorization", "Bearer " + firm.tokens["admin"]}, {"If-Match", "\"1\""}}}).problem(), "not-found");
}

TEST_F(JobRoutes, ACopyOfTheFirmHasNone) {
    firm.house->jobs = nullptr;
    EXPECT_EQ(firm.get("admin", "/api/v1/jobs").items(), 0u);
    EXPECT_EQ(order("admin", "pause", 1).problem(), "not-found");
}

}  // namespace
}  // namespace muniment::server::routes
