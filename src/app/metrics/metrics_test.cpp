// SPDX-License-Identifier: Apache-2.0
#include "app/metrics/metrics.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "app/metrics/exposition.hpp"
#include "app/metrics/listener.hpp"

namespace muniment::app {
namespace {

using server::Counted;
using server::Tally;

TEST(Exposition, HasTheFormOfVersion004) {
    Exposition out;
    out.counter("a_total", "With a \\ and a\nbreak.", 3);
    out.family("b", "gauge", "x").sample(0.25, {{"k", "a\"b\\c\nd"}, {"l", ""}});
    EXPECT_EQ(std::move(out).text(),
              "# HELP muniment_a_total With a \\\\ and a\\nbreak.\n# TYPE muniment_a_total counter\nmuniment_a_total 3\n"
              "# HELP muniment_b x\n# TYPE muniment_b gauge\nmuniment_b{k=\"a\\\"b\\\\c\\nd\",l=\"\"} 0.25\n");
    Exposition large;
    large.gauge("c", "x", 12'345'678'901.0).gauge("d", "x", std::numeric_limits<double>::infinity());
    EXPECT_NE(std::move(large).text().find("muniment_c 12345678901\n"), std::string::npos);
}

/// Every line of a scrape, read as Prometheus reads it; gives the families.
std::set<std::string> families_of(const std::string& text) {
    std::set<std::string> families;
    std::string family, type;
    std::set<std::string> series;
    std::istringstream in(text);
    const std::regex sample(R"(^(muniment_[a-z_]+)(\{([a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (\S+)$)");
    for (std::string line; std::getline(in, line);) {
        std::smatch said;
        if (line.starts_with("# HELP ")) {
            family = line.substr(7, line.find(' ', 7) - 7);
            EXPECT_TRUE(families.insert(family).second) << "twice: " << line;
        } else if (line.starts_with("# TYPE ")) {
            EXPECT_TRUE(line.starts_with("# TYPE " + family + " ")) << line;
            type = line.substr(line.rfind(' ') + 1);
        } else {
            EXPECT_TRUE(std::regex_match(line, said, sample)) << line;
            EXPECT_TRUE(said[1] == family || (type == "histogram" && said[1].str().starts_with(family + "_"))) << line;
            EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second) << "twice: " << line;
        }
    }
    return families;
}

struct Scraped : ::testing::Test {
    Tally tally;
    Measured measured{.open = true, .log_entries = 7, .sessions = 3, .connections = 2, .now = {10'000'000'000}};
    server::Route route{server::Method::get, "/api/v1/matters/{matter}", "getMatter", server::BodyKind::none, {}};

    void SetUp() override {
        measured.room_of_records = measured.room_of_packs = storage::Room{.free_bytes = 5, .bytes = 9};
        measured.jobs = {{"log.verify", {.due = {9'000'000'000}}}, {"papers.count", {.due = {9'000'000'000}, .paused = true}}};
        measured.condition = server::Condition{{{"slots.reach", Grade::red, "", "", "slot 1", {}, "/mnt/somewhere/private"},
                                                {"slots.reach", Grade::good, "", "", "slot 2"},
                                                {"slots.holds", Grade::good, "", "", "slot 2"},
                                                {"certificate.days", Grade::good, "", "", "", {{"days", 21}}}},
                                               {1'000'000},
                                               "0.1.0",
                                               false};
    }
    void ask(int status, Duration took = {}) {
        Counted counted(tally);
        counted.is_of(tally.of(route));
        if (took.count() > 0) std::this_thread::sleep_for(took);
        counted.ended(status);
    }
    std::string text() { return metrics(measured, tally); }
    bool has(const std::string& line) { return ("\n" + text()).contains("\n" + line + "\n"); }
};

TEST_F(Scraped, AreRequestsByRouteAndClass) {
    ask(200);
    ask(201);
    ask(404, std::chrono::milliseconds(3));
    { Counted gone(tally); gone.is_of(tally.of(route)); }
    const std::string of = R"(method="GET",route="/api/v1/matters/{matter}")";
    EXPECT_TRUE(has("muniment_http_requests_total{" + of + R"(,class="2xx"} 2)")) << text();
    EXPECT_TRUE(has("muniment_http_requests_total{" + of + R"(,class="4xx"} 1)"));
    EXPECT_TRUE(has("muniment_http_requests_total{" + of + R"(,class="cut"} 1)"));
    EXPECT_TRUE(has("muniment_http_request_seconds_bucket{" + of + R"(,le="0.001"} 3)"));
    EXPECT_TRUE(has("muniment_http_request_seconds_bucket{" + of + R"(,le="1.0"} 4)"));
    EXPECT_TRUE(has("muniment_http_request_seconds_bucket{" + of + R"(,le="+Inf"} 4)"));
    EXPECT_TRUE(has("muniment_http_request_seconds_count{" + of + "} 4"));
    EXPECT_FALSE(text().contains(R"(route="page")")) << "what was not asked for";
}

TEST_F(Scraped, IsWhatStandsAndHowLate) {
    EXPECT_TRUE(has("muniment_open 1"));
    EXPECT_TRUE(has("muniment_log_entries_total 7"));
    EXPECT_TRUE(has("muniment_job_overdue_seconds{job=\"log.verify\"} 1000"));
    EXPECT_TRUE(has("muniment_job_overdue_seconds{job=\"papers.count\"} 0"));
    EXPECT_TRUE(has("muniment_doctor_level{finding=\"slots.reach\"} 2")) << "the worst of several";
    EXPECT_TRUE(has("muniment_doctor_findings{level=\"red\"} 1"));
    EXPECT_TRUE(has("muniment_certificate_days 21"));
    EXPECT_TRUE(has("muniment_slots 2"));
    EXPECT_TRUE(has("muniment_slots_holding 1"));
    EXPECT_FALSE(text().contains("private")) << "no place";
}

TEST_F(Scraped, WhatALockedServerCannotKnowIsNotThere) {
    measured = {.now = {1}};
    EXPECT_TRUE(has("muniment_open 0"));
    EXPECT_FALSE(text().contains("muniment_sessions"));
    EXPECT_FALSE(text().contains("muniment_certificate_days"));
}

TEST_F(Scraped, IsWhatThePageSays) {
    ask(200);
    std::ifstream in(MUNIMENT_SOURCE_DIR "/docs/operate/monitoring.md");
    std::stringstream page;
    page << in.rdbuf();
    std::set<std::string> said;
    auto whole = page.str();
    const std::regex row(R"(\n\| `(muniment_[a-z_]+)` \|)");
    for (auto at = std::sregex_iterator(whole.begin(), whole.end(), row); at != std::sregex_iterator(); ++at)
        said.insert((*at)[1]);
    EXPECT_EQ(families_of(text()), said);
}

TEST(MetricsAnswer, IsGivenToWhoeverAsksRightly) {
    auto say = [] { return std::string("numbers\n"); };
    auto to = [&](const char* head) { return metrics_answer(head, say); };
    auto whole = to("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(whole.starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_TRUE(whole.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_TRUE(whole.contains("Content-Length: 8\r\n"));
    EXPECT_TRUE(whole.ends_with("\r\n\r\nnumbers\n"));
    EXPECT_TRUE(to("GET /metrics?x=1 HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(to("HEAD /metrics HTTP/1.1\r\n\r\n").ends_with("\r\n\r\n"));
    EXPECT_TRUE(to("POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
    EXPECT_TRUE(to("GET /api/v1/people HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
    for (const char* none : {"", "\r\n\r\n", "GET", "GET /metrics", "GET /metrics FTP/1", " HTTP/1.1\r\n\r\n"})
        EXPECT_TRUE(to(none).starts_with("HTTP/1.1 400")) << none;
}

std::string fetched(std::uint16_t port, std::string_view request) {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    std::string all;
    char piece[1'024];
    for (ssize_t got; (got = ::recv(fd, piece, sizeof piece, 0)) > 0;) all.append(piece, static_cast<std::size_t>(got));
    ::close(fd);
    return all;
}

TEST(MetricsListener, AnswersOnThisMachine) {
    auto listener = MetricsListener::listen(0, [] { return std::string(300'000, 'x'); }).value();
    EXPECT_EQ(MetricsListener::listen(listener->port(), {}).error().problem, Problem::unavailable);
    auto whole = fetched(listener->port(), "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(whole.contains("Content-Length: 300000\r\n"));
    EXPECT_TRUE(whole.ends_with("xxx"));
    EXPECT_EQ(fetched(listener->port(), std::string(20'000, 'a')), "") << "a head that has no end";
    EXPECT_TRUE(fetched(listener->port(), "GET /metrics HTTP/1.1\r\n\r\n").contains(" 200 "));
}

}  // namespace
}  // namespace muniment::app
