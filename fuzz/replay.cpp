// SPDX-License-Identifier: Apache-2.0
// Runs each target over its committed corpus, and over what is near it: cut short, and with single bits turned over. Prints each
// input before it is run, so that the last line of a run that died names the culprit.
//
//     fuzz_replay CORPUS [TARGET…]
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "crypto/crypto.hpp"
#include "fuzz.hpp"

namespace {

namespace fs = std::filesystem;
using muniment::Bytes;
using muniment::View;

constexpr std::size_t neighbours_max = 12;    // of each kind, for each input

Bytes content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(in), {});
}

std::size_t run_with_neighbours(const muniment::fuzz::Target& target, const Bytes& input) {
    target.run(input);
    auto count = std::min(neighbours_max, input.size());
    for (std::size_t i = 0; i < count; ++i) {
        auto at = i * input.size() / count;
        target.run(View(input).first(at));
        target.run(muniment::fuzz::damaged(input, at * 8 + i % 8));
    }
    return 1 + 2 * count;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return std::cerr << "fuzz_replay CORPUS [TARGET…]\n", 2;
    if (!muniment::crypto::start()) return std::cerr << "crypto did not start\n", 2;
    const fs::path corpus = argv[1];
    const std::vector<std::string_view> wanted(argv + 2, argv + argc);
    std::size_t targets = 0, files = 0, runs = 0;
    for (const auto& target : muniment::fuzz::targets()) {
        if (!wanted.empty() && std::ranges::find(wanted, target.name) == wanted.end()) continue;
        std::vector<fs::path> inputs;
        if (fs::is_directory(corpus / target.name))
            std::ranges::copy(fs::directory_iterator(corpus / target.name), std::back_inserter(inputs));
        if (inputs.empty()) return std::cerr << "no corpus for " << target.name << '\n', 1;
        std::ranges::sort(inputs);
        for (const auto& input : inputs) {
            std::cout << target.name << '/' << input.filename().string() << std::endl;
            runs += run_with_neighbours(target, content_of(input));
        }
        targets += 1;
        files += inputs.size();
    }
    std::cout << targets << " targets, " << files << " inputs, " << runs << " runs\n";
    return targets == 0 ? 1 : 0;
}
