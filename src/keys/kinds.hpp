// SPDX-License-Identifier: Apache-2.0
// The kinds of sealed small things. The name stands in the associated data, so it is never re-used or renamed; docs/formats/keys.md
// lists what owner, row and number mean for each.
#pragma once
#include <cstdint>
#include <string_view>

namespace muniment::keys {

/// KIND(name, number in rows, label in the associated data)
#define MUNIMENT_SEALED_KINDS(KIND)                   \
    KIND(unlock, 1, "unlock")                         \
    KIND(epoch, 2, "epoch")                           \
    KIND(head, 3, "head")                             \
    KIND(firm_key, 4, "firm-key")                     \
    KIND(person_key, 5, "person-key")                 \
    KIND(client_key, 6, "client-key")                 \
    KIND(matter_key, 7, "matter-key")                 \
    KIND(month_key, 8, "month-key")                   \
    KIND(document_secret, 9, "document-secret")       \
    KIND(document_list, 10, "document-list")          \
    KIND(object_key, 11, "object-key")                \
    KIND(audit_detail, 12, "audit-detail")            \
    KIND(gate_head, 20, "gate.head")                  \
    KIND(gate_person, 21, "gate.person")              \
    KIND(gate_credential, 22, "gate.credential")      \
    KIND(gate_session, 23, "gate.session")            \
    KIND(gate_group, 24, "gate.group")                \
    KIND(gate_matter, 25, "gate.matter")              \
    KIND(gate_team, 26, "gate.team")                  \
    KIND(gate_wall, 27, "gate.wall")                  \
    KIND(gate_client, 28, "gate.client")              \
    KIND(gate_policy, 29, "gate.policy")              \
    KIND(firm_profile, 40, "firm.profile")            \
    KIND(firm_log_key, 41, "firm.log-key")            \
    KIND(person_profile, 42, "person.profile")        \
    KIND(client_profile, 43, "client.profile")        \
    KIND(matter_profile, 44, "matter.profile")        \
    KIND(wall_memo, 45, "wall.memo")                  \
    KIND(group_profile, 46, "group.profile")          \
    KIND(document_version, 47, "document.version")    \
    KIND(document_checkout, 48, "document.checkout")  \
    KIND(answer, 49, "answer")                        \
    KIND(cursor, 50, "cursor")                        \
    KIND(key_set, 51, "key-set")                      \
    KIND(upload, 52, "upload")                        \
    KIND(scrub, 53, "scrub")                          \
    KIND(job, 54, "job")                              \
    KIND(deadline, 55, "deadline")                    \
    KIND(notice, 56, "notice")                        \
    KIND(notice_choice, 57, "notice.choice")          \
    KIND(calendar, 58, "calendar")                    \
    KIND(webhook, 59, "webhook")                      \
    KIND(mail, 60, "mail")                            \
    KIND(event_reader, 61, "event.reader")

enum class Kind : std::uint16_t {
#define KIND(name, number, label) name = number,
    MUNIMENT_SEALED_KINDS(KIND)
#undef KIND
};

constexpr std::string_view label(Kind kind) {
    switch (kind) {
#define KIND(name, number, text) \
    case Kind::name: return text;
        MUNIMENT_SEALED_KINDS(KIND)
#undef KIND
    }
    return "";
}

}  // namespace muniment::keys
