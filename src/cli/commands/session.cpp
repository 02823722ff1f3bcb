// SPDX-License-Identifier: Apache-2.0
// login, logout, whoami.
#include <boost/json.hpp>

#include "cli/api.hpp"
#include "cli/commands/commands.hpp"
#include "cli/json.hpp"
#include "cli/output.hpp"
#include "cli/sign_in.hpp"
#include "cli/stop.hpp"
#include "cli/terminal.hpp"

namespace muniment::cli {
namespace {

int login(const Arguments& arguments) {
    auto profile = trusted_server(arguments);
    const auto sign_in = sign_in_from(arguments, profile);
    const auto password = password_from(arguments, /*twice=*/false);
    const auto code = code_from(arguments);
    Api api({profile.server, profile.pin}, "");
    const auto session =
        api.post("/api/v1/sessions", {{"sign_in", sign_in}, {"password", password}, {"code", code}, {"kind", "token"}});
    keep_session(arguments, std::move(profile), session);
    return 0;
}

int logout(const Arguments& arguments) {
    auto profiles = Profiles::load();
    auto profile = profiles.find(arguments.profile());
    const bool signed_in = profile && !profile->token.empty();
    if (signed_in) {
        try {
            connect(arguments).remove("/api/v1/session");
        } catch (const Stop& stop) {
            // Over already is what was wanted. Anything else leaves the token alive on the server: keep it, say so.
            if (stop.code() != ExitCode::not_signed_in) throw;
        }
        profile->token.clear();
        profile->expires.clear();
        profiles.put(arguments.profile(), *profile);
        profiles.save();
    }
    if (arguments.json()) print_json({{"signed_out", signed_in}});
    else print_line(signed_in ? "Signed out." : "You were not signed in.");
    return 0;
}

int change_password(const Arguments& arguments) {
    const auto former =
        arguments.has("--former-file") ? password_in_file(arguments.get("--former-file")) : ask_hidden("The password until now");
    const auto next = password_from(arguments, /*twice=*/true);
    connect(arguments).put("/api/v1/session/password", {{"former", former}, {"next", next}});
    if (arguments.json()) print_json({{"changed", true}});
    else print_line("Changed. All your sessions have ended: sign in again.");
    return 0;
}

int whoami(const Arguments& arguments) {
    const auto session = connect(arguments).get("/api/v1/session");
    if (arguments.json()) {
        print_json(session);
        return 0;
    }
    const auto& person = part_of(session, "person");
    print_line(printable(text_of(person, "name") + " (" + text_of(person, "sign_in") + "), " + joined(list_of(person, "roles"))));
    print_line("until " + short_time(text_of(part_of(session, "session"), "expires")) + " UTC");
    return 0;
}

}  // namespace

std::vector<Command> session_commands() {
    return {{.name = "login",
             .line = "Sign in to the firm's server",
             .text = R"(
  muniment-cli login --server https://muniment.firm.example:8443

The first time, the fingerprint of the server's certificate is shown: compare it with the one that `muniment init` printed.
From then on only a server with that key is talked to. For scripts:

  muniment-cli login --server URL --fingerprint AB:CD:… --sign-in anna --password-file FILE --code 123456)",
             .options = sign_in_options(),
             .run = login},
            {.name = "logout", .line = "End the session, here and on the server", .run = logout},
            {.name = "password",
             .line = "Change your password",
             .text = "All your sessions end with it, this one too.",
             .options = {{.name = "--former-file", .value = "FILE", .help = "read the former password from the first line of FILE"},
                         {.name = "--password-file", .value = "FILE", .help = "read the new one from the first line of FILE"},
                         {.name = "--password-stdin", .help = "read the new one from standard input"}},
             .run = change_password},
            {.name = "whoami", .line = "Who is signed in, and with which roles", .run = whoami}};
}

}  // namespace muniment::cli
