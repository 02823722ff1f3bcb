// SPDX-License-Identifier: Apache-2.0
// accept: from an invitation to an account, in one go at a terminal or in two calls of a script.
#include <qrencode.h>

#include <boost/json.hpp>
#include <memory>

#include "base/limits.hpp"
#include "cli/api.hpp"
#include "cli/commands/commands.hpp"
#include "cli/json.hpp"
#include "cli/output.hpp"
#include "cli/sign_in.hpp"
#include "cli/stop.hpp"
#include "cli/terminal.hpp"

namespace muniment::cli {
namespace {

struct FreeCode {
    void operator()(QRcode* code) const { QRcode_free(code); }
};

/// Half blocks, light ones drawn, with the quiet zone of ISO/IEC 18004 section 9.1. Drawn here: the secret goes nowhere.
std::string qr_text(const std::string& content) {
    constexpr int quiet = 4;
    if (content.empty() || content.size() > limits::qr_bytes_max) return {};
    const std::unique_ptr<QRcode, FreeCode> code(QRcode_encodeData(
        static_cast<int>(content.size()), reinterpret_cast<const unsigned char*>(content.data()), 0, QR_ECLEVEL_M));
    if (!code) return {};
    const auto light = [&](int row, int column) {
        row -= quiet, column -= quiet;
        if (row < 0 || column < 0 || row >= code->width || column >= code->width) return row < code->width + quiet;
        return (code->data[row * code->width + column] & 1) == 0;
    };
    std::string out;
    for (int row = 0; row < code->width + 2 * quiet; row += 2) {
        for (int column = 0; column < code->width + 2 * quiet; ++column)
            out += light(row, column) ? (light(row + 1, column) ? "█" : "▀") : (light(row + 1, column) ? "▄" : " ");
        out += '\n';
    }
    return out;
}

struct Invited {
    std::string sign_in, invitation, password;
};

boost::json::value confirm(Api& api, const Invited& who, const std::string& code) {
    return api.post("/api/v1/enrolment/confirm", {{"sign_in", who.sign_in}, {"invitation", who.invitation},
                                                  {"password", who.password}, {"code", code}, {"kind", "token"}});
}

/// The first of a script's two calls: hands out the secret, and remembers server and name for the second.
int hand_out(const Arguments& arguments, Profile profile, const boost::json::value& enrolment, const std::string& sign_in) {
    profile.sign_in = sign_in;
    auto profiles = Profiles::load();
    profiles.put(arguments.profile(), std::move(profile));
    profiles.save();
    const auto secret = text_of(enrolment, "totp_secret");
    if (const auto file = arguments.find("--totp-secret-file")) write_private_file(*file, secret + "\n");
    else if (arguments.json()) print_json(enrolment);
    else print_line(secret);
    print_note("Now take a code of this secret, and repeat with --confirm --code DIGITS.");
    return 0;
}

int accept(const Arguments& arguments) {
    const bool confirming = arguments.has("--confirm");
    if (confirming && !arguments.has("--code")) usage("--confirm needs --code.");
    auto profile = trusted_server(arguments);
    const bool typed = !arguments.has("--password-file") && !arguments.has("--password-stdin");
    Invited who{.sign_in = sign_in_from(arguments, profile)};
    who.invitation = arguments.has("--invitation") ? arguments.get("--invitation") : ask("Invitation");
    who.password = password_from(arguments, /*twice=*/typed && !confirming);
    Api api({profile.server, profile.pin}, "");
    if (!confirming) {
        // Each call makes a new secret, so the second call of a script must not come here.
        const auto enrolment =
            api.post("/api/v1/enrolment", {{"sign_in", who.sign_in}, {"invitation", who.invitation}, {"password", who.password}});
        if (!typed || arguments.has("--totp-secret-file")) return hand_out(arguments, std::move(profile), enrolment, who.sign_in);
        print_note(qr_text(text_of(enrolment, "totp_uri")) + "Scan this with an authenticator, or type its secret:\n  " +
                   printable(text_of(enrolment, "totp_secret")));
    }
    for (;;) {
        try {
            keep_session(arguments, profile, confirm(api, who, code_from(arguments)));
            return 0;
        } catch (const Stop& stop) {
            // A digit mistyped at the terminal is no reason to begin anew.
            if (arguments.has("--code") || stop.problem() != slug(Problem::sign_in_refused)) throw;
            print_note("That code was not right. Wait for the next one.");
        }
    }
}

std::vector<Option> options() {
    auto all = sign_in_options();
    all.push_back({.name = "--invitation", .value = "CODE", .help = "the code that you were given"});
    all.push_back({.name = "--totp-secret-file", .value = "FILE", .help = "write the second factor's secret there, mode 0600"});
    all.push_back({.name = "--confirm", .help = "second call of a script: prove the secret by --code"});
    return all;
}

}  // namespace

std::vector<Command> accept_commands() {
    return {{.name = "accept",
             .line = "Accept an invitation: choose a password, set up the second factor",
             .text = R"help(
  muniment-cli accept --server https://muniment.firm.example:8443

asks for everything and shows a QR code for your authenticator. A script does it in two calls:

  muniment-cli accept --server URL --fingerprint AB:CD:… --sign-in anna --invitation CODE \
      --password-file FILE --totp-secret-file SECRET
  muniment-cli accept --confirm --invitation CODE --password-file FILE \
      --code "$(oathtool --totp -b "$(cat SECRET)")")help",
             .options = options(),
             .run = accept}};
}

}  // namespace muniment::cli
