// SPDX-License-Identifier: Apache-2.0
// A set-up under way: the secret of its link, and what was handed out and is not in force yet. All of it is in this process's memory
// alone; where the process ends, nothing was.
//
// Promises   Without the secret nobody learns or changes anything, wherever they come from; with it, until its hour is over or the
//            firm is founded, and never again. New shares and a new second factor void those before: of two browsers at once
//            the one that asked last founds, and the other is told.
// Assumes    The secret is printed once, by whoever made this, where only the administrator reads it.
#pragma once
#include "access/authenticate/throttle.hpp"
#include "app/new_home.hpp"
#include "app/serving.hpp"
#include "server/setup_door.hpp"

namespace muniment::app {

inline constexpr auto setup_valid = std::chrono::hours(1);

class SettingUp final : public server::SettingUp {
  public:
    /// `home` as it was wished at the terminal: folder, perhaps slots.
    SettingUp(NewHome new_home, Home home, config::Settings settings, const Clock& clock);

    /// "mun_f_…", behind the # of the link.
    const std::string& secret() const { return secret_; }
    server::SetupDoor& door() { return door_; }
    bool over() const { return clock_.steady() >= ends_; }
    /// The firm at work, once it was founded; null until then.
    Serving* founded() const { return founded_.load(); }

    Result<void> admit(std::string_view secret, const std::string& source) override;
    State state() const override;
    std::vector<SlotSight> look_at_slots(const std::vector<std::string>& folders) const override;
    Result<Shares> make_shares(std::uint8_t needed, std::uint8_t of) override;
    Result<void> confirm_shares(const std::string& ticket, const std::vector<std::string>& words) override;
    Result<access::Enrolment> make_factor(const std::string& firm, const std::string& sign_in) override;
    Result<Founded> found(const Founding& founding, const access::Origin& origin) override;

  private:
    struct OnPaper {
        std::string ticket;
        keys::RootKey root;
        std::vector<crypto::Share> shares;
        std::vector<std::size_t> asked;
        bool confirmed = false;
    };
    Result<access::Credential> credential_of(const Founding& founding) const;
    Result<Methods> methods_of(const Founding& founding) const;
    Result<std::vector<std::string>> slots_of(const Founding& founding) const;
    Result<FoundingPlan> plan_of(const Founding& founding, Home& home);

    const Clock& clock_;
    NewHome new_home_;
    Home home_;
    const config::Settings settings_;
    std::string secret_;
    Hash secret_hash_;
    Instant expires_;
    Duration ends_;
    access::Throttle throttle_;
    mutable std::mutex mutex_;                  // guards what follows; held while the firm is founded
    std::optional<OnPaper> on_paper_;
    std::optional<crypto::Secret> factor_;
    std::unique_ptr<Serving> serving_;
    std::atomic<Serving*> founded_ = nullptr;
    server::SetupDoor door_{*this};
};

}  // namespace muniment::app
