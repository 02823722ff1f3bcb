// SPDX-License-Identifier: Apache-2.0
// Signed notes, C2SP signed-note, with Ed25519 signatures (type 0x01): a text, an empty line, lines of signatures.
// Signatures by keys that we do not know are kept and ignored; one by a known key that does not verify refuses the whole note.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "crypto/signature.hpp"

namespace muniment::audit {

inline constexpr std::size_t note_bytes_max = 128 * 1024;   ///< 16 post-quantum signatures fit
inline constexpr std::size_t note_signatures_max = 32;      ///< the specification asks for 16 at least

/// "<name>+<key id, 8 hex digits>+<base64 of 0x01 ‖ public key>": a vkey.
class VerifierKey {
  public:
    VerifierKey(std::string name, const crypto::PublicKey& key);
    static Result<VerifierKey> parse(std::string_view vkey);
    std::string text() const;
    const std::string& name() const { return name_; }
    std::uint32_t id() const { return id_; }
    const crypto::PublicKey& key() const { return key_; }

  private:
    std::string name_;
    std::uint32_t id_;           ///< first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)
    crypto::PublicKey key_;
};

/// Non-empty UTF-8 without spaces, control characters and plus.
bool is_key_name(std::string_view name);

struct Note {
    struct Line {
        std::string name;
        std::uint32_t id = 0;
        Bytes signature;
    };
    std::string text;            ///< with its last newline, without the empty line
    std::vector<Line> signatures;

    static Result<Note> parse(View bytes);
    std::string encode() const;
};

/// `text` ends in a newline and holds no other control characters.
Note sign_note(std::string text, const std::string& key_name, const crypto::SigningKey& key);
/// The text, if the key signed it. `corrupt` for what is no note, `wrong_key` where the key did not sign it.
Result<std::string> open_note(View bytes, const VerifierKey& key);

}  // namespace muniment::audit
