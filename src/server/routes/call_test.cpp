// SPDX-License-Identifier: Apache-2.0
// What is read under an opening from before is asked about once more before it leaves.
#include "server/routes/call.hpp"

#include "server/http/target.hpp"
#include "strongroom/firm_test.hpp"

namespace muniment::server::routes {
namespace {

using access::Opening;
using access::testing::problem_of;
using access::testing::Store;
using access::testing::why;

struct Listing {
    strongroom::testing::Firm firm;
    House house{*firm.gate, *firm.sign_in, *firm.people, *firm.groups, *firm.register_, *firm.papers,
                *firm.uploads, *firm.packs, *firm.log, "Example & Partners"};
    access::testing::Member bert = firm.hire(firm.root->who, "bert", {access::FirmRole::lawyer});
    access::testing::Member carla = firm.hire(firm.root->who, "carla", {access::FirmRole::compliance});
    std::function<void()> meanwhile;    ///< once, when all that is to be told is there
    int times = 0;

    explicit Listing(Store store) : firm(store) { EXPECT_TRUE(firm.put_on(*firm.anna, firm.matter, bert.id, access::TeamRole::reader)); }
    Result<Answer> ask(Method method) {
        auto list = [this](const Call& call) -> Result<Response> {
            ++times;
            TRY(auto permit, house.gate.admit(call.who, strongroom::ListPapers{firm.matter}, Opening::may_stand));
            CHECK(house.papers.list(permit, false));
            if (auto once = std::exchange(meanwhile, {})) once();
            return Response{};
        };
        Request request;
        request.method = method;
        request.headers = {{"Authorization", "Bearer " + bert.secret}};
        request.source_address = "192.0.2.7";
        request.id = RequestId::random();
        return plain(house, method, "/papers", "listPapers", list).function(request, {});
    }
};

struct Asked : ::testing::TestWithParam<Store>, Listing {
    Asked() : Listing(GetParam()) {}
};

TEST_P(Asked, IsTheSameQuestionWhereNothingMoved) {
    EXPECT_TRUE(ask(Method::get));
    EXPECT_EQ(times, 1);
}

TEST_P(Asked, IsDecidedAnewWhereAWallWentUpMeanwhile) {
    ASSERT_TRUE(ask(Method::get)) << "now an opening stands";
    meanwhile = [&] { ASSERT_TRUE(firm.raise(carla, {.matters = {firm.matter}}, {.people = {bert.id}})); };
    EXPECT_EQ(problem_of(ask(Method::get)), Problem::not_found);
    EXPECT_EQ(times, 3);
}

TEST_P(Asked, IsReadAnewWhereSomethingElseMoved) {
    meanwhile = [&] { ASSERT_TRUE(firm.put_on(*firm.anna, firm.matter, carla.id, access::TeamRole::reader)); };
    EXPECT_TRUE(ask(Method::get));
    EXPECT_EQ(times, 2);
    // What changes something is never done twice: it is decided in its own transaction.
    meanwhile = [&] { ASSERT_TRUE(firm.take_off(*firm.anna, firm.matter, carla.id)); };
    EXPECT_TRUE(ask(Method::post));
    EXPECT_EQ(times, 3);
}

TEST(AskedOfSeveralNodes, WhatWasReadLeavesNoneWhoseLeaseEndedMeanwhile) {
    Listing at(Store::postgresql);
    ASSERT_TRUE(at.ask(Method::get)) << "now an opening stands";
    at.meanwhile = [&] {
        at.firm.store().operate("UPDATE nodes SET ended = 2");
        EXPECT_FALSE(storage::not_taken_over(*at.firm.records));
    };
    EXPECT_EQ(problem_of(at.ask(Method::get)), Problem::lease_lost);
}

INSTANTIATE_TEST_SUITE_P(Stores, Asked, ::testing::Values(Store::memory, Store::postgresql), access::testing::name_of);

}  // namespace
}  // namespace muniment::server::routes
