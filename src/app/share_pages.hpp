// SPDX-License-Identifier: Apache-2.0
// Recovery shares as people get them: one page for each holder, at the terminal, or as one file each where that was asked for.
#pragma once
#include "app/home.hpp"
#include "cli/command.hpp"

namespace muniment::app {

/// --shares, --shares-folder, --confirm-shares.
std::vector<cli::Option> share_options();

struct ShareWish {
    std::uint8_t needed = 0, of = 0;                ///< 0: no shares
    std::string folder;                             ///< empty: at the terminal
    bool confirm = false;
    bool wanted() const { return of > 0; }
};
/// Stop(usage) for numbers that cannot be, and where there is neither a terminal nor a folder.
ShareWish share_wish(const cli::Arguments& given);
/// "3-of-5".
std::optional<std::pair<std::uint8_t, std::uint8_t>> parse_share_numbers(std::string_view text);

/// Shows or writes each page once, and asks for one of them again where that was wished; until it fits, nothing may depend on them.
Result<void> hand_out(const ShareWish& wish, const std::vector<crypto::Share>& shares, std::string_view firm, Instant made);
ShareSet share_set(const ShareWish& wish, const std::vector<crypto::Share>& shares, const keys::Mark& root);

/// One by one, in their order.
std::vector<std::string> words_of(const crypto::Share& share);
/// The text of one page.
std::string share_page(const crypto::Share& share, std::size_t of, std::string_view firm, Instant made);

}  // namespace muniment::app
