// SPDX-License-Identifier: Apache-2.0
// `muniment init`: a new firm. Keys, slots, the local certificate, the first administrator's invitation.
#include <boost/json.hpp>
#include <cstdio>

#include "app/app.hpp"
#include "app/open_firm.hpp"
#include "app/say.hpp"
#include "base/random.hpp"
#include "strongroom/founding.hpp"

namespace muniment::app {
namespace {

struct Made {
    std::string invitation;
    std::string admin;
};

Result<void> make_certificates(const Home& home, const std::vector<std::string>& names, Instant now) {
    TRY(auto authority, crypto::make_authority("Muniment local authority", now));
    TRY(auto server, crypto::issue_server_certificate(authority, names, now));
    CHECK(write_private_file(home.tls("authority.pem"), authority.certificate_pem));
    CHECK(write_private_file(home.tls("authority.key"), authority.key_pem));
    CHECK(write_private_file(home.tls("server.pem"), server.certificate_pem + authority.certificate_pem));
    return write_private_file(home.tls("server.key"), server.key_pem);
}

/// The root key, sealed under the way in that was chosen: a passphrase, or a key file beside it.
Result<void> seal_root(const Home& home, const keys::RootKey& root, const FirmId& firm, const std::optional<std::string>& passphrase) {
    keys::UnlockFile file;
    if (passphrase) {
        // Offline guesses are what a passphrase must stand: more memory than a sign-in takes.
        TRY(file, keys::seal_root_with_passphrase(root, firm, *passphrase, {.passes = 3, .memory_bytes = 256ull * 1024 * 1024}));
    } else {
        auto key = crypto::Secret::random(32);
        CHECK(write_private_file(home.key_file(), to_hex(key.expose()) + "\n"));
        file = keys::seal_root_with_key_file(root, firm, key);
    }
    return write_private_file(home.unlock_file(), text(file.encode()));
}

Result<Made> make_firm(Home home, const cli::Arguments& given, const std::optional<std::string>& passphrase) {
    SystemClock clock;
    if (std::filesystem::exists(home.folder / "home.json"))
        return fail(Problem::already_done, "there is a firm at " + home.folder.string());
    auto names = given.all("--name");
    for (const char* local : {"localhost", "127.0.0.1", "::1"}) names.emplace_back(local);
    TRY(auto stores, Stores::open(home, storage::Missing::make));
    auto firm = FirmId::random();
    auto root = keys::RootKey::random();
    Made made{.invitation = {}, .admin = given.get("--admin", "admin")};
    CHECK(seal_root(home, root, firm, passphrase));
    CHECK(make_certificates(home, names, clock.now()));
    strongroom::Founding founding{.firm_name = given.get("--firm", "My firm"),
                                  .first = {.sign_in = made.admin, .name = given.get("--admin-name", "First administrator"),
                                            .roles = {access::FirmRole::administrator}}};
    TRY(auto founded, strongroom::found(*stores.records, stores.slot_list(), root, firm, founding, clock));
    made.invitation = founded.invitation;
    TRY(auto open, OpenFirm::open(stores, std::move(root), clock));
    CHECK(open->claim(home));
    open->stop_cleanly();
    CHECK(home.save());
    return made;
}

int run(const cli::Arguments& given) {
    Home home{.folder = home_folder(given.get("--home")), .slots = given.all("--slot"), .trial = given.has("--trial")};
    if (home.slots.empty() && home.trial) home.slots = {"slots/a", "slots/b"};
    if (home.slots.size() < 2) {
        return usage("A firm needs at least two slots, in different places: give --slot twice (two folders at other sites), or --trial "
                     "to try Muniment out with both on this disk.");
    }
    std::optional<std::string> passphrase;
    if (given.has("--passphrase-file")) {
        auto read = read_small_file(given.get("--passphrase-file"));
        if (!read) return failed(read.error());
        while (read->ends_with('\n')) read->pop_back();
        passphrase = std::move(*read);
    }
    auto made = make_firm(home, given, passphrase);
    if (!made) return failed(made.error());
    if (given.json()) {
        say(boost::json::serialize(boost::json::object{{"home", home.folder.string()},
                                                       {"admin", made->admin},
                                                       {"invitation", made->invitation},
                                                       {"authority", home.tls("authority.pem").string()}}));
        return 0;
    }
    say("A firm was founded at " + home.folder.string() + ".");
    say("The first administrator comes in with the sign-in name \"" + made->admin +
        "\" and this invitation, shown once and valid for 72 hours:");
    say("    " + made->invitation);
    if (!passphrase)
        say("It unlocks itself by the key file " + home.key_file().string() + ": whoever takes this machine whole can read it.");
    return 0;
}

}  // namespace

cli::Command init_command() {
    return {
        .name = "init",
        .line = "Found a firm in a home folder on this machine",
        .text =
            "Makes the keys, puts the epoch key into the slots, makes a local certificate authority and a certificate, and "
            "prints the\n"
            "invitation of the first administrator.\n\n"
            "A slot is a small folder that holds the key of the present epoch. Losing all slots loses everything, so there are "
            "at\n"
            "least two, in different places.\n\n"
            "Example:\n  muniment init --home /var/lib/muniment --firm 'Example & Partners' --slot /mnt/site-a/slot --slot "
            "/mnt/site-b/slot\n",
        .options = {{"--home", "DIR", "the home folder (else $MUNIMENT_HOME, else /var/lib/muniment)"},
                    {"--firm", "NAME", "the firm's name"},
                    {"--admin", "NAME", "the first administrator's sign-in name (default: admin)"},
                    {"--admin-name", "NAME", "the first administrator's name"},
                    {"--slot", "DIR", "a slot's folder; give at least two", false, true},
                    {"--name", "HOST", "a name or address that people reach the server by", false, true},
                    {"--passphrase-file", "FILE", "unlock by this passphrase instead of a key file; `-` is not taken, a file is"},
                    {"--trial", "", "for trying out: both slots in the home folder"}},
        .run = run};
}

}  // namespace muniment::app
