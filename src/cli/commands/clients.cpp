// SPDX-License-Identifier: Apache-2.0
// client: whom the firm works for.
#include <boost/json.hpp>

#include "cli/api.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/show.hpp"
#include "cli/json.hpp"

namespace muniment::cli {
namespace {

int add(const Arguments& arguments) {
    boost::json::object body{{"name", arguments.get("name")}};
    for (const auto* field : {"number", "note"})
        if (const auto value = arguments.find(std::string("--") + field)) body[field] = *value;
    const auto client = connect(arguments).create("/api/v1/clients", body);
    return show(arguments, client, "Opened: " + printable(text_of(client, "name")) + "  " + text_of(client, "id"));
}

int list(const Arguments& arguments) {
    return show_list(arguments, connect(arguments).list("/api/v1/clients"), {"Number", "Client", "Id"},
                     [](const boost::json::value& client) -> std::vector<std::string> {
                         return {text_of(client, "number"), text_of(client, "name"), text_of(client, "id")};
                     });
}

}  // namespace

std::vector<Command> client_book_commands() {
    return {
        {.name = "client", .line = "Clients"},
        {.name = "client add",
         .line = "Open a client",
         .text = "\n  muniment-cli client add \"Mercator GmbH\" --number 10432\n",
         .options = {{.name = "name", .value = "NAME", .help = "the client's name", .required = true},
                     {.name = "--number", .value = "N", .help = "the firm's own number, from its billing system"},
                     {.name = "--note", .value = "TEXT", .help = "contacts, say"}},
         .run = add},
        {.name = "client list", .line = "List clients", .run = list},
    };
}

}  // namespace muniment::cli
