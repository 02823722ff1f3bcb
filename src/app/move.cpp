// SPDX-License-Identifier: Apache-2.0
// `muniment move`: the rows into PostgreSQL or back into a file, the packs into a bucket, another folder, or back into the home.
//
// home.json is what says where the firm lives, and it is written once all has arrived and was compared. Until then the firm is where it
// was; afterwards what it left stays, under a name that nothing opens by itself, until people remove it.
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>

#include "app/app.hpp"
#include "app/asking.hpp"
#include "app/home_lock.hpp"
#include "app/say.hpp"
#include "storage/moving/moving.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

/// A line that is written over at a terminal, nothing in a pipe.
class Shown {
  public:
    explicit Shown(const char* what) : what_(what) {}
    ~Shown() {
        if (shown_) std::fputc('\n', stderr);
    }
    storage::MoveProgress on() {
        return [this](const storage::Carried& so_far) {
            if (::isatty(STDERR_FILENO) == 0) return true;
            shown_ = true;
            std::fprintf(stderr, "\r%s: %llu, %.1f MB", what_, static_cast<unsigned long long>(so_far.rows + so_far.packs),
                         static_cast<double>(so_far.bytes) / 1e6);
            return true;
        };
    }

  private:
    const char* what_;
    bool shown_ = false;
};

storage::RowPlace rows_of(const Home& home) { return {home.database(), home.postgresql}; }

struct Left : storage::Carried {
    std::string former;                    ///< what the place that was left is called now
};

/// Nothing where they are there already: the same command goes on with what is left of it.
Result<std::optional<Left>> move_database(Home& home, const std::string& wanted) {
    auto next = home;
    next.postgresql = wanted == "sqlite" ? "" : wanted;
    if (next.postgresql == home.postgresql) return std::optional<Left>{};
    if (!next.postgresql.empty() && !wanted.starts_with("postgresql://"))
        return fail(Problem::malformed, "--database takes postgresql://user@host/database?passfile=FILE, or sqlite");
    TRY(auto lock, HomeLock::take(home));
    CHECK(storage::return_to_rows(rows_of(home)));
    Left left;
    {
        Shown shown("rows");
        TRY(static_cast<storage::Carried&>(left), storage::move_rows(rows_of(home), rows_of(next), shown.on()));
    }
    TRY(left.former, storage::leave_rows(rows_of(home)));
    CHECK(next.save());
    home = std::move(next);
    return std::optional(std::move(left));
}

/// A new store in a bucket has an id of its own, which a move that was cut off has to find again.
Result<Bucket> bucket_to(const Home& home, const cli::Arguments& given) {
    TRY(auto bucket, Bucket::from_options(given));
    auto kept = home.folder / "move.json";
    if (auto text = read_small_file(kept)) {
        boost::system::error_code failed;
        auto said = json::parse(*text, failed);
        if (!failed && said.is_object()) {
            auto begun = Bucket::from_json(said.as_object());
            if (begun && begun->text() == bucket.text()) bucket.place.store = begun->place.store;
        }
    }
    CHECK(write_private_file(kept, json::serialize(bucket.as_json()) + "\n", true));
    return bucket;
}

Result<void> nothing(const storage::PackRow&) { return {}; }

Result<std::unique_ptr<storage::PackStore>> open_target(const Home& next) {
    if (!next.bucket) {
        CHECK(make_folder(storage::posix_disk(), next.packs()));
        return storage::open_pack_folder(next.packs(), nothing);
    }
    auto there = next.bucket->open(nothing, storage::Missing::refuse);
    if (there || there.error().problem != Problem::unavailable) return there;
    return next.bucket->open(nothing, storage::Missing::make);
}

Result<std::unique_ptr<storage::PackSink>> sink_of(const Home& next) {
    if (!next.bucket) return storage::open_pack_sink(next.packs());
    TRY(auto credentials, next.bucket->read_credentials());
    return storage::open_pack_sink(next.bucket->place, std::move(credentials));
}

Result<std::string> leave_papers(const Home& home) {
    if (!home.bucket) return storage::leave_packs(home.packs());
    TRY(auto credentials, home.bucket->read_credentials());
    return storage::leave_packs(home.bucket->place, std::move(credentials));
}
Result<void> return_to_papers(const Home& home) {
    if (!home.bucket) return storage::return_to_packs(home.packs());
    TRY(auto credentials, home.bucket->read_credentials());
    return storage::return_to_packs(home.bucket->place, std::move(credentials));
}

