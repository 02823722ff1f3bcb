// SPDX-License-Identifier: Apache-2.0
// What commands print: tables for people, JSON for programs. What is asked for goes to stdout, everything else to stderr.
#pragma once
#include <boost/json/value.hpp>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace muniment::cli {

/// Text that does nothing to a terminal: control characters and what is not UTF-8 are spelled \x1b. Names come from other
/// people, and an escape sequence in one could hide lines or retitle the window (file names on this computer are unchecked).
std::string printable(std::string_view text);

void print_line(std::string_view text);
void print_json(const boost::json::value& value);
void print_note(std::string_view text);                              ///< to stderr
void print_error(std::string_view text, std::string_view problem = {});   ///< to stderr; as JSON where `problem` is given

class Table {
  public:
    Table(std::initializer_list<std::string_view> heads);
    void row(std::vector<std::string> cells);
    std::string text() const;                                        ///< with the heads; empty without rows
    void print() const;

  private:
    std::vector<std::string> heads_;
    std::vector<std::vector<std::string>> rows_;
};

std::string byte_count(std::uint64_t bytes);                         ///< "182 kB", "1.4 GB": powers of ten, as in file managers
std::string short_time(std::string_view rfc3339);                    ///< "2026-11-23 20:50"

}  // namespace muniment::cli
