// SPDX-License-Identifier: Apache-2.0
// `muniment join`: a home folder for one more node of a firm that lives. `muniment nodes`: those that serve it.
#include <algorithm>
#include <boost/json.hpp>

#include "app/app.hpp"
#include "app/asking.hpp"
#include "app/control.hpp"
#include "app/home_lock.hpp"
#include "app/nodes.hpp"
#include "app/open_firm.hpp"
#include "app/root_given.hpp"
#include "app/say.hpp"
#include "app/unlock_files.hpp"
#include "strongroom/founding.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;

/// What the first home says, but where this machine reaches it by another way.
Result<Home> wished(const cli::Arguments& given, const Home& from) {
    Home home = from;
    home.folder = home_folder(given.get("--home"));
    home.trial = false;
    if (std::filesystem::exists(home.folder / "home.json"))
        return fail(Problem::already_done, "there is a firm at " + home.folder.string());
    home.postgresql = given.get("--database", from.postgresql);
    if (home.postgresql.empty())
        return fail(Problem::conflict, "several nodes need the rows in PostgreSQL, and those of this firm lie in one file of SQLite");
    if (given.has("--slot")) home.slots = given.all("--slot");
    for (const auto& slot : home.slots)
        if (!slot.starts_with('/'))
            return fail(Problem::malformed,
                        "the slot " + slot + " lies in the first home folder: say with --slot where all nodes reach it");
    if (given.has("--packs")) home.packs_folder = std::filesystem::absolute(given.get("--packs")).string();
    if (home.packs_folder.empty() && !home.bucket)
        return fail(Problem::malformed, "the papers lie in the first home folder: say with --packs where this machine reaches them");
    return home;
}

/// The newest complete pack that rows name stands for all: a folder without it is not the firm's.
Result<void> check_packs(Stores& stores) {
    TRY(auto packs, stores.records->packs());
    std::ranges::sort(packs, std::ranges::greater(), &storage::PackRow::pack);
    for (const auto& pack : packs) {
        if (pack.state != storage::PackState::closed) continue;
        bool named = false;
        CHECK(stores.records->for_each_part_in(pack.pack, [&](const storage::PartRow&) { return named = true, false; }));
        if (!named) continue;
        auto there = stores.packs->check(pack.pack);
        if (!there)
            return fail(Problem::conflict, "the papers of this firm are not where this home looks for them: " + there.error().detail);
        return {};
    }
    return {};
}

Result<void> copy_small_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    TRY(auto content, read_small_file(from));
    auto written = write_private_file(to, content);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(content.data()), content.size()});
    return written;
}

Result<void> copy_keys(const Home& from, const Home& home) {
    TRY(auto files, unlock_files(from));
    for (const auto& stored : files) {
        CHECK(copy_small_file(stored.path, home.keys() / stored.path.filename()));
        auto key = stored.key_file();
        if (std::filesystem::exists(key)) CHECK(copy_small_file(key, home.keys() / key.filename()));
    }
    return copy_small_file(from.log_key(), home.log_key());
}

/// By the first home's authority where it can be had, so that clients that trust one node trust all of them.
Result<void> make_certificate(const cli::Arguments& given, const Home& from, const Home& home) {
    auto names = given.all("--name");
    for (const char* local : {"localhost", "127.0.0.1", "::1"}) names.emplace_back(local);
    auto now = SystemClock().now();
    crypto::CertificateAndKey authority;
    if (std::filesystem::exists(from.tls("authority.key"))) {
        TRY(authority.certificate_pem, read_small_file(from.tls("authority.pem")));
        TRY(authority.key_pem, read_small_file(from.tls("authority.key")));
    } else {
        TRY(authority, crypto::make_authority("Muniment local authority", now));
    }
    TRY(auto server, crypto::issue_server_certificate(authority, names, now));
    CHECK(write_private_file(home.tls("authority.pem"), authority.certificate_pem));
    CHECK(write_private_file(home.tls("authority.key"), authority.key_pem));
    CHECK(write_private_file(home.tls("server.pem"), server.certificate_pem + authority.certificate_pem));
    return write_private_file(home.tls("server.key"), server.key_pem);
}