Result<std::optional<Left>> move_papers(Home& home, const cli::Arguments& given) {
    auto next = home;
    next.bucket.reset();
    next.packs_folder.clear();
    auto wanted = given.get("--packs");
    if (wanted.starts_with("s3://")) {
        TRY(next.bucket, bucket_to(home, given));
    } else if (wanted != "home") {
        next.packs_folder = fs::absolute(wanted).lexically_normal().string();
    }
    bool same = next.bucket ? home.bucket && home.bucket->text() == next.bucket->text() : !home.bucket && home.packs() == next.packs();
    if (same) return std::optional<Left>{};
    CHECK(return_to_papers(home));
    TRY(auto stores, Stores::open(home));
    TRY(auto target, open_target(next));
    TRY(auto sink, sink_of(next));
    Left left;
    {
        Shown shown("packs");
        TRY(static_cast<storage::Carried&>(left), storage::move_packs(*stores.records, *stores.packs, *sink, *target, shown.on()));
    }
    TRY(left.former, leave_papers(home));
    CHECK(next.save());
    std::error_code ignored;
    fs::remove(home.folder / "move.json", ignored);
    home = std::move(next);
    return std::optional(std::move(left));
}

std::string place_of_rows(const Home& home) {
    return home.postgresql.empty() ? home.database().string() : home.postgresql.substr(0, home.postgresql.find('?'));
}
std::string place_of_packs(const Home& home) { return home.bucket ? home.bucket->text() : home.packs().string(); }

int run(const cli::Arguments& given) {
    if (!given.has("--database") && !given.has("--packs"))
        return usage("Say what is to move: --database ADDRESS (or sqlite), --packs WHERE (or home).");
    auto home = Home::open(home_folder(given.get("--home")));
    if (!home) return failed(home.error());
    json::object said;
    auto tell = [&](const char* what, const std::optional<Left>& moved, std::uint64_t count, const std::string& from,
                    const std::string& to) {
        if (!moved) {
            said[what] = {{"moved", 0}, {"to", to}};
            if (!given.json()) say("The " + std::string(what) + " lie in " + to + " already.");
            return;
        }
        const auto& left = *moved;
        said[what] = {{"moved", count}, {"bytes", left.bytes}, {"from", from}, {"to", to}, {"former", left.former}};
        if (given.json()) return;
        say(std::to_string(count) + " " + what + " lie in " + to + " now, read back and compared. What was in " + from + " is " +
            left.former + "; remove it once you are sure.");
    };
    if (given.has("--packs")) {
        auto before = place_of_packs(*home);
        auto left = move_papers(*home, given);
        if (!left) return failed(left.error());
        tell("packs", *left, *left ? (*left)->packs : 0, before, place_of_packs(*home));
    }
    if (given.has("--database")) {
        auto before = place_of_rows(*home);
        auto left = move_database(*home, given.get("--database"));
        if (!left) return failed(left.error());
        tell("rows", *left, *left ? (*left)->rows : 0, before, place_of_rows(*home));
    }
    if (given.json()) say(json::serialize(said));
    return 0;
}

}  // namespace

cli::Command move_command() {
    std::vector<cli::Option> options{home_option,
                                     {"--database", "ADDRESS", "the rows: postgresql://user@host/database?passfile=FILE, or sqlite"}};
    for (auto& option : bucket_options()) options.push_back(std::move(option));
    for (auto& option : options)
        if (option.name == "--packs") option.help = "the sealed papers: s3://BUCKET/PREFIX, another folder, or home";
    return {.name = "move",
            .line = "Move a firm's rows into PostgreSQL, or its papers into a bucket, or back",
            .text = "Stop the server first, on every node. Nothing is opened, so no key is needed: rows and packs are copied as they are\n"
                    "sealed, read back, and compared. The firm lives at the new place once all of it is there; until then it is where it\n"
                    "was, and the same command goes on from where it was cut off. What it left is kept under another name, for you to\n"
                    "remove, and a node that still looks there finds no firm.\n\n"
                    "The new database must be empty, the prefix in the bucket unused. Other nodes join anew (muniment join).\n\n"
                    "Examples:\n"
                    "  muniment move --database 'postgresql://muniment@db.example/muniment?passfile=/etc/muniment/pgpass&sslrootcert=…'\n"
                    "  muniment move --packs s3://papers/firm --s3-endpoint https://s3.example --s3-credentials /etc/muniment/s3\n"
                    "  muniment move --database sqlite --packs home\n",
            .options = std::move(options),
            .run = run};
}

}  // namespace muniment::app
