// SPDX-License-Identifier: Apache-2.0
// The ways in, besides people's accounts.
#include "app/doctor/findings.hpp"
#include "app/unlock_files.hpp"

namespace muniment::app {

void look_at_unlocking(const Sight& sight, Findings& found) {
    const auto& home = sight.home;
    if (auto files = unlock_files(home); !files) {
        auto& finding = found.red(
            "unlock.files", "A file among the unlock files cannot be read: " + std::string(slug(files.error().problem)) + ".",
            "Put it back from a copy, or take it away; muniment keys add-method makes a new one.");
        finding.place = home.keys().string();
    } else {
        found.good("unlock.files", "The unlock files can be read.").values["files"] = static_cast<std::int64_t>(files->size());
    }
    if (home.shares.empty()) {
        found.warning("unlock.shares",
                      "There are no recovery shares: whoever loses the passphrase or the unlock file loses everything.",
                      "muniment keys new-root --shares 3-of-5 (with --passphrase-file or --key-file)");
        return;
    }
    const auto& set = home.shares.back();
    auto& finding = found.good("unlock.shares", "Any " + std::to_string(set.needed) + " of " + std::to_string(set.of) +
                                                    " recovery shares open the firm.");
    finding.place = "set " + set.set;
    finding.values = {{"needed", set.needed}, {"of", set.of}};
}

}  // namespace muniment::app
