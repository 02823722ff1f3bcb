// SPDX-License-Identifier: Apache-2.0
// What a server does as one of several nodes: it follows the others, wipes its keys when it was out of touch or the epoch was turned
// elsewhere, and comes back.
#include <boost/json.hpp>

#include "app/home_lock.hpp"
#include "app/nodes.hpp"
#include "app/serving.hpp"
#include "base/journal.hpp"

namespace muniment::app {

/// Others wait for it before they erase what this node held.
bool Serving::works_by_nothing() {
    auto* nodes = stores_.records->nodes();
    if (!nodes || !nodes->in_force()) return false;
    auto told = nodes->works_by({});
    if (!told) journal(Level::warning, "node.mark-not-told", {{"problem", told.error().problem}});
    return told.has_value();
}

/// The last of those who held the keys may have left long after the lock.
void Serving::look_at_mark() {
    std::unique_lock opening(opening_, std::try_to_lock);
    if (!opening || !works_by_a_key_ || is_open()) return;
    {
        std::lock_guard lock(mutex_);
        if (!former_.expired()) return;
    }
    if (works_by_nothing()) works_by_a_key_ = false;
}

void Serving::drop(OpenFirm& open, const Error& why) {
    open.end_jobs();
    open.gate().close();
    std::lock_guard lock(mutex_);
    refused_ = why;
    former_ = std::exchange(firm_, nullptr);
    door_.shut(why);
}

void Serving::look_at_nodes() {
    auto* nodes = stores_.records->nodes();
    if (!nodes) return;
    if (auto open = firm()) {
        auto looked = open->look_at_others();
        auto lease = nodes->in_force();
        // Where people lock it at the same moment it stays locked.
        std::lock_guard opening(opening_);
        if (firm() != open) {
        } else if (!lease) {
            journal(Level::error, "node.lease-lost");
            drop(*open, lease.error());
            comes_back_ = true;
        } else if (open->outdated()) {
            journal(Level::info, "node.turned-elsewhere");
            if (auto root = open->root_copy()) comes_back_with_ = std::move(*root);
            drop(*open, Error(Problem::turned_elsewhere, "it takes a moment"));
            comes_back_ = true;
        }
        auto trouble = looked ? std::nullopt : std::optional(looked.error().problem);
        if (trouble && trouble != trouble_with_others_)
            journal(Level::error, "node.cannot-follow", {{"problem", *trouble}});
        trouble_with_others_ = trouble;
    }
    look_at_mark();
    come_back();
}

/// Where others have ended this node's lease. Whoever held a key by it has dropped that.
Result<void> Serving::join_anew() {
    auto* nodes = stores_.records->nodes();
    std::lock_guard lock(joining_);
    if (!nodes || !nodes->ended()) return {};
    // They have taken over what was being written into: nothing is added to it any more.
    static_cast<void>(stores_.packs->close().has_value());
    CHECK(nodes->join());
    return stores_.lock->remember(*stores_.records);
}

void Serving::come_back() {
    std::lock_guard opening(opening_);
    if (!comes_back_) return;
    {
        std::lock_guard lock(mutex_);
        if (!former_.expired()) return;   // somebody's transfer still ends; the keys go with it
    }
    auto done = come_back_now();
    if (!done && (done.error().problem == Problem::unavailable || done.error().problem == Problem::lease_lost ||
                  done.error().problem == Problem::busy || done.error().problem == Problem::turned_elsewhere))
        return;   // the next second, perhaps
    comes_back_ = false;
    comes_back_with_.reset();
    if (!done) {
        std::lock_guard lock(mutex_);
        refused_ = done.error();
    }
    if (done) journal(Level::info, "node.opened-anew");
    else journal(Level::error, "node.stays-locked", {{"problem", done.error().problem}});
}

Result<void> Serving::come_back_now() {
    auto* nodes = stores_.records->nodes();
    if (is_open()) return {};
    CHECK(join_anew());
    CHECK(nodes->in_force());
    if (works_by_nothing()) works_by_a_key_ = false;
    auto by_key_file = [&]() -> Result<void> {
        TRY(auto roots, roots_by_key_file(home_));
        return unlock_under_lock(std::move(roots));
    };
    if (!comes_back_with_) return by_key_file();
    if (auto opens = OpenFirm::opens_a_slot(stores_, *comes_back_with_); !opens && opens.error().problem == Problem::wrong_key) {
        // By another root key: this node knows no way to it, unless its files were brought here.
        if (auto opened = by_key_file()) return opened;
        return fail(Problem::wrong_key, "a new root key was brought in on another node, whose folder keys/ must be copied to this one");
    }
    std::vector<keys::RootKey> roots;
    roots.push_back(comes_back_with_->clone());
    return unlock_under_lock(std::move(roots));
}

boost::json::array as_json(const std::vector<storage::NodeRow>& nodes) {
    boost::json::array all;
    for (const auto& node : nodes)
        all.push_back(boost::json::object{{"name", node.name},
                                          {"id", to_uuid_text(node.node)},
                                          {"since", to_rfc3339(node.since)},
                                          {"until", to_rfc3339(node.until)},
                                          {"mark", to_hex(View(node.mark).first(std::min<std::size_t>(node.mark.size(), 8)))},
                                          {"ours", node.ours}});
    return all;
}

Result<boost::json::object> Serving::nodes() {
    auto* nodes = stores_.records->nodes();
    if (!nodes) return boost::json::object{{"nodes", boost::json::array{}}};
    TRY(auto all, nodes->list());
    return boost::json::object{{"nodes", as_json(all)}};
}

}  // namespace muniment::app
