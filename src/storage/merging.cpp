// SPDX-License-Identifier: Apache-2.0
#include "storage/merging.hpp"

#include <algorithm>

#include "base/journal.hpp"

namespace muniment::storage {
namespace {

/// The first six bytes of an id are the milliseconds at which it was made.
bool made_before(const PackId& pack, Instant moment) {
    Reader r(pack.bytes);
    auto high = r.u32();
    auto low = r.u16();
    return static_cast<std::int64_t>((std::uint64_t{high} << 16) | low) < moment.us / 1'000;
}

Result<void> change_state(RecordWriter& writer, const PackId& pack, PackState from, PackState to) {
    TRY(auto row, writer.pack(pack));
    if (!row || row->state != from) return fail(Problem::conflict, "pack " + pack.text() + " is not what it was");
    return writer.put_pack({pack, to});
}

}  // namespace

Result<Merged> Merging::step() {
    TRY(auto known, records_.packs());
    CHECK(give_up_unfinished(known));
    TRY(auto group, choose(known));
    if (group.empty()) return Merged{};
    TRY(auto objects, copy(group));
    TRY(auto places, packs_.gather(objects));
    CHECK(read_back(objects, places));
    CHECK(point_to(group, places));
    journal(Level::info, "packs.merged", {{"packs", group.size()}, {"objects", objects.size()}, {"into", places.front().pack}});
    return Merged{.packs = group.size(), .objects = objects.size()};
}

/// What a crash or an error left before rows were pointed to it. Where another process is at it still, its transaction fails.
Result<void> Merging::give_up_unfinished(const std::vector<PackRow>& known) {
    for (const auto& row : known) {
        if (row.state != PackState::gathering) continue;
        auto given_up = records_.commit(
            [&](RecordWriter& writer) { return change_state(writer, row.pack, PackState::gathering, PackState::emptied); });
        if (!given_up && given_up.error().problem != Problem::conflict) return given_up;
    }
    return {};
}

Result<std::vector<Merging::Candidate>> Merging::choose(const std::vector<PackRow>& known) {
    std::vector<Candidate> group;
    std::uint64_t bytes = 0;
    std::size_t objects = 0;
    for (const auto& row : known) {
        if (row.state != PackState::closed || !made_before(row.pack, clock_.now() - limits::merge_age_min)) continue;
        TRY(auto candidate, look_at(row.pack));
        if (!candidate) continue;
        if (bytes + candidate->bytes > limits::merged_pack_bytes ||
            objects + candidate->objects.size() > limits::merge_objects_max)
            break;
        bytes += candidate->bytes;
        objects += candidate->objects.size();
        group.push_back(std::move(*candidate));
        if (group.size() == limits::merge_packs_max) break;
    }
    if (group.size() < limits::merge_packs_min && bytes < limits::merged_pack_bytes / 2) return std::vector<Candidate>{};
    std::vector<Candidate> fit;
    for (auto& candidate : group) {
        TRY(auto named, named_throughout(candidate));
        if (named) fit.push_back(std::move(candidate));
    }
    if (fit.size() < 2) fit.clear();
    return fit;
}

/// Nothing where the pack is large already, or no row names it.
Result<std::optional<Merging::Candidate>> Merging::look_at(const PackId& pack) {
    Candidate candidate{.pack = pack, .objects = {}};
    CHECK(records_.for_each_part_in(pack, [&](const PartRow& part) {
        if (!candidate.objects.empty() && candidate.objects.back().place == part.place) return true;  // of a paper that was moved
        candidate.objects.push_back({part.object, part.place});
        candidate.bytes += part.place.length;
        return candidate.bytes < limits::small_pack_bytes_max && candidate.objects.size() <= limits::merge_objects_max;
    }));
    if (candidate.objects.empty() || candidate.bytes >= limits::small_pack_bytes_max ||
        candidate.objects.size() > limits::merge_objects_max) {
        return std::optional<Candidate>{};
    }
    return std::optional(std::move(candidate));
}

/// Whether rows name every object of the pack. Of an unnamed one nobody here can say whether something else still needs it.
Result<bool> Merging::named_throughout(const Candidate& candidate) {
    auto found = packs_.list(candidate.pack);
    if (!found) {
        if (found.error().problem == Problem::unavailable) return std::unexpected(found.error());
        journal(Level::error, "pack.damaged", {{"pack", candidate.pack}});
        return false;
    }
    return std::ranges::equal(*found, candidate.objects, [](const FoundObject& a, const FoundObject& b) {
        return a.object == b.object && a.place == b.place;
    });
}

Result<std::vector<SealedObject>> Merging::copy(const std::vector<Candidate>& group) {
    std::vector<SealedObject> objects;
    for (const auto& candidate : group) {
        for (const auto& found : candidate.objects) {
            SealedObject copied{found.object, Bytes(found.place.length)};
            CHECK(packs_.read(found.place, 0, copied.sealed));
            objects.push_back(std::move(copied));
        }
    }
    return objects;
}

Result<void> Merging::read_back(const std::vector<SealedObject>& objects, const std::vector<Placement>& places) {
    const auto& pack = places.front().pack;
    auto differs = [&] { return fail(Problem::corrupt, "pack " + pack.text() + " does not hold what was merged into it"); };
    CHECK(packs_.check(pack));
    TRY(auto found, packs_.list(pack));
    if (found.size() != objects.size() || places.size() != objects.size()) return differs();
    for (std::size_t n = 0; n < objects.size(); ++n) {
        if (found[n].object != objects[n].object || found[n].place != places[n]) return differs();
        Bytes there(places[n].length);
        CHECK(packs_.read(places[n], 0, there));
        if (there != objects[n].sealed) return differs();
    }
    return {};
}

Result<void> Merging::point_to(const std::vector<Candidate>& group, const std::vector<Placement>& places) {
    std::map<std::pair<PackId, std::uint64_t>, std::pair<FoundObject, Placement>> moved;
    std::size_t n = 0;
    for (const auto& candidate : group)
        for (const auto& found : candidate.objects) moved.try_emplace({found.place.pack, found.place.offset}, found, places[n++]);
    return records_.commit([&](RecordWriter& writer) -> Result<void> {
        CHECK(change_state(writer, places.front().pack, PackState::gathering, PackState::closed));
        for (const auto& candidate : group) {
            CHECK(change_state(writer, candidate.pack, PackState::closed, PackState::emptied));
            std::vector<PartRow> parts;
            CHECK(writer.for_each_part_in(candidate.pack, [&](const PartRow& part) { return parts.push_back(part), true; }));
            for (auto& part : parts) {
                auto at = moved.find({part.place.pack, part.place.offset});
                if (at == moved.end() || at->second.first.object != part.object || at->second.first.place != part.place)
                    return fail(Problem::conflict,
                                "a row names an object of pack " + candidate.pack.text() + " that was not copied");
                part.place = at->second.second;
                CHECK(writer.put_part(part));
            }
        }
        return {};
    });
}

Result<std::size_t> Merging::remove_emptied() {
    TRY(auto known, records_.packs());
    std::size_t removed = 0;
    for (const auto& row : known) {
        if (row.state != PackState::emptied || removed == limits::merge_packs_max) continue;
        auto since = emptied_since_.try_emplace(row.pack, clock_.steady()).first->second;
        if (clock_.steady() - since < limits::emptied_pack_kept) continue;
        TRY(auto unnamed, still_unnamed(row.pack));
        if (unnamed) {
            // The pack first: one that a crash leaves between the two keeps its row, and is removed again.
            auto gone = packs_.remove(row.pack);
            if (!gone && gone.error().problem != Problem::not_found) return std::unexpected(gone.error());
            CHECK(records_.commit([&](RecordWriter& writer) { return writer.drop_pack(row.pack); }));
            ++removed;
        }
        emptied_since_.erase(row.pack);
    }
    return removed;
}

/// A row that names it after all (its commit took more than an hour): the pack is needed again.
Result<bool> Merging::still_unnamed(const PackId& pack) {
    bool named = false;
    CHECK(records_.commit([&](RecordWriter& writer) -> Result<void> {
        named = false;
        CHECK(writer.for_each_part_in(pack, [&](const PartRow&) { return named = true, false; }));
        return named ? writer.put_pack({pack, PackState::closed}) : Result<void>{};
    }));
    return !named;
}

}  // namespace muniment::storage
