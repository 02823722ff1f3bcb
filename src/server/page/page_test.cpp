// SPDX-License-Identifier: Apache-2.0
#include "server/page/page.hpp"

#include <gtest/gtest.h>

#include <array>

#include "server/http/target.hpp"

namespace muniment::server {
namespace {

const std::array files{
    PageFile{"/index.html", "text/html; charset=utf-8", "t1", view("<p>"), view("gz"), view("br")},
    PageFile{"/assets/main-1.js", "text/javascript; charset=utf-8", "t2", view("run()"), view("gz"), view("br")}};
constexpr std::array<std::string_view, 3> addresses{"/", "/sign-in", "/matters/{matter}/people"};

Request asking(std::string_view target, Headers headers = {}, Method method = Method::get) {
    auto parsed = parse_target(target, "").value();
    Request request;
    request.method = method;
    request.path = parsed.path;
    request.segments = parsed.segments;
    request.trailing_slash = parsed.trailing_slash;
    request.headers = std::move(headers);
    return request;
}

const Page page({files, addresses});

TEST(Page, StandsAtItsOwnAddressesAndNoOthers) {
    const auto id = MatterId::random().text();
    for (const auto& own : {std::string("/"), std::string("/sign-in"), "/matters/" + id + "/people"}) {
        auto response = page.answer(asking(own));
        ASSERT_TRUE(response) << own;
        EXPECT_EQ(response->body, "<p>");
        EXPECT_EQ(response->headers.find("Cache-Control"), "no-cache");
    }
    for (const auto& other : {std::string("/sign-in/"), std::string("/sign-in/x"), std::string("/matters"), "/matters/" + id,
                              std::string("/matters/Bergmann/people"), std::string("/api/v1/session"), std::string("/assets/main-2.js")})
        EXPECT_FALSE(page.answer(asking(other))) << other;
    EXPECT_FALSE(page.answer(asking("/", {}, Method::post)));
}

TEST(Page, IsCompressedForWhoTakesIt) {
    auto coding = [](std::string accepted) {
        auto response = page.answer(asking("/", {{"Accept-Encoding", std::move(accepted)}}));
        return std::string(response->headers.find("Content-Encoding").value_or("")) + ":" + response->body;
    };
    EXPECT_EQ(coding("gzip, deflate, br, zstd"), "br:br");
    EXPECT_EQ(coding("gzip;q=0.5, br;q=0"), "gzip:gz");
    EXPECT_EQ(coding("brotli"), ":<p>");
    EXPECT_EQ(coding(""), ":<p>");
}

TEST(Page, IsKeptByItsHashAndAskedForAgain) {
    auto asset = page.answer(asking("/assets/main-1.js"));
    EXPECT_EQ(asset->headers.find("Cache-Control"), "public, max-age=31536000, immutable");
    auto first = page.answer(asking("/", {{"Accept-Encoding", "br"}}));
    std::string tag(*first->headers.find("ETag"));
    EXPECT_EQ(page.answer(asking("/", {{"Accept-Encoding", "br"}, {"If-None-Match", tag}}))->status, 304);
    EXPECT_EQ(page.answer(asking("/", {{"Accept-Encoding", "gzip"}, {"If-None-Match", tag}}))->status, 200);
}

TEST(Page, LetsNothingElseIn) {
    for (const auto* target : {"/", "/assets/main-1.js"}) {
        auto response = page.answer(asking(target));
        std::string policy(*response->headers.find("Content-Security-Policy"));
        EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';")) << policy;
        EXPECT_EQ(policy.find("unsafe"), std::string::npos);
        EXPECT_EQ(policy.find("http"), std::string::npos);
        EXPECT_EQ(response->headers.find("Cross-Origin-Opener-Policy"), "same-origin");
        EXPECT_EQ(response->headers.find("Cross-Origin-Resource-Policy"), "same-origin");
    }
}

TEST(Page, TellsAPersonThatNothingIsThere) {
    auto response = page.for_nothing(asking("/nowhere", {{"Accept", "text/html,*/*;q=0.8"}}));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 404);
    EXPECT_FALSE(page.for_nothing(asking("/assets/gone.js", {{"Accept", "*/*"}})));
}

TEST(Page, WasBuiltInWhole) {
    const Page built(page_files);
    EXPECT_TRUE(built.answer(asking("/")));
    for (const auto& file : page_files.files) EXPECT_FALSE(file.plain.empty()) << file.path;
}

}  // namespace
}  // namespace muniment::server
