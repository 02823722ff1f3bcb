// SPDX-License-Identifier: Apache-2.0
#include "app/metrics/exposition.hpp"

#include <charconv>
#include <cmath>

namespace muniment::app {
namespace {

/// In a HELP line backslash and line break, in a label's value the quote as well.
std::string escaped(std::string_view text, bool quote) {
    std::string out;
    for (char c : text) {
        if (c == '\\') out += "\\\\";
        else if (c == '\n') out += "\\n";
        else if (c == '"' && quote) out += "\\\"";
        else out += c;
    }
    return out;
}

std::string number(double value) {
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    if (std::isnan(value)) return "NaN";
    char digits[32];
    auto [end, code] = std::to_chars(digits, digits + sizeof digits, value);
    return {digits, end};
}

}  // namespace

Exposition& Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = "muniment_" + std::string(name);
    text_ += "# HELP " + name_ + " " + escaped(help, false) + "\n# TYPE " + name_ + " " + std::string(type) + "\n";
    return *this;
}

Exposition& Exposition::sample(double value, const Labels& labels, std::string_view suffix) {
    text_.append(name_).append(suffix);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        text_.append(i == 0 ? "{" : ",")
            .append(labels[i].first)
            .append("=\"")
            .append(escaped(labels[i].second, true))
            .append("\"");
    }
    if (!labels.empty()) text_ += '}';
    text_ += ' ' + number(value) + '\n';
    return *this;
}

Exposition& Exposition::counter(std::string_view name, std::string_view help, std::uint64_t value) {
    return family(name, "counter", help).sample(static_cast<double>(value));
}

Exposition& Exposition::gauge(std::string_view name, std::string_view help, double value) {
    return family(name, "gauge", help).sample(value);
}

}  // namespace muniment::app
