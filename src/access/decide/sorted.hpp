// SPDX-License-Identifier: Apache-2.0
// Sorted vectors without doubles, as the cards of a policy hold them.
#pragma once
#include <algorithm>
#include <iterator>
#include <vector>

namespace muniment::access {

template <class T>
bool contains(const std::vector<T>& sorted, const T& item) {
    return std::ranges::binary_search(sorted, item);
}

template <class T>
void include(std::vector<T>& sorted, const T& item) {
    auto at = std::ranges::lower_bound(sorted, item);
    if (at == sorted.end() || *at != item) sorted.insert(at, item);
}

template <class T>
void exclude(std::vector<T>& sorted, const T& item) {
    auto at = std::ranges::lower_bound(sorted, item);
    if (at != sorted.end() && *at == item) sorted.erase(at);
}

template <class T>
void sort_unique(std::vector<T>& items) {
    std::ranges::sort(items);
    items.erase(std::ranges::unique(items).begin(), items.end());
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

/// What is in x and not in y.
template <class T>
std::vector<T> without(const std::vector<T>& x, const std::vector<T>& y) {
    std::vector<T> out;
    std::ranges::set_difference(x, y, std::back_inserter(out));
    return out;
}

}  // namespace muniment::access
