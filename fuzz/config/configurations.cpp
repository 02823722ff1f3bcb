// SPDX-License-Identifier: Apache-2.0
// The machine's configuration: whatever stands in the file, findings have lines of it and settings fit their keys.
#include "config/config.hpp"
#include "config/fits.hpp"
#include "fuzz.hpp"

using namespace muniment;

FUZZ_TARGET(configurations) {
    auto said = text(input);
    auto reading = config::read(said);
    const auto lines = 1 + static_cast<unsigned>(std::ranges::count(said, '\n'));
    for (const auto& found : reading.findings) {
        fuzz::must(found.line <= lines, "a finding in a line that the file does not have");
        auto acts = [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; };
        fuzz::must(std::ranges::none_of(found.text, acts), "a finding that acts on a terminal");
    }
    std::string spelled;
    for (const auto& key : config::keys()) {
        const auto value = key.in(reading.settings);
        fuzz::must(config::fits(key, value), "a setting that its key does not take");
        spelled += std::string(key.name.text()) + " = " + config::written(value) + "\n";
        const auto origin = reading.origin(key);
        fuzz::must(origin.line <= lines && origin.from != config::Origin::From::flag, "an origin that is none");
    }
    auto again = config::read(spelled);
    fuzz::must(again.findings.empty() && again.settings == reading.settings, "other settings when they are written");
}
