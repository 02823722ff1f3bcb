// SPDX-License-Identifier: Apache-2.0
#include "keys/share_box.hpp"

#include <algorithm>
#include <set>

#include "base/limits.hpp"

namespace muniment::keys {
namespace {

using crypto::Share;

/// Only what Muniment makes: a stranger's share could ask for minutes of computing otherwise.
Result<void> check_ours(const Share& share) {
    bool ours = share.extendable && share.exponent == 0 && share.group == 0 && share.groups_needed == 1 && share.groups == 1 &&
                share.members_needed >= 2 && share.value.size() == RootKey::size;
    if (!ours) return fail(Problem::bad_share, "it is a share of SLIP-0039, but not of the kind that Muniment makes");
    return {};
}

bool same(const Share& a, const Share& b) { return a.same_set(b) && a.member == b.member && a.value.equals(b.value); }

/// Every choice of `needed` shares of different holders with `chosen` in it, until `try_it` is content or the tries are used up.
class Choices {
  public:
    Choices(std::vector<const Share*> others, std::size_t needed, std::function<bool(const std::vector<const Share*>&)> try_it)
        : others_(std::move(others)), needed_(needed), try_it_(std::move(try_it)) {}

    void with(const Share& fixed) {
        chosen_ = {&fixed};
        from(0);
    }

  private:
    bool from(std::size_t at) {
        if (chosen_.size() == needed_) return tries_ < limits::share_choices_max && (++tries_, try_it_(chosen_));
        for (; at < others_.size() && tries_ < limits::share_choices_max; ++at) {
            auto same_holder = [&](const Share* share) { return share->member == others_[at]->member; };
            if (std::ranges::any_of(chosen_, same_holder)) continue;
            chosen_.push_back(others_[at]);
            if (from(at + 1)) return true;
            chosen_.pop_back();
        }
        return false;
    }

    std::vector<const Share*> others_, chosen_;
    std::size_t needed_, tries_ = 0;
    std::function<bool(const std::vector<const Share*>&)> try_it_;
};

}  // namespace

void ShareBox::forget_old(Duration now) {
    std::erase_if(kept_, [&](const Kept& kept) { return now - kept.since >= limits::share_kept; });
}

std::string ShareBox::source_of(const Share& share) const {
    auto found = std::ranges::find_if(kept_, [&](const Kept& kept) { return same(kept.share, share); });
    return found == kept_.end() ? std::string("others") : found->giver.source;
}

void ShareBox::count_refused(const std::string& source) {
    bool room = refused_.contains(source) || refused_.size() < limits::shares_kept_max;
    ++refused_[room ? source : std::string("others")];
}

std::size_t ShareBox::of_network(const Giver& giver) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(kept_, [&](const Kept& kept) { return kept.giver.counted_as() == giver.counted_as(); }));
}

/// The oldest of the sources that gave most goes; a stranger's never pushes out one that came by the control socket.
bool ShareBox::make_room(const Giver& giver) {
    if (kept_.size() < limits::shares_kept_max) return true;
    auto may_go = [&](const Kept& kept) { return giver.local || !kept.giver.local; };
    std::size_t most = 0;
    for (const auto& kept : kept_)
        if (may_go(kept)) most = std::max(most, of_network(kept.giver));
    auto goes = std::ranges::find_if(kept_, [&](const Kept& kept) { return may_go(kept) && of_network(kept.giver) == most; });
    if (goes == kept_.end()) return false;
    kept_.erase(goes);
    return true;
}

ShareBox::Standing ShareBox::standing_of(const Share& share) const {
    std::set<unsigned> holders;
    for (const auto& kept : kept_)
        if (kept.share.same_set(share)) holders.insert(kept.share.member + 1u);
    Standing standing{.set = share.set_name(), .needed = share.members_needed, .missing = 0, .holders = {holders.begin(), holders.end()}};
    if (holders.size() < standing.needed) standing.missing = static_cast<unsigned>(standing.needed - holders.size());
    return standing;
}

Result<ShareBox::Standing> ShareBox::add(std::string_view words, const Giver& giver, const Clock& clock) {
    forget_old(clock.steady());
    auto read = Share::read(words);
    if (auto ours = read ? check_ours(*read) : Result<void>(std::unexpected(read.error())); !ours) {
        count_refused(giver.source);
        return std::unexpected(ours.error());
    }
    if (std::ranges::any_of(kept_, [&](const Kept& kept) { return same(kept.share, *read); })) {
        newest_ = read->clone();
        auto standing = standing_of(*read);
        standing.repeated = true;
        return standing;
    }
    if (!giver.local && of_network(giver) >= limits::shares_per_source_max)
        return fail(Problem::busy, "so many shares have come from your address that no more are taken from it for some minutes");
    if (!make_room(giver)) return fail(Problem::busy, "too many shares are waiting");
    newest_ = read->clone();
    kept_.push_back({std::move(*read), giver, clock.now(), clock.steady()});
    return standing_of(kept_.back().share);
}

Result<std::optional<ShareBox::Opened>> ShareBox::open(const std::function<bool(const RootKey&)>& opens) {
    if (!newest_) return std::optional<Opened>{};
    std::vector<const Share*> others;
    for (const auto& kept : kept_)
        if (kept.share.same_set(*newest_) && !same(kept.share, *newest_)) others.push_back(&kept.share);
    std::optional<RootKey> root;
    std::vector<Share> fitting;
    std::size_t on_slots = 0;
    bool opened_a_slot = false;
    Choices choices(std::move(others), newest_->members_needed, [&](const std::vector<const Share*>& chosen) {
        std::vector<Share> some;
        for (const auto* share : chosen) some.push_back(share->clone());
        auto secret = crypto::combine(some);
        if (!secret) return false;
        ++on_slots;
        root = RootKey::from(std::move(*secret)).value();
        fitting = std::move(some);
        opened_a_slot = opens(*root);
        return opened_a_slot || on_slots == limits::share_slot_tries_max;
    });
    auto fixed = newest_->clone();
    choices.with(fixed);
    if (on_slots == 0) return std::optional<Opened>{};
    if (!opened_a_slot) {
        count_refused(source_of(*newest_));
        return fail(Problem::wrong_key,
                    "these shares fit each other, but they are not of this firm's present root key: perhaps of a former one");
    }
    Opened opened{std::move(*root), {}};
    for (const auto& kept : kept_)
        if (std::ranges::any_of(fitting, [&](const Share& share) { return same(share, kept.share); }))
            opened.shares.push_back({kept.share.member + 1u, kept.giver.source, kept.share.set_name(), kept.at});
    return std::optional(std::move(opened));
}

std::vector<ShareBox::Standing> ShareBox::standings() const {
    std::vector<Standing> all;
    for (const auto& kept : kept_) {
        auto standing = standing_of(kept.share);
        bool known = std::ranges::any_of(
            all, [&](const Standing& each) { return each.set == standing.set && each.needed == standing.needed; });
        if (!known) all.push_back(std::move(standing));
    }
    return all;
}

}  // namespace muniment::keys
