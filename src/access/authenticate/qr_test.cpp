// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/qr.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <vector>

namespace muniment::access {
namespace {

using Picture = std::vector<std::vector<bool>>;  // dark modules

Picture from_text(const std::string& text) {
    Picture picture;
    std::vector<bool> upper, lower;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '\n') {
            picture.push_back(std::move(upper)), picture.push_back(std::move(lower));
            upper.clear(), lower.clear();
            ++at;
        } else if (text[at] == ' ') {
            upper.push_back(true), lower.push_back(true);
            ++at;
        } else {
            auto block = text.substr(at, 3);
            upper.push_back(block == "▄"), lower.push_back(block == "▀");
            at += 3;
        }
    }
    picture.resize(picture[0].size());  // the last line may hold half a pair
    return picture;
}

Picture from_svg(const std::string& svg) {
    int width = 0;
    EXPECT_EQ(std::sscanf(svg.c_str() + svg.find("viewBox"), "viewBox=\"0 0 %d", &width), 1);
    Picture picture(width, std::vector<bool>(width));
    for (auto at = svg.find('M', svg.find("/><path") + 8); at != std::string::npos; at = svg.find('M', at + 1)) {
        int column = 0, row = 0;
        EXPECT_EQ(std::sscanf(svg.c_str() + at, "M%d %dh1v1h-1z", &column, &row), 2);
        picture.at(row).at(column) = true;
    }
    return picture;
}

/// ISO/IEC 18004 section 6.3.3: 7x7 dark, within it 5x5 light, within that 3x3 dark.
bool finder_at(const Picture& picture, std::size_t row, std::size_t column) {
    for (std::size_t r = 0; r < 7; ++r)
        for (std::size_t c = 0; c < 7; ++c) {
            bool rim = r == 0 || r == 6 || c == 0 || c == 6, heart = r >= 2 && r <= 4 && c >= 2 && c <= 4;
            if (picture[row + r][column + c] != (rim || heart)) return false;
        }
    return true;
}

TEST(Qr, TextAndPictureShowTheSameCode) {
    const std::string content = "otpauth://totp/Firm:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Firm";
    auto text = from_text(qr_text(content).value());
    EXPECT_EQ(text, from_svg(qr_svg(content).value()));
    ASSERT_GE(text.size(), 21u + 8);
    auto last = text.size() - 4 - 7;
    EXPECT_TRUE(finder_at(text, 4, 4));
    EXPECT_TRUE(finder_at(text, 4, last));
    EXPECT_TRUE(finder_at(text, last, 4));
    for (std::size_t i = 0; i < text.size(); ++i)
        for (std::size_t edge : {std::size_t{0}, std::size_t{3}, text.size() - 4, text.size() - 1}) {
            EXPECT_FALSE(text[edge][i]);
            EXPECT_FALSE(text[i][edge]);
        }
    EXPECT_NE(text, from_text(qr_text(content + "x").value()));
}

TEST(Qr, RefusesNothingAndTooMuch) {
    EXPECT_EQ(qr_text("").error().problem, Problem::too_large);
    EXPECT_TRUE(qr_svg(std::string(1'000, 'a')));
    EXPECT_EQ(qr_svg(std::string(1'001, 'a')).error().problem, Problem::too_large);
    EXPECT_NE(qr_text(std::string("a\0b", 3)).value(), qr_text("a").value());
}

}  // namespace
}  // namespace muniment::access
