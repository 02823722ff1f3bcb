// SPDX-License-Identifier: Apache-2.0
// What a well-behaved client sees.
#include "server/http/http.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <boost/json.hpp>
#include <fstream>
#include <thread>

#include "server/http/loopback.hpp"

namespace muniment::server {
namespace {

using namespace std::chrono_literals;

std::string get(std::string_view path) { return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n"; }
std::string put(std::string_view path, std::size_t length) {
    return "PUT " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}
template <class Holds>
bool soon(Holds holds) {
    for (int i = 0; i < 500; ++i) {
        if (holds()) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

TEST(Http, AnswersCarryTheFieldsThatProtectABrowser) {
    Fixture fixture;
    Client client(fixture.port());
    const auto reply = client.ask(get("/hello"));
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "hello");
    EXPECT_EQ(reply.headers.find("Strict-Transport-Security"), "max-age=63072000");
    EXPECT_EQ(reply.headers.find("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(reply.headers.find("Cache-Control"), "no-store");
    EXPECT_EQ(reply.headers.find("Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'");
    EXPECT_EQ(reply.headers.find("Referrer-Policy"), "no-referrer");
    EXPECT_TRUE(reply.headers.has("Date"));
    EXPECT_FALSE(reply.headers.has("Server"));
    const std::lock_guard lock(fixture.handler.mutex);
    EXPECT_EQ(reply.headers.find("X-Request-Id"), fixture.handler.last.id.text());
    EXPECT_EQ(fixture.handler.last.source_address, "127.0.0.1");
}

TEST(Http, AConnectionServesManyRequestsAndPipelinedOnesInOrder) {
    Fixture fixture;
    Client client(fixture.port());
    for (int i = 0; i < 5; ++i) EXPECT_EQ(client.ask(get("/hello")).body, "hello");
    ASSERT_TRUE(client.send(get("/sleep/50") + put("/body", 3) + "abc" + get("/hello")));
    EXPECT_EQ(client.receive()->body, "rested");
    EXPECT_EQ(client.receive()->body, "abc");
    EXPECT_EQ(client.receive()->body, "hello");
    EXPECT_EQ(fixture.server->connections(), 1u);
}

TEST(Http, HeadTellsTheLengthAndSendsNothing) {
    Fixture fixture;
    Client client(fixture.port());
    for (const auto* path : {"/hello", "/stream/100000"}) {
        ASSERT_TRUE(client.send("HEAD " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n"));
        const auto reply = client.receive(true);
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->headers.find("Content-Length"), path == std::string("/hello") ? "5" : "100000");
    }
    EXPECT_EQ(client.ask(get("/hello")).body, "hello");
    EXPECT_EQ(fixture.handler.last_sent, 0u);
}

TEST(Http, BodiesOfEverySizeArriveAsTheyWere) {
    Fixture fixture;
    Client client(fixture.port());
    const std::size_t step = limits::body_step_bytes;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{16'384}, std::size_t{110'000}, step - 1, step,
                                   step + 1, 3 * step, 3 * step + 7}) {
        const auto bytes = pattern(size);
        const auto reply = client.ask(put("/sink", size) + bytes);
        EXPECT_EQ(reply.status, 201) << size;
        EXPECT_EQ(reply.body, std::to_string(size));
        EXPECT_EQ(client.ask(get("/stream/" + std::to_string(size))).body, bytes) << size;
        EXPECT_EQ(client.ask(get("/endless/" + std::to_string(size))).body, bytes) << size;
        EXPECT_EQ(client.ask(get("/big/" + std::to_string(size))).body, bytes) << size;
    }
    EXPECT_EQ(fixture.handler.sinks_finished, 9u);
    EXPECT_EQ(fixture.handler.sinks_dropped + fixture.handler.sinks_wrong, 0u);
    EXPECT_EQ(fixture.handler.sources_whole, 18u);
    EXPECT_LE(fixture.handler.largest_step, step);
}

TEST(Http, ChunkedBodiesAreTakenInAnyDivision) {
    Fixture fixture;
    Client client(fixture.port());
    const std::string head = "PUT /sink HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const auto bytes = pattern(700'000);
    ASSERT_TRUE(client.send(head));
    for (std::size_t at = 0, size = 1; at < bytes.size(); at += size, size = std::min(size * 3, bytes.size() - at)) {
        std::array<char, 20> hex{};
        std::snprintf(hex.data(), hex.size(), "%zx\r\n", std::min(size, bytes.size() - at));
        ASSERT_TRUE(client.send(std::string(hex.data()) + bytes.substr(at, size) + "\r\n"));
    }
    EXPECT_EQ(client.ask("0\r\nX-Trailer: ignored\r\n\r\n").body, "700000");
    EXPECT_EQ(fixture.handler.sinks_wrong, 0u);
    // Byte by byte, and the connection is still in step behind it.
    for (const char c : head + "3\r\n" + pattern(3) + "\r\n0\r\n\r\n") ASSERT_TRUE(client.send(std::string(1, c)));
    EXPECT_EQ(client.receive()->body, "3");
    EXPECT_EQ(client.ask(get("/hello")).body, "hello");
}

TEST(Http, ContinueIsSaidOnlyToABodyThatIsWanted) {
    Fixture fixture;
    const auto head = [](std::string_view path) {
        return "PUT " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    };
    Client wanted(fixture.port());
    ASSERT_TRUE(wanted.send(head("/body")));
    EXPECT_EQ(wanted.receive_line(), "HTTP/1.1 100 Continue");
    EXPECT_EQ(wanted.receive_line(), "");
    EXPECT_EQ(wanted.ask("12345").body, "12345");
    Client refused(fixture.port());
    const auto reply = refused.ask(head("/refused"));
    EXPECT_EQ(reply.status, 403);
    EXPECT_EQ(reply.headers.find("Connection"), "close");
}

TEST(Http, APathIsDecodedOnceAndQueriesToo) {
    Fixture fixture;
    Client client(fixture.port());
    client.ask("GET /caf%C3%A9/100%2525/x+y/?q=a+b%26c&empty=&q=2 HTTP/1.1\r\nHost: a\r\n\r\n");
    const std::lock_guard lock(fixture.handler.mutex);
    EXPECT_EQ(fixture.handler.last.segments, (std::vector<std::string>{"café", "100%25", "x+y"}));
    EXPECT_TRUE(fixture.handler.last.trailing_slash);
    EXPECT_EQ(fixture.handler.last.query,
              (std::vector<std::pair<std::string, std::string>>{{"q", "a b&c"}, {"empty", ""}, {"q", "2"}}));
}

TEST(Http, AMistakeOfOursTellsTheRequestIdAndNothingElse) {
    Fixture fixture;
    Client client(fixture.port());
    for (const auto* path : {"/throws", "/mistake", "/splits"}) {
        const auto reply = client.ask(get(path));
        EXPECT_EQ(reply.status, 500) << path;
        EXPECT_FALSE(reply.headers.has("Set-Cookie"));
        EXPECT_EQ(reply.body.find("Smith"), std::string::npos);
        const auto problem = boost::json::parse(reply.body).as_object();
        EXPECT_EQ(problem.at("type"), "/problems/internal");
        EXPECT_EQ(problem.at("request").as_string(), *reply.headers.find("X-Request-Id"));
        const std::lock_guard lock(fixture.handler.mutex);
        EXPECT_FALSE(fixture.handler.last_failure.empty()) << path;
        EXPECT_EQ(fixture.handler.last_failure.find("Set-Cookie"), std::string::npos);
        fixture.handler.last_failure.clear();
    }
    EXPECT_EQ(client.ask(get("/busy")).headers.find("Retry-After"), "5");
}

TEST(Http, ASourceThatBreaksIsNeverTakenForWhole) {
    Fixture fixture;
    for (const auto* path : {"/breaks/300000", "/short/300000"}) {
        Client client(fixture.port());
        ASSERT_TRUE(client.send(get(path)));
        EXPECT_FALSE(client.receive()) << path;
    }
    EXPECT_TRUE(soon([&] { return fixture.handler.sources_cut == 2; }));
    EXPECT_EQ(fixture.handler.last_sent, 300'000u);
    Client client(fixture.port());
    EXPECT_EQ(client.ask(get("/breaks/0")).status, 500);  // before the first byte it can still be said
}

TEST(Http, SixtyFourDownloadsAtOnceAreEachWhole) {
    Fixture fixture;
#ifdef MUNIMENT_SANITIZED
    constexpr std::size_t size = 1 << 20;  // the sanitizers are ten times slower than a client's patience
#else
    constexpr std::size_t size = 8 << 20;
#endif
    const auto expected = pattern(size);
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> clients;
        for (int i = 0; i < 64; ++i)
            clients.emplace_back([&] {
                Client client(fixture.port());
                if (client.ask(get("/stream/" + std::to_string(size))).body == expected) ++right;
            });
    }
    EXPECT_EQ(right, 64);
    EXPECT_TRUE(soon([&] { return fixture.handler.sources_whole == 64 && fixture.server->connections() == 0; }));
}

std::size_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t size = 0, resident = 0;
    statm >> size >> resident;
    return resident * 4'096;
}

TEST(Http, ALongUploadTakesTwoStepsOfMemory) {
    Fixture fixture;
    Client client(fixture.port());
    constexpr std::size_t piece_bytes = 1 << 20, pieces = 64;
    ASSERT_TRUE(client.send(put("/sink", piece_bytes * pieces)));
    auto bytes = pattern(piece_bytes);
    std::size_t before = 0, most = 0;
    for (std::size_t i = 0; i < pieces; ++i) {
        for (std::size_t k = 0; k < piece_bytes; ++k) bytes[k] = static_cast<char>(pattern_byte(i * piece_bytes + k));
        ASSERT_TRUE(client.send(bytes));
        if (i == 4) before = resident_bytes();
        most = std::max(most, resident_bytes());
    }
    EXPECT_EQ(client.receive()->body, std::to_string(piece_bytes * pieces));
    EXPECT_EQ(fixture.handler.sinks_wrong, 0u);
#ifndef MUNIMENT_SANITIZED  // which keep freed memory for a while
    EXPECT_LT(most, before + (8 << 20));
#endif
}

TEST(Http, DrainingEndsWhatIsUnderWayAndTakesNothingNew) {
    Fixture fixture(quick());
    Client idle(fixture.port()), working(fixture.port());
    EXPECT_EQ(idle.ask(get("/hello")).status, 200);
    ASSERT_TRUE(working.send(get("/sleep/200")));
    ASSERT_TRUE(soon([&] { return fixture.handler.begun == 2; }));
    bool by_itself = false;
    std::jthread drain([&] { by_itself = fixture.server->drain(); });
    EXPECT_TRUE(idle.closed());
    const auto reply = working.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body, "rested");
    EXPECT_EQ(reply->headers.find("Connection"), "close");
    drain.join();
    EXPECT_TRUE(by_itself);
    Client late(fixture.port());
    EXPECT_FALSE(late.shook_hands());
}

TEST(Http, DrainingCutsWhatDoesNotEnd) {
    auto config = quick();
    config.limits.drain_wait = 200ms;
    config.limits.stall_wait = 60s;
    Fixture fixture(config);
    Client client(fixture.port());
    ASSERT_TRUE(client.send(put("/sink", 100)));
    ASSERT_TRUE(soon([&] { return fixture.handler.begun == 1; }));
    EXPECT_FALSE(fixture.server->drain());
    EXPECT_EQ(fixture.handler.sinks_dropped, 1u);
}

TEST(Http, ANewCertificateIsUsedFromTheNextHandshakeOn) {
    Fixture fixture;
    Client before(fixture.port());
    EXPECT_EQ(before.certificate_name(), "first.example");
    fixture.write_certificate("second.example");
    ASSERT_TRUE(fixture.server->use(fixture.tls()));
    EXPECT_EQ(Client(fixture.port()).certificate_name(), "second.example");
    EXPECT_EQ(before.ask(get("/hello")).status, 200);
    // A key of another certificate: refused, and the one in use stays.
    const auto key = fixture.folder / "server.key";
    std::filesystem::rename(key, fixture.folder / "second.key");
    const auto certificate = fixture.folder / "server.pem";
    std::filesystem::rename(certificate, fixture.folder / "second.pem");
    fixture.write_certificate("first.example");
    std::filesystem::rename(fixture.folder / "second.key", key);
    EXPECT_FALSE(fixture.server->use(fixture.tls()));
    EXPECT_EQ(Client(fixture.port()).certificate_name(), "second.example");
}

TEST(Http, OnlyTls13UnlessAskedAndOnlyHttp11) {
    Fixture fixture;
    EXPECT_FALSE(Client(fixture.port(), {.tls_max = TLS1_2_VERSION}).shook_hands());
    EXPECT_FALSE(Client(fixture.port(), {.alpn = "h2"}).shook_hands());
    EXPECT_TRUE(Client(fixture.port(), {.alpn = ""}).shook_hands());
    Config older;
    older.tls.allow_tls12 = true;
    Fixture lenient(older);
    Client client(lenient.port(), {.tls_max = TLS1_2_VERSION});
    EXPECT_EQ(client.ask(get("/hello")).body, "hello");
    EXPECT_FALSE(Client(lenient.port(), {.tls_max = TLS1_1_VERSION}).shook_hands());
}

TEST(Http, APortInUseIsAnErrorThatSaysSo) {
    Fixture fixture;
    Config same{.port = fixture.port(), .tls = fixture.tls()};
    const auto second = Server::start(same, fixture.handler, fixture.clock);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().problem, Problem::in_use);
}

}  // namespace
}  // namespace muniment::server
