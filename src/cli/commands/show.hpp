// SPDX-License-Identifier: Apache-2.0
// How commands show a list or a single thing: JSON as the server sent it, or words.
#pragma once
#include <boost/json/array.hpp>
#include <functional>
#include <optional>

#include "cli/command.hpp"
#include "cli/output.hpp"

namespace muniment::cli {

/// The list as JSON {"items": …}, or the table with a row for each; "None." on stderr where there is none.
int show_list(const Arguments& arguments, const boost::json::array& items, Table table,
              const std::function<std::vector<std::string>(const boost::json::value&)>& row);
/// The thing as JSON, or the sentence.
int show(const Arguments& arguments, const boost::json::value& thing, std::string_view sentence);

/// "2026-12-31" (through that day, UTC) or an RFC 3339 time, as the API wants it.
std::string until_text(const std::string& typed);

}  // namespace muniment::cli
