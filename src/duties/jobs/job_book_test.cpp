// SPDX-License-Identifier: Apache-2.0
// The book of jobs, over every store: who takes a job up, where it goes on, and what a person may order.
#include <gtest/gtest.h>

#include "access/house_test.hpp"
#include "base/limits.hpp"
#include "duties/duties.hpp"

namespace muniment::duties {
namespace {

using namespace access::testing;
using namespace std::chrono_literals;

struct Books : ::testing::TestWithParam<Store> {
    House house{GetParam()};
    Job job{.name = "papers.count", .line = "counts papers", .every = 24h, .late_after = 1h, .step = {}};
    JobBook book{*house.gate};
    std::shared_ptr<void> firm = std::make_shared<int>();

    JobState state() { return book.read(job).value(); }
    Problem order_of(const access::Principal& who, JobRunner& runner, JobOrder what, std::uint64_t expected) {
        auto permit = house.gate->admit(who, ChangeJob{job_row_id(job.name.text())});
        if (!permit) return permit.error().problem;
        return problem_of(order(*house.gate, std::move(*permit), runner, *runner.named(job.name.text()), what, expected));
    }
};

TEST_P(Books, AJobIsTakenUpOnceAndIsDueAgainAPeriodLater) {
    auto taken = book.claim(job).value();
    ASSERT_TRUE(taken) << "what was never done is due";
    EXPECT_TRUE(book.is_held(state()).value());
    ASSERT_TRUE(book.done(job, {{}, {{"looked_at", 7}}, false}));
    auto after = state();
    EXPECT_EQ(after.result, JobResult::done);
    EXPECT_EQ(after.succeeded, house.clock.now());
    EXPECT_EQ(after.due, taken->began + 24h);
    EXPECT_EQ(after.progress.counts.at("looked_at"), 7u);
    EXPECT_FALSE(book.is_held(after).value());
    EXPECT_FALSE(book.claim(job).value());
    house.clock.advance(24h);
    auto again = book.claim(job).value();
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->progress.counts.empty()) << "a run counts for itself";
}

TEST_P(Books, ARunThatWasCutOffGoesOnFromWhatWasWrittenDown) {
    ASSERT_TRUE(book.claim(job).value());
    ASSERT_TRUE(book.keep(job, {bytes("half"), {{"looked_at", 50}}, true}).value());
    JobBook next(*house.gate);   // a process that came after a crash
    auto taken = next.claim(job).value();
    ASSERT_TRUE(taken);
    // To a database with nodes both are one node, which knows what it runs.
    if (!house.records->nodes()) EXPECT_EQ(problem_of(book.keep(job, {})), Problem::conflict) << "the former run ends";
    EXPECT_EQ(string(taken->progress.cursor), "half");
    EXPECT_EQ(taken->progress.counts.at("looked_at"), 50u);
    ASSERT_TRUE(next.done(job, taken->progress));
    EXPECT_EQ(state().result, JobResult::found);
    EXPECT_TRUE(state().progress.cursor.empty());
}

TEST_P(Books, AFailureIsTriedAgainLaterAndOneSuccessForgetsThem) {
    for (std::uint32_t tries = 1; tries <= 3; ++tries) {
        ASSERT_TRUE(book.claim(job).value());
        ASSERT_TRUE(book.failed(job, {bytes("at 3"), {}, false}, Error(Problem::no_room)));
        EXPECT_EQ(state().tries, tries);
        EXPECT_EQ(state().problem, "no-room");
        EXPECT_EQ(state().due, house.clock.now() + back_off(tries, job.every));
        EXPECT_FALSE(book.claim(job).value());
        house.clock.advance(back_off(tries, job.every));
    }
    auto taken = book.claim(job).value();
    ASSERT_TRUE(taken);
    EXPECT_EQ(string(taken->progress.cursor), "at 3") << "what was done is not done again";
    ASSERT_TRUE(book.done(job, taken->progress));
    EXPECT_EQ(state().tries, 0u);
    EXPECT_TRUE(state().problem.empty());
}

TEST_P(Books, ARowThatSomebodyElseWroteStandsInNothingsWay) {
    ASSERT_TRUE(book.claim(job).value());
    ASSERT_TRUE(book.done(job, {}));
    auto name = job_row_name(job.name.text());
    auto row = house.records->single(name).value().value();
    row.value.back() ^= 1;
    house.tamper([&](storage::RecordWriter& writer) { return writer.put_single(name, row); });
    EXPECT_TRUE(book.claim(job).value()) << "it is done once too often, rather than never";
    ASSERT_TRUE(book.done(job, {}));
    EXPECT_EQ(state().result, JobResult::done);
    // An older row of the same job, put back with its own number: it opens, and is due sooner, never later.
    auto newer = house.records->single(name).value().value();
    EXPECT_GT(newer.number, row.number);
}

TEST_P(Books, AnotherJobsRowIsNotThisOnes) {
    ASSERT_TRUE(book.claim(job).value());
    ASSERT_TRUE(book.done(job, {}));
    auto row = house.records->single(job_row_name(job.name.text())).value().value();
    house.tamper([&](storage::RecordWriter& writer) { return writer.put_single(job_row_name("log.verify"), row); });
    Job other{.name = "log.verify", .line = "", .every = 24h, .late_after = 1h, .step = {}};
    EXPECT_TRUE(book.claim(other).value());
}

TEST_P(Books, PeopleOrderWithTheStateBeforeThem) {
    auto root = house.enrol("root", house.invitation);
    auto bert = house.hire(root.who, "bert", {access::FirmRole::lawyer});
    auto carla = house.hire(root.who, "carla", {access::FirmRole::auditor});
    JobRunner runner(firm, *house.gate, {job}, [](auto&&...) {}, {.look_every = 1h});
    runner.stop(10s);   // nothing runs: only the orders are looked at here
    const auto& known = *runner.named(job.name.text());
    auto number = [&] { return runner.look_at(known).value().state.number; };

    EXPECT_EQ(order_of(bert.who, runner, JobOrder::pause, number()), Problem::denied);
    EXPECT_EQ(order_of(carla.who, runner, JobOrder::pause, number()), Problem::denied);
    EXPECT_EQ(problem_of(house.gate->admit(bert.who, ListJobs{})), Problem::denied);
    ASSERT_TRUE(house.gate->admit(carla.who, ListJobs{}));

    auto permit = [&] { return house.gate->admit(root.who, ChangeJob{job_row_id(job.name.text())}).value(); };
    auto paused = order(*house.gate, permit(), runner, known, JobOrder::pause, number());
    ASSERT_TRUE(paused) << why(paused);
    EXPECT_TRUE(paused->state.paused);
    EXPECT_EQ(paused->state.paused_by, root.id);
    EXPECT_EQ(house.entries().back().action, audit::Action::job_changed);
    EXPECT_FALSE(book.claim(job).value()) << "although it is due";
    EXPECT_EQ(order_of(root.who, runner, JobOrder::pause, number()), Problem::already_done);
    EXPECT_EQ(order_of(root.who, runner, JobOrder::run, number()), Problem::conflict);
    EXPECT_EQ(order_of(root.who, runner, JobOrder::resume, number() - 1), Problem::stale);
    ASSERT_TRUE(order(*house.gate, permit(), runner, known, JobOrder::resume, number()));
    auto& running = runner.book();
    ASSERT_TRUE(running.claim(known).value());
    ASSERT_TRUE(running.done(known, {}));
    EXPECT_FALSE(running.claim(known).value());
    ASSERT_TRUE(order(*house.gate, permit(), runner, known, JobOrder::run, number()));
    EXPECT_TRUE(running.claim(known).value()) << "at once, although it is not due";
    EXPECT_EQ(order_of(root.who, runner, JobOrder::run, number()), Problem::already_done);
}

TEST_P(Books, APauseEndsTheRunThatIsUnderWay) {
    ASSERT_TRUE(book.claim(job).value());
    house.tamper([&](storage::RecordWriter& writer) {
        return book.change_in(writer, job, [](JobState& state) -> Result<bool> { return state.paused = true; });
    });
    EXPECT_FALSE(book.keep(job, {bytes("half"), {}, false}).value());
    EXPECT_FALSE(state().held());
    EXPECT_EQ(string(state().progress.cursor), "half");
}

INSTANTIATE_TEST_SUITE_P(Stores, Books, ::testing::ValuesIn(all_stores), name_of);

}  // namespace
}  // namespace muniment::duties
