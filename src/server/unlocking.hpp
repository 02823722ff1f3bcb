// SPDX-License-Identifier: Apache-2.0
// What may be said to a locked server: one recovery share. Who holds the keys (app/) takes it.
#pragma once
#include <string>
#include <string_view>

#include "keys/share_box.hpp"

namespace muniment::server {

class Unlocking {
  public:
    virtual ~Unlocking() = default;
    struct Taken {
        bool open = false;                     ///< the share was the last one that was missing
        keys::ShareBox::Standing standing;
    };
    /// Any number of callers at once. `slow_down` where this source has tried too often; else as ShareBox.
    virtual Result<Taken> take_share(std::string_view words, const std::string& source) = 0;
};

}  // namespace muniment::server
