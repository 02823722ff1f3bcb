// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace muniment {
namespace {

struct Row {
    std::string slug;
    int status;
    std::string_view sentence;
};

std::string dashed(std::string name) {
    std::ranges::replace(name, '_', '-');
    return name;
}

const Row& row(Problem problem) {
    static const std::array rows{
#define PROBLEM(name, status, sentence) Row{dashed(#name), status, sentence},
#include "base/problems.def"
#undef PROBLEM
    };
    return rows.at(static_cast<std::size_t>(problem));
}

}  // namespace

std::string_view slug(Problem problem) { return row(problem).slug; }
int http_status(Problem problem) { return row(problem).status; }

std::string sentence(Problem problem, std::string_view detail) {
    std::string text(row(problem).sentence);
    if (auto at = text.find('%'); at != std::string::npos) text.replace(at, 1, detail);
    // A sentence that ends in an empty detail keeps no blank behind it.
    while (text.ends_with(' ')) text.pop_back();
    return text;
}

void die(std::string_view why, std::source_location where) {
    std::fprintf(stderr, "muniment: a mistake of its own at %s:%u: %.*s\n", where.file_name(), where.line(),
                 static_cast<int>(why.size()), why.data());
    std::abort();
}

}  // namespace muniment
