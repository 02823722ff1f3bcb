// SPDX-License-Identifier: Apache-2.0
// `muniment init`: a new firm. Keys, slots, the local certificate, the first administrator's invitation.
#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>

#include "app/app.hpp"
#include "app/asking.hpp"
#include "app/configured.hpp"
#include "app/new_home.hpp"
#include "app/say.hpp"
#include "app/share_pages.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;

constexpr const char* default_name = "My firm";

struct Made {
    std::string invitation;
    std::string admin;
};

/// Before anything depends on the root key: who does not have the shares in hand begins anew.
Result<void> share_root(Home& home, const keys::RootKey& root, const FirmId& firm, const ShareWish& wish, const cli::Arguments& given) {
    if (!wish.wanted()) return {};
    auto secret = crypto::Secret::zeros(keys::RootKey::size);
    std::ranges::copy(root.expose(), secret.fill().begin());
    auto shares = crypto::split(secret, wish.needed, wish.of);
    CHECK(hand_out(wish, shares, given.get("--firm", default_name), SystemClock().now()));
    home.shares.push_back(share_set(wish, shares, keys::mark_of(root, firm)));
    return {};
}

Result<Made> make_firm(Home home, const cli::Arguments& given, const Methods& methods, const ShareWish& wish) {
    SystemClock clock;
    TRY(auto new_home, NewHome::at(home.folder));
    auto names = given.all("--name");
    if (names.empty()) names = machine_settings().value_or(config::Settings{}).names;
    TRY(auto stores, new_home.prepare(home));
    Made made{.invitation = {}, .admin = given.get("--admin", "admin")};
    FoundingPlan plan{.founding = {.firm_name = given.get("--firm", default_name),
                                   .first = {.sign_in = made.admin, .name = given.get("--admin-name", "First administrator"),
                                             .roles = {access::FirmRole::administrator}}},
                      .methods = methods};
    CHECK(share_root(home, plan.root, plan.firm, wish, given));
    CHECK(make_certificates(home, std::move(names), clock.now()));
    TRY(auto founded, new_home.found(home, std::move(stores), plan, clock));
    made.invitation = std::move(founded.invitation);
    return made;
}

int run(const cli::Arguments& given) {
    Home home{.folder = home_folder(given.get("--home")), .slots = given.all("--slot"), .trial = given.has("--trial"),
              .postgresql = given.get("--database")};
    if (given.has("--packs") && !given.get("--packs").starts_with("s3://")) {
        home.packs_folder = std::filesystem::absolute(given.get("--packs")).string();
    } else if (given.has("--packs")) {
        auto bucket = Bucket::from_options(given);
        if (!bucket) return usage(bucket.error().detail);
        home.bucket = std::move(*bucket);
    }
    if (home.slots.empty() && home.trial) home.slots = {"slots/a", "slots/b"};
    if (home.slots.size() < 2) {
        return usage("A firm needs at least two slots, in different places: give --slot twice (two folders at other sites), or --trial "
                     "to try Muniment out with both on this disk.");
    }
    auto wish = share_wish(given);
    Methods methods;
    if (given.has("--passphrase-file")) {
        auto read = passphrase_in_file(given.get("--passphrase-file"));
        if (!read) return failed(read.error());
        methods.passphrase = std::move(*read);
    }
    methods.key_file = !methods.passphrase && !given.has("--no-unlock-file");
    if (given.has("--no-unlock-file") && (!wish.wanted() || methods.passphrase))
        return usage("--no-unlock-file leaves recovery shares as the only way in: it needs --shares, and goes without --passphrase-file.");
    auto made = make_firm(home, given, methods, wish);
    if (!made) return failed(made.error());
    if (given.json()) {
        say(json::serialize(json::object{{"home", home.folder.string()},
                                                       {"admin", made->admin},
                                                       {"invitation", made->invitation},
                                                       {"shares", wish.wanted() ? json::value(given.get("--shares")) : json::value()},
                                                       {"authority", home.tls("authority.pem").string()}}));
        return 0;
    }
    say("A firm was founded at " + home.folder.string() + ".");
    say("The first administrator comes in with the sign-in name \"" + made->admin +
        "\" and this invitation, shown once and valid for 72 hours:");
    say("    " + made->invitation);
    if (methods.key_file)
        say("It unlocks itself by the key file in " + home.keys().string() + ": whoever takes this machine whole can read it.");
    say(wish.wanted() ? "Any " + std::to_string(wish.needed) + " of the " + std::to_string(wish.of) +
                            " recovery shares open it, with the database and one slot, when everything else is lost."
                      : std::string("There are NO RECOVERY SHARES: whoever loses the ") + (methods.passphrase ? "passphrase" : "key file") +
                            " or its unlock file loses everything. `muniment keys new-root --shares 3-of-5` makes some.");
    return 0;
}

}  // namespace

cli::Command init_command() {
    std::vector<cli::Option> options{
        home_option,
        {"--firm", "NAME", "the firm's name"},
        {"--admin", "NAME", "the first administrator's sign-in name (default: admin)"},
        {"--admin-name", "NAME", "the first administrator's name"},
        {"--slot", "DIR", "a slot's folder; give at least two", false, true},
        {"--database", "ADDRESS", "keep the rows in PostgreSQL: postgresql://user@host/database?passfile=FILE"},
        {"--name", "HOST", "a name or address that people reach the server by (else listen.names of the configuration)", false, true},
        {"--passphrase-file", "FILE", "unlock by this passphrase instead of a key file; `-` is not taken, a file is"},
        {"--no-unlock-file", "", "neither key file nor passphrase: recovery shares are the only way in"},
        {"--trial", "", "for trying out: both slots in the home folder"}};
    for (auto& option : share_options()) options.push_back(std::move(option));
    for (auto& option : bucket_options()) options.push_back(std::move(option));
    return {
        .name = "init",
        .line = "Found a firm in a home folder on this machine",
        .text =
            "Makes the keys, puts the epoch key into the slots, makes a local certificate authority and a certificate, and "
            "prints the\n"
            "invitation of the first administrator.\n\n"
            "With --database the rows lie in PostgreSQL, reached by verified TLS and SCRAM. Its address is kept in home.json and\n"
            "holds no password: that stands in a file of mode 0600, named by passfile= (docs/cli.md).\n\n"
            "A slot is a small folder that holds the key of the present epoch. Losing all slots loses everything, so there are "
            "at\n"
            "least two, in different places.\n\n"
            "Recovery shares are words on paper, one page for each holder, that together open the firm when everything but the\n"
            "database and one slot is lost. They are shown once, at the terminal, one holder at a time.\n\n"
            "Papers lie in the data folder, or in an S3 bucket or another folder (--packs). The bucket must be there; nothing readable\n"
            "gets into it. Several nodes need rows in PostgreSQL and packs where all of them reach them (muniment join).\n\n"
            "Example:\n  muniment init --home /var/lib/muniment --firm 'Example & Partners' --slot /mnt/site-a/slot --slot "
            "/mnt/site-b/slot \\\n      --shares 3-of-5 --passphrase-file /root/passphrase\n",
        .options = std::move(options),
        .run = run};
}

}  // namespace muniment::app
