// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/adopt.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace muniment::strongroom {
namespace {

Result<std::shared_ptr<keys::Ring>> ring_of(const Places& places, const keys::RootKey& root, const FirmId& firm) {
    TRY(auto needed, keys::Ring::needed_mark(places.records));
    auto held = epochs_held(places.slots, root, firm);
    auto epoch = std::ranges::find(held, needed, &HeldEpoch::mark);
    if (epoch == held.end()) return fail(Problem::keyless, "no slot in reach has the key of this database");
    return keys::Ring::open(places.records, firm, epoch->key.clone());
}

/// The firm as it stands now, opened without anything that works by itself.
struct Opened {
    std::shared_ptr<keys::Ring> ring;
    std::unique_ptr<audit::Log> log;
    std::unique_ptr<access::Gate> gate;

    static Result<Opened> open(const Places& places, const keys::RootKey& root, const FirmId& firm) {
        Opened opened;
        TRY(opened.ring, ring_of(places, root, firm));
        TRY(opened.log, audit::Log::open(places.records, opened.ring, places.clock, {.start_sequencer = false}));
        TRY(opened.gate, access::Gate::open(places.records, opened.ring, *opened.log, places.clock));
        return opened;
    }
    Result<void> record(audit::Action action, const boost::json::object& words) {
        audit::Leaf leaf{.action = action, .outcome = audit::Outcome::done};
        CHECK(log->record({std::move(leaf), bytes(boost::json::serialize(words)),
                           {storage::OwnerKind::firm, ring->firm().bytes, ring->firm_details()}}));
        return {};
    }
};

/// The other one may have signed on since the copy was made, and may do so for another while: never under one origin with us.
Result<BegunAnew> begin_anew(const Places& places, const keys::RootKey& root, const FirmId& firm) {
    BegunAnew report;
    TRY(auto ring, ring_of(places, root, firm));
    TRY(auto line, audit::Log::lineage_in(places.records, *ring));
    TRY(auto own, places.records.newest_checkpoint());
    std::vector<audit::Log::Former> formers;
    if (own) {
        TRY(auto opened, line.open(own->note));
        formers.push_back({opened.number, opened.checkpoint.size, opened.checkpoint.root, own->note});
    }
    CHECK(places.records.commit([&](storage::RecordWriter& writer) -> Result<void> {
        return begin_anew_in(writer, *ring, places.clock, formers, report);
    }));
    return report;
}

boost::json::object words_of(const Adopted& adopted) {
    boost::json::object words{{"found", name_of(adopted.found.standing)}};
    if (const auto& restored = adopted.restored) {
        words["records"] = restored->records;
        words["papers"] = restored->papers;
        words["versions"] = restored->versions;
        words["gate"] = restored->gate;
        words["gate_changes_lost"] = restored->gate_changes_lost;
        words["sessions_ended"] = restored->sessions_ended;
        words["credentials_ended"] = restored->credentials_ended;
    }
    return words;
}

Result<void> look_through(Adopted& adopted, Opened& opened) {
    Scrub pass(*opened.gate);
    CHECK(pass.run());
    adopted.scrub = pass.report();
    adopted.verifier_key = opened.log->verifier_key();
    return {};
}

}  // namespace

Result<Adopted> adopt(const Places& places, const keys::RootKey& root, const FirmId& firm) {
    Adopted adopted;
    TRY(adopted.found, diagnose(places.records, places.slots, places.copies, root, firm));
    if (adopted.found.standing == Standing::keyless || adopted.found.standing == Standing::damaged)
        return std::unexpected(*refusal(adopted.found));
    if (adopted.found.standing == Standing::older) {
        TRY(adopted.restored, restore(places, root, firm, RestoreAs::older));
        adopted.log = *adopted.restored;
    } else if (adopted.found.standing == Standing::copy) {
        TRY(adopted.log, begin_anew(places, root, firm));
    }
    TRY(auto opened, Opened::open(places, root, firm));
    CHECK(opened.record(audit::Action::database_adopted, words_of(adopted)));
    SlotWatch watch(places.records, places.slots, opened.ring, *opened.log);
    CHECK(watch.claim());
    CHECK(look_through(adopted, opened));
    adopted.slots = watch.report();
    return adopted;
}

Result<Adopted> mend(const Places& places, const keys::RootKey& root, const FirmId& firm) {
    Adopted adopted;
    TRY(adopted.found, diagnose(places.records, places.slots, places.copies, root, firm));
    if (adopted.found.standing == Standing::keyless || adopted.found.standing == Standing::older)
        return std::unexpected(*refusal(adopted.found));
    TRY(adopted.restored, restore(places, root, firm, RestoreAs::mended));
    adopted.log = *adopted.restored;
    TRY(auto opened, Opened::open(places, root, firm));
    CHECK(opened.record(audit::Action::firm_restored, words_of(adopted)));
    CHECK(look_through(adopted, opened));
    CHECK(opened.log->checkpoint_now());
    return adopted;
}

}  // namespace muniment::strongroom
