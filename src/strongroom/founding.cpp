// SPDX-License-Identifier: Apache-2.0
#include "strongroom/founding.hpp"

#include "base/text.hpp"
#include "keys/slot_files.hpp"

namespace muniment::strongroom {
namespace {

constexpr std::string_view firm_single = "firm";
constexpr std::uint64_t data_format = 1;

keys::Place name_place(const FirmId& firm) { return {keys::Kind::firm_profile, firm.bytes, firm.bytes, 1}; }

Result<void> write_name(storage::RecordWriter& writer, audit::Draft& draft, const keys::Ring& ring, const std::string& name) {
    auto place = name_place(ring.firm());
    auto sealed = keys::seal_field(ring.firm_fields(), ring.firm(), place, view(name));
    draft.add(audit::RowMark{static_cast<std::uint16_t>(place.kind), place.row, 1, crypto::sha256(sealed)});
    return writer.put_field({static_cast<std::uint16_t>(place.kind), place.owner, place.row, 1, std::move(sealed)});
}

}  // namespace

Result<Founded> found(storage::Records& records, std::span<storage::Slot* const> slots, const keys::RootKey& root,
                      const FirmId& firm, const Founding& founding, const Clock& clock) {
    CHECK(check_label(founding.firm_name));
    if (slots.size() < 2) return fail(Problem::conflict, "a firm needs at least two slots: losing them all loses everything");
    if (firm_in(records)) return fail(Problem::already_done, "a firm was founded in this data folder");
    auto epoch = keys::EpochKey::random();
    for (auto* slot : slots) CHECK(keys::put_epoch(*slot, root, firm, epoch, 1));

    Founded founded;
    auto now = clock.now();
    CHECK(records.commit([&](storage::RecordWriter& writer) -> Result<void> {
        CHECK(writer.put_single(firm_single, {data_format, bytes(View(firm))}));
        TRY(auto ring, keys::Ring::found_in(writer, firm, epoch.clone()));
        CHECK(audit::Log::found_in(writer, *ring));
        CHECK(access::Gate::found_in(writer, *ring));
        auto person = PersonId::fresh(now);
        audit::Leaf leaf{.id = EntryId::fresh(now),
                         .at = now,
                         .action = audit::Action::firm_founded,
                         .outcome = audit::Outcome::done,
                         .subjects = {{audit::SubjectKind::person, person.bytes}}};
        audit::Draft draft(std::move(leaf), bytes("{}"), {storage::OwnerKind::firm, firm.bytes, ring->firm_details()});
        CHECK(write_name(writer, draft, *ring, founding.firm_name));
        TRY(founded.invitation, access::People::found_in(writer, draft, *ring, person, founding.first, now, founding.proven));
        return audit::Log::append_founding_in(writer, *ring, clock, std::move(draft));
    }));
    return founded;
}

Result<FirmId> firm_in(storage::RecordReader& reader) {
    TRY(auto row, reader.single(firm_single));
    if (!row) return fail(Problem::not_found, "no firm was founded in this data folder: run `muniment init` first");
    if (row->number > data_format) return fail(Problem::too_new, "the data folder");
    if (row->value.size() != 16) return fail(Problem::corrupt, "the firm's id");
    FirmId firm;
    std::ranges::copy(row->value, firm.bytes.begin());
    return firm;
}

Result<std::string> firm_name(storage::RecordReader& reader, const keys::Ring& ring) {
    auto place = name_place(ring.firm());
    TRY(auto row, reader.field(static_cast<std::uint16_t>(place.kind), place.owner, place.row));
    if (!row) return fail(Problem::corrupt, "the firm's name is missing");
    TRY(auto content, keys::open_field(ring.firm_fields(), ring.firm(), place, row->sealed));
    return string(content);
}

}  // namespace muniment::strongroom
