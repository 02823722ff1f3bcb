// SPDX-License-Identifier: Apache-2.0
// Signed notes, verifier keys and checkpoints: what other people's tools hand us.
#include "audit/note.hpp"

#include "audit/checkpoint.hpp"
#include "fuzz.hpp"

using namespace muniment;
using namespace muniment::audit;

namespace {

const crypto::SigningKey& our_key() {
    static const auto key = crypto::SigningKey::from_seed(crypto::Secret::zeros(32)).value();
    return key;
}

}  // namespace

FUZZ_TARGET(notes) {
    static const VerifierKey ours("muniment.invalid/log", our_key().public_key());
    auto note = Note::parse(input);
    if (note) fuzz::must(note->encode() == text(input), "a second spelling of a note");
    if (auto opened = open_note(input, ours)) {
        // Whoever fuzzes has no key, but the corpus holds notes that were signed with it.
        fuzz::must(note && *opened == note->text, "a note that opens as another text");
    }
}

FUZZ_TARGET(signed_notes) {
    fuzz::Pieces pieces(input);
    auto pick = pieces.u64();
    std::string said;
    for (char c : text(pieces.rest())) said += c == '\n' || (c >= ' ' && c <= '~') ? c : '.';
    said += '\n';
    if (said.size() > note_bytes_max / 2) return;
    const VerifierKey ours("muniment.invalid/log", our_key().public_key());
    auto encoded = sign_note(said, ours.name(), our_key()).encode();
    fuzz::must(open_note(view(encoded), ours).value() == said, "a note of ours that does not open");
    auto changed = open_note(fuzz::damaged(view(encoded), pick), ours);
    fuzz::must(!changed, "a changed note that opens");
}

FUZZ_TARGET(verifier_keys) {
    if (auto key = VerifierKey::parse(text(input))) fuzz::must(key->text() == text(input), "a second spelling of a verifier key");
}

FUZZ_TARGET(checkpoints) {
    auto said = text(input);
    auto checkpoint = Checkpoint::parse(said);
    if (!checkpoint) return;
    fuzz::must(checkpoint->encode() == said, "a second spelling of a checkpoint");
    fuzz::must(Checkpoint::parse(checkpoint->encode()).value() == *checkpoint, "a checkpoint that is another one when written");
}
