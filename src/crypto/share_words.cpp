// SPDX-License-Identifier: Apache-2.0
// A share as words: SLIP-0039, "Format of the share mnemonic" and "Checksum".
#include <algorithm>

#include "crypto/shares.hpp"

namespace muniment::crypto {
namespace {

constexpr std::array<std::string_view, 1024> word_list{
#define SHARE_WORD(word) #word,
#include "crypto/share_words.def"
#undef SHARE_WORD
};
static_assert(std::ranges::is_sorted(word_list));

constexpr std::size_t head_words = 4, checksum_words = 3, value_words_min = 13;       // of 128 bits
constexpr std::size_t value_words_max = 52;                                           // of 512 bits: nothing longer is made
constexpr std::size_t words_min = head_words + value_words_min + checksum_words;
constexpr std::size_t words_max = head_words + value_words_max + checksum_words;
constexpr std::size_t word_chars_max = 8, text_bytes_max = words_max * 16;            // with blanks of all kinds between

/// Up to words_max numbers of 10 bits, in guarded memory: two bytes each.
class Numbers {
  public:
    std::uint16_t operator[](std::size_t i) const {
        return static_cast<std::uint16_t>(bytes_.expose()[2 * i] << 8 | bytes_.expose()[2 * i + 1]);
    }
    void push(std::uint32_t number) {
        require(size_ < words_max, "a share of too many words");
        bytes_.fill()[2 * size_] = static_cast<std::uint8_t>(number >> 8);
        bytes_.fill()[2 * size_ + 1] = static_cast<std::uint8_t>(number);
        ++size_;
    }
    std::size_t size() const { return size_; }

  private:
    Secret bytes_ = Secret::zeros(2 * words_max);
    std::size_t size_ = 0;
};

/// RS1024: a Reed-Solomon code over GF(1024) that finds any three wrong words.
class Checksum {
  public:
    explicit Checksum(bool extendable) {
        for (char c : extendable ? std::string_view("shamir_extendable") : std::string_view("shamir"))
            add(static_cast<std::uint8_t>(c));
    }
    void add(std::uint32_t number) {
        constexpr std::array<std::uint32_t, 10> generator{0xe0e040,   0x1c1c080,  0x3838100,  0x7070200,  0xe0e0009,
                                                          0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x3f3f120};
        auto top = state_ >> 20;
        state_ = (state_ & 0xfffff) << 10 ^ number;
        for (std::size_t i = 0; i < generator.size(); ++i) state_ ^= generator[i] & -(top >> i & 1);
    }
    std::uint32_t state() const { return state_; }

