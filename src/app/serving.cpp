// SPDX-License-Identifier: Apache-2.0
#include "app/serving.hpp"

#include <boost/json.hpp>

#include "app/verify_log.hpp"
#include "base/journal.hpp"
#include "base/limits.hpp"

namespace muniment::app {
namespace json = boost::json;

std::shared_ptr<OpenFirm> Serving::firm() const {
    std::lock_guard lock(mutex_);
    return firm_;
}

bool Serving::is_open() const { return firm() != nullptr; }

Result<void> Serving::unlock_itself() {
    auto key = read_key_file(home_.key_file());
    if (!key) return fail(Problem::locked);
    TRY(auto content, read_small_file(home_.unlock_file()));
    TRY(auto file, keys::UnlockFile::decode(view(content)));
    TRY(auto root, keys::unlock_with_key_file(file, *key));
    return unlock(std::move(root));
}

Result<void> Serving::unlock(keys::RootKey root) {
    if (is_open()) return fail(Problem::already_done, "the strongroom is open");
    if (!former_.expired()) return fail(Problem::busy, "requests from before the lock have not ended yet");
    auto opened = OpenFirm::open(stores_, std::move(root), clock_);
    if (!opened) {
        door_.shut(opened.error());
        return std::unexpected(opened.error());
    }
    const auto& found = (*opened)->recovered();
    if (found.packs > 0)
        journal(Level::info, "start.recovered",
                {{"packs", found.packs}, {"checked", found.checked}, {"dropped", found.dropped}, {"damaged", found.damaged}});
    std::lock_guard lock(mutex_);
    firm_ = std::move(*opened);
    door_.open(std::shared_ptr<server::House>(firm_, const_cast<server::House*>(&firm_->house())));
    return {};
}

std::size_t Serving::lock() {
    std::shared_ptr<OpenFirm> closing;
    {
        std::lock_guard lock(mutex_);
        closing = std::exchange(firm_, nullptr);
        if (closing) former_ = closing;
    }
    door_.shut();
    if (!closing) return former_.expired() ? 0 : 1;
    // Nothing is admitted any more, and transfers under way end at their next step; the last of them to leave wipes the keys.
    closing->stop_cleanly();
    closing->gate().close();
    closing.reset();
    for (auto waited = Duration::zero(); !former_.expired() && waited < limits::drain_wait; waited += std::chrono::milliseconds(20)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    // Only now does nobody append any more.
    if (auto closed = stores_.packs->close(); !closed)
        journal(Level::warning, "stop.pack-not-closed", {{"problem", closed.error().problem}});
    if (former_.expired()) return 0;
    journal(Level::warning, "lock.requests-still-under-way");
    return static_cast<std::size_t>(former_.use_count());
}

void Serving::check() {
    if (auto open = firm()) {
        if (auto checked = open->check(); !checked) journal(Level::error, "check.failed", {{"problem", checked.error().problem}});
    }
}

Result<json::object> Serving::unlock_by_passphrase(const json::object& question) {
    const auto* passphrase = question.if_contains("passphrase");
    if (!passphrase || !passphrase->is_string()) return fail(Problem::malformed, "no passphrase came");
    TRY(auto content, read_small_file(home_.unlock_file()));
    TRY(auto file, keys::UnlockFile::decode(view(content)));
    TRY(auto root, keys::unlock_with_passphrase(file, passphrase->as_string()));
    CHECK(unlock(std::move(root)));
    return json::object{{"state", "open"}};
}

Result<json::object> Serving::status() {
    auto open = firm();
    json::object said{{"state", open ? "open" : "locked"}, {"trial", home_.trial}};
    auto arena = crypto::arena_status();
    said["keys_locked_in_memory"] = arena.locked;
    if (!open) return said;
    said["epoch"] = open->gate().ring().epoch_number();
    said["mark"] = to_hex(View(open->gate().ring().mark()).first(8));
    json::array slots;
    for (const auto& slot : open->slots().report()) {
        slots.push_back(json::object{{"name", slot.name}, {"state", strongroom::text_of(slot.state)},
                                     {"good", slot.state == strongroom::SlotState::holds}, {"former_epochs", slot.other_epochs}});
    }
    said["slots"] = std::move(slots);
    said["may_turn"] = open->slots().may_touch();
    return said;
}

Result<json::object> Serving::verify() {
    auto open = firm();
    if (open) CHECK(open->log().checkpoint_now());
    TRY(auto report, verify_log(*stores_.records, home_));
    return as_json(report);
}

Result<json::object> Serving::answer(const json::object& question) {
    const auto* asked = question.if_contains("ask");
    std::string what = asked && asked->is_string() ? std::string(asked->as_string()) : "";
    if (what == "status") return status();
    if (what == "verify") return verify();
    if (what == "unlock") {
        if (question.contains("passphrase")) return unlock_by_passphrase(question);
        CHECK(unlock_itself());
        return json::object{{"state", "open"}};
    }
    if (what == "lock") {
        if (auto left = lock(); left > 0) {
            return fail(
                Problem::busy,
                std::to_string(left) + " transfers have not ended yet, and the keys stay until they have; nobody new is let in");
        }
        return json::object{{"state", "locked"}};
    }
    if (what == "turn") {
        auto open = firm();
        if (!open) return fail(Problem::locked);
        TRY(auto report, open->turn());
        return json::object{{"epoch", report.epoch},
                            {"erased", json::value_from(report.erased)},
                            {"pending", json::value_from(report.pending)},
                            {"stale_matters", report.stale_matters}};
    }
    return fail(Problem::malformed, "the control socket was asked for something unknown");
}

}  // namespace muniment::app
