// SPDX-License-Identifier: Apache-2.0
// The bucket, where packs lie in one.
#include "app/doctor/findings.hpp"

namespace muniment::app {

void look_at_bucket(const Sight& sight, Findings& found) {
    const auto& home = sight.home;
    if (!home.bucket) return;
    auto place = home.bucket->text();
    auto looked = home.bucket->look();
    if (!looked) {
        found.red("bucket.reach", "The bucket cannot be used.",
                  "Nothing is filed or read until it can; what was acknowledged lies there.")
            .place = place + ": " + looked.error().text();
        return;
    }
    found.good("bucket.reach", "The bucket answers, and it is this firm's.").place = place;
    auto seconds = looked->ahead.count() / 1'000'000;
    if (std::chrono::seconds(std::abs(seconds)) > limits::s3_clock_skew_told)
        found.warning("bucket.clock",
                      "This machine's clock is " + std::to_string(std::abs(seconds)) + " seconds " +
                          (seconds < 0 ? "behind" : "ahead of") + " the bucket's server; at 15 minutes it refuses.",
                      "Set the clock right (timedatectl set-ntp true).")
            .values["seconds"] = seconds;
    if (looked->versions.value_or(false) || looked->locks.value_or(false))
        found.good("bucket.keeps",
                   "The bucket keeps what is removed from it. It costs room and tells nobody anything: its keys are erased "
                   "in the slots.");
}

}  // namespace muniment::app
