// SPDX-License-Identifier: Apache-2.0
#include "access/decide/decide.hpp"

namespace muniment::access {
namespace {

std::string spaced(std::string_view word) {
    std::string text(word);
    for (char& c : text)
        if (c == '_') c = ' ';
    return text;
}

/// "the role of reader on its team (through the group Litigation)"
std::string place(const Decision& decision, const NameOf& name_of) {
    std::string text = "the role of " + spaced(name(decision.team_role.value_or(TeamRole::reader))) + " on its team";
    if (decision.group) text += " (through the group " + name_of(*decision.group) + ")";
    return text;
}

std::string because(const Decision& decision, const std::string& person, const NameOf& name_of) {
    switch (decision.reason) {
        case Reason::role_grants: return "the firm role " + spaced(name(decision.firm_role.value())) + " gives it";
        case Reason::team_grants: return place(decision, name_of) + " gives it";
        case Reason::unknown_person: return "there is no such person";
        case Reason::not_active: return "the account of " + person + " is not active";
        case Reason::person_ended: return "the account of " + person + " is past its end";
        case Reason::unknown_matter: return "there is no such matter";
        case Reason::wall_forbids:
            return "the wall " + name_of(decision.wall.value()) + " stands between, and no grant or role goes over a wall";
        case Reason::no_role: return "no firm role of " + person + " gives it";
        case Reason::no_grant: return person + " is not on the matter's team, in person or through a group";
        case Reason::grant_expired: return place(decision, name_of) + " would give it, but has come to its end";
        case Reason::team_role_lacks: return place(decision, name_of) + " does not give it";
        case Reason::matter_closed: return place(decision, name_of) + " would give it, but the matter is closed";
        case Reason::not_oneself: return "this may be done for others only, never for oneself";
    }
    return "it was not given";
}

}  // namespace

std::string explain(const Decision& decision, PersonId who, Permission what, const Subject& subject, const NameOf& name_of) {
    // A person or matter that does not exist has no name to ask for.
    const std::string person = decision.reason == Reason::unknown_person ? "This person" : name_of(who);
    std::string text = person + (decision.permitted ? " may " : " may not ") + std::string(sentence(what));
    if (decision.reason != Reason::unknown_matter && decision.reason != Reason::unknown_person) {
        if (subject.matter)
            text += " (in " + name_of(*subject.matter) + ")";
        else if (subject.client)
            text += " (for " + name_of(*subject.client) + ")";
    }
    return text + ": " + because(decision, person, name_of) + ".";
}

}  // namespace muniment::access
