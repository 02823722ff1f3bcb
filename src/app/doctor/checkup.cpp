// SPDX-License-Identifier: Apache-2.0
#include "app/doctor/checkup.hpp"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "app/doctor/sync_speed.hpp"
#include "app/version.hpp"
#include "base/journal.hpp"

namespace muniment::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration look_every = 5min;      // by itself; whoever asks gets one that is at most a minute old
constexpr Duration fresh_for = 1min;
constexpr Duration sync_measured_every = 10min;
constexpr auto short_wait = 1s, ending_wait = 2s;

}  // namespace

struct Checkup::Shared {
    std::filesystem::path home;
    SystemClock clock;
    std::function<ServerSight()> see;

    mutable std::mutex lock;               // guards what follows
    std::condition_variable asked, looked;
    config::Settings settings;
    std::optional<server::Condition> last;
    Duration last_at{};                    // by the steady clock
    std::uint64_t looks_begun = 0, looks_done = 0;
    bool wanted = false, stopping = false, seeing = false, ended = false;

    std::optional<SyncSpeed> sync;         // the thread's own, as is what follows
    Duration sync_at{};
    std::set<std::string> red;

    void run();
    std::optional<server::Condition> look_once(const config::Settings& by);
    void tell(const std::vector<Finding>& findings);
};

void Checkup::Shared::run() {
    std::unique_lock held(lock);
    while (!stopping) {
        asked.wait_for(held, look_every, [&] { return wanted || stopping; });
        if (stopping) break;
        wanted = false;
        ++looks_begun;
        auto by = settings;
        held.unlock();
        auto seen = look_once(by);
        held.lock();
        looks_done = looks_begun;
        if (seen) {
            last = std::move(seen);
            last_at = clock.steady();
        }
        looked.notify_all();
    }
    ended = true;
    looked.notify_all();
}

std::optional<server::Condition> Checkup::Shared::look_once(const config::Settings& by) {
    auto opened = Home::open(home);
    if (!opened) return std::nullopt;
    ServerSight server;
    {
        std::lock_guard held(lock);
        if (stopping) return std::nullopt;
        seeing = true;
    }
    server = see();
    {
        std::lock_guard held(lock);
        seeing = false;
        looked.notify_all();
    }
    if (!sync || clock.steady() - sync_at > sync_measured_every) {
        sync = measure_sync(opened->data(), clock);
        sync_at = clock.steady();
    }
    auto now = clock.now();
    auto findings = look({*opened, by, now, &server, sync ? &*sync : nullptr});
    tell(findings);
    return server::Condition{std::move(findings), now, std::string(program_version()), false};
}

void Checkup::Shared::tell(const std::vector<Finding>& findings) {
    std::set<std::string> now;
    for (const auto& finding : findings) {
        if (finding.grade != Grade::red) continue;
        auto which = std::string(finding.name.text()) + " " + finding.subject;
        if (!red.contains(which)) journal(Level::error, "doctor.red", {{"finding", finding.name}});
        now.insert(std::move(which));
    }
    red = std::move(now);
}

Checkup::Checkup(std::filesystem::path home, config::Settings settings, std::function<ServerSight()> see)
    : shared_(std::make_shared<Shared>()) {
    shared_->home = std::move(home);
    shared_->settings = std::move(settings);
    shared_->see = std::move(see);
    std::thread([shared = shared_] { shared->run(); }).detach();
}

Checkup::~Checkup() {
    std::unique_lock held(shared_->lock);
    shared_->stopping = true;
    shared_->asked.notify_all();
    shared_->looked.wait(held, [&] { return !shared_->seeing; });
    shared_->looked.wait_for(held, ending_wait, [&] { return shared_->ended; });
}

Result<server::Condition> Checkup::condition() {
    std::unique_lock held(shared_->lock);
    auto fresh = [&] { return shared_->last && shared_->clock.steady() - shared_->last_at < fresh_for; };
    if (!fresh()) {
        shared_->wanted = true;
        shared_->asked.notify_all();
        shared_->looked.wait_for(held, short_wait, fresh);
    }
    if (!shared_->last) return fail(Problem::unavailable, "the first look is under way");
    auto condition = *shared_->last;
    condition.looking = !fresh();
    return condition;
}

Result<server::Condition> Checkup::look_anew(Duration wait) {
    std::unique_lock held(shared_->lock);
    auto after = shared_->looks_begun;
    shared_->wanted = true;
    shared_->asked.notify_all();
    bool done = shared_->looked.wait_for(held, wait, [&] { return shared_->looks_done > after || shared_->ended; });
    if (!done || !shared_->last)
        return fail(Problem::unavailable, "a look at this machine does not end: some folder or server hangs");
    return *shared_->last;
}

std::optional<server::Condition> Checkup::last() const {
    std::lock_guard held(shared_->lock);
    return shared_->last;
}

void Checkup::go_by(config::Settings settings) {
    std::lock_guard held(shared_->lock);
    shared_->settings = std::move(settings);
    shared_->wanted = true;
    shared_->asked.notify_all();
}

}  // namespace muniment::app
