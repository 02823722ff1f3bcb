// SPDX-License-Identifier: Apache-2.0
#include "cli/output.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "base/text.hpp"

namespace muniment::cli {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

void escape(std::string& out, unsigned char byte) {
    out += "\\x";
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

/// Bytes of the UTF-8 character at the front; 0 where there is none.
std::size_t character_bytes(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length > text.size() || !check_utf8(view(text.substr(0, length)))) return 0;
    return length;
}

/// C0, DEL, C1 (U+0080 to U+009F) and the marks that turn the direction of writing (U+202A to U+202E, U+2066 to U+2069).
bool acts_on_terminal(std::string_view character) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(character[at]); };
    if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7f;
    if (character.size() == 2) return byte(0) == 0xc2 && byte(1) < 0xa0;
    if (character.size() != 3 || byte(0) != 0xe2) return false;
    return (byte(1) == 0x80 && byte(2) >= 0xaa && byte(2) <= 0xae) || (byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9);
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto length = character_bytes(text);
        const auto character = text.substr(0, std::max<std::size_t>(length, 1));
        if (length == 0 || acts_on_terminal(character))
            for (char c : character) escape(out, static_cast<unsigned char>(c));
        else out += character;
        text.remove_prefix(character.size());
    }
    return out;
}

void print_line(std::string_view text) { std::fprintf(stdout, "%.*s\n", static_cast<int>(text.size()), text.data()); }
void print_json(const boost::json::value& value) { print_line(boost::json::serialize(value)); }
void print_note(std::string_view text) { std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data()); }

void print_error(std::string_view text, std::string_view problem) {
    if (problem.empty()) print_note(text);
    else print_note(boost::json::serialize(boost::json::object{{"problem", problem}, {"detail", text}}));
}

Table::Table(std::initializer_list<std::string_view> heads) : heads_(heads.begin(), heads.end()) {}

void Table::row(std::vector<std::string> cells) {
    for (auto& cell : cells) cell = printable(cell);
    cells.resize(heads_.size());
    rows_.push_back(std::move(cells));
}

std::string Table::text() const {
    if (rows_.empty()) return {};
    std::vector<std::size_t> widths;
    for (const auto& head : heads_) widths.push_back(character_count(head));
    for (const auto& row : rows_)
        for (std::size_t at = 0; at < row.size(); ++at) widths[at] = std::max(widths[at], character_count(row[at]));
    std::string out;
    auto add = [&](const std::vector<std::string>& row) {
        std::string line;
        for (std::size_t at = 0; at < row.size(); ++at)
            line += row[at] + std::string(widths[at] + 2 - character_count(row[at]), ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    };
    add(heads_);
    for (const auto& row : rows_) add(row);
    return out;
}

void Table::print() const { std::fputs(text().c_str(), stdout); }

std::string byte_count(std::uint64_t bytes) {
    if (bytes < 1'000) return std::to_string(bytes) + " B";
    static constexpr std::array units = {"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = static_cast<double>(bytes) / 1'000;
    std::size_t unit = 0;
    for (; value >= 999.5 && unit + 1 < units.size(); ++unit) value /= 1'000;
    char text[32];
    std::snprintf(text, sizeof text, value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    return text;
}

std::string short_time(std::string_view rfc3339) {
    std::string text(rfc3339.substr(0, 16));
    if (text.size() > 10) text[10] = ' ';
    return text;
}

}  // namespace muniment::cli
