// SPDX-License-Identifier: Apache-2.0
#include "audit/origin.hpp"

#include <algorithm>
#include <charconv>

namespace muniment::audit {
namespace {
constexpr std::size_t digits_max = 9;   // of log_number_max
}

std::string origin_of(const FirmId& firm, std::uint64_t number) {
    auto first = "muniment.invalid/log/" + firm.text();
    return number == 1 ? first : first + "/" + std::to_string(number);
}

Line line_of(std::string_view origin) {
    Line first{std::string(origin), 1};
    auto slash = origin.rfind('/');
    if (slash == std::string_view::npos) return first;
    auto digits = origin.substr(slash + 1);
    if (digits.empty() || digits.size() > digits_max || digits.front() == '0' ||
        !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
        return first;
    std::uint64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number < 2 ? first : Line{std::string(origin.substr(0, slash)), number};
}

Result<OfLine> open_checkpoint_of_firm(View note, const VerifierKey& one) {
    TRY(auto parsed, Note::parse(note));
    TRY(auto said, Checkpoint::parse(parsed.text));
    auto its = line_of(said.origin);
    if (its.first != line_of(one.name()).first) return fail(Problem::wrong_key, "the checkpoint is another log's");
    TRY(auto checkpoint, open_checkpoint(note, VerifierKey(said.origin, one.key())));
    return OfLine{std::move(checkpoint), its.number};
}

Result<OfLine> open_checkpoint_of_line(View note, const VerifierKey& newest) {
    TRY(auto opened, open_checkpoint_of_firm(note, newest));
    if (opened.number > line_of(newest.name()).number) return fail(Problem::wrong_key, "the checkpoint is another log's");
    return opened;
}

}  // namespace muniment::audit
