// SPDX-License-Identifier: Apache-2.0
#include "app/setting_up.hpp"

#include <algorithm>

#include "access/authenticate/password_rules.hpp"
#include "access/authenticate/totp.hpp"
#include "app/share_pages.hpp"
#include "app/slot_sight.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

namespace muniment::app {
namespace {

constexpr std::string_view prefix = "mun_f_";
constexpr std::size_t secret_bytes = 20;
// The first words of a share are those of its set: what is asked for stands behind them.
constexpr std::size_t head_words = 4;

std::string new_secret() { return std::string(prefix) + to_hex(View(random_bytes<secret_bytes>())); }

/// Evenly enough for a question: 2^16 mod the number of words is far below 2^16.
std::size_t number_below(std::size_t end) {
    auto drawn = random_bytes<2>();
    return (static_cast<std::size_t>(drawn[0]) << 8 | drawn[1]) % end;
}

Result<void> check_secret_words(std::string_view typed, std::span<const std::string> context) {
    TRY(auto normal, normalize_password(typed));
    return access::check_new_password(normal, context);
}

}  // namespace

SettingUp::SettingUp(NewHome new_home, Home home, config::Settings settings, const Clock& clock)
    : clock_(clock), new_home_(std::move(new_home)), home_(std::move(home)), settings_(std::move(settings)), secret_(new_secret()),
      secret_hash_(crypto::sha256(view(secret_))), expires_(clock.now() + setup_valid), ends_(clock.steady() + setup_valid) {}

/// The right secret is let through whatever others tried: by wrong ones nobody is shut out. What is wrong is slowed for its source.
Result<void> SettingUp::admit(std::string_view secret, const std::string& source) {
    if (!crypto::equal(crypto::sha256(view(secret)), secret_hash_)) {
        TRY(auto from, access::Source::parse(source));
        CHECK(throttle_.attempt(from, view(prefix), clock_.steady()));
        return fail(Problem::unauthenticated, "This link is not the one that counts.");
    }
    if (founded()) return fail(Problem::already_done, "the firm was founded");
    if (over()) return fail(Problem::unauthenticated, "The link was valid for an hour, and that is over.");
    return {};
}

server::SettingUp::State SettingUp::state() const {
    State state{.expires = expires_, .home = home_.folder.string(), .slots = {}, .trial = home_.trial};
    for (std::size_t i = 0; i < home_.slots.size(); ++i) state.slots.push_back(home_.slot(i).string());
    return state;
}

std::vector<server::SettingUp::SlotSight> SettingUp::look_at_slots(const std::vector<std::string>& folders) const {
    return app::look_at_slots(home_, folders);
}

Result<server::SettingUp::Shares> SettingUp::make_shares(std::uint8_t needed, std::uint8_t of) {
    std::lock_guard held(mutex_);
    if (founded()) return fail(Problem::already_done, "the firm was founded");
    auto root = keys::RootKey::random();
    auto secret = crypto::Secret::zeros(keys::RootKey::size);
    std::ranges::copy(root.expose(), secret.fill().begin());
    on_paper_.emplace(OnPaper{to_hex(View(random_bytes<16>())), std::move(root), crypto::split(secret, needed, of), {}});
    Shares made{.ticket = on_paper_->ticket, .set = on_paper_->shares.front().set_name(), .holders = {}, .asked = {},
                .made = clock_.now()};
    for (const auto& share : on_paper_->shares) {
        made.holders.push_back(words_of(share));
        on_paper_->asked.push_back(head_words + 1 + number_below(made.holders.back().size() - head_words));
    }
    made.asked = on_paper_->asked;
    return made;
}

Result<void> SettingUp::confirm_shares(const std::string& ticket, const std::vector<std::string>& words) {
    std::lock_guard held(mutex_);
    if (!on_paper_ || on_paper_->ticket != ticket)
        return fail(Problem::conflict, "other shares were made since, perhaps in another window: these open nothing");
    if (words.size() != on_paper_->shares.size()) return fail(Problem::malformed, "a word of each holder is needed");
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto right = words_of(on_paper_->shares[i])[on_paper_->asked[i] - 1];
        if (fold_name(words[i]) != right)
            return fail(Problem::bad_share, "the word of holder " + std::to_string(i + 1) + " is another one");
    }
    on_paper_->confirmed = true;
    return {};
}

Result<access::Enrolment> SettingUp::make_factor(const std::string& firm, const std::string& sign_in) {
    CHECK(check_label(firm));
    CHECK(check_label(sign_in));
    std::lock_guard held(mutex_);
    factor_ = access::new_totp_secret();
    return access::Enrolment{to_base32(factor_->expose()), access::totp_uri(*factor_, firm, sign_in)};
}

// ---- the founding ----

