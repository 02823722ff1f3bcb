// SPDX-License-Identifier: Apache-2.0
#include "strongroom/matters/loss.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <unordered_map>

#include "base/journal.hpp"
#include "base/limits.hpp"

namespace muniment::strongroom {
namespace {

Result<std::vector<MatterId>> matters_in(storage::RecordReader& reader) {
    std::vector<MatterId> matters;
    CHECK(reader.for_each_key([&](const storage::KeyRow& row) {
        if (row.kind == storage::OwnerKind::matter) matters.push_back({row.owner});
        return true;
    }));
    return matters;
}

/// Rows of parts do not say which matter their document belongs to.
Result<void> fill_in_matters(storage::RecordReader& reader, std::vector<LostVersion>& lost) {
    std::unordered_map<DocumentId, MatterId> matter_of;
    for (const auto& each : lost) matter_of.try_emplace(each.document);
    TRY(auto matters, matters_in(reader));
    for (const auto& matter : matters) {
        CHECK(reader.for_each_document(matter, [&](const storage::DocumentRow& row) {
            if (auto at = matter_of.find(row.document); at != matter_of.end()) at->second = matter;
            return true;
        }));
    }
    for (auto& each : lost) each.matter = matter_of.at(each.document);
    return {};
}

Result<std::vector<LostVersion>> lie_in(storage::RecordReader& reader, const PackId& pack) {
    TRY(auto known, reader.packs());
    if (std::ranges::find(known, pack, &storage::PackRow::pack) == known.end())
        return fail(Problem::not_found, "No row speaks of pack " + pack.text() + ".");
    std::vector<LostVersion> lost;
    CHECK(reader.for_each_part_in(pack, [&](const storage::PartRow& part) {
        lost.push_back({{}, part.document, part.version});
        return true;
    }));
    CHECK(fill_in_matters(reader, lost));
    auto place = [](const LostVersion& each) { return std::tie(each.matter, each.document, each.version); };
    std::ranges::sort(lost, {}, place);
    auto twice = std::ranges::unique(lost, {}, place);
    lost.erase(twice.begin(), twice.end());
    return lost;
}

Result<void> check_gone(storage::PackStore& packs, const PackId& pack) {
    auto found = packs.check(pack);
    if (found || found.error().problem == Problem::corrupt) {
        return fail(Problem::conflict, "pack " + pack.text() + " is there" +
                                           (found ? "" : ", though it is damaged") + ": it keeps nothing shut");
    }
    if (found.error().problem != Problem::not_found) return found;   // it may be there, and cannot be read just now
    return {};
}

}  // namespace

Result<std::vector<LostVersion>> loss_of(storage::RecordReader& reader, storage::PackStore& packs, const PackId& pack) {
    TRY(auto lost, lie_in(reader, pack));
    CHECK(check_gone(packs, pack));
    return lost;
}

Result<void> accept_loss(access::Gate& gate, storage::PackStore& packs, const PackId& pack, const std::string& reason) {
    if (reason.empty() || reason.size() > limits::comment_bytes_max)
        return fail(Problem::malformed, "the acceptance of a loss needs a reason, of at most " +
                                            std::to_string(limits::comment_bytes_max) + " bytes");
    CHECK(check_gone(packs, pack));
    auto& log = gate.log();
    auto words = [&](std::size_t versions) {
        return boost::json::serialize(boost::json::object{{"pack", pack.text()}, {"reason", reason}, {"versions", versions}});
    };
    auto draft = log.own_draft(audit::Action::loss_accepted, audit::Outcome::done, "{}");
    CHECK(log.commit(std::move(draft), [&](storage::RecordWriter& writer, audit::Draft& entry) -> Result<void> {
        TRY(auto lost, lie_in(writer, pack));
        entry.say(bytes(words(lost.size())));
        entry.add(audit::Subject{audit::SubjectKind::other, pack.bytes, lost.size()});
        for (std::size_t i = 0; i < lost.size();) {
            auto matter = lost[i].matter;
            auto more = log.own_draft(audit::Action::loss_accepted, audit::Outcome::done, words(lost.size()));
            if (!matter.is_nil()) more.add(audit::Subject{audit::SubjectKind::matter, matter.bytes});
            for (std::size_t named = 1; i < lost.size() && lost[i].matter == matter && named < audit::subjects_max; ++named, ++i)
                more.add(audit::Subject{audit::SubjectKind::document, lost[i].document.bytes, lost[i].version});
            CHECK(log.append_in(writer, std::move(more)));
        }
        return writer.put_pack({pack, storage::PackState::lost});
    }));
    journal(Level::warning, "pack.loss-accepted", {{"pack", pack}});
    return {};
}

}  // namespace muniment::strongroom
