// SPDX-License-Identifier: Apache-2.0
// A checkpoint, C2SP tlog-checkpoint: origin, size and root of a tree, as the text of a signed note.
#pragma once
#include "audit/note.hpp"

namespace muniment::audit {

struct Checkpoint {
    std::string origin;
    std::uint64_t size = 0;
    Hash root{};
    std::vector<std::string> extensions;     ///< not empty, without newlines; ours have none

    std::string encode() const;
    static Result<Checkpoint> parse(std::string_view text);
    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

/// Of the log whose origin is the key's name.
Result<Checkpoint> open_checkpoint(View note, const VerifierKey& key);
Bytes sign_checkpoint(const Checkpoint& checkpoint, const crypto::SigningKey& key);

}  // namespace muniment::audit