Result<access::Credential> SettingUp::credential_of(const Founding& founding) const {
    if (!factor_) return fail(Problem::conflict, "the second factor was not set up");
    if (!access::verify_totp(*factor_, founding.code, clock_.now(), std::nullopt)) return fail(Problem::sign_in_refused);
    const std::vector<std::string> context{founding.sign_in, founding.name, founding.firm, "muniment"};
    TRY(auto password, normalize_password(founding.password));
    CHECK(access::check_new_password(password, context));
    access::Credential credential{.enrolled = true, .totp = bytes(factor_->expose()), .password_set = clock_.now()};
    TRY(credential.password, crypto::hash_password(password));
    return credential;
}

Result<Methods> SettingUp::methods_of(const Founding& founding) const {
    if (founding.shares && (!on_paper_ || on_paper_->ticket != *founding.shares))
        return fail(Problem::conflict, "other shares were made since, perhaps in another window: these open nothing");
    if (founding.shares && !on_paper_->confirmed) return fail(Problem::conflict, "nobody has confirmed that the shares are on paper");
    switch (founding.unlock) {
        case Unlock::key_file: return Methods{.key_file = true};
        case Unlock::shares:
            if (!founding.shares) return fail(Problem::conflict, "without passphrase and key file it needs recovery shares");
            return Methods{};
        case Unlock::passphrase: break;
    }
    const std::vector<std::string> context{founding.firm, founding.name, founding.sign_in, "muniment"};
    CHECK(check_secret_words(founding.passphrase, context));
    return Methods{.passphrase = founding.passphrase};
}

Result<std::vector<std::string>> SettingUp::slots_of(const Founding& founding) const {
    if (!home_.slots.empty()) {
        if (!founding.slots.empty()) return fail(Problem::conflict, "the slots were named at the terminal");
        return home_.slots;
    }
    if (founding.slots.size() < 2) return fail(Problem::conflict, "a firm needs at least two slots: losing them all loses everything");
    std::vector<std::string> slots;
    for (const auto& sight : app::look_at_slots(home_, founding.slots)) {
        if (!sight.usable)
            return fail(Problem::conflict, sight.folder + " cannot be a slot (" + std::string(sight.state) + ")");
        slots.push_back(sight.folder);
    }
    return slots;
}

/// All that can be wrong is found before anything is made.
Result<FoundingPlan> SettingUp::plan_of(const Founding& founding, Home& home) {
    for (const auto* label : {&founding.firm, &founding.name, &founding.sign_in}) CHECK(check_label(*label));
    TRY(home.slots, slots_of(founding));
    FoundingPlan plan;
    TRY(plan.methods, methods_of(founding));
    TRY(plan.founding.proven, credential_of(founding));
    plan.founding.firm_name = founding.firm;
    plan.founding.first = {.sign_in = founding.sign_in, .name = founding.name, .roles = {access::FirmRole::administrator}};
    if (founding.shares) {
        plan.root = on_paper_->root.clone();
        const auto& first = on_paper_->shares.front();
        ShareWish wish{.needed = first.members_needed, .of = static_cast<std::uint8_t>(on_paper_->shares.size())};
        home.shares = {share_set(wish, on_paper_->shares, keys::mark_of(plan.root, plan.firm))};
    }
    return plan;
}

Result<server::SettingUp::Founded> SettingUp::found(const Founding& founding, const access::Origin& origin) {
    std::lock_guard held(mutex_);
    if (founded()) return fail(Problem::already_done, "the firm was founded");
    auto home = home_;
    TRY(auto plan, plan_of(founding, home));
    TRY(auto stores, new_home_.prepare(home));
    Founded founded;
    auto sign_in = [&](OpenFirm& open) -> Result<void> {
        auto signed_in = open.sign_in().sign_in({founding.sign_in, founding.password, founding.code}, origin);
        if (signed_in) founded.signed_in = std::move(*signed_in);
        const auto& people = open.house().people;
        auto administrator = people.view_of(people.signs_in_as(founding.sign_in).value_or(PersonId{}));
        if (!administrator) return fail(Problem::internal, "the first administrator is not there");
        founded.administrator = std::move(*administrator);
        return {};
    };
    TRY(auto made, new_home_.found(home, std::move(stores), plan, clock_, sign_in));
    on_paper_.reset();
    factor_.reset();
    // From here on there is a firm, whatever else happens.
    TRY(home, Home::open(home.folder));
    home.control_socket = home_.control_socket;
    serving_ = std::make_unique<Serving>(std::move(home), std::move(made.stores), settings_);
    std::vector<keys::RootKey> roots;
    roots.push_back(std::move(plan.root));
    auto opened = serving_->unlock(std::move(roots));
    founded_ = serving_.get();
    door_.lead_to(serving_->door());
    if (!opened) return std::unexpected(opened.error());
    return founded;
}

}  // namespace muniment::app
