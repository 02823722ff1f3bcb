// SPDX-License-Identifier: Apache-2.0
// How people name a server, a matter, a paper.
#include <boost/json.hpp>

#include "cli/profile.hpp"
#include "cli/stop.hpp"
#include "cli/target.hpp"
#include "fuzz.hpp"

using namespace muniment;
using namespace muniment::cli;

FUZZ_TARGET(typed) {
    auto said = text(input);
    try {
        auto url = server_url(said);
        fuzz::must(url.starts_with("https://") && server_url(url) == url, "a server that is another one when it is typed again");
        fuzz::must(url.find_first_of("/@?#", 8) == std::string::npos, "a server with more behind it");
    } catch (const Stop&) {
    }
    static const auto matters = boost::json::parse(R"([
        {"id": "018f0000-0000-7000-8000-000000000001", "number": "1/2", "name": "A/b"},
        {"id": "018f0000-0000-7000-8000-000000000002", "number": "1", "name": "Ä"}])").as_array();
    try {
        if (auto target = split_target(matters, said)) {
            fuzz::must(!target->path.starts_with('/') && !target->path.ends_with('/'), "a path with slashes around it");
            fuzz::must(target->path.size() < said.size() && said.contains(target->path), "a path that was not typed");
        }
    } catch (const Stop&) {
    }
    if (auto found = leading_id(said)) fuzz::must(is_id(found->id), "an id that is none");
    if (auto found = citation(said)) fuzz::must(found->number > 0, "the paper number 0");
}
