// SPDX-License-Identifier: Apache-2.0
// What a client sees that is broken, slow, or an attacker.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <thread>

#include "server/http/loopback.hpp"

namespace muniment::server {
namespace {

using namespace std::chrono_literals;

std::string type_of(const Reply& reply) {
    if (reply.headers.find("Content-Type") != "application/problem+json") return "no problem document";
    const auto problem = boost::json::parse(reply.body).as_object();
    EXPECT_EQ(problem.at("status").as_int64(), reply.status);
    return std::string(problem.at("type").as_string());
}

template <class Holds>
bool soon(Holds holds) {
    for (int i = 0; i < 500; ++i) {
        if (holds()) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

TEST(HttpLimits, WhatTwoReadersCouldUnderstandDifferentlyIsRefused) {
    Fixture fixture(quick());
    for (const std::string_view request : {
             "GET /hello HTTP/1.1\r\n\r\n",  // no Host
             "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
             "GET /hello HTTP/1.0\r\nHost: a\r\n\r\n",
             "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n",
             "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /hello HTTP/1.1\r\nHost : a\r\n\r\n",
             "GET /hello HTTP/1.1\nHost: a\n\n",
             "GET /hello HTTP/1.1\r\nHost: a\r\nX: a\r\n Transfer-Encoding: chunked\r\n\r\n",
             "GET /hello HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n",
             "GET hello HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET https://b/hello HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET https://a.evil/hello HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /a%2 HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /a%0d%0ab HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /a/%2e%2E/b HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /./b HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET //b HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /%C0%AF HTTP/1.1\r\nHost: a\r\n\r\n",     // overlong slash
             "GET /%ED%A0%80 HTTP/1.1\r\nHost: a\r\n\r\n",  // a surrogate
             "GET /hello?a=%ff HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /hello#part HTTP/1.1\r\nHost: a\r\n\r\n",
             "PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
             "PUT /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
             "PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
             "PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc",
             "PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
             "PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc",
             "PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
             "PUT /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nabc",
             "PUT /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
             "PUT /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
             "PUT /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
             "PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: a pony\r\n\r\nx",
         }) {
        Client client(fixture.port());
        const auto reply = client.ask(request);
        EXPECT_EQ(reply.status, 400) << request;
        EXPECT_EQ(type_of(reply), "/problems/malformed") << request;
    }
    Client client(fixture.port());
    EXPECT_EQ(type_of(client.ask("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n")), "/problems/method-not-allowed");
    EXPECT_EQ(client.ask("GET https://a/hello HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
}

TEST(HttpLimits, AChunkedBodyIsTakenInEachPairOfPieces) {
    Fixture fixture(quick());
    Client client(fixture.port());
    const std::string head = "PUT /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string_view some = "1;a=b\r\nx\r\n0;c\r\nX: y\r\n\r\n", none = "0\r\n\r\n";
    for (const auto body : {some, none})
        for (std::size_t cut = 1; cut < body.size(); ++cut) {
            ASSERT_TRUE(client.send(head));
            ASSERT_TRUE(client.send(body.substr(0, cut)));
            ASSERT_TRUE(client.send(body.substr(cut)));
            EXPECT_EQ(client.receive()->body, body == some ? "x" : "") << cut;
        }
}

TEST(HttpLimits, WhatStandsBesideAChunkedBodyIsBounded) {
    Fixture fixture(quick());
    const std::string head = "PUT /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string much(limits::chunk_beside_bytes_max + 1, 'a'), rest = "x\r\n0\r\n\r\n";
    for (const auto& body : {"1;" + much + "\r\n" + rest, "0\r\n" + much + "\r\n\r\n", "+1\r\n" + rest, "1 \r\n" + rest,
                             std::string("1\nx\n0\n\n"), "0000000000000001\r\n" + rest})
        EXPECT_EQ(type_of(Client(fixture.port()).ask(head + body)), "/problems/malformed") << body.substr(0, 30);
}

TEST(HttpLimits, TrailersDoNotPoseAsHeaders) {
    Fixture fixture(quick());
    Client client(fixture.port());
    EXPECT_EQ(client.ask("PUT /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "1\r\nx\r\n0\r\nAuthorization: Bearer y\r\n\r\n").body, "x");
    const std::lock_guard lock(fixture.handler.mutex);
    EXPECT_FALSE(fixture.handler.last.headers.has("authorization"));
}

TEST(HttpLimits, BytesBehindABodyAreTheNextRequestAndNothingElse) {
    Fixture fixture(quick());
    Client client(fixture.port());
    ASSERT_TRUE(client.send("PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcdefgh\r\n\r\n"));
    EXPECT_EQ(client.receive()->body, "abc");
    EXPECT_EQ(type_of(client.receive().value_or(Reply{})), "/problems/malformed");
    EXPECT_TRUE(client.closed());
}

TEST(HttpLimits, HeadsAreBoundedHoweverTheyAreDealtOut) {
    auto config = quick();
    config.limits.header_bytes = 2'000;
    config.limits.target_bytes = 100;
    Fixture fixture(config);
    EXPECT_EQ(type_of(Client(fixture.port()).ask("GET /" + std::string(100, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n")),
              "/problems/too-large");
    EXPECT_EQ(Client(fixture.port()).ask("GET /" + std::string(99, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n").status, 403);
    EXPECT_EQ(type_of(Client(fixture.port()).ask("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(5'000, 'a') + "\r\n\r\n")),
              "/problems/too-large");
    EXPECT_EQ(Client(fixture.port()).ask("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1'900, 'a') + "\r\n\r\n").status, 403);
    Client drop_by_drop(fixture.port());
    ASSERT_TRUE(drop_by_drop.send("GET / HTTP/1.1\r\nHost: a\r\n"));
    for (int i = 0; i < 100; ++i) drop_by_drop.send("X-" + std::to_string(i) + ": " + std::string(40, 'b') + "\r\n");
    EXPECT_EQ(type_of(drop_by_drop.receive().value_or(Reply{})), "/problems/too-large");
}

TEST(HttpLimits, WhoIsSlowIsToldAndClosed) {
    Fixture fixture(quick());
    Client handshake_only_tcp(fixture.port());
    EXPECT_TRUE(handshake_only_tcp.closed());  // idle from the start: nothing to tell

    Client slow_head(fixture.port());
    ASSERT_TRUE(slow_head.send("GET /hello HT"));
    std::jthread trickle([&](const std::stop_token& stop) {
        // One byte now and then must not renew the wait for the head.
        Client other(fixture.port());
        other.send("GET /hello HTTP/1.1\r\nHost: a\r\n");
        const auto begun = std::chrono::steady_clock::now();
        while (!stop.stop_requested() && std::chrono::steady_clock::now() - begun < 600ms) {
            other.send("X");
            std::this_thread::sleep_for(20ms);
        }
        EXPECT_EQ(type_of(other.receive().value_or(Reply{})), "/problems/too-slow");
    });
    EXPECT_EQ(type_of(slow_head.receive().value_or(Reply{})), "/problems/too-slow");
    EXPECT_TRUE(slow_head.closed());
    trickle.join();

    Client slow_body(fixture.port());
    EXPECT_EQ(type_of(slow_body.ask("PUT /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n12345")), "/problems/too-slow");
    EXPECT_TRUE(soon([&] { return fixture.handler.sinks_dropped == 1; }));
    EXPECT_EQ(fixture.handler.sinks_finished, 0u);
    EXPECT_TRUE(soon([&] { return fixture.server->connections() == 0; }));
}

TEST(HttpLimits, ATrickleOfABodyIsAStall) {
    auto config = quick();
    config.limits.stall_bytes = 10'000;
    Fixture fixture(config);
    Client client(fixture.port());
    ASSERT_TRUE(client.send("PUT /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"));
    const auto begun = std::chrono::steady_clock::now();
    while (fixture.handler.sinks_dropped == 0 && std::chrono::steady_clock::now() - begun < 5s) {
        client.send(pattern(100));
        std::this_thread::sleep_for(20ms);
    }
    EXPECT_EQ(fixture.handler.sinks_dropped, 1u);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
}

TEST(HttpLimits, AReaderThatStopsReadingIsCut) {
    Fixture fixture(quick());
    Client client(fixture.port(), {.receive_buffer = 4'096});
    ASSERT_TRUE(client.send("GET /stream/50000000 HTTP/1.1\r\nHost: a\r\n\r\n"));
    EXPECT_TRUE(soon([&] { return fixture.handler.sources_cut == 1; }));
    EXPECT_LT(fixture.handler.last_sent, 50'000'000u);
    EXPECT_GT(fixture.handler.last_sent, 0u);
}

TEST(HttpLimits, AHandshakeThatDoesNotComeIsCut) {
    Fixture fixture(quick());
    Client plain(fixture.port());
    EXPECT_TRUE(soon([&] { return fixture.server->connections() == 0; }));
}

TEST(HttpLimits, AShortBodyIsDroppedAndSaid) {
    Fixture fixture(quick());
    for (const std::string_view body : {"Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
        Client client(fixture.port());
        ASSERT_TRUE(client.send("PUT /sink HTTP/1.1\r\nHost: a\r\n" + std::string(body)));
        client.end_sending();
        EXPECT_EQ(type_of(client.receive().value_or(Reply{})), "/problems/incomplete");
    }
    EXPECT_TRUE(soon([&] { return fixture.handler.sinks_dropped == 2; }));
    EXPECT_EQ(fixture.handler.sinks_finished, 0u);
}

TEST(HttpLimits, BodiesThatAreTooLongAreRefusedBeforeOrWhileTheyCome) {
    Fixture fixture(quick());
    fixture.handler.sink_bytes_max = 100'000;
    EXPECT_EQ(
        type_of(Client(fixture.port()).ask("PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n" + pattern(1'001))),
        "/problems/too-large");
    EXPECT_EQ(Client(fixture.port()).ask("PUT /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + pattern(1'000)).status,
              200);
    EXPECT_EQ(type_of(Client(fixture.port()).ask("PUT /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                                                 pattern(1'001) + "\r\n0\r\n\r\n")), "/problems/too-large");
    Client announced(fixture.port());
    EXPECT_EQ(type_of(announced.ask("PUT /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\nExpect: 100-continue\r\n\r\n")),
              "/problems/too-large");
    Client chunked(fixture.port());
    ASSERT_TRUE(chunked.send("PUT /sink HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n186a1\r\n" + pattern(100'001)));
    EXPECT_EQ(type_of(chunked.receive().value_or(Reply{})), "/problems/too-large");
    EXPECT_EQ(fixture.handler.sinks_finished, 0u);
    EXPECT_TRUE(soon([&] { return fixture.handler.sinks_dropped == 2; }));
}

TEST(HttpLimits, AnUnwantedBodyIsReadOverIfSmallAndClosedUponIfNot) {
    auto config = quick();
    config.limits.discarded_bytes = 50'000;
    Fixture fixture(config);
    Client small(fixture.port());
    const auto refused = small.ask("PUT /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n" + pattern(50'000));
    EXPECT_EQ(refused.status, 403);
    EXPECT_FALSE(refused.headers.has("Connection"));
    EXPECT_EQ(small.ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n").body, "hello");
    // One that was promised and did not come.
    Client silent(fixture.port());
    EXPECT_EQ(silent.ask("PUT /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345").headers.find("Connection"),
              "close");
    // The answer must arrive although more was sent than anyone reads.
    Client large(fixture.port());
    const auto closed = large.ask("PUT /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" + pattern(2'000'000));
    EXPECT_EQ(closed.status, 403);
    EXPECT_EQ(closed.headers.find("Connection"), "close");
    EXPECT_TRUE(large.closed());
}

TEST(HttpLimits, ConnectionsAreCountedInAllAndPerSource) {
    auto config = quick();
    config.limits.idle_wait = 10s;
    config.limits.connections_per_source = 2;
    Fixture fixture(config);
    {
        Client first(fixture.port()), second(fixture.port()), third(fixture.port());
        EXPECT_TRUE(first.shook_hands() && second.shook_hands());
        EXPECT_FALSE(third.shook_hands());
        EXPECT_EQ(fixture.server->connections(), 2u);
    }
    EXPECT_TRUE(soon([&] { return fixture.server->connections() == 0; }));
    EXPECT_TRUE(Client(fixture.port()).shook_hands());
}

TEST(HttpLimits, AConnectionEndsAfterItsLastRequest) {
    auto config = quick();
    config.limits.requests_per_connection = 2;
    Fixture fixture(config);
    Client client(fixture.port());
    EXPECT_FALSE(client.ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n").headers.has("Connection"));
    EXPECT_EQ(client.ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n").headers.find("Connection"), "close");
    EXPECT_TRUE(client.closed());
    Client polite(fixture.port());
    EXPECT_EQ(polite.ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").headers.find("Connection"), "close");
    EXPECT_TRUE(polite.closed());
}

TEST(HttpLimits, AWorkerThatTakesLongIsNotASlowClient) {
    Fixture fixture(quick());
    Client client(fixture.port());
    EXPECT_EQ(client.ask("GET /sleep/800 HTTP/1.1\r\nHost: a\r\n\r\n").body, "rested");
}

}  // namespace
}  // namespace muniment::server
