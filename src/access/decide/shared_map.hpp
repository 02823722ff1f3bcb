// SPDX-License-Identifier: Apache-2.0
// A map from ids to values whose copies share what they have in common: copying is free, changing a copy copies one path.
//
// Two levels of 64 branches by a hash of the id, then a short sorted list: at 100,000 entries a list holds about 24, and a change
// copies two arrays of 64 pointers and that list. The form is canonical (empty nodes do not exist), so equal contents have equal
// forms, and comparing two maps skips everything they share.
//
// A map may be read by any number of threads; it is changed only by the one that holds it, and never seen to change by others.
#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "base/ids.hpp"

namespace muniment::access {

template <class Key, class Value>
class SharedMap {
  public:
    bool empty() const { return !root_; }

    const Value* find(const Key& key) const {
        if (!root_) return nullptr;
        auto [high, low] = branches(key);
        const auto& middle = root_->below[high];
        if (!middle) return nullptr;
        const auto& leaf = middle->below[low];
        if (!leaf) return nullptr;
        auto at = position(*leaf, key);
        return at != leaf->entries.end() && at->key == key ? at->value.get() : nullptr;
    }

    void put(const Key& key, Value value) {
        auto [high, low] = branches(key);
        auto& leaf = own(own(own(root_).below[high]).below[low]);
        auto at = position(leaf, key);
        auto fresh = std::make_shared<const Value>(std::move(value));
        if (at != leaf.entries.end() && at->key == key)
            leaf.entries[at - leaf.entries.begin()].value = std::move(fresh);
        else
            leaf.entries.insert(at, {key, std::move(fresh)});
    }

    void drop(const Key& key) {
        if (!find(key)) return;
        auto [high, low] = branches(key);
        auto& root = own(root_);
        auto& middle = own(root.below[high]);
        auto& leaf = own(middle.below[low]);
        leaf.entries.erase(position(leaf, key));
        if (!leaf.entries.empty()) return;
        middle.below[low].reset();
        if (!none(middle)) return;
        root.below[high].reset();
        if (none(root)) root_.reset();
    }

    template <class Visit>
    void each(Visit visit) const {
        if (!root_) return;
        for (const auto& middle : root_->below) {
            if (!middle) continue;
            for (const auto& leaf : middle->below)
                if (leaf)
                    for (const auto& entry : leaf->entries) visit(entry.key, *entry.value);
        }
    }

    /// Visits the keys whose values differ, or that only one of them has; visit(key, const Value* x, const Value* y).
    template <class Visit>
    static void each_difference(const SharedMap& x, const SharedMap& y, Visit visit) {
        static const Root no_root;
        static const Middle no_middle;
        static const Leaf no_leaf;
        if (x.root_ == y.root_) return;
        const auto& a = x.root_ ? *x.root_ : no_root;
        const auto& b = y.root_ ? *y.root_ : no_root;
        for (std::size_t i = 0; i < fan_out; ++i) {
            if (a.below[i] == b.below[i]) continue;
            const auto& c = a.below[i] ? *a.below[i] : no_middle;
            const auto& d = b.below[i] ? *b.below[i] : no_middle;
            for (std::size_t j = 0; j < fan_out; ++j)
                if (c.below[j] != d.below[j])
                    leaf_difference(c.below[j] ? *c.below[j] : no_leaf, d.below[j] ? *d.below[j] : no_leaf, visit);
        }
    }

    friend bool operator==(const SharedMap& x, const SharedMap& y) {
        bool equal = true;
        each_difference(x, y, [&](const Key&, const Value*, const Value*) { equal = false; });
        return equal;
    }

  private:
    static constexpr std::size_t fan_out = 64;
    struct Entry {
        Key key;
        std::shared_ptr<const Value> value;
    };
    struct Leaf {
        std::vector<Entry> entries;  // sorted by key
    };
    struct Middle {
        std::array<std::shared_ptr<Leaf>, fan_out> below;
    };
    struct Root {
        std::array<std::shared_ptr<Middle>, fan_out> below;
    };

    static std::pair<std::size_t, std::size_t> branches(const Key& key) {
        // Fibonacci hashing: the high bits depend on all of the id's random half.
        auto h = std::hash<Key>{}(key) * 0x9E37'79B9'7F4A'7C15ull;
        return {h >> 58, (h >> 52) & (fan_out - 1)};
    }
    static auto position(const Leaf& leaf, const Key& key) {
        return std::ranges::lower_bound(leaf.entries, key, {}, &Entry::key);
    }
    template <class Node>
    static bool none(const Node& node) {
        return std::ranges::none_of(node.below, [](const auto& p) { return p != nullptr; });
    }

    /// The node, to be changed: itself if nobody else holds it, otherwise a copy in its place.
    template <class Node>
    static Node& own(std::shared_ptr<Node>& node) {
        if (!node)
            node = std::make_shared<Node>();
        else if (node.use_count() != 1)
            node = std::make_shared<Node>(*node);
        else
            // Whoever else held it has let go: what they read of it happened before what we write now.
            std::atomic_thread_fence(std::memory_order_acquire);
        return *node;
    }

    template <class Visit>
    static void leaf_difference(const Leaf& x, const Leaf& y, Visit& visit) {
        auto i = x.entries.begin(), j = y.entries.begin();
        while (i != x.entries.end() || j != y.entries.end()) {
            if (j == y.entries.end() || (i != x.entries.end() && i->key < j->key)) {
                visit(i->key, i->value.get(), static_cast<const Value*>(nullptr));
                ++i;
            } else if (i == x.entries.end() || j->key < i->key) {
                visit(j->key, static_cast<const Value*>(nullptr), j->value.get());
                ++j;
            } else {
                if (i->value != j->value && !(*i->value == *j->value)) visit(i->key, i->value.get(), j->value.get());
                ++i, ++j;
            }
        }
    }

    std::shared_ptr<Root> root_;
};

}  // namespace muniment::access
