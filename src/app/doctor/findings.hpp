// SPDX-License-Identifier: Apache-2.0
// What a look finds. Each check is one file of this folder: a function that looks at one thing and adds what it found, the good
// as well, so that whoever watches sees that it was looked at. Names are listed in docs/operate/monitoring.md, and a test
// compares the two.
#pragma once
#include <vector>

#include "app/home.hpp"
#include "audit/clock_alarm.hpp"
#include "config/config.hpp"
#include "duties/duties.hpp"
#include "server/doctor.hpp"
#include "strongroom/turn/slot_watch.hpp"

namespace muniment::app {

using server::Finding;
using server::Grade;

class Findings {
  public:
    Finding& good(Literal name, std::string text) { return add({name, Grade::good, std::move(text), ""}); }
    Finding& warning(Literal name, std::string text, std::string remedy) {
        return add({name, Grade::warning, std::move(text), std::move(remedy)});
    }
    Finding& red(Literal name, std::string text, std::string remedy) {
        return add({name, Grade::red, std::move(text), std::move(remedy)});
    }
    /// The most urgent first; what is equally urgent in the order in which it was looked at.
    std::vector<Finding> by_urgency() &&;
    const std::vector<Finding>& all() const { return all_; }

  private:
    Finding& add(Finding finding) { return all_.emplace_back(std::move(finding)); }
    std::vector<Finding> all_;
};

struct JobSight {
    Literal name;
    duties::JobState state;
    bool held = false, late = false, hangs = false;
};

/// What only a server at work knows of itself.
struct ServerSight {
    bool open = false;
    bool copy = false;                               ///< open, and not the living firm
    std::string why_locked;                          ///< where unlocking was refused
    bool keys_locked = false;                        ///< in memory
    std::optional<audit::ClockAlarm::Jump> jump;
    std::vector<strongroom::SlotReport> slots;
    std::optional<std::vector<JobSight>> jobs;       ///< nothing where they cannot be read now
};

struct SyncSpeed;

/// What is looked at, and from where.
struct Sight {
    const Home& home;
    const config::Settings& settings;
    Instant now;
    const ServerSight* server = nullptr;             ///< null: looked at from outside
    const SyncSpeed* sync = nullptr;                 ///< measured a moment ago; null: is measured now
};

// One file each.
void look_at_memory(const Sight& sight, Findings& found);
void look_at_clock(const Sight& sight, Findings& found);
void look_at_slots(const Sight& sight, Findings& found);
void look_at_unlocking(const Sight& sight, Findings& found);
void look_at_disk(const Sight& sight, Findings& found);
void look_at_sync(const Sight& sight, Findings& found);
void look_at_database(const Sight& sight, Findings& found);
void look_at_bucket(const Sight& sight, Findings& found);
void look_at_certificate(const Sight& sight, Findings& found);
void look_at_jobs(const Sight& sight, Findings& found);
void look_at_server(const Sight& sight, Findings& found);
void look_at_backup(const Sight& sight, Findings& found);

/// All of them.
std::vector<Finding> look(const Sight& sight);

}  // namespace muniment::app
