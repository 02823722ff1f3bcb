// SPDX-License-Identifier: Apache-2.0
#include "audit/note.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace muniment::audit {
namespace {

constexpr std::uint8_t ed25519 = 0x01;
constexpr std::string_view dash = "\u2014 ";
constexpr char32_t bad_code_point = 0xffffffff;

/// Takes one code point off the front; bad_code_point where the bytes are not UTF-8 (RFC 3629: shortest form, no surrogates).
char32_t next_code_point(std::string_view& text) {
    auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    auto first = byte(0);
    std::size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || text.size() < length) return bad_code_point;
    char32_t point = length == 1 ? first : first & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return bad_code_point;
        point = point << 6 | (byte(i) & 0x3fu);
    }
    constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return bad_code_point;
    text.remove_prefix(length);
    return point;
}

/// The property White_Space of Unicode.
bool is_space(char32_t c) {
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

/// "Signed notes MUST be valid UTF-8 and MUST NOT contain any ASCII control characters (those below U+0020) other than newline."
bool is_note_text(std::string_view text) {
    while (!text.empty()) {
        auto c = next_code_point(text);
        if (c == bad_code_point || (c < 0x20 && c != '\n')) return false;
    }
    return true;
}

std::uint32_t key_id(std::string_view name, const crypto::PublicKey& key) {
    static constexpr std::array<std::uint8_t, 2> between{0x0a, ed25519};
    auto hash = crypto::sha256({view(name), View(between), View(key)});
    return Reader(hash).u32();
}

std::string hex_of(std::uint32_t id) { return to_hex(Writer().u32(id).written()); }

std::unexpected<Error> no_note(std::string why) { return fail(Problem::corrupt, "no signed note: " + std::move(why)); }

Result<Note::Line> parse_line(std::string_view line) {
    if (!line.starts_with(dash)) return no_note("a signature line begins otherwise");
    line.remove_prefix(dash.size());
    auto space = line.find(' ');
    if (space == std::string_view::npos || !is_key_name(line.substr(0, space))) return no_note("a key name is not one");
    auto decoded = from_base64(line.substr(space + 1));
    if (!decoded || decoded->size() < 5) return no_note("a signature is not base64 of five bytes or more");
    Note::Line parsed{std::string(line.substr(0, space)), Reader(*decoded).u32(), {}};
    parsed.signature.assign(decoded->begin() + 4, decoded->end());
    return parsed;
}

}  // namespace

bool is_key_name(std::string_view name) {
    if (name.empty()) return false;
    while (!name.empty()) {
        auto c = next_code_point(name);
        if (c == bad_code_point || c < 0x20 || c == '+' || is_space(c)) return false;
    }
    return true;
}

VerifierKey::VerifierKey(std::string name, const crypto::PublicKey& key)
    : name_(std::move(name)), id_(key_id(name_, key)), key_(key) {
    require(is_key_name(name_), "a key name that no note can hold");
}

Result<VerifierKey> VerifierKey::parse(std::string_view vkey) {
    auto bad = [] { return fail(Problem::malformed, "no verifier key: <name>+<8 hex digits>+<base64>"); };
    auto first = vkey.find('+');
    if (first == std::string_view::npos) return bad();
    auto second = vkey.find('+', first + 1);
    if (second == std::string_view::npos || !is_key_name(vkey.substr(0, first))) return bad();
    auto material = from_base64(vkey.substr(second + 1));
    if (!material || material->size() != 33 || (*material)[0] != ed25519) return bad();
    crypto::PublicKey key;
    std::copy(material->begin() + 1, material->end(), key.begin());
    VerifierKey parsed(std::string(vkey.substr(0, first)), key);
    if (vkey.substr(first + 1, second - first - 1) != hex_of(parsed.id_)) return bad();
    return parsed;
}

std::string VerifierKey::text() const {
    return name_ + "+" + hex_of(id_) + "+" + to_base64(Writer().u8(ed25519).raw(key_).written());
}

Result<Note> Note::parse(View bytes) {
    auto whole = muniment::text(bytes);
    if (whole.size() > note_bytes_max) return no_note("too long");
    if (!is_note_text(whole)) return no_note("a control character, or not UTF-8");
    // "The text is separated from the signatures by the last empty line in the note."
    auto empty_line = whole.rfind("\n\n");
    if (empty_line == std::string_view::npos || !whole.ends_with('\n')) return no_note("no empty line before signatures");
    Note note{std::string(whole.substr(0, empty_line + 1)), {}};
    for (auto rest = whole.substr(empty_line + 2); !rest.empty();) {
        if (note.signatures.size() == note_signatures_max) return no_note("too many signatures");
        auto end = rest.find('\n');
        TRY(auto line, parse_line(rest.substr(0, end)));
        note.signatures.push_back(std::move(line));
        rest.remove_prefix(end + 1);
    }
    if (note.signatures.empty()) return no_note("no signature");
    return note;
}

std::string Note::encode() const {
    auto out = text + "\n";
    for (const auto& line : signatures)
        out.append(dash)
            .append(line.name)
            .append(" ")
            .append(to_base64(Writer().u32(line.id).raw(line.signature).written()))
            .append("\n");
    return out;
}

Note sign_note(std::string text, const std::string& key_name, const crypto::SigningKey& key) {
    require(text.ends_with('\n') && is_note_text(text), "a text that no note can hold");
    VerifierKey verifier(key_name, key.public_key());
    auto signature = key.sign(view(text));
    return {std::move(text), {{key_name, verifier.id(), bytes(View(signature))}}};
}

Result<std::string> open_note(View bytes, const VerifierKey& key) {
    TRY(auto note, Note::parse(bytes));
    bool verified = false;
    for (const auto& line : note.signatures) {
        if (line.name != key.name() || line.id != key.id()) continue;
        if (!crypto::verify(key.key(), view(note.text), line.signature))
            return fail(Problem::corrupt, "a signed note's signature is false");
        verified = true;
    }
    if (!verified) return fail(Problem::wrong_key, "no signature of the signed note is by it");
    return std::move(note.text);
}

}  // namespace muniment::audit