  private:
    std::uint32_t state_ = 1;
};

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// The words' numbers. `bad_share` names the first word that is not in the list by its place, not by what was typed: people type
/// other secrets into such fields.
Result<Numbers> numbers_in(std::string_view text) {
    if (text.size() > text_bytes_max) return fail(Problem::bad_share, "it is far too long");
    Numbers numbers;
    for (std::size_t at = 0; at < text.size();) {
        if (is_blank(text[at])) {
            ++at;
            continue;
        }
        if (numbers.size() == words_max) return fail(Problem::bad_share, "it has too many words");
        std::array<char, word_chars_max> word{};
        std::size_t size = 0;
        for (; at < text.size() && !is_blank(text[at]); ++at, ++size) {
            auto c = text[at];
            if (size < word.size()) word[size] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
        auto found = std::ranges::lower_bound(word_list, std::string_view(word.data(), std::min(size, word.size())));
        bool right = size <= word.size() && found != word_list.end() && *found == std::string_view(word.data(), size);
        if (!right) return fail(Problem::bad_share, "word " + std::to_string(numbers.size() + 1) + " is not a word of shares");
        numbers.push(static_cast<std::uint32_t>(found - word_list.begin()));
    }
    return numbers;
}

/// The value behind the head: padded on the left with zero bits to whole words; fewer than 10 of them, or it is another length.
Result<Secret> value_in(const Numbers& numbers) {
    auto words = numbers.size() - head_words - checksum_words;
    auto padding = 10 * words % 16;
    if (padding > 8) return fail(Problem::bad_share, "it has a number of words that no share has");
    auto value = Secret::zeros((10 * words - padding) / 8);
    std::uint32_t held = 0, bits = 0;
    std::size_t written = 0;
    for (std::size_t i = 0; i < words; ++i) {
        auto number = numbers[head_words + i];
        auto fresh = static_cast<std::uint32_t>(i == 0 ? 10 - padding : 10);
        if (number >> fresh != 0) return fail(Problem::bad_share, "its value does not begin as that of a share does");
        held = held << fresh | number;
        for (bits += fresh; bits >= 8; bits -= 8) value.fill()[written++] = static_cast<std::uint8_t>(held >> (bits - 8));
        held &= 0xff;
    }
    return value;
}

/// Identifier to threshold: 40 bits in four words.
std::uint64_t head_of(const Share& share) {
    std::uint64_t head = share.identifier;
    head = head << 1 | (share.extendable ? 1 : 0);
    for (auto four : {int{share.exponent}, int{share.group}, share.groups_needed - 1, share.groups - 1, int{share.member},
                      share.members_needed - 1})
        head = head << 4 | static_cast<std::uint64_t>(four);
    return head;
}

std::string_view head_word(const Share& share, std::size_t i) { return word_list[head_of(share) >> 10 * (head_words - 1 - i) & 1023]; }

void add_value(const Share& share, Numbers& numbers) {
    auto words = (share.value.size() * 8 + 9) / 10;
    std::uint32_t held = 0, bits = static_cast<std::uint32_t>(10 * words - share.value.size() * 8);
    for (auto byte : share.value.expose()) {
        held = held << 8 | byte;
        bits += 8;
        if (bits < 10) continue;
        bits -= 10;
        numbers.push(held >> bits & 1023);
        held &= (1u << bits) - 1;
    }
}

}  // namespace

Result<Share> Share::read(std::string_view text) {
    TRY(auto numbers, numbers_in(text));
    if (numbers.size() < words_min)
        return fail(Problem::bad_share, "it has only " + std::to_string(numbers.size()) + " words");
    std::uint64_t head = 0;
    for (std::size_t i = 0; i < head_words; ++i) head = head << 10 | numbers[i];
    Share share;
    share.extendable = head >> 24 & 1;
    Checksum checksum(share.extendable);
    for (std::size_t i = 0; i < numbers.size(); ++i) checksum.add(numbers[i]);
    if (checksum.state() != 1) return fail(Problem::bad_share, "its checksum does not fit: a word is wrong, missing or out of order");
    auto four = [&](int shift) { return static_cast<std::uint8_t>(head >> shift & 15); };
    share.identifier = static_cast<std::uint16_t>(head >> 25);
    share.exponent = four(20);
    share.group = four(16);
    share.groups_needed = static_cast<std::uint8_t>(four(12) + 1);
    share.groups = static_cast<std::uint8_t>(four(8) + 1);
    share.member = four(4);
    share.members_needed = static_cast<std::uint8_t>(four(0) + 1);
    if (share.groups_needed > share.groups) return fail(Problem::bad_share, "it asks for more groups than there are");
    TRY(share.value, value_in(numbers));
    return share;
}

Secret Share::words() const {
    Numbers numbers;
    auto head = head_of(*this);
    for (std::size_t i = 0; i < head_words; ++i) numbers.push(head >> 10 * (head_words - 1 - i) & 1023);
    add_value(*this, numbers);
    Checksum checksum(extendable);
    for (std::size_t i = 0; i < numbers.size(); ++i) checksum.add(numbers[i]);
    for (std::size_t i = 0; i < checksum_words; ++i) checksum.add(0);
    auto sum = checksum.state() ^ 1;
    for (std::size_t i = checksum_words; i-- > 0;) numbers.push(sum >> 10 * i & 1023);

    std::size_t size = numbers.size() - 1;
    for (std::size_t i = 0; i < numbers.size(); ++i) size += word_list[numbers[i]].size();
    auto text = Secret::zeros(size);
    auto to = text.fill().begin();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0) *to++ = ' ';
        to = std::ranges::copy(word_list[numbers[i]], to).out;
    }
    return text;
}

std::string Share::set_name() const { return std::string(head_word(*this, 0)) + " " + std::string(head_word(*this, 1)); }

bool Share::same_set(const Share& other) const {
    return identifier == other.identifier && extendable == other.extendable && exponent == other.exponent &&
           groups_needed == other.groups_needed && groups == other.groups && members_needed == other.members_needed &&
           value.size() == other.value.size();
}

Share Share::clone() const {
    return {identifier, extendable, exponent, group, groups_needed, groups, member, members_needed, value.clone()};
}

}  // namespace muniment::crypto
