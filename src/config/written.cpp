// SPDX-License-Identifier: Apache-2.0
// Settings as TOML: one value, and the commented file.
#include "config/config.hpp"

namespace muniment::config {
namespace {

constexpr std::size_t columns = 96;

/// A basic string of TOML 1.0. What a Shape let through holds no control character.
std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

/// As lines of a comment, broken between words.
std::string commented(std::string_view text) {
    std::string out, line = "#";
    while (!text.empty()) {
        auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (line.size() + 1 + word.size() > columns) {
            out += line + "\n";
            line = "#";
        }
        line += " " + std::string(word);
    }
    return out + line + "\n";
}

}  // namespace

std::string written(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return in_quotes(*text);
    if (const auto* number = std::get_if<std::uint64_t>(&value)) return std::to_string(*number);
    if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
    std::string out = "[";
    for (const auto& item : std::get<std::vector<std::string>>(value)) out += (out.size() > 1 ? ", " : "") + in_quotes(item);
    return out + "]";
}

std::string commented_file() {
    std::string out = commented("Muniment on this machine. Every key is here, with what holds while it stays a comment. "
                                "`muniment config check` says what is wrong with this file, `muniment config show --origin` what counts; "
                                "flags of `muniment serve` stand over it. After a change: systemctl reload muniment, which says in the "
                                "log what counts at once and what needs a restart. Secrets never stand here.");
    std::string section;
    for (const auto& key : keys()) {
        const auto name = std::string(key.name.text());
        const auto dot = name.find('.');
        if (dot != std::string::npos && name.substr(0, dot) != section) {
            section = name.substr(0, dot);
            out += "\n[" + section + "]\n";
        }
        out += "\n" + commented(key.help);
        const bool number = std::holds_alternative<std::uint64_t Settings::*>(key.member);
        if (number) out += commented("A" + key.wanted().substr(1) + ".");
        if (!key.unset.empty()) out += commented((number ? "0: " : "Empty: ") + std::string(key.unset) + ".");
        if (key.effect == Effect::restart) out += "# Counts after a restart.\n";
        out += "#" + name.substr(dot + 1) + " = " + written(key.in(Settings{})) + "\n";
    }
    return out;
}

}  // namespace muniment::config
