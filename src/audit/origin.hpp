// SPDX-License-Identifier: Apache-2.0
// The origin of a firm's log, and of those that go on where a former one was lost. docs/formats/log.md, "A log that goes on"
//
// What cannot be brought back ends a log, visibly: nothing is signed under its origin any more that contradicts what was signed
// before. The next log holds what is left of the former, then an entry (Action::log_continued) that names the newest checkpoint known
// of it, and has an origin of its own: `<origin>/2`, `/3`. The key is the same, so whoever verifies needs the newest verifier key only.
#pragma once
#include "audit/checkpoint.hpp"
#include "base/ids.hpp"

namespace muniment::audit {

/// `number` 1 is the firm's first log.
std::string origin_of(const FirmId& firm, std::uint64_t number);

struct Line {
    std::string first;              ///< origin of the first log
    std::uint64_t number = 1;
};
/// Which log of which line an origin names.
Line line_of(std::string_view origin);

struct OfLine {
    Checkpoint checkpoint;
    std::uint64_t number;           ///< of the log that signed it
};
/// Highest number of a log: nine digits. Whoever adopts so often has other troubles.
inline constexpr std::uint64_t log_number_max = 999'999'999;

/// A checkpoint of any log of the line of `one`, which may be an earlier one or a later one.
Result<OfLine> open_checkpoint_of_firm(View note, const VerifierKey& one);
/// A checkpoint of the log that `newest` verifies, or of one that it goes on from.
Result<OfLine> open_checkpoint_of_line(View note, const VerifierKey& newest);

}  // namespace muniment::audit
