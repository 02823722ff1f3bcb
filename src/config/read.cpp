// SPDX-License-Identifier: Apache-2.0
// TOML, by toml++: known here alone.
#include <toml++/toml.h>

#include <algorithm>
#include <tuple>

#include "config/fits.hpp"
#include "config/nearest.hpp"

namespace muniment::config {
namespace {

/// A name from the file, as it may stand in a sentence at a terminal.
std::string shown(std::string_view name) {
    constexpr std::size_t chars_max = 64;
    std::string out(name.substr(0, chars_max));
    for (char& c : out)
        if (c <= ' ' || c > '~') c = '?';
    return name.size() > chars_max ? out + "…" : out;
}

std::string_view kind(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table: return "a section";
        case toml::node_type::array: return "a list";
        case toml::node_type::string: return "text";
        case toml::node_type::integer: return "a whole number";
        case toml::node_type::floating_point: return "a number with a point";
        case toml::node_type::boolean: return "true or false";
        case toml::node_type::date:
        case toml::node_type::time:
        case toml::node_type::date_time: return "a date or time";
        case toml::node_type::none: break;
    }
    return "nothing";
}

/// The value where it is of the key's type.
std::optional<Value> value_of(const Key& key, const toml::node& node) {
    if (std::holds_alternative<std::string Settings::*>(key.member)) {
        if (const auto* text = node.as_string()) return text->get();
    } else if (std::holds_alternative<std::uint64_t Settings::*>(key.member)) {
        if (const auto* number = node.as_integer(); number && number->get() >= 0) return static_cast<std::uint64_t>(number->get());
    } else if (std::holds_alternative<bool Settings::*>(key.member)) {
        if (const auto* truth = node.as_boolean()) return truth->get();
    } else if (const auto* array = node.as_array()) {
        std::vector<std::string> list;
        for (const auto& item : *array) {
            const auto* text = item.as_string();
            if (!text) return std::nullopt;
            list.push_back(text->get());
        }
        return list;
    }
    return std::nullopt;
}

bool speaks_of_a_secret(std::string_view name) {
    return std::ranges::any_of(std::initializer_list<std::string_view>{"pass", "secret", "token", "credential"},
                               [&](auto word) { return name.contains(word); });
}

bool is_section(std::string_view name) {
    return std::ranges::any_of(keys(), [&](const Key& key) { return key.name.text().starts_with(std::string(name) + "."); });
}

class Reader {
  public:
    explicit Reader(Reading& into) : into_(into) {}

    void take(const toml::table& table, const std::string& prefix) {
        for (const auto& [word, node] : table) {
            const auto name = prefix + std::string(word.str());
            const auto line = word.source().begin.line;
            // A dot inside of a quoted word is no step into a section.
            if (word.str().contains('.')) unknown(name, false, line);
            else if (const auto* key = key_named(name)) take_value(*key, node, line);
            else if (prefix.empty() && is_section(name) && node.is_table()) take(*node.as_table(), name + ".");
            else if (prefix.empty() && is_section(name))
                find(line, shown(name) + " is " + std::string(kind(node)) + ", and must be a section: [" + name + "]");
            else unknown(name, node.is_table() || node.is_array_of_tables(), line);
        }
    }
    void find(unsigned line, std::string text) {
        if (into_.findings.size() < findings_max) into_.findings.push_back({line, std::move(text)});
    }

  private:
    void take_value(const Key& key, const toml::node& node, unsigned line) {
        auto value = value_of(key, node);
        if (!value || !fits(key, *value)) {
            auto what = value ? std::string("does not fit") : "is " + std::string(kind(node));
            return find(line, std::string(key.name.text()) + " " + what + ": it must be " + key.wanted());
        }
        key.put(into_.settings, *value);
        into_.origins[key.name.text()] = {Origin::From::file, line};
    }
    void unknown(const std::string& name, bool section, unsigned line) {
        auto text = section ? "there is no section [" + shown(name) + "]" : "there is no key " + shown(name);
        if (auto near = nearest(name, section); !near.empty()) text += "; was " + std::string(near) + " meant?";
        if (speaks_of_a_secret(name)) text += " Secrets never stand in this file: a key takes a file's path, or systemd:NAME";
        find(line, std::move(text));
    }

    Reading& into_;
};

}  // namespace

Reading read(std::string_view text) {
    Reading reading;
    Reader reader(reading);
    if (text.size() > configuration_bytes_max) {
        reader.find(0, "the file is larger than " + std::to_string(configuration_bytes_max) + " bytes");
        return reading;
    }
    try {
        reader.take(toml::parse(text), "");
    } catch (const toml::parse_error& error) {
        // What the library says may cite what stands there, and that may be a secret.
        const auto at = error.source().begin;
        reader.find(at.line, "this is not TOML from column " + std::to_string(at.column) + " on, so nothing of the file was looked at. " +
                                 "(Text stands in quotes; a key and a section stand once.)");
    }
    std::ranges::sort(reading.findings, {}, [](const Finding& found) { return std::tie(found.line, found.text); });
    return reading;
}

}  // namespace muniment::config
