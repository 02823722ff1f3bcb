// SPDX-License-Identifier: Apache-2.0
// `muniment doctor`: what stands between this installation and its promises, each with its remedy.
#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <fstream>

#include "app/app.hpp"
#include "app/asking.hpp"
#include "app/certificate_pair.hpp"
#include "app/configured.hpp"
#include "app/control.hpp"
#include "app/home.hpp"
#include "app/say.hpp"
#include "app/unlock_files.hpp"
#include "base/limits.hpp"
#include "storage/room.hpp"

namespace muniment::app {
namespace {

namespace json = boost::json;

enum class Grade { good, warning, red };

struct Finding {
    Grade grade;
    std::string what;
    std::string remedy;
};

std::string first_line(const char* path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
}

dev_t device_of(const std::filesystem::path& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_dev : 0;
}

void look_at_memory(std::vector<Finding>& found) {
    rlimit locked{};
    ::getrlimit(RLIMIT_MEMLOCK, &locked);
    std::ifstream swaps("/proc/swaps");
    std::string line;
    int lines = 0;
    while (std::getline(swaps, line)) ++lines;
    bool swap = lines > 1, enough = locked.rlim_cur == RLIM_INFINITY || locked.rlim_cur >= 64 * 1024 * 1024;
    if (swap && !enough) {
        found.push_back({Grade::red,
                         "This machine swaps, and only " + std::to_string(locked.rlim_cur / 1024) +
                             " KiB may be locked in memory: opened papers may reach the disk.",
                         "Raise the limit (LimitMEMLOCK=infinity in the unit), or run without swap."});
    } else {
        found.push_back(
            {Grade::good, swap ? "Memory can be locked, so nothing opened is swapped out." : "This machine does not swap.", ""});
    }
    auto pattern = first_line("/proc/sys/kernel/core_pattern");
    if (pattern.starts_with('|')) {
        found.push_back({Grade::warning, "Core dumps are handed to a program; Muniment forbids its own, but other programs' reach it.",
                         "Set kernel.core_pattern to a plain name, or see what that program keeps."});
    }
}

void look_at_places(const Home& home, std::vector<Finding>& found) {
    auto data = device_of(home.data());
    std::size_t elsewhere = 0;
    for (std::size_t i = 0; i < home.slots.size(); ++i) {
        auto device = device_of(home.slot(i));
        if (device == 0) {
            found.push_back({Grade::red, "The slot " + home.slot(i).string() + " is not in reach.",
                             "Mount it again; losing all slots loses everything."});
        } else if (device != data) {
            ++elsewhere;
        }
    }
    bool key_file = has_key_file(home);
    if (elsewhere == 0) {
        found.push_back({Grade::red, key_file ? "Whoever takes this disk can read everything: data, key file and every slot lie on it."
                                              : "Data and every slot lie on one disk: whoever takes it needs only the passphrase.",
                         "Put the slots on other sites (init --slot), and the key file into a credential store, or unlock by passphrase."});
    } else if (key_file && device_of(home.keys()) == data) {
        found.push_back({Grade::warning, "The key file lies on the data's disk.", "Unlock by passphrase, or keep the key file elsewhere."});
    } else {
        found.push_back({Grade::good, "Data, slots and the way to unlock are apart.", ""});
    }
}

void look_at_unlocking(const Home& home, std::vector<Finding>& found) {
    auto files = unlock_files(home);
    if (!files)
        found.push_back({Grade::red, "A file among the unlock files cannot be read.",
                         "Look at " + home.keys().string() + ": " + files.error().text()});
    if (home.shares.empty()) {
        found.push_back({Grade::warning, "There are no recovery shares: whoever loses the passphrase or the unlock file loses everything.",
                         "muniment keys new-root --shares 3-of-5 (with --passphrase-file or --key-file)"});
        return;
    }
    const auto& set = home.shares.back();
    found.push_back({Grade::good,
                     "Any " + std::to_string(set.needed) + " of " + std::to_string(set.of) +
                         " recovery shares open the firm (set " + set.set + ").",
                     ""});
}

void look_at_room(const std::filesystem::path& place, const char* of, std::vector<Finding>& found) {
    auto room = storage::room_at(place);
    if (!room) return;
    auto said = std::to_string(room->percent()) + " % are free where the " + of + " lie (" +
                std::to_string(room->free_bytes / limits::MiB) + " MiB, " + std::to_string(room->free_files) + " inodes).";
    if (room->free_bytes < limits::disk_reserve_bytes) {
        found.push_back({Grade::red, said + " Only signing in and shutting somebody out still work.", "Make room now."});
        return;
    }
    const auto& steps = storage::RoomWarnings::steps;
    found.push_back({room->percent() < steps[2]   ? Grade::red
                     : room->percent() < steps[0] ? Grade::warning
                                                  : Grade::good,
                     said, room->percent() < steps[0] ? "Make room: what cannot be recorded does not happen." : ""});
}

void look_at_disk(const Home& home, std::vector<Finding>& found) {
    look_at_room(home.data(), "records", found);
    if (device_of(home.packs()) != device_of(home.data())) look_at_room(home.packs(), "packs", found);
}

void look_at_database(const Home& home, std::vector<Finding>& found) {
    if (home.postgresql.empty()) return;
    auto facts = storage::look_at_postgresql(home.postgresql);
    if (!facts) {
        found.push_back({Grade::red, "The database cannot be used: " + facts.error().detail + ".",
                         "Nothing is read or changed until it can."});
        return;
    }
    auto forgets = [&](bool safe, const char* setting) {
        if (!safe)
            found.push_back({Grade::red, std::string("The database may lose what was acknowledged: ") + setting + " is off.",
                             std::string("Set ") + setting + " = on in postgresql.conf and reload it; Muniment starts on no other."});
    };
    forgets(facts->fsync, "fsync");
    forgets(facts->full_page_writes, "full_page_writes");
    if (facts->superuser)
        found.push_back({Grade::warning, "Muniment comes to the database as a superuser.",
                         "Give it a role of its own that owns nothing but its schema."});
    if (!facts->checksums)
        found.push_back({Grade::warning, "The database keeps no checksums, so what a disk changes is found by our seals only.",
                         "Stop it and run pg_checksums --enable."});
    found.push_back({Grade::good,
                     "The rows are in PostgreSQL " + std::to_string(facts->version) +
                         (facts->tls ? ", reached by TLS; a commit waits for " : ", on this machine; a commit waits for ") +
                         (facts->standby_confirms ? "another server as well." : "this server alone."),
                     ""});
}

/// A bucket that keeps old versions or locks is no slot: what stays there opens nothing once its keys are erased elsewhere.
void look_at_bucket(const Home& home, std::vector<Finding>& found) {
    if (!home.bucket) return;
    auto sight = home.bucket->look();
    if (!sight) {
        found.push_back({Grade::red, "The bucket " + home.bucket->text() + ": " + sight.error().text(),
                         "Nothing is filed or read until it is; what was acknowledged lies there."});
        return;
    }
    found.push_back({Grade::good, "The bucket " + home.bucket->text() + " answers, and it is this firm's.", ""});
    auto seconds = sight->ahead.count() / 1'000'000;
    if (std::chrono::seconds(std::abs(seconds)) > limits::s3_clock_skew_told)
        found.push_back({Grade::warning,
                         "This machine's clock is " + std::to_string(std::abs(seconds)) + " seconds " +
                             (seconds < 0 ? "behind" : "ahead of") +
                             " the bucket's server; at 15 minutes it refuses.",
                         "Set the clock right (timedatectl set-ntp true)."});
    if (sight->versions.value_or(false) || sight->locks.value_or(false))
        found.push_back({Grade::good,
                         "The bucket keeps what is removed from it. It costs room and tells nobody anything: its keys are erased in the "
                         "slots.",
                         ""});
}

void look_at_certificate(const Home& home, std::vector<Finding>& found) {
    auto settings = machine_settings();
    if (!settings || std::filesystem::path(settings->home).lexically_normal() != home.folder.lexically_normal()) settings.emplace();
    bool unseen = false;
    auto files = certificate_in_sight(*settings, home.folder, unseen);
    if (!files) {
        found.push_back({Grade::red, "The server has no certificate that it can show: " + files.error().detail + ".",
                         "Put the key that belongs to it beside it; muniment config check."});
        return;
    }
    for (const auto& name : names_missing(*settings, *files))
        found.push_back({Grade::warning, "The certificate does not speak for " + name + ".", "Have one issued for that name as well."});
    auto pem = read_small_file(files->certificate);
    auto facts = pem ? crypto::certificate_facts(*pem) : Result<crypto::CertificateFacts>(fail(Problem::not_found));
    if (!facts) return;     // systemd hands it to the service alone
    auto days = (facts->not_after - SystemClock().now()) / std::chrono::hours(24);
    found.push_back({days < 7    ? Grade::red
                     : days < 30 ? Grade::warning
                                 : Grade::good,
                     "The certificate is valid for " + std::to_string(days) + " more days.",
                     days < 30 ? "Issue a new one, then systemctl reload muniment." : ""});
}

void look_at_server(const Home& home, std::vector<Finding>& found) {
    auto status = ask_control(home.control(), {{"ask", "status"}});
    if (!status) {
        found.push_back({Grade::warning, "No server runs on this home folder.", "muniment serve --home " + home.folder.string()});
        return;
    }
    if (!status->at("keys_locked_in_memory").as_bool()) {
        found.push_back({Grade::red, "The server's keys are not locked in memory.", "Raise LimitMEMLOCK and start it again."});
    }
    if (const auto* jump = status->if_contains("clock_jumped")) {
        auto seconds = jump->at("seconds").as_int64();
        auto said = "The clock jumped " + std::string(seconds < 0 ? "back" : "forward") + " by " + std::to_string(std::abs(seconds)) +
                    " seconds, to " + std::string(jump->at("to").as_string()) + ".";
        found.push_back({Grade::red, said + " Times in the record around it are in doubt.",
                         "See to the time service of this machine, then start the server again."});
    }
    if (const auto* slots = status->if_contains("slots")) {
        for (const auto& slot : slots->as_array()) {
            if (slot.at("good").as_bool()) continue;
            found.push_back(
                {Grade::red,
                 "The slot " + std::string(slot.at("name").as_string()) + " " + std::string(slot.at("state").as_string()) + ".",
                 "Bring it into reach; see docs/formats/keys.md."});
        }
    }
    found.push_back({Grade::good, "A server runs, " + std::string(status->at("state").as_string()) + ".", ""});
}

int run(const cli::Arguments& given) {
    auto home = Home::open(home_folder(given.get("--home")));
    if (!home) return failed(home.error());
    std::vector<Finding> found;
    look_at_memory(found);
    look_at_places(*home, found);
    look_at_unlocking(*home, found);
    look_at_disk(*home, found);
    look_at_database(*home, found);
    look_at_bucket(*home, found);
    look_at_certificate(*home, found);
    look_at_server(*home, found);
    found.push_back({Grade::warning, "There is no backup: this version makes none yet.",
                     "Copy the data folder to another site; never the slots or the key file."});
    bool red = std::ranges::any_of(found, [](const Finding& f) { return f.grade == Grade::red; });
    constexpr std::array words{"good", "warning", "red"};
    if (given.json()) {
        json::array all;
        for (const auto& f : found)
            all.push_back(
                json::object{{"grade", words[static_cast<std::size_t>(f.grade)]}, {"what", f.what}, {"remedy", f.remedy}});
        say(json::serialize(json::object{{"findings", all}, {"red", red}}));
    } else {
        for (const auto& f : found) {
            say(std::string(f.grade == Grade::good ? "  good     " : f.grade == Grade::warning ? "  WARNING  " : "  RED      ") + f.what);
            if (!f.remedy.empty()) say("           → " + f.remedy);
        }
    }
    return red ? static_cast<int>(cli::ExitCode::failed) : 0;
}

}  // namespace

cli::Command doctor_command() {
    return {.name = "doctor",
            .line = "Look at this installation and say what endangers its promises",
            .text = "Each finding comes with its remedy. Exits 0 unless one is red.\n",
            .options = {home_option},
            .run = run};
}

}  // namespace muniment::app
