// SPDX-License-Identifier: Apache-2.0
// Completion without asking the program: the scripts hold all words, so that a shell suggests them at once and offline.
#include <algorithm>
#include <set>

#include "cli/pages.hpp"

namespace muniment::cli {
namespace {

/// What may follow a path of words: the next words, or the options of a command.
struct Place {
    std::map<std::string, std::string> words;          ///< with a line for each
    std::vector<Option> options;
};

std::map<std::string, Place> places(std::span<const Command> commands) {
    std::map<std::string, Place> all;
    for (const auto& command : commands) {
        std::string path;
        for (std::size_t at = 0; at <= command.name.size();) {
            const auto end = std::min(command.name.find(' ', at), command.name.size());
            auto& line = all[path].words[command.name.substr(at, end - at)];
            if (end == command.name.size()) line = command.line;
            path = command.name.substr(0, end);
            at = end + 1;
        }
        auto& options = all[path].options;
        options = command.options;
        if (command.run && command.common) options.insert(options.end(), common_options().begin(), common_options().end());
        options.push_back({.name = "--help", .help = "print its help"});
    }
    return all;
}

bool is_folder(const std::string& value) { return value.starts_with("DIR") || value.starts_with("FOLDER"); }
bool is_file(const std::string& value) { return value.starts_with("FILE") || value.starts_with("PATH") || value.starts_with("PEM"); }
bool is_option(const Option& option) { return option.name.starts_with("-"); }

/// Of all commands: the options behind which a word of theirs comes, that is no option and no command.
struct Valued {
    std::set<std::string> file, folder, other;
};

Valued valued(const std::map<std::string, Place>& all) {
    Valued found;
    for (const auto& [path, place] : all)
        for (const auto& option : place.options) {
            if (!is_option(option) || option.value.empty()) continue;
            auto& set = is_folder(option.value) ? found.folder : is_file(option.value) ? found.file : found.other;
            set.insert(option.name);
            if (option.letter) set.insert(std::string("-") + option.letter);
        }
    // One name with two kinds of value: a file may be a folder too.
    for (const auto& name : found.file) found.folder.erase(name), found.other.erase(name);
    for (const auto& name : found.folder) found.other.erase(name);
    return found;
}

std::string alternatives(const std::set<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : "|") + name;
    return out.empty() ? "''" : out;
}

std::string function_name(std::string program) {
    std::ranges::replace(program, '-', '_');
    return "_" + program;
}

/// Between single quotes of a shell.
std::string single(std::string_view text) {
    std::string out;
    for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out;
}

bool takes_files(const Place& place) {
    return std::ranges::any_of(place.options, [](const Option& o) { return !is_option(o) && (is_file(o.value) || is_folder(o.value)); });
}

/// The path of words that were typed: `words_of` names the typed ones in the shell's own way.
std::string steps(const std::map<std::string, Place>& all, const Valued& values, std::string_view loop) {
    std::string out = std::string(loop) + "        case \"$word\" in\n            " + alternatives(values.file) + "|" +
                      alternatives(values.folder) + "|" + alternatives(values.other) +
                      ") skip=1; continue ;;\n            -*) continue ;;\n        esac\n" +
                      "        case \"${path:+$path }$word\" in\n";
    for (const auto& [path, place] : all)
        if (!path.empty()) out += "            '" + path + "') path='" + path + "' ;;\n";
    return out + "        esac\n    done\n";
}

}  // namespace

std::string bash_completion(const std::string& program, std::span<const Command> commands) {
    const auto all = places(commands);
    const auto values = valued(all);
    const auto name = function_name(program);
    std::string out = "# bash completion for " + program + ", generated from its own help.\n" + name +
                      "() {\n    local word path='' skip='' i words='' files=''\n"
                      "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n    COMPREPLY=()\n";
    out += steps(all, values,
                 "    for ((i = 1; i < COMP_CWORD; i++)); do\n        word=${COMP_WORDS[i]}\n"
                 "        if [ -n \"$skip\" ]; then skip=''; continue; fi\n");
    const auto offer = [](const std::string& what) {
        return ") compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen " + what + " -- \"$cur\"); return ;;\n";
    };
    out += "    case \"$prev\" in\n        " + alternatives(values.file) + offer("-f") +
           "        " + alternatives(values.folder) + offer("-d") +
           "        " + alternatives(values.other) + ") return ;;\n    esac\n    case \"$path\" in\n";
    for (const auto& [path, place] : all) {
        std::string words;
        for (const auto& [word, line] : place.words) words += word + " ";
        for (const auto& option : place.options)
            if (is_option(option)) words += option.name + " ";
        if (!words.empty()) words.pop_back();
        out += "        '" + path + "') words='" + words + "'" + (takes_files(place) ? "; files=yes" : "") + " ;;\n";
    }
    out += "    esac\n    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
           "    if [ -n \"$files\" ] && [[ $cur != -* ]]; then\n        compopt -o filenames 2>/dev/null\n"
           "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n    fi\n}\ncomplete -F " + name + " " + program + "\n";
    return out;
}

std::string zsh_completion(const std::string& program, std::span<const Command> commands) {
    const auto all = places(commands);
    const auto values = valued(all);
    const auto name = function_name(program);
    std::string out = "#compdef " + program + "\n# zsh completion, generated from the program's own help.\n" + name +
                      "() {\n    local word path='' skip='' files=''\n    local cur=${words[CURRENT]} prev=${words[CURRENT-1]}\n"
                      "    local -a next\n";
    out += steps(all, values,
                 "    for word in \"${(@)words[2,CURRENT-1]}\"; do\n        if [ -n \"$skip\" ]; then skip=''; continue; fi\n");
    out += "    case \"$prev\" in\n        " + alternatives(values.file) + ") _files; return ;;\n        " + alternatives(values.folder) +
           ") _files -/; return ;;\n        " + alternatives(values.other) + ") return ;;\n    esac\n    case \"$path\" in\n";
    auto entry = [](std::string_view word, std::string_view line) {
        auto first = line.substr(0, line.find('\n'));
        std::string escaped;
        for (char c : word) escaped += c == ':' ? std::string("\\:") : std::string(1, c);
        return " '" + single(escaped) + ":" + single(first) + "'";
    };
    for (const auto& [path, place] : all) {
        std::string next;
        for (const auto& [word, line] : place.words) next += entry(word, line);
        for (const auto& option : place.options)
            if (is_option(option)) next += entry(option.name, option.help);
        out += "        '" + path + "') next=(" + next + " )" + (takes_files(place) ? "; files=yes" : "") + " ;;\n";
    }
    return out + "    esac\n    if [[ -n $files && $cur != -* ]]; then _files; else _describe '" + program + "' next; fi\n}\n" + name +
           " \"$@\"\n";
}

}  // namespace muniment::cli
