// SPDX-License-Identifier: Apache-2.0
#include "audit/checkpoint.hpp"

#include <algorithm>
#include <charconv>

namespace muniment::audit {
namespace {

/// Takes a line, without its newline, off the front of a text in which every line has one.
std::string_view take_line(std::string_view& text) {
    auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

}  // namespace

std::string Checkpoint::encode() const {
    auto text = origin + "\n" + std::to_string(size) + "\n" + to_base64(root) + "\n";
    for (const auto& line : extensions) text += line + "\n";
    return text;
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
    auto bad = [](std::string why) { return fail(Problem::corrupt, "no checkpoint: " + std::move(why)); };
    if (!text.ends_with('\n')) return bad("the last line does not end");
    Checkpoint checkpoint;
    checkpoint.origin = take_line(text);
    auto size = take_line(text), root = take_line(text);
    auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), checkpoint.size);
    // "With no leading zeroes (unless the tree is empty, in which case the tree size is 0)": as we would print it, then.
    if (checkpoint.origin.empty() || error != std::errc{} || std::to_string(checkpoint.size) != size)
        return bad("no origin or size");
    auto hash = from_base64(root);
    if (!hash || hash->size() != checkpoint.root.size()) return bad("no root hash");
    std::ranges::copy(*hash, checkpoint.root.begin());
    while (!text.empty()) {
        checkpoint.extensions.emplace_back(take_line(text));
        if (checkpoint.extensions.back().empty()) return bad("an empty line");
    }
    return checkpoint;
}

Result<Checkpoint> open_checkpoint(View note, const VerifierKey& key) {
    TRY(auto text, open_note(note, key));
    TRY(auto checkpoint, Checkpoint::parse(text));
    if (checkpoint.origin != key.name()) return fail(Problem::wrong_key, "the checkpoint is another log's");
    return checkpoint;
}

Bytes sign_checkpoint(const Checkpoint& checkpoint, const crypto::SigningKey& key) {
    return bytes(sign_note(checkpoint.encode(), checkpoint.origin, key).encode());
}

}  // namespace muniment::audit
