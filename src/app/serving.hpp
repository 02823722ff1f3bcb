// SPDX-License-Identifier: Apache-2.0
// A server at work: locked or open, answering HTTPS and the control socket.
#pragma once
#include <boost/json/object.hpp>

#include "access/authenticate/throttle.hpp"
#include "app/control.hpp"
#include "app/doctor/checkup.hpp"
#include "app/metrics/metrics.hpp"
#include "app/open_firm.hpp"
#include "app/unlock_files.hpp"
#include "keys/share_box.hpp"
#include "server/door.hpp"

namespace muniment::app {

class Serving final : public server::Unlocking {
  public:
    Serving(Home home, Stores stores, const config::Settings& settings = {});

    ~Serving();   ///< locked, and the last of those that hold the firm has left

    /// By the key file, where there is one; `locked` where none is.
    Result<void> unlock_itself(const std::optional<AcceptedLoss>& accepted = {});
    /// With the first of them that opens a slot.
    Result<void> unlock(std::vector<keys::RootKey> roots, const std::optional<AcceptedLoss>& accepted = {});
    /// Shuts the door, ends what is under way at its next step, and wipes the keys. Gives how many requests still hold them after
    /// limits::drain_wait: 0 means locked.
    std::size_t lock();
    bool is_open() const;
    /// What people must know of an open strongroom that is not the firm: that this is a copy.
    std::optional<std::string> is_no_firm() const;
    /// Open, and as the firm that lives: not as a copy of its database.
    bool may_change_packs() const;
    Stores& stores() { return stores_; }

    /// From the network (server/unlocking.hpp).
    Result<Taken> take_share(std::string_view words, const std::string& source) override;

    server::Door& door() { return door_; }
    Result<boost::json::object> answer(const boost::json::object& question);   ///< the control socket's
    void check();                                                              ///< at intervals
    void look();                                                               ///< each second: clock, room, other nodes
    /// What stopping or locking now would lose: the epoch key, where no slot in reach holds it any more. Slots that are empty are
    /// written anew first, where that is allowed. Nothing where all is well.
    std::optional<std::string> would_lose();
    const Clock& clock() const { return clock_; }
    Checkup& checkup() { return checkup_; }
    Measured measure();                                                        ///< for /metrics

  private:
    /// A root key whose shares people are writing down; nothing depends on it yet.
    struct Pending {
        std::string ticket;
        keys::RootKey root;
        std::optional<ShareSet> shares;
        Duration since;
    };

    std::shared_ptr<OpenFirm> firm() const;
    Result<std::shared_ptr<OpenFirm>> open_firm() const;    ///< `locked` where there is none
    Result<void> unlock_under_lock(std::vector<keys::RootKey> roots, const std::optional<AcceptedLoss>& accepted = {});
    Result<void> open_with(keys::RootKey root, const std::optional<AcceptedLoss>& accepted = {},
                           const std::vector<keys::ShareBox::Used>* shares = nullptr);
    Result<Taken> give_share(std::string_view words, const keys::ShareBox::Giver& giver);
    Result<void> keep_present_methods();
    Result<void> keep_present(OpenFirm& open);              ///< under methods_

    // What the control socket is asked.
    Result<boost::json::object> unlock_as_asked(const boost::json::object& question,
                                                const std::optional<AcceptedLoss>& accepted = {});
    Result<boost::json::object> share_given(const boost::json::object& question);
    Result<boost::json::object> lock_as_asked(bool force);
    Result<boost::json::object> status();
    Result<boost::json::object> verify(const boost::json::object& question);
    Result<boost::json::object> turn();
    Result<boost::json::object> begin_new_root(const boost::json::object& question);
    Result<boost::json::object> bring_in_new_root(const boost::json::object& question);
    Result<boost::json::object> add_method(const boost::json::object& question);
    Result<boost::json::object> drop_method(const boost::json::object& question);
    Result<boost::json::object> renew();
    Result<boost::json::object> packs();
    Result<boost::json::object> loss(const boost::json::object& question);
    Result<boost::json::object> accept_loss(const boost::json::object& question);

    void look_at_room();
    // Of several nodes on one database.
    void look_at_nodes();
    void drop(OpenFirm& open, const Error& why);            ///< wipes the keys, with the last request that holds them
    void come_back();
    Result<void> come_back_now();
    Result<void> join_anew();
    bool works_by_nothing();
    void look_at_mark();
    Result<boost::json::object> nodes();
    // What the doctor and /metrics are told (doctor/serving.cpp).
    Result<boost::json::object> doctor();
    ServerSight see_itself();
    std::optional<std::vector<JobSight>> jobs_of_itself(OpenFirm& open);

    SystemClock clock_;
    audit::ClockAlarm clock_alarm_{clock_};
    storage::RoomWarnings room_of_records_, room_of_packs_;
    bool in_reserve_ = false;
    Home home_;
    Stores stores_;
    server::Door door_;
    mutable std::mutex mutex_;            // guards firm_ and former_
    std::shared_ptr<OpenFirm> firm_;
    std::optional<Error> refused_;        // why the last unlocking failed
    std::weak_ptr<OpenFirm> former_;      // what was locked, until the last request has left it
    std::mutex opening_;                  // one unlocking at a time; guards box_ and the three at the end
    std::mutex joining_;                  // one new lease at a time
    keys::ShareBox box_;
    access::Throttle throttle_;           // of shares from the network; access::SignIn has its own
    std::mutex methods_;                  // one change of unlock files and of home_.shares at a time; guards pending_
    std::optional<Pending> pending_;
    bool comes_back_ = false;             // the firm was dropped, and is to be opened again by this node itself
    std::optional<keys::RootKey> comes_back_with_;    // where only the epoch was turned
    bool works_by_a_key_ = false;         // others were told so, and not yet that it does not any more
    std::optional<Problem> trouble_with_others_;
    Checkup checkup_;                     // looks at all of the above, and ends first
};

}  // namespace muniment::app
