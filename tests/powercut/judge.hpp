// SPDX-License-Identifier: Apache-2.0
// What must be found after a cut, and the looking for it.
#pragma once
#include "play.hpp"

namespace muniment::powercut {

struct Expected {
    std::map<DocumentId, std::vector<std::optional<Paper>>> papers;  ///< each in one of these states; any other is none's
    std::vector<Entry> entries;
    std::optional<bool> ben;               ///< nothing: it was being changed
    std::uint64_t epoch = 1, covered = 0;  ///< at least
    bool turning = false, turned = false;  ///< a turn was under way; one was acknowledged
    std::vector<std::pair<Path, std::uint64_t>> copies;
    std::map<UploadId, Piece> coming;    ///< the newest acknowledged piece of what was not filed
    std::vector<Bytes> erased;
};
Expected expected_at(const Played& played, std::size_t position);

/// What was lost, if anything. The firm is opened on the image, looked through, and goes on for a moment: it files a paper and
/// clears up behind a turn. `after` is given what that wrote.
std::optional<std::string> judge(const Image& image, const Founded& founded, Expected& expected, Trace* after = nullptr);
/// After a cut in the founding: the firm is there, or it can be founded anew.
std::optional<std::string> judge_founding(const Image& image, const Founded& founded, bool acknowledged);

}  // namespace muniment::powercut
