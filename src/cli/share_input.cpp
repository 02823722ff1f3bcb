// SPDX-License-Identifier: Apache-2.0
#include "cli/share_input.hpp"

#include <boost/json.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/limits.hpp"
#include "cli/output.hpp"
#include "cli/stop.hpp"
#include "cli/terminal.hpp"
#include "crypto/shares.hpp"

namespace muniment::cli {
namespace {

constexpr std::size_t share_words = 33;
constexpr int tries_max = 5;

std::size_t count_words(const std::string& text) {
    std::istringstream in(text);
    std::size_t count = 0;
    for (std::string word; in >> word;) ++count;
    return count;
}

/// A page as Muniment writes it has more on it than the words: they are the numbered ones, down each column.
std::string words_on_page(const std::string& page) {
    std::vector<std::string> words(share_words);
    std::istringstream in(page.substr(std::min(page.find("\n\n", page.find("Made")), page.size())));
    for (std::string number, word; in >> number >> word;) {
        bool digits = !number.empty() && number.size() <= 2 && number.find_first_not_of("0123456789") == std::string::npos;
        auto at = digits ? std::stoul(number) : 0;
        if (at < 1 || at > share_words) break;
        words[at - 1] = word;
    }
    std::string text;
    for (const auto& word : words) text.append(word).append(" ");
    return text;
}

std::string all_of(std::istream& in, const std::string& from) {
    std::string content(limits::share_bytes_max + 1, '\0');
    in.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(in.gcount()));
    if (content.size() > limits::share_bytes_max) usage(from + " holds more than one share.");
    return content.starts_with("MUNIMENT RECOVERY SHARE") ? words_on_page(content) : content;
}

}  // namespace

std::vector<Option> share_input_options() {
    return {{.name = "--share-file", .value = "FILE", .help = "read the share from FILE: its words, or the page that was written"},
            {.name = "--share-stdin", .help = "read the share from standard input"}};
}

std::string ask_share(std::string_view question) {
    std::string words;
    for (std::size_t there = 0; there < share_words; there = count_words(words)) {
        auto line = ask_hidden(there == 0 ? std::string(question) + " (" + std::to_string(share_words) + " words, not shown)"
                                          : "go on after word " + std::to_string(there));
        if (line.empty()) break;
        words += line + " ";
    }
    return words;
}

std::string shares_so_far(const boost::json::value& said) {
    const auto& standing = said.as_object();
    const auto* state = standing.contains("state") ? standing.if_contains("state") : standing.if_contains("status");
    if (state && *state == "open") return "That was the last share that was missing: the strongroom is open.";
    std::string holders;
    for (const auto& holder : standing.at("holders").as_array())
        holders += (holders.empty() ? "" : ", ") + std::to_string(holder.to_number<unsigned>());
    auto missing = standing.at("missing").to_number<unsigned>();
    auto text = "Set \"" + printable(std::string(standing.at("set").as_string())) + "\": " +
                std::to_string(standing.at("needed").to_number<unsigned>()) + " holders are needed; here so far: " + holders + "; ";
    if (missing > 0) return text + std::to_string(missing) + (missing == 1 ? " is" : " are") + " still missing.";
    return text + "but these do not fit each other: one of them was not made with the others. One more holder is needed.";
}

std::string share_from(const Arguments& arguments) {
    if (const auto name = arguments.find("--share-file")) {
        std::ifstream file(*name);
        if (!file) usage(*name + " cannot be read.");
        auto words = all_of(file, *name);
        must(crypto::Share::read(words));
        return words;
    }
    if (arguments.has("--share-stdin")) {
        auto words = all_of(std::cin, "Standard input");
        must(crypto::Share::read(words));
        return words;
    }
    for (int tries = 1;; ++tries) {
        auto words = ask_share("Your recovery share");
        auto read = crypto::Share::read(words);
        if (read) return words;
        if (tries == tries_max) throw Stop(ExitCode::usage, read.error().text());
        print_note(read.error().text());
    }
}

}  // namespace muniment::cli
