// SPDX-License-Identifier: Apache-2.0
// The slots: in reach, apart from the data, on a file system that really forgets what is erased, and holding the living key.
#include "app/doctor/findings.hpp"
#include "app/doctor/places.hpp"
#include "app/unlock_files.hpp"

namespace muniment::app {
namespace {

std::string slot_name(std::size_t i) { return "slot " + std::to_string(i + 1); }
std::string beginning(std::string text) {
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text;
}

void look_at_file_system(const std::filesystem::path& place, const std::string& subject, Findings& found) {
    auto there = file_system_of(place);
    if (!there) return;
    auto what = beginning(subject) + " lies on " + there->kind;
    Finding* finding = nullptr;
    if (there->in_memory())
        finding = &found.red("slots.file-system", what + ": it is gone when that machine is switched off.",
                             "Give it a folder on a disk.");
    else if (there->keeps_snapshots())
        finding = &found.warning(
            "slots.file-system", what + ": a snapshot keeps keys that were erased, and what they open is not gone.",
            "Take none of that folder (a subvolume or dataset of its own, out of every schedule), or use ext4 or xfs.");
    else if (there->without_modes())
        finding = &found.warning("slots.file-system", what + ", which keeps no modes: others on that machine may read the key.",
                                 "Use ext4 or xfs; or see that the mount's options let the server's user alone in.");
    else
        finding = &found.good("slots.file-system", what + (there->on_network() ? ", over the network." : "."));
    finding->subject = subject;
    finding->place = place.string();
}

void look_whether_apart(const Home& home, std::size_t elsewhere, Findings& found) {
    bool key_file = has_key_file(home);
    if (elsewhere == 0) {
        found.red(
            "slots.apart",
            key_file ? "Whoever takes this disk can read everything: data, key file and every slot lie on it."
                     : "Data and every slot lie on one disk: whoever takes it needs only the passphrase.",
            "Put the slots on other sites (init --slot), and the key file into a credential store, or unlock by passphrase.");
    } else if (key_file && device_of(home.keys()) == device_of(home.data())) {
        found.warning("slots.apart", "The key file lies on the data's disk.",
                      "Unlock by passphrase, or keep the key file elsewhere.");
    } else if (elsewhere < home.slots.size()) {
        found.warning("slots.apart", "Of the slots, some lie on the data's disk: what destroys it takes them too.",
                      "Keep at least two slots elsewhere.");
    } else {
        found.good("slots.apart", "Data, slots and the way to unlock are apart.");
    }
}

/// What the server's last check of the slots says: the path of one is a name to it.
void look_at_reports(const Sight& sight, Findings& found) {
    for (std::size_t i = 0; i < sight.server->slots.size(); ++i) {
        const auto& slot = sight.server->slots[i];
        bool holds = slot.state == strongroom::SlotState::holds && !slot.not_believed;
        auto said = beginning(slot_name(i)) + " " + strongroom::text_of(slot) + ".";
        auto& finding = holds ? found.good("slots.holds", said)
                              : found.red("slots.holds", said,
                                          "Bring it into reach: `muniment keys status` says more; the server gives a "
                                          "slot that is empty its key again.");
        finding.subject = slot_name(i);
        finding.place = slot.name;
        finding.values["former_epochs"] = static_cast<std::int64_t>(slot.other_epochs);
    }
}

}  // namespace

void look_at_slots(const Sight& sight, Findings& found) {
    const auto& home = sight.home;
    auto data = device_of(home.data());
    std::size_t elsewhere = 0, in_reach = 0;
    for (std::size_t i = 0; i < home.slots.size(); ++i) {
        auto device = device_of(home.slot(i));
        auto name = beginning(slot_name(i));
        auto& reach =
            device == 0 ? found.red("slots.reach", name + " is not in reach.",
                                    "Mount it again. Is it gone for good: docs/operate/what-to-do-when.md. Losing all loses everything.")
                        : found.good("slots.reach", name + " is in reach.");
        reach.subject = slot_name(i);
        reach.place = home.slot(i).string();
        if (device == 0) continue;
        ++in_reach;
        elsewhere += device != data;
        look_at_file_system(home.slot(i), slot_name(i), found);
    }
    if (in_reach > 0) look_whether_apart(home, elsewhere, found);
    if (sight.server && sight.server->open) look_at_reports(sight, found);
}

}  // namespace muniment::app
