// SPDX-License-Identifier: Apache-2.0
#include "storage/migration.hpp"

#include <algorithm>

#include "storage/open.hpp"

namespace muniment::storage {

bool contracts(std::span<const Migration> steps, const Migration& step) {
    if (step.version == 1) return false;
    return step.least > steps[static_cast<std::size_t>(step.version) - 2].least;
}

bool SchemaPlan::runs() const {
    return !too_new && std::ranges::all_of(ahead, [&](const Migration* step) { return contracts(known, *step); });
}

SchemaPlan plan(std::span<const Migration> steps, const SchemaNow& now) {
    SchemaPlan plan{.known = steps};
    plan.too_new = now.least > steps.back().version;
    for (const auto& step : steps)
        if (step.version > now.version) plan.ahead.push_back(&step);
    return plan;
}

SchemaSight sight_of(std::span<const Migration> steps, const SchemaNow& now) {
    auto ahead = plan(steps, now);
    SchemaSight sight{.version = now.version, .least = now.least, .known = steps.back().version, .too_new = ahead.too_new,
                      .runs = ahead.runs()};
    auto reached = now;
    for (const auto* step : ahead.ahead) {
        sight.ahead.push_back({step->version, contracts(steps, *step), step->what});
        if (reached.version == step->version - 1 && !contracts(steps, *step)) reached.version = step->version;
    }
    sight.rest_contracts = plan(steps, reached).runs();
    return sight;
}

std::unexpected<Error> newer_than_known(const SchemaNow& now, std::span<const Migration> steps) {
    return fail(Problem::too_new, "its data have format " + std::to_string(now.version) +
                                      ", which a program must know format " + std::to_string(now.least) +
                                      " for; this one knows " + std::to_string(steps.back().version));
}

}  // namespace muniment::storage
