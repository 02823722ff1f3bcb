// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <malloc.h>
#include <unicode/coll.h>
#include <unicode/normalizer2.h>
#include <unicode/uclean.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "base/limits.hpp"

namespace muniment {
namespace {

void must(UErrorCode status) { require(U_SUCCESS(status), u_errorName(status)); }

icu::UnicodeString utf16(std::string_view text) {
    return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::string utf8(const icu::UnicodeString& text) {
    std::string out;
    text.toUTF8String(out);
    return out;
}

/// The next code point at `at`, which moves on; negative where the bytes are not UTF-8.
std::int32_t next_code_point(std::string_view text, std::size_t& at) {
    auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    auto size = static_cast<std::int32_t>(text.size());
    auto index = static_cast<std::int32_t>(at);
    UChar32 c = 0;
    U8_NEXT(bytes, index, size, c);
    at = static_cast<std::size_t>(index);
    return c;
}

bool is_control(std::int32_t c) { return c < 0x20 || (c >= 0x7f && c <= 0x9f); }
bool is_line_break(std::int32_t c) { return c == 0x2028 || c == 0x2029; }
/// What turns the direction of the text around it ("Trojan Source"): a name with one shows as another name.
bool turns_direction(std::int32_t c) {
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x061c;
}

/// What unassigned code points will fold to is not known; when a later ICU knows, tags made before must still be found.
const icu::UnicodeSet& unicode_15() {
    static const icu::UnicodeSet& set = [] -> icu::UnicodeSet& {
        UErrorCode status = U_ZERO_ERROR;
        auto& assigned = *new icu::UnicodeSet(icu::UnicodeString("[:age=15.0:]"), status);
        must(status);
        return *static_cast<icu::UnicodeSet*>(assigned.freeze());
    }();
    return set;
}

icu::UnicodeString nfc(const icu::UnicodeString& text) {
    UErrorCode status = U_ZERO_ERROR;
    static const icu::FilteredNormalizer2& normalizer = *[] {
        UErrorCode opened = U_ZERO_ERROR;
        auto* all = icu::Normalizer2::getNFCInstance(opened);
        must(opened);
        return new icu::FilteredNormalizer2(*all, unicode_15());
    }();
    icu::UnicodeString normalized;
    normalizer.normalize(text, normalized, status);
    must(status);
    return normalized;
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

Result<void> check_utf8(View bytes) {
    auto all = text(bytes);
    for (std::size_t at = 0; at < all.size();)
        if (next_code_point(all, at) < 0) return fail(Problem::bad_name, "it is not UTF-8 at byte " + std::to_string(at));
    return {};
}

Result<std::string> check_label(std::string_view name) {
    if (name.empty()) return fail(Problem::bad_name, "it is empty");
    if (name.size() > limits::name_bytes_max)
        return fail(Problem::bad_name, "it is longer than " + std::to_string(limits::name_bytes_max) + " bytes");
    CHECK(check_utf8(view(name)));
    for (std::size_t at = 0; at < name.size();) {
        auto c = next_code_point(name, at);
        if (c == 0) return fail(Problem::bad_name, "it has a zero byte in it");
        if (c == '\n' || c == '\r' || is_line_break(c)) return fail(Problem::bad_name, "it has a line break in it");
        if (is_control(c)) return fail(Problem::bad_name, "it has a control character in it");
        if (turns_direction(c)) return fail(Problem::bad_name, "it has a character in it that turns the direction of writing");
    }
    return std::string(name);
}

Result<std::string> check_name(std::string_view name) {
    TRY(auto label, check_label(name));
    if (name == "." || name == "..") return fail(Problem::bad_name, "it stands for a folder in every path");
    if (name.contains('/')) return fail(Problem::bad_name, "it has a slash in it");
    return label;
}

std::string fold_name(std::string_view name) {
    if (is_ascii(name)) {
        std::string folded(name);
        std::ranges::transform(folded, folded.begin(), lower);
        return folded;
    }
    auto normal = nfc(utf16(name));
    icu::UnicodeString folded;
    for (std::int32_t at = 0; at < normal.length(); at = normal.moveIndex32(at, 1)) {
        icu::UnicodeString one(normal.char32At(at));
        folded += unicode_15().contains(normal.char32At(at)) ? one.foldCase(U_FOLD_CASE_DEFAULT) : one;
    }
    return utf8(nfc(folded));
}

Result<std::string> normalize_password(std::string_view typed) {
    auto too_large = [] {
        return fail(Problem::too_large, "a password of more than " + std::to_string(limits::password_bytes_max) + " bytes");
    };
    if (typed.size() > limits::password_bytes_max) return too_large();
    if (is_ascii(typed)) return std::string(typed);
    for (std::size_t at = 0; at < typed.size();) {
        auto c = next_code_point(typed, at);
        if (c < 0) return fail(Problem::malformed, "a password that is not UTF-8");
        if (!unicode_15().contains(c)) return fail(Problem::weak_password, "it has a character in it that this version does not know");
    }
    UErrorCode status = U_ZERO_ERROR;
    const auto* normalizer = icu::Normalizer2::getNFKCInstance(status);
    must(status);
    icu::UnicodeString normalized;
    normalizer->normalize(utf16(typed), normalized, status);
    must(status);
    auto password = utf8(normalized);
    if (password.size() > limits::password_bytes_max) return too_large();
    return password;
}

std::size_t character_count(std::string_view text) {
    // Every code point has exactly one byte that does not continue another.
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

// learn.microsoft.com: "Naming Files, Paths, and Namespaces".
std::string safe_on_windows(std::string_view name, bool& changed) {
    std::string safe(name);
    for (auto& c : safe)
        if (static_cast<unsigned char>(c) < 0x20 || std::string_view("<>:\"/\\|?*").contains(c)) c = '_';
    // Windows cuts dots and blanks from the end, and so two names could become one.
    for (auto at = safe.rbegin(); at != safe.rend() && (*at == '.' || *at == ' '); ++at) *at = '_';
    // A device keeps its name whatever ending it is given: "NUL.txt" writes to nowhere.
    auto stem = fold_name(std::string_view(safe).substr(0, safe.find('.')));
    while (stem.ends_with(' ')) stem.pop_back();
    static constexpr std::array<std::string_view, 6> devices{"con", "prn", "aux", "nul", "conin$", "conout$"};
    bool port =
        (stem.starts_with("com") || stem.starts_with("lpt")) && character_count(stem) == 4 &&
        (std::string_view("0123456789").contains(stem[3]) || stem.ends_with("¹") || stem.ends_with("²") || stem.ends_with("³"));
    if (port || std::ranges::find(devices, stem) != devices.end()) safe.insert(0, 1, '_');
    if (safe.empty()) safe = "_";
    changed = safe != name;
    return safe;
}

struct Collation::Rules {
    std::unique_ptr<icu::Collator> collator;
};

Result<Collation> Collation::create(std::string_view language) {
    UErrorCode status = U_ZERO_ERROR;
    auto locale =
        icu::Locale::forLanguageTag(icu::StringPiece(language.data(), static_cast<std::int32_t>(language.size())), status);
    if (U_FAILURE(status) || language.empty()) return fail(Problem::malformed, "a language that is not a tag of BCP 47");
    std::unique_ptr<icu::Collator> collator(icu::Collator::createInstance(locale, status));
    if (U_FAILURE(status)) return fail(Problem::unavailable, "ICU has no rules of sorting");
    collator->setAttribute(UCOL_NORMALIZATION_MODE, UCOL_ON, status);
    // "2 Reply" stands before "10 Exhibits".
    collator->setAttribute(UCOL_NUMERIC_COLLATION, UCOL_ON, status);
    must(status);
    // ICU allows concurrent use of a collator through its const methods, and key() has no others.
    return Collation(std::make_unique<Rules>(std::move(collator)));
}

Collation::Collation(std::unique_ptr<Rules> rules) : rules_(std::move(rules)) {}
Collation::~Collation() = default;
Collation::Collation(Collation&&) noexcept = default;
Collation& Collation::operator=(Collation&&) noexcept = default;

Bytes Collation::key(std::string_view text) const {
    const icu::Collator& collator = *rules_->collator;
    auto wide = utf16(text);
    Bytes key(text.size() * 2 + 16);
    auto needed = collator.getSortKey(wide, key.data(), static_cast<std::int32_t>(key.size()));
    if (static_cast<std::size_t>(needed) > key.size()) {
        key.resize(static_cast<std::size_t>(needed));
        collator.getSortKey(wide, key.data(), needed);
    }
    // ICU ends its keys with a zero byte, which only matters to C.
    key.resize(static_cast<std::size_t>(needed) - 1);
    return key;
}

namespace {

void* icu_take(const void*, std::size_t size) { return std::malloc(size); }

void icu_free(const void*, void* block) {
    if (block == nullptr) return;
    ::explicit_bzero(block, ::malloc_usable_size(block));
    std::free(block);
}

/// Never in place by realloc(3), which would leave the former block behind unwiped when it moves.
void* icu_resize(const void* context, void* block, std::size_t size) {
    void* moved = std::malloc(size);
    if (moved == nullptr || block == nullptr) return moved;
    std::memcpy(moved, block, std::min(size, ::malloc_usable_size(block)));
    icu_free(context, block);
    return moved;
}

}  // namespace

bool wipe_freed_text() {
    UErrorCode status = U_ZERO_ERROR;
    u_setMemoryFunctions(nullptr, icu_take, icu_resize, icu_free, &status);
    return U_SUCCESS(status);
}

}  // namespace muniment
