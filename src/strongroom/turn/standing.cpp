// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/standing.hpp"

#include <algorithm>

#include "audit/log.hpp"
#include "strongroom/turn/key_set.hpp"
#include "strongroom/turn/known_log.hpp"

namespace muniment::strongroom {
namespace {

const HeldEpoch* key_of(const std::vector<HeldEpoch>& held, const keys::Mark& mark) {
    auto at = std::ranges::find(held, mark, &HeldEpoch::mark);
    return at == held.end() ? nullptr : &*at;
}

/// What slots say: who lives, what they saw.
struct Heard {
    std::size_t away = 0, ours = 0, anothers = 0;
    std::optional<std::string> newer;
    std::vector<std::string> not_believed;
};

bool names_us(storage::RecordReader& reader, const keys::Living& living) {
    auto row = reader.single("living");
    if (!row || !*row) return false;
    Reader values((*row)->value);
    while (values.rest().size() >= 16) {
        if (values.array<16>() == living.current) return true;
    }
    return false;
}

/// Without the log's key nobody can tell what of it is true.
Heard hear(storage::RecordReader& reader, const audit::Lineage* line, const std::vector<storage::Slot*>& slots) {
    Heard heard;
    for (auto* slot : slots) {
        auto seen = keys::read_seen(*slot);
        auto living = keys::read_living(*slot);
        if (!seen || !living || (!*seen && !*living)) {
            ++heard.away;
            continue;
        }
        if (*seen && line) {
            auto judged = judge(reader, *line, **seen);
            if (judged.is == SeenIs::newer) heard.newer = slot->name();
            if (judged.is == SeenIs::unsigned_) heard.not_believed.push_back(slot->name());
        }
        if (*living) ++(names_us(reader, **living) ? heard.ours : heard.anothers);
    }
    return heard;
}

/// Calls for every key set that can be opened with what the slots hold; false ends it.
void for_each_opened(const std::vector<storage::KeySets*>& copies, const std::vector<HeldEpoch>& held, const FirmId& firm,
                     const std::function<bool(const storage::KeySets&, const std::optional<storage::CheckpointRow>&)>& take) {
    for_each_key_set(copies, held, [&](storage::KeySets& place, const std::string& name, const HeldEpoch& epoch) {
        auto content = place.get(name);
        if (!content) return true;
        std::optional<storage::CheckpointRow> checkpoint;
        auto read = read_key_set(*content, keys::mac_key(epoch.key, "key-set", firm), [&](KeySetRow&& row) -> Result<void> {
            if (auto* found = std::get_if<storage::CheckpointRow>(&row)) checkpoint = std::move(*found);
            return {};
        });
        return !read || take(place, checkpoint);
    });
}

/// Of our own key set: its MAC says that we wrote it, so the note's signature need not be asked again.
bool contains(storage::RecordReader& reader, const audit::Lineage* line, const storage::CheckpointRow& row) {
    auto said = said_by(row.note);
    return said && log_contains(reader, line, *said);
}

}  // namespace

std::vector<HeldEpoch> epochs_held(const std::vector<storage::Slot*>& slots, const keys::RootKey& root, const FirmId& firm) {
    std::vector<HeldEpoch> held;
    for (auto* slot : slots) {
        auto marks = keys::epochs_in(*slot);
        if (!marks) continue;
        for (const auto& mark : *marks) {
            if (key_of(held, mark)) continue;
            auto key = keys::get_epoch(*slot, root, firm, mark);
            auto number = keys::epoch_number_in(*slot, mark);
            if (key && number) held.push_back({mark, std::move(*key), *number});
        }
    }
    return held;
}

void for_each_key_set(const std::vector<storage::KeySets*>& copies, const std::vector<HeldEpoch>& held,
                      const std::function<bool(storage::KeySets&, const std::string&, const HeldEpoch&)>& take) {
    for (auto* place : copies) {
        auto names = place->list();
        if (!names) continue;
        for (const auto& name : *names) {
            auto mark = key_set_mark(name);
            const auto* epoch = mark ? key_of(held, *mark) : nullptr;
            if (epoch && !take(*place, name, *epoch)) return;
        }
    }
}

Result<std::optional<std::string>> newer_key_set(storage::RecordReader& reader, const std::vector<storage::Slot*>& slots,
                                                 const std::vector<storage::KeySets*>& copies, const keys::RootKey& root,
                                                 const FirmId& firm) {
    auto held = epochs_held(slots, root, firm);
    auto line = lineage_known(reader, copies, held, firm);
    std::optional<std::string> newer;
    for_each_opened(copies, held, firm, [&](const storage::KeySets& place, const auto& checkpoint) {
        if (checkpoint && !contains(reader, line ? &*line : nullptr, *checkpoint)) newer = place.name();
        return !newer;
    });
    return newer;
}

Result<Diagnosis> diagnose(storage::Records& records, const std::vector<storage::Slot*>& slots,
                           const std::vector<storage::KeySets*>& copies, const keys::RootKey& root, const FirmId& firm) {
    auto held = epochs_held(slots, root, firm);
    auto line = lineage_known(records, copies, held, firm);
    auto heard = hear(records, line ? &*line : nullptr, slots);
    auto said = [&](Standing standing, std::string why) {
        if (!line && standing == Standing::damaged) why += ", and without the log's key nothing tells what slots have seen";
        return Diagnosis{standing, std::move(why), heard.away, heard.not_believed};
    };
    if (heard.newer) return said(Standing::older, "the slot " + *heard.newer + " has seen a newer state");
    TRY(auto newer, newer_key_set(records, slots, copies, root, firm));
    if (newer) return said(Standing::older, "the key set at " + *newer + " is of a newer state");

    auto needed = keys::Ring::needed_mark(records);
    if (!needed && needed.error().problem != Problem::not_found && needed.error().problem != Problem::corrupt)
        return std::unexpected(needed.error());
    const auto* epoch = needed ? key_of(held, *needed) : nullptr;
    if (!epoch) {
        bool any = false;
        for_each_opened(copies, held, firm, [&](const auto&, const auto&) { return any = true, false; });
        if (!needed) return said(any ? Standing::damaged : Standing::keyless, "the head of the key records is missing or damaged");
        if (any) return said(Standing::older, "no slot has the key of this database, and one has that of a key set");
        return said(Standing::keyless, "no slot in reach has the key of this database or of a key set");
    }
    auto ring = keys::Ring::open(records, firm, epoch->key.clone());
    if (!ring && ring.error().problem == Problem::corrupt) return said(Standing::damaged, ring.error().detail);
    if (!ring) return std::unexpected(ring.error());
    if (auto own = audit::Log::lineage_in(records, **ring); !own) return said(Standing::damaged, own.error().detail);
    if (heard.ours == 0 && heard.anothers > 0) return said(Standing::copy, "");
    return said(Standing::living, "");
}

std::string_view name_of(Standing standing) {
    switch (standing) {
        case Standing::living: return "living";
        case Standing::copy: return "copy";
        case Standing::older: return "older";
        case Standing::damaged: return "damaged";
        case Standing::keyless: return "keyless";
    }
    return "";
}

namespace {
std::string sentence_of(const Diagnosis& diagnosis) {
    auto why = diagnosis.why.empty() ? std::string() : " (" + diagnosis.why + ")";
    switch (diagnosis.standing) {
        case Standing::living: return "This is the living database: its key is in the slots, and nothing newer was seen.";
        case Standing::copy:
            return "This is a copy of the firm: the slots name another database as the living one. Papers can be read here; nothing is "
                   "filed or changed, and no slot is touched. If the other one is gone for good, stop this server and run "
                   "`muniment adopt`.";
        case Standing::older:
            return "This database is older than the firm" + why +
                   ". Nothing was touched and nothing can be read. If a newer database exists, use that one. If there is none, "
                   "`muniment adopt` brings back what the newest key set and this database still open, and says what is lost.";
        case Standing::damaged:
            return "This database is damaged or was forged" + why +
                   ". The slots were not touched and hold its key. Keep a copy of the data folder as it is; then `muniment keys mend` "
                   "brings back what a key set holds, and says what it cannot.";
        case Standing::keyless:
            return "NOBODY CAN READ ANYTHING: " + diagnosis.why + ". " +
                   (diagnosis.slots_away > 0
                        ? std::to_string(diagnosis.slots_away) +
                              " slots are out of reach: bring them back before anything else, the key may be there."
                        : "All slots are in reach and empty. If a server of this firm still runs anywhere, DO NOT STOP IT: it has "
                          "the key, and writes it into the slots again.");
    }
    return "";
}

}  // namespace

std::string text_of(const Diagnosis& diagnosis) {
    auto text = sentence_of(diagnosis);
    for (const auto& slot : diagnosis.not_believed)
        text += " The slot " + slot + " claimed to have seen a state of the log that this firm never signed. That was not believed; the "
                "next check of the slots writes it anew. Find out who can write there.";
    return text;
}

std::optional<Error> refusal(const Diagnosis& diagnosis) {
    switch (diagnosis.standing) {
        case Standing::living:
        case Standing::copy: return std::nullopt;
        case Standing::older: return Error(Problem::older_database, diagnosis.why);
        case Standing::damaged: return Error(Problem::damaged_database, diagnosis.why);
        case Standing::keyless: return Error(Problem::keyless, text_of(diagnosis));
    }
    return std::nullopt;
}

}  // namespace muniment::strongroom
