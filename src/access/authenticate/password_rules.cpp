// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/password_rules.hpp"

#include <zxcvbn.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <mutex>
#include <optional>
#include <vector>

#include "base/limits.hpp"
#include "crypto/secret.hpp"

namespace muniment::access {
namespace {

/// 10^10 guesses, zxcvbn's highest score: out of reach for slowed guesses at the door, and with Argon2id for long also offline.
const double bits_min = std::log2(1e10);

/// Code points of UTF-8 (NIST: each counts as one character); nothing if it is not UTF-8.
std::optional<std::size_t> characters(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) {
        auto first = static_cast<unsigned char>(text[at]);
        const auto ones = static_cast<std::size_t>(std::countl_one(first));
        const std::size_t length = ones == 0 ? 1 : ones;
        if (ones == 1 || ones > 4 || text.size() - at < length) return std::nullopt;
        for (std::size_t i = 1; i < length; ++i)
            if ((static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80) return std::nullopt;
        at += length;
    }
    return count;
}

/// The words of the context, in lower case as zxcvbn compares them, cut at blanks and marks: "ada.byron@firm.example" is three
/// words that a guesser tries, and one.
std::vector<std::string> dictionary(std::span<const std::string> context) {
    std::vector<std::string> words;
    auto add = [&](std::string& word) {
        if (word.size() >= limits::context_word_chars_min && words.size() < limits::context_words_max) words.push_back(word);
        word.clear();
    };
    for (const auto& text : context.first(std::min(context.size(), limits::context_words_max))) {
        std::string whole, part;
        for (char c : text.substr(0, limits::password_estimate_bytes)) {
            bool upper = c >= 'A' && c <= 'Z', letter = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80);
            char lower = upper ? static_cast<char>(c - 'A' + 'a') : c;
            whole += lower;
            if (letter)
                part += lower;
            else
                add(part);
        }
        if (part.size() < whole.size()) add(part);
        add(whole);
    }
    return words;
}

struct Estimate {
    double bits = 0;
    std::array<double, 16> characters_by_type{};  ///< how much of the password each kind of match covers
};

Estimate estimate(std::string_view password, std::span<const std::string> context) {
    auto words = dictionary(context);
    std::vector<const char*> pointers;
    for (const auto& word : words) pointers.push_back(word.c_str());
    pointers.push_back(nullptr);
    // zxcvbn's time grows with more than the square of the length: the first 100 bytes decide, the rest only makes it better.
    std::array<char, limits::password_estimate_bytes + 1> text{};
    std::ranges::copy(password.substr(0, limits::password_estimate_bytes), text.begin());

    Estimate result;
    {
        // The library promises nothing about threads; a password is set seldom enough that one at a time will do.
        static std::mutex one_at_a_time;
        std::lock_guard lock(one_at_a_time);
        ZxcMatch_t* matches = nullptr;
        result.bits = ZxcvbnMatch(text.data(), pointers.data(), &matches);
        for (auto* match = matches; match; match = match->Next)
            result.characters_by_type.at(static_cast<unsigned>(match->Type) & 15u) += match->Length;
        ZxcvbnFreeInfo(matches);
    }
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return result;
}

/// What covers most of the password.
Weakness weakness_of(const Estimate& estimate) {
    auto covered = [&](auto... types) { return (estimate.characters_by_type[types] + ...); };
    const double own = covered(USER_MATCH, USER_LEET_MATCH), common = covered(DICTIONARY_MATCH, DICT_LEET_MATCH);
    const double patterns = covered(SEQUENCE_MATCH, SPATIAL_MATCH), repeats = covered(REPEATS_MATCH);
    const double dates = covered(DATE_MATCH, YEAR_MATCH);
    const double most = std::max({own, common, patterns, repeats, dates});
    if (most <= 0) return Weakness::simple;
    if (own == most) return Weakness::own_names;
    if (common == most) return Weakness::common;
    if (patterns == most) return Weakness::pattern;
    if (repeats == most) return Weakness::repeats;
    return Weakness::date;
}

/// What the person can do better.
std::string sentence_of(Weakness weakness) {
    switch (weakness) {
        case Weakness::none: return "";
        case Weakness::short_: return "it has fewer than " + std::to_string(limits::password_chars_min) + " characters";
        case Weakness::own_names: return "it is made from a name that belongs to you or the firm";
        case Weakness::common: return "it is made from words that are tried first";
        case Weakness::pattern: return "it follows a sequence or a row of keys";
        case Weakness::repeats: return "it repeats itself";
        case Weakness::date: return "it is made from a date";
        case Weakness::simple: break;
    }
    return "it is too simple";
}

}  // namespace

std::string_view name_of(Weakness weakness) {
    switch (weakness) {
        case Weakness::none: return "none";
        case Weakness::short_: return "short";
        case Weakness::own_names: return "own-names";
        case Weakness::common: return "common";
        case Weakness::pattern: return "pattern";
        case Weakness::repeats: return "repeats";
        case Weakness::date: return "date";
        case Weakness::simple: break;
    }
    return "simple";
}

Result<PasswordStrength> password_strength(std::string_view password, std::span<const std::string> context) {
    if (password.size() > limits::password_bytes_max)
        return fail(Problem::too_large, "a password of more than " + std::to_string(limits::password_bytes_max) + " bytes");
    auto count = characters(password);
    if (!count) return fail(Problem::malformed, "a password that is not UTF-8");
    auto estimated = estimate(password, context);
    PasswordStrength strength{.bits = estimated.bits, .bits_needed = bits_min};
    if (*count < limits::password_chars_min) strength.weakness = Weakness::short_;
    else if (estimated.bits < bits_min) strength.weakness = weakness_of(estimated);
    return strength;
}

Result<void> check_new_password(std::string_view password, std::span<const std::string> context) {
    TRY(auto strength, password_strength(password, context));
    if (strength.weakness != Weakness::none) return fail(Problem::weak_password, sentence_of(strength.weakness));
    return {};
}

}  // namespace muniment::access
