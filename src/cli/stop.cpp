// SPDX-License-Identifier: Apache-2.0
#include "cli/stop.hpp"

#include <charconv>

namespace muniment::cli {

ExitCode exit_code_of(std::string_view problem, int status) {
    if (problem == slug(Problem::locked)) return ExitCode::locked;
    // The status decides, so that a problem type that a later server adds ends well too.
    if (status == 401) return ExitCode::not_signed_in;
    if (status == 403) return ExitCode::denied;
    return ExitCode::failed;
}

std::optional<std::string> Arguments::find(std::string_view name) const {
    auto found = values_.find(name);
    if (found == values_.end() || found->second.empty()) return std::nullopt;
    return found->second.back();
}

std::string Arguments::get(std::string_view name, std::string fallback) const {
    return find(name).value_or(std::move(fallback));
}

std::vector<std::string> Arguments::all(std::string_view name) const {
    auto found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::uint64_t Arguments::number(std::string_view name, std::uint64_t fallback, std::uint64_t low, std::uint64_t high) const {
    const auto text = find(name);
    if (!text) return fallback;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size() || value < low || value > high)
        usage(std::string(name) + " must be a number from " + std::to_string(low) + " to " + std::to_string(high));
    return value;
}

}  // namespace muniment::cli
