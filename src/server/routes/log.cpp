// SPDX-License-Identifier: Apache-2.0
// The record: read, and proven. Checkpoint, key and proofs hold hashes of random ids and are there to be kept by as many as
// possible, so they are for everybody who works here.
#include "audit/log.hpp"

#include <algorithm>

#include "access/decide/decide.hpp"
#include "audit/tree.hpp"
#include "base/journal.hpp"
#include "base/limits.hpp"
#include "server/routes/call.hpp"
#include "server/routes/log_actions.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server::routes {

using audit::SubjectKind;

namespace {

struct LogWish {
    std::optional<audit::Subject> about;
    std::uint64_t before;
    std::size_t limit;
};

Result<LogWish> parse_wish(Query& query) {
    auto matter = query.id_if<MatterId>("matter");
    auto person = query.id_if<PersonId>("person");
    auto document = query.id_if<DocumentId>("document");
    auto before = query.number_if("before", {0, UINT64_MAX}).value_or(UINT64_MAX);
    auto limit = query.number_if("limit", {1, limits::list_page_max}).value_or(limits::list_page_default);
    CHECK(query.done());
    if (matter.has_value() + person.has_value() + document.has_value() > 1)
        return fail(Problem::malformed, "at most one of matter, person and document");
    LogWish wish{.before = before, .limit = static_cast<std::size_t>(limit)};
    if (matter) wish.about = audit::Subject{SubjectKind::matter, matter->bytes};
    if (person) wish.about = audit::Subject{SubjectKind::person, person->bytes};
    if (document) wish.about = audit::Subject{SubjectKind::document, document->bytes};
    return wish;
}

/// Who may read the whole log may read of each matter; for others it must be a matter on whose team they stand.
Result<void> admit(const Call& call, const LogWish& wish, bool whole) {
    auto& gate = call.house.gate;
    if (!whole && wish.about && wish.about->kind == SubjectKind::matter) {
        TRY([[maybe_unused]] auto permit, gate.admit(call.who, ReadMatterLog{{wish.about->id}}));
        return {};
    }
    TRY([[maybe_unused]] auto permit, gate.admit(call.who, ReadLog{wish.about}));
    return {};
}

/// What lies under another key than the firm's is about a paper, client or matter, and is not opened for reading the log.
std::optional<Bytes> words_of(const House& house, const audit::Log::Found& entry, const keys::SealKey& firm_details) {
    if (entry.row.owner_kind != storage::OwnerKind::firm || entry.row.detail.empty()) return std::nullopt;
    auto words = house.log.words_of(entry, firm_details);
    if (words) return *std::move(words);
    journal(Level::error, "log.words-damaged", {{"sequence", entry.sequence}, {"problem", words.error().problem}});
    return std::nullopt;
}

/// Which subjects an asker must not meet in the record of something else.
class Hidden {
  public:
    Hidden(const Call& call, bool whole)
        : house_(call.house), asker_(call.who.person()), whole_(whole), policy_(call.house.gate.policy()) {}
    bool operator()(const audit::Subject& subject) const {
        if (subject.kind == SubjectKind::client) return access::wall_bars(*policy_, asker_, ClientId{subject.id}).has_value();
        if (subject.kind != SubjectKind::matter) return false;
        if (whole_) return access::wall_bars(*policy_, asker_, MatterId{subject.id}).has_value();
        return !name_for(house_, asker_, {subject.id});
    }

  private:
    const House& house_;
    PersonId asker_;
    bool whole_;
    std::shared_ptr<const access::Policy> policy_;
};

Result<Response> read_log(const Call& call, Query& query) {
    TRY(auto wish, parse_wish(query));
    bool whole = call.house.gate.ask(call.who.person(), access::Permission::log_read, {}).permitted;
    CHECK(admit(call, wish, whole));
    auto subject = wish.about ? std::optional(wish.about->id) : std::nullopt;
    TRY(auto found, call.house.log.find(subject, wish.before, wish.limit));
    auto firm_details = call.house.gate.ring().firm_details();
    const Hidden hidden(call, whole);
    const bool of_matter = wish.about && wish.about->kind == SubjectKind::matter;
    boost::json::array items;
    for (auto& entry : found) {
        // A matter's record is whole, but what a paper was moved from or to is left out of it. Elsewhere the entry is.
        auto& subjects = entry.leaf.subjects;
        if (!of_matter && std::ranges::any_of(subjects, hidden)) continue;
        std::erase_if(subjects, hidden);
        // Details name sources, and walls that a refusal came from: who leads a matter is not told that a wall stands.
        auto words = whole ? words_of(call.house, entry, firm_details) : std::nullopt;
        items.push_back(json_of(call.house, call.who.person(), entry, std::move(words)));
    }
    boost::json::object page{{"items", std::move(items)}};
    bool more = found.size() == wish.limit && found.back().sequence > 0;
    if (more) page["next"] = std::to_string(found.back().sequence);
    return answer(200, std::move(page));
}

Result<Response> read_checkpoint(const Call& call) {
    TRY(auto checkpoint, call.house.log.checkpoint_now());
    return Response{.headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = string(checkpoint.note)};
}

Result<Response> read_key(const Call& call) { return answer(200, {{"key", call.house.log.verifier_key()}}); }

Result<Response> prove_entry(const Call& call) {
    auto sequence = parse_number(call.path.at("sequence"));
    if (!sequence || *sequence == UINT64_MAX) return fail(Problem::not_found);
    TRY(auto proof, call.house.log.prove(*sequence));
    TRY(auto entry, call.house.log.find(std::nullopt, *sequence + 1, 1));
    if (entry.empty()) return fail(Problem::not_found);
    boost::json::array path;
    for (const auto& hash : proof.path) path.push_back(boost::json::value(to_base64(hash)));
    return answer(200, {{"index", proof.index},
                        {"size", proof.size},
                        {"leaf_hash", to_base64(audit::leaf_hash(entry.front().row.leaf))},
                        {"path", std::move(path)},
                        {"checkpoint", string(proof.checkpoint)}});
}

}  // namespace

std::vector<Route> log(House& house) {
    return {asking(house, Method::get, "/api/v1/log", "readLog", read_log),
            plain(house, Method::get, "/api/v1/log/checkpoint", "readCheckpoint", read_checkpoint),
            plain(house, Method::get, "/api/v1/log/key", "readLogKey", read_key),
            plain(house, Method::get, "/api/v1/log/entries/{sequence}/proof", "proveEntry", prove_entry)};
}

}  // namespace muniment::server::routes
