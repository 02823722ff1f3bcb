// SPDX-License-Identifier: Apache-2.0
#include "app/home.hpp"

#include "app/configured.hpp"
#include "app/home_lock.hpp"

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>

namespace muniment::app {
namespace {

constexpr std::size_t small_file_bytes_max = 64 * 1024;

}  // namespace

std::filesystem::path home_folder(const std::string& option) {
    if (!option.empty()) return std::filesystem::absolute(option);
    if (const char* set = std::getenv("MUNIMENT_HOME"); set && *set) return std::filesystem::absolute(set);
    return machine_settings().value_or(config::Settings{}).home;
}

std::filesystem::path Home::key_sets(std::size_t i) const {
    auto beside = slot(i);
    return beside.parent_path() / (beside.filename().string() + ".key-sets");
}

Result<void> write_private_file(const std::filesystem::path& path, std::string_view content, bool replace) {
    auto& disk = storage::posix_disk();
    if (!replace && disk.exists(path)) return fail(Problem::already_done, path.string() + " is there already");
    auto written = make_folder(disk, path.parent_path());
    if (written) written = put_whole(disk, path, view(content));
    if (!written) return fail(written.error().problem, "cannot write " + path.string() + ": " + written.error().detail);
    return {};
}

Result<std::string> read_small_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail(Problem::not_found, "There is no " + path.string() + ".");
    std::string content(small_file_bytes_max + 1, '\0');
    in.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(in.gcount()));
    if (content.size() > small_file_bytes_max) return fail(Problem::too_large, path.string());
    return content;
}

Result<crypto::Secret> read_key_file(const std::filesystem::path& path) {
    TRY(auto hex, read_small_file(path));
    while (hex.ends_with('\n')) hex.pop_back();
    auto raw = from_hex(hex);
    if (!raw || raw->size() != 32) return fail(Problem::malformed, path.string() + " does not hold 32 bytes in hex");
    return crypto::Secret::take(*raw);
}

Result<Home> Home::open(const std::filesystem::path& folder, const char* file) {
    auto text = read_small_file(folder / file);
    if (!text) return fail(Problem::not_found, "There is no firm at " + folder.string() + ": run `muniment init` first.");
    boost::system::error_code failed;
    auto parsed = boost::json::parse(*text, failed);
    Home home{.folder = folder, .slots = {}};
    // Where the configuration is about another home, its socket is another server's.
    if (auto said = machine_settings(); said && std::filesystem::path(said->home).lexically_normal() == folder.lexically_normal())
        home.control_socket = said->control_socket;
    if (failed || !parsed.is_object() || !parsed.as_object().contains("slots"))
        return fail(Problem::corrupt, (folder / file).string());
    if (const auto* format = parsed.as_object().if_contains("format")) {
        auto number = format->is_int64() ? format->as_int64() : 0;
        if (number < 1) return fail(Problem::corrupt, (folder / file).string());
        if (number > home_format)
            return fail(Problem::too_new, "the home folder has format " + std::to_string(number) + ", this program knows " +
                                              std::to_string(home_format));
    }
    for (const auto& slot : parsed.at("slots").as_array()) home.slots.emplace_back(slot.as_string());
    home.trial = parsed.as_object().contains("trial") && parsed.at("trial").as_bool();
    if (const auto* sets = parsed.as_object().if_contains("shares")) {
        for (const auto& set : sets->as_array()) {
            home.shares.push_back({std::string(set.at("root").as_string()), std::string(set.at("set").as_string()),
                                   set.at("needed").to_number<unsigned>(), set.at("of").to_number<unsigned>()});
        }
    }
    if (const auto* address = parsed.as_object().if_contains("database")) home.postgresql = address->as_string();
    if (const auto* packs = parsed.as_object().if_contains("packs"); packs && packs->is_object()) {
        TRY(home.bucket, Bucket::from_json(packs->as_object()));
    } else if (packs && packs->is_string()) {
        home.packs_folder = packs->as_string();
    }
    return home;
}

Result<void> Home::save(const char* file) const {
    boost::json::object said{{"format", home_format}, {"slots", boost::json::value_from(slots)}, {"trial", trial}};
    boost::json::array sets;
    for (const auto& set : shares)
        sets.push_back(boost::json::object{{"root", set.root}, {"set", set.set}, {"needed", set.needed}, {"of", set.of}});
    said["shares"] = std::move(sets);
    if (!postgresql.empty()) said["database"] = postgresql;
    if (bucket) said["packs"] = bucket->as_json();
    else if (!packs_folder.empty()) said["packs"] = packs_folder;
    return write_private_file(folder / file, boost::json::serialize(said) + "\n", true);
}

Result<std::unique_ptr<storage::Records>> open_records(const Home& home, const storage::NodeSelf& self) {
    return home.postgresql.empty() ? storage::open_sqlite(home.database()) : storage::open_postgresql(home.postgresql, {}, self);
}

Result<Stores> Stores::open(const Home& home, storage::Missing missing, storage::Others others) {
    Stores stores;
    auto used = [&] { return fail(Problem::in_use, "the data folder " + home.data().string() + ", probably a server that runs on it"); };
    // A new one in its place would be an empty firm, and whoever reads that there is none founds another.
    if (missing == storage::Missing::refuse && home.postgresql.empty() && !storage::posix_disk().exists(home.database()))
        return fail(Problem::unavailable, "the database " + home.database().string() +
                                              " is not there: is its disk mounted? If it is lost, a copy of the data folder takes its "
                                              "place (docs/operate/what-to-do-when.md)");
    auto lock = HomeLock::take(home);
    if (!lock && lock.error().problem == Problem::in_use) return used();
    if (!lock) return std::unexpected(lock.error());
    auto opened = open_records(home, {others, lock->former()});
    if (!opened && opened.error().problem == Problem::in_use && home.postgresql.empty()) return used();
    TRY(stores.records, std::move(opened));
    CHECK(lock->remember(*stores.records));
    stores.lock = std::make_shared<const HomeLock>(std::move(*lock));
    auto* records = stores.records.get();
    auto registered = [records](const storage::PackRow& row) {
        return records->commit([&](storage::RecordWriter& writer) { return writer.put_pack(row); });
    };
    auto packs = home.bucket ? home.bucket->open(registered, missing) : storage::open_pack_folder(home.packs(), registered, missing);
    auto place = home.bucket ? home.bucket->text() : home.packs().string();
    if (!packs) return fail(packs.error().problem, "the packs at " + place + ": " + packs.error().detail);
    stores.packs = std::move(*packs);
    for (std::size_t i = 0; i < home.slots.size(); ++i) {
        TRY(auto slot, storage::open_slot_folder(home.slot(i), missing));
        stores.slots.push_back(std::move(slot));
        TRY(auto sets, storage::open_key_set_folder(home.key_sets(i), missing));
        stores.key_sets.push_back(std::move(sets));
    }
    return stores;
}

std::vector<storage::Slot*> Stores::slot_list() const {
    std::vector<storage::Slot*> list;
    for (const auto& slot : slots) list.push_back(slot.get());
    return list;
}

std::vector<storage::KeySets*> Stores::key_set_list() const {
    std::vector<storage::KeySets*> list;
    for (const auto& sets : key_sets) list.push_back(sets.get());
    return list;
}

}  // namespace muniment::app
