// SPDX-License-Identifier: Apache-2.0
#include "server/multipart.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace muniment::server {
namespace {

const std::string about_head = "Content-Disposition: form-data; name=\"about\"\r\nContent-Type: application/json\r\n\r\n";
const std::string content_head =
    "Content-Disposition: form-data; name=\"content\"; filename=\"blob\"\r\nContent-Type: image/png\r\n\r\n";

std::string body(const std::string& about, const std::string& content) {
    return "--b1\r\n" + about_head + about + "\r\n--b1\r\n" + content_head + content + "\r\n--b1--\r\n";
}

struct Taken final : PaperParts {
    std::string json, bytes;
    int abouts = 0;
    std::size_t largest = 0;
    bool empty_piece = false;

    Result<void> about(View said) override {
        EXPECT_TRUE(bytes.empty());
        json = string(said);
        ++abouts;
        return {};
    }
    Result<void> content(View piece) override {
        EXPECT_EQ(abouts, 1);
        empty_piece |= piece.empty();
        largest = std::max(largest, piece.size());
        bytes += text(piece);
        return {};
    }
};

/// Read in steps that end at the given places.
Result<void> read(const std::string& sent, std::initializer_list<std::size_t> cuts, Taken& taken) {
    Multipart multipart("b1", taken);
    std::size_t begin = 0;
    for (auto cut : cuts) {
        CHECK(multipart.add(view(std::string_view(sent).substr(begin, cut - begin))));
        begin = cut;
    }
    CHECK(multipart.add(view(std::string_view(sent).substr(begin))));
    return multipart.finish();
}

Problem refusal(const std::string& sent) {
    Taken taken;
    auto done = read(sent, {}, taken);
    EXPECT_FALSE(done) << sent;
    return done ? Problem::internal : done.error().problem;
}

// Contents that look like the delimiter, whole but for a byte, in each way that a search can go wrong.
const std::vector<std::string> contents{
    "", "x", "\r\n", "\r", "--b1", "\r\n--b", "\r\n--\r\n--b", "\r\r\n--b2\r\n", "\r\n-\r\n--b\r\n--",
    "a\r\n--b0--\r\nb", "\n--b1--\r\n", std::string("\0\r\n\0--b1", 8), "\r\n--b\r\r\n--b"};

TEST(Multipart, IsTheSameHoweverItIsCut) {
    for (const auto& content : contents) {
        const auto sent = body("{\"name\":\"a\"}", content);
        for (std::size_t first = 0; first <= sent.size(); ++first) {
            for (std::size_t second = first; second <= sent.size(); ++second) {
                Taken taken;
                auto done = read(sent, {first, second}, taken);
                ASSERT_TRUE(done) << done.error().text() << " cut at " << first << " and " << second;
                ASSERT_EQ(taken.json, "{\"name\":\"a\"}");
                ASSERT_EQ(taken.bytes, content) << first << ' ' << second;
                ASSERT_FALSE(taken.empty_piece);
            }
        }
    }
}

TEST(Multipart, ReadsByteByByte) {
    for (const auto& content : contents) {
        Taken taken;
        Multipart multipart("b1", taken);
        for (char c : body("{}", content)) ASSERT_TRUE(multipart.add(view(std::string_view(&c, 1))));
        ASSERT_TRUE(multipart.finish());
        ASSERT_EQ(taken.bytes, content);
    }
}

TEST(Multipart, HandsContentOnAsItComes) {
    Taken taken;
    Multipart multipart("b1", taken);
    const std::string before = "--b1\r\n" + about_head + "{}\r\n--b1\r\n" + content_head;
    ASSERT_TRUE(multipart.add(view(before)));
    const std::string step(200'000, 'x');
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(multipart.add(view(step)));
    EXPECT_EQ(taken.bytes.size(), 1'000'000u);
    EXPECT_EQ(taken.largest, step.size());
    ASSERT_TRUE(multipart.add(view(std::string_view("y\r\n--b"))));
    EXPECT_EQ(taken.bytes.size(), 1'000'001u);   // only what may be the delimiter is held back
}

TEST(Multipart, RefusesEveryBodyThatIsCutOff) {
    const auto sent = body("{}", "content\r\n--b");
    const auto whole = sent.size() - 2;                  // the last CRLF may be missing
    for (std::size_t size = 0; size < whole; ++size) EXPECT_EQ(refusal(sent.substr(0, size)), Problem::incomplete) << size;
    Taken taken;
    EXPECT_TRUE(read(sent.substr(0, whole), {}, taken));
}

TEST(Multipart, RefusesWhatIsNotTwoPartsInOrder) {
    EXPECT_EQ(refusal("preamble\r\n" + body("{}", "c")), Problem::malformed);
    EXPECT_EQ(refusal("\r\n" + body("{}", "c")), Problem::malformed);
    EXPECT_EQ(refusal(body("{}", "c") + "x"), Problem::malformed);
    EXPECT_EQ(refusal(body("{}", "c") + "\r\n"), Problem::malformed);
    EXPECT_EQ(refusal("--b1\r\n" + about_head + "{}\r\n--b1--\r\n"), Problem::malformed);
    EXPECT_EQ(refusal("--b1\r\n" + content_head + "c\r\n--b1\r\n" + about_head + "{}\r\n--b1--\r\n"), Problem::malformed);
    const auto two = about_head + "{}\r\n--b1\r\n" + content_head + "c\r\n--b1";
    EXPECT_EQ(refusal("--b1\r\n" + two + "\r\n" + content_head + "d\r\n--b1--\r\n"), Problem::malformed);
    EXPECT_EQ(refusal("--b1 \r\n" + two + "--\r\n"), Problem::malformed);
    EXPECT_EQ(refusal("--b1--\r\n"), Problem::malformed);
    EXPECT_EQ(refusal("--b1\r\n\r\n\r\n--b1\r\n" + content_head + "c\r\n--b1--\r\n"), Problem::malformed);
}

TEST(Multipart, RefusesHeadsThatTwoReadersCouldTakeDifferently) {
    auto with_about = [](const std::string& head) {
        return "--b1\r\n" + head + "\r\n\r\n{}\r\n--b1\r\n" + content_head + "c\r\n--b1--";
    };
    const std::string disposition = "Content-Disposition: form-data; name=\"about\"", type = "Content-Type: application/json";
    Taken taken;
    const auto unusual = "content-disposition:form-data; name=\"about\"\r\nX-Other: 1\r\n" + type + "; charset=utf-8";
    EXPECT_TRUE(read(with_about(unusual), {}, taken));
    EXPECT_EQ(refusal(with_about(disposition)), Problem::unsupported);
    EXPECT_EQ(refusal(with_about(type)), Problem::malformed);
    EXPECT_EQ(refusal(with_about(disposition + "\r\n" + disposition + "\r\n" + type)), Problem::malformed);
    EXPECT_EQ(refusal(with_about(disposition + "\r\n" + type + "\r\nContent-Transfer-Encoding: base64")), Problem::unsupported);
    EXPECT_EQ(refusal(with_about(disposition + "\r\n folded\r\n" + type)), Problem::malformed);
    EXPECT_EQ(refusal(with_about(disposition + "\r\nno field\r\n" + type)), Problem::malformed);
    EXPECT_EQ(refusal(with_about("Content-Disposition: form-data; name=\"about\"x\r\n" + type)), Problem::malformed);
    EXPECT_EQ(refusal(with_about("Content-Disposition: attachment; name=\"about\"\r\n" + type)), Problem::malformed);
}

TEST(Multipart, BoundsWhatItKeeps) {
    EXPECT_EQ(refusal(body("{" + std::string(limits::about_bytes_max, ' ') + "}", "c")), Problem::too_large);
    const std::string much(limits::part_head_bytes_max, 'x');
    EXPECT_EQ(refusal("--b1\r\nX-Long: " + much + "\r\n" + about_head), Problem::too_large);
    Taken taken;
    EXPECT_TRUE(read(body(std::string(limits::about_bytes_max, ' '), "c"), {}, taken));
}

TEST(Multipart, TakesBoundariesOfRfc2046Only) {
    EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=----WebKitFormAbC123").value(), "----WebKitFormAbC123");
    EXPECT_EQ(multipart_boundary("Multipart/Form-Data;Boundary=\"a:b\"").value(), "a:b");
    EXPECT_TRUE(multipart_boundary("multipart/form-data; boundary=" + std::string(70, 'x')));
    EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'x')).error().problem, Problem::malformed);
    for (const std::string bad :
         {"", "; boundary=", "; boundary=\"\"", "; boundary=a b", "; boundary=a; charset=x", "; boundary=a\"b"})
        EXPECT_EQ(multipart_boundary("multipart/form-data" + bad).error().problem, Problem::malformed) << bad;
    for (const auto* bad : {"", "application/json", "multipart/mixed; boundary=a"})
        EXPECT_EQ(multipart_boundary(bad).error().problem, Problem::unsupported) << bad;
}

}  // namespace
}  // namespace muniment::server
