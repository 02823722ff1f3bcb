// SPDX-License-Identifier: Apache-2.0
// Rows that the gate decides by, once they are open: what is read is what would be written.
#include "access/authenticate/credential.hpp"
#include "access/authenticate/session_row.hpp"
#include "access/record/fact_rows.hpp"
#include "fuzz.hpp"

using namespace muniment;
using namespace muniment::access;

FUZZ_TARGET(gate_rows) {
    using keys::Kind;
    for (auto kind : {Kind::gate_person, Kind::gate_group, Kind::gate_matter, Kind::gate_team, Kind::gate_wall}) {
        Facts facts;
        if (!decode_into(facts, kind, input)) continue;
        Bytes written;
        if (!facts.people.empty()) written = encode(facts.people.front());
        if (!facts.groups.empty()) written = encode(facts.groups.front());
        if (!facts.matters.empty()) written = encode(facts.matters.front());
        if (!facts.grants.empty()) written = encode(facts.grants.front());
        if (!facts.walls.empty()) written = encode(facts.walls.front());
        fuzz::must(written == bytes(input), "a second spelling of a row that the gate reads");
    }
    if (auto credential = Credential::decode(input))
        fuzz::must(credential->encode() == bytes(input), "a second spelling of a credential");
    if (auto session = decode_session(input)) fuzz::must(encode(*session) == bytes(input), "a second spelling of a session");
}
