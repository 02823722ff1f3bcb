// SPDX-License-Identifier: Apache-2.0
#include "app/share_pages.hpp"

#include <algorithm>
#include <ranges>

#include "app/say.hpp"
#include "app/unlock_files.hpp"
#include "base/random.hpp"
#include "cli/output.hpp"
#include "cli/share_input.hpp"
#include "cli/stop.hpp"
#include "cli/terminal.hpp"

namespace muniment::app {
namespace {

constexpr std::size_t rows = 11, word_columns = 16;

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

/// Down the page, then right: read aloud as it stands.
std::string word_table(const crypto::Share& share) {
    std::vector<std::string> cells;
    for (const auto& word : words_of(share)) {
        auto number = std::to_string(cells.size() + 1);
        cells.push_back(padded((number.size() < 2 ? " " : "") + number + " " + word, word_columns));
    }
    std::string table;
    for (std::size_t row = 0; row < rows; ++row) {
        table += "    ";
        for (auto cell = row; cell < cells.size(); cell += rows) table += cells[cell];
        while (table.ends_with(' ')) table.pop_back();
        table += "\n";
    }
    return table;
}

void clear_terminal() {
    constexpr std::string_view clear = "\033[2J\033[3J\033[H";   // what scrolled away as well
    std::fwrite(clear.data(), 1, clear.size(), stdout);
    std::fflush(stdout);
}

void show(const std::string& page, std::size_t holder, std::size_t of) {
    clear_terminal();
    say(page);
    cli::ask("Only holder " + std::to_string(holder) + " should see this. When the words are on paper and compared, press Enter: "
             "the page is "
             "cleared, and never shown again" + (holder < of ? "; the next holder comes" : ""));
    clear_terminal();
}

Result<void> write_pages(const std::string& folder, const std::vector<std::string>& pages) {
    std::filesystem::path to(folder);
    std::error_code failed;
    if (std::filesystem::create_directories(to, failed)) std::filesystem::permissions(to, std::filesystem::perms::owner_all, failed);
    for (std::size_t i = 0; i < pages.size(); ++i) {
        auto name = "share-" + std::to_string(i + 1) + "-of-" + std::to_string(pages.size()) + ".txt";
        CHECK(write_private_file(to / name, pages[i]));
    }
    cli::print_note("The shares lie in " + folder + ", one file for each holder. Hand them out and destroy the files.");
    return {};
}

/// One of them, again, by whoever has the paper. A slip of the pen found now costs nothing.
void confirm(const std::vector<crypto::Share>& shares) {
    auto random = random_bytes<1>();
    const auto& asked = shares[random[0] % shares.size()];
    for (int tries = 0; tries < 3; ++tries) {
        auto words = cli::ask_share("Share of holder " + std::to_string(asked.member + 1) + ", from the paper");
        auto typed = crypto::Share::read(words);
        if (typed && typed->same_set(asked) && typed->member == asked.member && typed->value.equals(asked.value)) {
            say("That is the share.");
            return;
        }
        say(typed ? "That is another share." : typed.error().text());
    }
    throw cli::Stop(cli::ExitCode::failed, "The share was not confirmed. Nothing depends on these shares: destroy them and begin anew.");
}

}  // namespace

std::vector<cli::Option> share_options() {
    return {{"--shares", "K-of-N", "cut the root key into recovery shares: N holders, any K of them open the firm (for example 3-of-5)"},
            {"--shares-folder", "DIR", "write the shares to files there, one for each holder, mode 0600, instead of showing them"},
            {"--confirm-shares", "", "ask for one of the shares again before anything depends on them"}};
}

std::optional<std::pair<std::uint8_t, std::uint8_t>> parse_share_numbers(std::string_view text) {
    constexpr std::string_view between = "-of-";
    auto at = text.find(between);
    if (at == std::string_view::npos) return std::nullopt;
    auto number = [](std::string_view digits) {
        bool good = !digits.empty() && digits.size() <= 2 && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
        return good ? std::stoi(std::string(digits)) : 0;
    };
    int needed = number(text.substr(0, at)), of = number(text.substr(at + between.size()));
    if (needed < 2 || needed > of || of > static_cast<int>(crypto::shares_max)) return std::nullopt;
    return std::pair(static_cast<std::uint8_t>(needed), static_cast<std::uint8_t>(of));
}

ShareWish share_wish(const cli::Arguments& given) {
    ShareWish wish{.folder = given.get("--shares-folder"), .confirm = given.has("--confirm-shares")};
    if (!given.has("--shares")) {
        if (!wish.folder.empty() || wish.confirm) cli::usage("Say how many shares: --shares K-of-N.");
        return wish;
    }
    auto numbers = parse_share_numbers(given.get("--shares"));
    if (!numbers)
        cli::usage("--shares takes K-of-N, as 3-of-5: at least 2 to open, at most 16 in all. (A share that opens alone is a passphrase: "
                   "--passphrase-file.)");
    std::tie(wish.needed, wish.of) = *numbers;
    bool terminal = cli::is_terminal(cli::Stream::in) && cli::is_terminal(cli::Stream::out);
    if (wish.folder.empty() && (!terminal || given.json()))
        cli::usage("Shares are shown at a terminal only. Give --shares-folder DIR to have them in files, one for each holder.");
    return wish;
}

std::vector<std::string> words_of(const crypto::Share& share) {
    std::vector<std::string> list;
    const auto words = share.words();
    for (auto word : std::views::split(text(words.expose()), ' ')) list.emplace_back(word.begin(), word.end());
    return list;
}

std::string share_page(const crypto::Share& share, std::size_t of, std::string_view firm, Instant made) {
    auto holder = std::to_string(share.member + 1);
    return "MUNIMENT RECOVERY SHARE\n\n    Firm    " + std::string(firm) + "\n    Holder  " + holder + " of " + std::to_string(of) +
           "\n    Opens   any " + std::to_string(share.members_needed) + " of the " + std::to_string(of) + " together\n    Set     " +
           share.set_name() +
           "\n    Made    " + to_rfc3339(made).substr(0, 10) + "\n\n" + word_table(share) +
           "\nKeep it where nobody else reads it, apart from the other holders. To open the firm: `muniment unlock --share` on its\n"
           "machine, or `muniment-cli unlock` from anywhere. The words are SLIP-0039; other programs can put them together too.\n";
}

Result<void> hand_out(const ShareWish& wish, const std::vector<crypto::Share>& shares, std::string_view firm, Instant made) {
    std::vector<std::string> pages;
    for (const auto& share : shares) pages.push_back(share_page(share, shares.size(), firm, made));
    if (wish.folder.empty()) {
        for (std::size_t i = 0; i < pages.size(); ++i) show(pages[i], i + 1, pages.size());
    } else {
        CHECK(write_pages(wish.folder, pages));
    }
    if (wish.confirm) confirm(shares);
    return {};
}

ShareSet share_set(const ShareWish& wish, const std::vector<crypto::Share>& shares, const keys::Mark& root) {
    return {short_mark(root), shares.front().set_name(), wish.needed, wish.of};
}

}  // namespace muniment::app
