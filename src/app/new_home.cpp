// SPDX-License-Identifier: Apache-2.0
#include "app/new_home.hpp"

namespace muniment::app {
namespace {

constexpr const char* counts = "home.json";
constexpr const char* begun = "founding.json";

Result<void> erase_slots(const Home& home) {
    for (std::size_t i = 0; i < home.slots.size(); ++i) {
        TRY(auto slot, storage::open_slot_folder(home.slot(i), storage::Missing::make));
        TRY(auto files, slot->list());
        for (const auto& file : files) CHECK(slot->erase(file));
        TRY(auto sets, storage::open_key_set_folder(home.key_sets(i), storage::Missing::make));
        TRY(auto names, sets->list());
        for (const auto& name : names) CHECK(sets->remove(name));
    }
    return {};
}

Result<void> remove_left(const std::filesystem::path& path) {
    std::error_code failed;
    std::filesystem::remove_all(path, failed);
    if (failed) return fail(Problem::unavailable, "cannot remove " + path.string() + ", left of a founding that was cut off");
    return {};
}

/// What founding.json names is erased where the founding is cut off: nothing may lie there that is not ours.
Result<void> check_empty(const Home& home) {
    for (std::size_t i = 0; i < home.slots.size(); ++i) {
        std::error_code failed;
        if (std::filesystem::exists(home.slot(i), failed) && !std::filesystem::is_empty(home.slot(i), failed))
            return fail(Problem::conflict, "the slot " + home.slot(i).string() +
                                               " holds something, perhaps the keys of another firm: name an empty folder");
    }
    return {};
}

}  // namespace

Result<NewHome> NewHome::at(const std::filesystem::path& folder) {
    auto& disk = storage::posix_disk();
    if (disk.exists(folder / counts)) return fail(Problem::already_done, "there is a firm at " + folder.string());
    if (auto made = storage::make_folder(disk, folder); !made)
        return fail(made.error().problem, "cannot make " + folder.string() + ": " + made.error().detail);
    auto lock = disk.lock(folder / "founding.lock");
    if (!lock && lock.error().problem == Problem::in_use)
        return fail(Problem::in_use, folder.string() + ", where another process is founding a firm");
    if (!lock) return fail(lock.error().problem, "cannot write in " + folder.string() + ": " + lock.error().detail);
    if (disk.exists(folder / counts)) return fail(Problem::already_done, "there is a firm at " + folder.string());
    NewHome home(folder, std::move(*lock));
    CHECK(home.clear());
    return home;
}

Result<void> NewHome::clear() const {
    auto& disk = storage::posix_disk();
    if (!disk.exists(folder_ / begun)) return {};
    auto home = Home::open(folder_, begun);
    // Written whole, before anything that it names: one that cannot be read is somebody else's.
    if (!home) return std::unexpected(home.error());
    CHECK(erase_slots(*home));
    CHECK(keep_only(*home, {}));
    CHECK(remove_left(home->keys()));
    if (home->postgresql.empty())
        for (const char* end : {"", "-wal", "-shm"}) CHECK(remove_left(home->database().string() + end));
    CHECK(disk.remove_file(folder_ / begun));
    return disk.sync_folder(folder_, storage::SyncPoint::whole_named);
}

Result<Stores> NewHome::prepare(const Home& home) {
    CHECK(check_empty(home));
    CHECK(home.save(begun));
    auto made = [&]() -> Result<Stores> {
        CHECK(storage::make_folder(storage::posix_disk(), home.data()));
        return Stores::open(home, storage::Missing::make);
    }();
    if (!made) CHECK(clear());
    return made;
}

Result<NewHome::Made> NewHome::found_in(const Home& home, Stores stores, const FoundingPlan& plan, const Clock& clock,
                                        const Then& then) {
    CHECK(add_methods(home, plan.root, plan.firm, plan.methods));
    TRY(auto founded, strongroom::found(*stores.records, stores.slot_list(), plan.root, plan.firm, plan.founding, clock));
    audit::ClockAlarm clock_alarm(clock);
    TRY(auto open, OpenFirm::open(stores, plan.root.clone(), clock, clock_alarm));
    CHECK(open->claim(home));
    if (then) CHECK(then(*open));
    open->stop_cleanly();
    open.reset();
    auto& disk = storage::posix_disk();
    CHECK(home.save(begun));   // with its shares by now
    CHECK(disk.rename_file(folder_ / begun, folder_ / counts));
    CHECK(disk.sync_folder(folder_, storage::SyncPoint::whole_named));
    return Made{std::move(founded.invitation), std::move(stores)};
}

Result<NewHome::Made> NewHome::found(const Home& home, Stores stores, const FoundingPlan& plan, const Clock& clock,
                                     const Then& then) {
    auto made = found_in(home, std::move(stores), plan, clock, then);
    if (!made) {
        if (auto cleared = clear(); !cleared) return std::unexpected(cleared.error());
    }
    return made;
}

Result<void> make_certificates(const Home& home, std::vector<std::string> names, Instant now) {
    for (const char* local : {"localhost", "127.0.0.1", "::1"}) names.emplace_back(local);
    TRY(auto authority, crypto::make_authority("Muniment local authority", now));
    TRY(auto server, crypto::issue_server_certificate(authority, names, now));
    constexpr bool replace = true;
    CHECK(write_private_file(home.tls("authority.pem"), authority.certificate_pem, replace));
    CHECK(write_private_file(home.tls("authority.key"), authority.key_pem, replace));
    CHECK(write_private_file(home.tls("server.pem"), server.certificate_pem + authority.certificate_pem, replace));
    return write_private_file(home.tls("server.key"), server.key_pem, replace);
}

}  // namespace muniment::app
