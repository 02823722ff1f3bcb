// SPDX-License-Identifier: Apache-2.0
// A benchmark has nobody to give an error to.
#pragma once
#include "base/result.hpp"

template <class T>
T must(muniment::Result<T> result) {
    if (!result) muniment::die(result.error().text());
    return *std::move(result);
}
inline void must(muniment::Result<void> result) {
    if (!result) muniment::die(result.error().text());
}
