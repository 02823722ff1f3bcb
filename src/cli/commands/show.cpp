// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/show.hpp"

#include <boost/json.hpp>

#include "base/clock.hpp"
#include "cli/stop.hpp"

namespace muniment::cli {

int show_list(const Arguments& arguments, const boost::json::array& items, Table table,
              const std::function<std::vector<std::string>(const boost::json::value&)>& row) {
    if (arguments.json()) {
        print_json({{"items", items}});
        return 0;
    }
    for (const auto& item : items) table.row(row(item));
    if (items.empty()) print_note("None.");
    table.print();
    return 0;
}

int show(const Arguments& arguments, const boost::json::value& thing, std::string_view sentence) {
    if (arguments.json()) print_json(thing);
    else print_line(sentence);
    return 0;
}

std::string until_text(const std::string& typed) {
    constexpr std::size_t date_chars = 10;
    const bool day = typed.size() == date_chars;
    const auto moment = parse_rfc3339(day ? typed + "T00:00:00Z" : typed);
    if (!moment) usage("“" + printable(typed) + "” is no date like 2026-12-31 and no time like 2026-12-31T18:00:00Z.");
    // The API wants the first moment at which it holds no more.
    return to_rfc3339(day ? *moment + std::chrono::hours(24) : *moment);
}

}  // namespace muniment::cli
