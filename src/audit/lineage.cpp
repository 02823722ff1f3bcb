// SPDX-License-Identifier: Apache-2.0
#include "audit/lineage.hpp"

#include <algorithm>
#include <functional>

namespace muniment::audit {
namespace {

constexpr std::size_t seed_bytes = 32, ended_bytes = 8 + 8 + 32;

keys::Place place_of(const FirmId& firm, std::uint64_t number) {
    return {keys::Kind::firm_log_key, firm.bytes, firm.bytes, number};
}

}  // namespace

Result<OfLine> Lineage::open(View note) const { return open_checkpoint_of_firm(note, newest); }

bool Lineage::names_as_ended(const OfLine& checkpoint) const {
    const auto& [said, its] = checkpoint;
    return std::ranges::any_of(ended, [&](const EndedLog& each) {
        return each.number < number && each.number == its && said.size <= each.size;
    });
}

Result<LogKey> LogKey::read(storage::RecordReader& reader, const FirmId& firm, const keys::SealKey& fields) {
    auto place = place_of(firm, 1);
    TRY(auto field, reader.field(static_cast<std::uint16_t>(place.kind), place.owner, place.row));
    if (!field) return fail(Problem::corrupt, "the log's signing key is missing");
    return open(*field, firm, fields);
}

Result<LogKey> LogKey::open(const storage::FieldRow& row, const FirmId& firm, const keys::SealKey& fields) {
    TRY(auto content, keys::open_secret(fields, firm, place_of(firm, row.revision), row.sealed));
    auto bad = fail(Problem::corrupt, "the log's signing key is none");
    if (content.size() < seed_bytes || (content.size() - seed_bytes) % ended_bytes != 0) return bad;
    LogKey key{row.revision, crypto::Secret::zeros(seed_bytes), {}};
    std::ranges::copy(content.expose().first(seed_bytes), key.seed.fill().begin());
    for (Reader r(content.expose().subspan(seed_bytes)); !r.rest().empty();) {
        EndedLog log{.number = r.u64(), .size = 0, .root = {}};
        log.size = r.u64();
        log.root = r.array<32>();
        key.ended.push_back(log);
    }
    return key;
}

Result<void> LogKey::write(storage::RecordWriter& writer, const FirmId& firm, const keys::SealKey& fields) const {
    Writer w;
    for (const auto& log : ended) w.u64(log.number).u64(log.size).raw(log.root);
    auto content = crypto::Secret::zeros(seed_bytes + w.written().size());
    std::ranges::copy(seed.expose(), content.fill().begin());
    std::ranges::copy(w.written(), content.fill().begin() + seed_bytes);
    auto place = place_of(firm, number);
    auto sealed = keys::seal(fields, firm, place, content.expose());
    return writer.put_field({static_cast<std::uint16_t>(place.kind), place.owner, place.row, place.number, std::move(sealed)});
}

void LogKey::end(std::vector<EndedLog> more) {
    ended.insert(ended.end(), more.begin(), more.end());
    std::ranges::sort(ended, std::greater{});
    ended.erase(std::ranges::unique(ended).begin(), ended.end());
    if (ended.size() > ended_logs_max) ended.resize(ended_logs_max);
}

Result<Lineage> LogKey::lineage(const FirmId& firm) const {
    TRY(auto key, crypto::SigningKey::from_seed(seed.clone()));
    return Lineage{VerifierKey(origin_of(firm, number), key.public_key()), number, ended};
}

}  // namespace muniment::audit
