// SPDX-License-Identifier: Apache-2.0
// Cookies and Authorization: at most one secret, and it is a piece of what was sent.
#include "fuzz.hpp"
#include "server/routes/caller.hpp"

using namespace muniment;
using namespace muniment::server::routes;

FUZZ_TARGET(cookies) {
    auto said = text(input);
    auto inside = [&](std::string_view piece) {
        return piece.data() >= said.data() && piece.data() + piece.size() <= said.data() + said.size();
    };
    if (auto secret = bearer_in(said))
        fuzz::must(inside(*secret) && secret->size() + 7 == said.size(), "a bearer out of nowhere");
    auto cookie = session_in(said);
    if (!cookie) return;
    fuzz::must(inside(*cookie) && !cookie->contains(';'), "a cookie out of nowhere");
    fuzz::must(!session_in(std::string(said) + "; __Host-muniment=another"), "one of two cookies");
}