Result<Home> join_firm(const cli::Arguments& given) {
    TRY(auto from, Home::open(std::filesystem::absolute(given.get("--from"))));
    TRY(auto home, wished(given, from));
    TRY(auto roots, roots_given(given, from));
    {
        TRY(auto stores, Stores::open(home, storage::Missing::refuse, storage::Others::admit));
        CHECK(check_packs(stores));
        Result<void> opens = fail(Problem::wrong_key);
        for (const auto& root : roots)
            if (!opens) opens = OpenFirm::opens_a_slot(stores, root);
        CHECK(std::move(opens));
    }
    CHECK(copy_keys(from, home));
    CHECK(make_certificate(given, from, home));
    CHECK(home.save());
    return home;
}

int join(const cli::Arguments& given) {
    auto home = join_firm(given);
    if (!home) return failed(home.error());
    if (given.json()) {
        say(json::serialize(json::object{{"home", home->folder.string()}, {"authority", home->tls("authority.pem").string()}}));
        return 0;
    }
    say("A home for one more node was made at " + home->folder.string() + ". `muniment serve --home " + home->folder.string() +
        "` serves the same firm from there.");
    say("It is unlocked as the first one is. After `muniment keys new-root`, copy keys/ of the node where that was done to the others.");
    return 0;
}

Result<json::object> nodes_of(const Home& home) {
    auto asked = ask_control(home.control(), {{"ask", "nodes"}});
    if (asked || asked.error().problem != Problem::unavailable || home.postgresql.empty()) return asked;
    TRY(auto lock, HomeLock::take(home));
    TRY(auto records, open_records(home, {storage::Others::admit, lock.former()}));
    TRY(auto others, storage::other_nodes(*records));
    return json::object{{"nodes", as_json(others)}};
}

int nodes(const cli::Arguments& given) {
    auto home = Home::open(home_folder(given.get("--home")));
    if (!home) return failed(home.error());
    auto found = nodes_of(*home);
    if (!found || given.json()) return finish(given, found, "");
    const auto& all = found->at("nodes").as_array();
    if (home->postgresql.empty()) say("The rows lie in one file of SQLite: one node serves this firm at a time.");
    else if (all.empty()) say("No node serves this firm at the moment.");
    auto words = [](const json::value& in, const char* name) { return std::string(in.at(name).as_string()); };
    for (const auto& node : all) {
        auto mark = words(node, "mark");
        say(words(node, "name") + (node.at("ours").as_bool() ? " (this home)" : "") + ": since " + words(node, "since") + ", lease until " +
            words(node, "until") + ", " + (mark.empty() ? "locked" : "works by epoch key " + mark));
    }
    return 0;
}

}  // namespace

std::vector<cli::Command> node_commands() {
    return {
        {.name = "join",
         .line = "Make a home folder for one more node of a firm whose rows lie in PostgreSQL",
         .text = "--from is the first node's home folder, or a copy of its home.json, keys/ and tls/. The new home unlocks as that one "
                 "does,\nand has a certificate by the same authority. Database, slots and packs are those of the first home, unless "
                 "this machine\nreaches them by another address or path. Nothing is changed where the papers or no slot's key are found "
                 "there.\n\n"
                 "Example:\n  muniment join --from /root/node1 --home /var/lib/muniment --name node2.firm.example\n",
         .options = [] {
             std::vector<cli::Option> options{home_option,
                                              {"--from", "DIR", "the first home folder, or a copy of its home.json, keys/ and tls/", true},
                                              {"--database", "ADDRESS", "in place of the first home's"},
                                              {"--packs", "DIR", "where this machine reaches the folder of packs"},
                                              {"--slot", "DIR", "where this machine reaches the slots; all of them", false, true},
                                              {"--name", "HOST", "a name or address that people reach this node by", false, true}};
             for (auto& option : root_options()) options.push_back(std::move(option));
             return options;
         }(),
         .run = join},
        {.name = "nodes",
         .line = "Show which nodes serve the firm, until when their leases run, and by which epoch key they work",
         .options = {home_option},
         .run = nodes},
    };
}

}  // namespace muniment::app
