// SPDX-License-Identifier: Apache-2.0
#include "cli/pages.hpp"

namespace muniment::cli {
namespace {

/// Text of ours, as roff reads it: no backslash, dash or dot at the beginning of a line means anything.
std::string roff(std::string_view text) {
    std::string out;
    bool begins = true;
    for (char c : text) {
        if (begins && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\') out += "\\e";
        else if (c == '-') out += "\\-";
        else out += c;
        begins = c == '\n';
    }
    return out;
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

std::string first_word(const std::string& name) { return name.substr(0, name.find(' ')); }

bool is_positional(const Option& option) { return !option.name.starts_with("-"); }

std::string synopsis(const std::string& program, const Command& command) {
    auto out = bold(program + " " + command.name);
    for (const auto& option : command.options) {
        auto shown = is_positional(option) ? italic(option.name) : bold(option.name);
        if (!is_positional(option) && !option.value.empty()) shown += " " + italic(option.value);
        if (option.many && is_positional(option)) shown += "…";
        out += option.required ? " " + shown : " [" + shown + "]";
    }
    return out + "\n";
}

/// Paragraphs are filled; lines that are indented stay as they are.
std::string prose(std::string_view text) {
    std::string out;
    bool literal = false;
    while (!text.empty()) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const bool indented = line.starts_with("    ");
        if (indented != literal && !line.empty()) {
            out += indented ? ".nf\n" : ".fi\n";
            literal = indented;
        }
        out += line.empty() ? ".PP\n" : roff(line) + "\n";
        // .PP ends nothing that .nf began.
    }
    return literal ? out + ".fi\n" : out;
}

std::string option_entries(const std::vector<Option>& options) {
    std::string out;
    for (const auto& option : options) {
        out += ".TP\n";
        if (is_positional(option)) out += italic(option.name);
        else out += (option.letter ? bold(std::string("-") + option.letter) + ", " : "") + bold(option.name);
        if (!option.value.empty() && !is_positional(option)) out += " " + italic(option.value);
        out += "\n" + roff(option.help.empty() ? "see above" : option.help) + "\n";
    }
    return out;
}

std::string head(const std::string& title, std::string_view line) {
    return ".\\\" Generated from the program's own help.\n.TH \"" + roff(title) + "\" 1 \"\" \"Muniment\" \"Muniment\"\n.SH NAME\n" +
           roff(title) + " \\- " + roff(line) + "\n";
}

std::string tail(const std::string& see) {
    return ".SH EXIT STATUS\n.nf\n" + roff(exit_codes_help()) + "\n.fi\n.SH SEE ALSO\n" + see + "\n";
}

std::string section(const std::string& program, const Command& command) {
    auto out = ".SH “" + roff(program + " " + command.name) + "”\n" + roff(command.line) + ".\n.PP\n" + synopsis(program, command);
    if (!command.text.empty()) out += ".PP\n" + prose(command.text);
    auto options = command.options;
    if (command.common) options.insert(options.end(), common_options().begin(), common_options().end());
    return out + option_entries(options);
}

}  // namespace

std::map<std::string, std::string> manual_pages(const std::string& program, std::span<const Command> commands) {
    std::map<std::string, std::string> pages;
    std::map<std::string, std::string> lines;          // what the first word stands for
    for (const auto& command : commands) {
        const auto word = first_word(command.name);
        if (command.name == word) lines[word] = command.line;
        else lines.try_emplace(word, "commands of muniment");
        if (command.run) pages[program + "-" + word] += section(program, command);
    }
    const bool server = program == "muniment";
    auto whole = head(program, server ? "a law firm's strongroom, on the server" : "a law firm's strongroom, from any computer") +
                 ".SH SYNOPSIS\n" + bold(program) + " " + italic("COMMAND") + " [" + italic("OPTION") + "…]\n.SH COMMANDS\n";
    for (const auto& [word, line] : lines) {
        const auto page = program + "-" + word;
        pages[page] = head(page, line) + pages[page] + tail(bold(program) + "(1)");
        whole += ".TP\n" + bold(page) + "(1)\n" + roff(line) + "\n";
    }
    pages[program] = whole + tail(bold(server ? "muniment-cli" : "muniment") + "(1)");
    return pages;
}

}  // namespace muniment::cli
