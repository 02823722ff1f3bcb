// SPDX-License-Identifier: Apache-2.0
// What unlocking opens, in the order of the layer table, and locking closes in reverse. Dropped, every key is wiped.
#pragma once
#include <atomic>
#include <boost/json/object.hpp>
#include <memory>

#include "access/access.hpp"
#include "app/home.hpp"
#include "audit/clock_alarm.hpp"
#include "keys/share_box.hpp"
#include "server/doctor.hpp"
#include "server/house.hpp"
#include "strongroom/strongroom.hpp"

namespace muniment::app {

/// A pack that a person gives up before the firm is opened.
struct AcceptedLoss {
    PackId pack;
    std::string reason;
};

class OpenFirm final : public storage::Follower, public std::enable_shared_from_this<OpenFirm> {
  public:
    ~OpenFirm() override;
    /// `wrong_key`, `wall_shut`, `corrupt`, `conflict` (the database is older than the firm): each says what is safe to do.
    static Result<std::shared_ptr<OpenFirm>> open(Stores& stores, keys::RootKey root, const Clock& clock,
                                                  audit::ClockAlarm& clock_alarm, const std::optional<AcceptedLoss>& accepted = {},
                                                  audit::LogSettings log = {});
    /// Whether some slot gives the key that this database needs to this root key. `wrong_key` where all that are in reach do not.
    static Result<void> opens_a_slot(Stores& stores, const keys::RootKey& root);
    /// After the founding: this database is the living one, and the log's key is written where `audit verify` finds it.
    Result<void> claim(const Home& home);

    const server::House& house() const { return *house_; }
    audit::Log& log() { return *log_; }
    access::Gate& gate() { return *gate_; }
    const strongroom::Papers& papers() const { return *papers_; }
    strongroom::SlotWatch& slots() { return *slots_; }
    strongroom::OpenUploads& uploads() { return *uploads_; }
    access::SignIn& sign_in() { return *sign_in_; }
    Stores& stores() { return stores_; }

    /// From now on it does by itself what is due, while the last check found all well: not on a copy of the firm.
    void begin_jobs(std::vector<duties::Job> jobs, duties::JobRunner::Tell tell);
    /// Whom the routes ask how this installation stands; outlives the firm.
    void looked_after_by(server::Doctor& doctor) { house_->doctor = &doctor; }
    /// No job begins any more, and those at work end with their step; each holds this firm until then.
    void end_jobs();
    const std::string& name() const { return name_; }
    const strongroom::Recovered& recovered() const { return recovered_; }

    const strongroom::Diagnosis& standing() const { return standing_; }   ///< at the start
    /// A small piece of the scrub of secrets and records; false at the end of a pass, `corrupt` where it found something. Nothing is
    /// done, and it is to be asked again, while a turn is under way.
    Result<bool> scrub_some();
    struct Scrubbed {
        Instant ended;
        strongroom::ScrubReport report;
    };
    std::optional<Scrubbed> scrubbed();                                   ///< the last pass of this process

    /// At intervals: slots, a turn that was cut off, and the rows that the gate decides by.
    Result<void> check();
    /// With `next_root`: the new epoch key is sealed under it, and the former root key opens nothing afterwards.
    Result<strongroom::TurnReport> turn(const keys::RootKey* next_root = nullptr);
    struct Renewed : strongroom::RenewalReport {
        strongroom::TurnReport turn;
    };
    /// New keys for people, clients, matters and documents, then the turn. Cut off, it goes on when it is called again.
    Result<Renewed> renew();
    /// No turn is under way or left over in any slot in reach.
    bool settled();
    Result<keys::Mark> root_mark();
    Result<keys::RootKey> root_copy();
    /// Entries about how the strongroom was unlocked, and can be.
    Result<void> record_shares(const std::vector<keys::ShareBox::Used>& used, const std::map<std::string, std::uint64_t>& refused);
    Result<void> record_method(std::string_view method, std::string_view change);
    void stop_cleanly();

    /// Each second, where there can be other nodes: what they did is followed, and what those left whose leases ended is taken over.
    Result<void> look_at_others();
    /// The firm stands under another epoch key or has another firm key by now: this must be closed, and opened anew.
    bool outdated() const { return outdated_; }

  private:
    Result<void> check_under_lock();
    Result<void> inherit_token();
    Result<void> follow(storage::RecordReader& reader, const storage::Moved& moved) override;

    explicit OpenFirm(Stores& stores) : stores_(stores) {}
    Result<void> record(audit::Action action, audit::Outcome outcome, const boost::json::object& words);

    Stores& stores_;
    std::string name_;
    std::shared_ptr<keys::Ring> ring_;
    std::unique_ptr<audit::Log> log_;
    std::unique_ptr<access::Gate> gate_;
    std::unique_ptr<access::People> people_;
    std::unique_ptr<access::Groups> groups_;
    std::unique_ptr<access::SignIn> sign_in_;
    std::unique_ptr<strongroom::Register> register_;
    std::unique_ptr<strongroom::Papers> papers_;
    std::unique_ptr<strongroom::OpenUploads> uploads_;
    std::unique_ptr<strongroom::SlotWatch> slots_;
    std::unique_ptr<server::House> house_;
    std::unique_ptr<duties::JobRunner> jobs_;
    std::mutex turning_;
    std::optional<strongroom::Scrub> scrub_;
    std::optional<Scrubbed> scrubbed_;
    strongroom::Diagnosis standing_;
    strongroom::Recovered recovered_;
    std::vector<keys::Ring::Owner> to_follow_;    ///< the committer's: whose keys moved, until all that hangs on them followed
    std::atomic<bool> outdated_{false};
    std::atomic<bool> may_work_{false};           ///< the last look at slots and rows found all well, and this is no copy
    std::uint64_t others_ended_ = 0;              ///< leases, whose packs were taken over
};

}  // namespace muniment::app
