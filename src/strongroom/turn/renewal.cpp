// SPDX-License-Identifier: Apache-2.0
#include "strongroom/turn/renewal.hpp"

#include <algorithm>
#include <map>

#include "base/journal.hpp"
#include "base/limits.hpp"
#include "strongroom/matters/papers.hpp"
#include "strongroom/matters/reseal.hpp"
#include "strongroom/matters/upload_rows.hpp"

namespace muniment::strongroom {
namespace {

using keys::Kind;
using storage::OwnerKind;

/// Where the run has come to: the owner that was renewed last. Zeros at the beginning.
constexpr std::string_view place_single = "renewal";
constexpr std::size_t profiles_at_once = 64;

Bytes encode(OwnerKind kind, const Id16& id) {
    Writer w;
    w.u8(static_cast<std::uint8_t>(kind)).raw(id);
    return std::move(w).take();
}

Kind profile_kind(OwnerKind owner) {
    return owner == OwnerKind::person ? Kind::person_profile : owner == OwnerKind::client ? Kind::client_profile : Kind::matter_profile;
}

/// Names the rows that are sealed anew in entries of its own, as many as it takes: an entry names at most 256.
class Marks {
  public:
    Marks(access::Gate& gate, storage::RecordWriter& writer, const MatterId& matter) : gate_(gate), writer_(writer), matter_(matter) {}
    Result<audit::Draft*> next(std::size_t rows) {
        if (draft_ && draft_->leaf().rows.size() + rows > audit::row_marks_max) CHECK(write());
        if (!draft_) {
            audit::Leaf leaf{.action = audit::Action::keys_renewed,
                             .outcome = audit::Outcome::done,
                             .subjects = {{audit::SubjectKind::matter, matter_.bytes}}};
            draft_.emplace(std::move(leaf), bytes("{}"),
                           audit::DetailOwner{OwnerKind::firm, gate_.ring().firm().bytes, gate_.ring().firm_details()});
        }
        return &*draft_;
    }
    Result<void> write() {
        if (!draft_) return {};
        auto done = std::move(*draft_);
        draft_.reset();
        return gate_.log().append_in(writer_, std::move(done));
    }

  private:
    access::Gate& gate_;
    storage::RecordWriter& writer_;
    MatterId matter_;
    std::optional<audit::Draft> draft_;
};

Result<audit::Log::Found> entry_at(storage::RecordReader& reader, std::uint64_t sequence) {
    Result<audit::Log::Found> found = fail(Problem::corrupt, "an entry of the log is missing");
    CHECK(reader.for_each_entry(sequence, sequence + 1, [&](const storage::EntryRow& row) {
        auto leaf = audit::Leaf::decode(row.leaf);
        if (leaf) found = audit::Log::Found{row.sequence, std::move(*leaf), row};
        else found = std::unexpected(leaf.error());
        return false;
    }));
    return found;
}

/// Which entries hold words of a document: by the index, and those that it does not cover yet.
class Words {
  public:
    static Result<Words> open(storage::RecordReader& reader) {
        TRY(auto indexed, reader.single("indexed"));
        TRY(auto entries, reader.entry_count());
        Words words;
        CHECK(reader.for_each_entry(indexed ? indexed->number : 0, entries, [&](const storage::EntryRow& row) {
            if (row.owner_kind == OwnerKind::document) words.recent_[row.owner].push_back(row.sequence);
            return true;
        }));
        return words;
    }
    Result<void> reseal(storage::RecordWriter& writer, const Resealing& of) const {
        const auto& id = of.before.row.document.bytes;
        if (auto recent = recent_.find(id); recent != recent_.end())
            for (auto sequence : recent->second) CHECK(reseal_one(writer, of, sequence));
        for (std::uint64_t below = UINT64_MAX;;) {
            TRY(auto some, writer.entries_about(id, below, entries_at_once));
            for (auto sequence : some) CHECK(reseal_one(writer, of, sequence));
            if (some.size() < entries_at_once) return {};
            below = *std::ranges::min_element(some);
        }
    }

  private:
    static constexpr std::size_t entries_at_once = 1'000;
    static Result<void> reseal_one(storage::RecordWriter& writer, const Resealing& of, std::uint64_t sequence) {
        TRY(auto entry, entry_at(writer, sequence));
        return reseal_words(writer, of, entry);
    }
    std::map<Id16, std::vector<std::uint64_t>> recent_;
};

/// The keys of an upload's parts, which are wrapped as those of the version that it will be. One whose parts do not open was
/// acknowledged as no paper yet, and can become none: it ends, and holds nothing else up.
Result<void> reseal_pieces(storage::RecordWriter& writer, const Resealing& of, UploadInPieces& upload) {
    TRY(auto parts, writer.parts(upload.parts_under(), 0));
    for (auto& part : parts) {
        auto as_filed = part;
        as_filed.version = upload.version;
        auto key = of.from.unwrap(of.before, as_filed);
        if (!key) {
            journal(Level::warning, "upload.damaged", {{"upload", upload.id}, {"problem", key.error().problem}});
            upload.end();
            return {};
        }
        part.wrapped_key = of.to.wrap(of.after, part.object, upload.version, *key);
    }
    for (const auto& part : parts) CHECK(writer.put_part(part));
    return {};
}

/// Uploads in pieces, sealed anew. The next revision: whoever brings a piece at this moment has the former keys, and is told to look
/// again. The pieces of versions are done already, with their documents.
Result<void> reseal_uploads(storage::RecordWriter& writer, const DocumentRows& from, const DocumentRows& to,
                            std::vector<UploadInPieces> uploads) {
    for (auto& upload : uploads) {
        if (!upload.filed && !upload.secret.empty()) {
            auto before = from.open_unfiled(upload.document, upload.secret);
            auto after = to.make(upload.document);
            if (before) CHECK(reseal_pieces(writer, {from, *before, to, after}, upload));
            else upload.end();
            upload.secret = std::move(after.row.secret);
        }
        upload.revision += 1;
        CHECK(writer.put_field(seal_upload(to, upload)));
    }
    return {};
}

}  // namespace

std::vector<Renewal::Owner> Renewal::owners() const {
    const auto& ring = gate_.ring();
    std::vector<Owner> all;
    for (const auto& id : ring.people()) all.push_back({OwnerKind::person, id.bytes});
    for (const auto& id : ring.clients()) all.push_back({OwnerKind::client, id.bytes});
    for (const auto& id : ring.matters()) all.push_back({OwnerKind::matter, id.bytes});
    std::ranges::sort(all, {}, [](const Owner& owner) { return std::pair(owner.kind, owner.id); });
    return all;
}

/// Those behind the last that was done. What was made since then has keys that did not leak, wherever it stands. A run that was begun
/// long ago may have been for another leak: then everybody gets new keys again.
Result<std::vector<Renewal::Owner>> Renewal::left() {
    constexpr auto gone_on_with_within = std::chrono::hours(24);
    TRY(place_, gate_.records().single(place_single));
    auto all = owners();
    began_ = gate_.clock().now();
    if (!place_ || place_->value.size() != 17) return all;
    Instant began{static_cast<std::int64_t>(place_->number)};
    if (began + Duration(gone_on_with_within) < began_) return all;
    began_ = began;
    Reader r(place_->value);
    auto kind = static_cast<OwnerKind>(r.u8());
    auto last = std::pair(kind, r.array<16>());
    std::erase_if(all, [&](const Owner& owner) { return std::pair(owner.kind, owner.id) <= last; });
    return all;
}

/// Two nodes that both renewed would replace each other's keys. Whoever commits second ends here, and nothing of it was done.
Result<storage::SingleRow> Renewal::move_on_in(storage::RecordWriter& writer, const Owner& last) const {
    TRY(auto place, writer.single(place_single));
    if (place != place_) return fail(Problem::busy, "the keys are being renewed on another node, which goes on with what was begun here");
    storage::SingleRow next{began_us(), encode(last.kind, last.id)};
    CHECK(writer.put_single(place_single, next));
    return next;
}

bool Renewal::begun(storage::RecordReader& reader) {
    auto place = reader.single(place_single);
    return place && *place;
}

Result<void> Renewal::finish() {
    return gate_.records().commit([](storage::RecordWriter& writer) { return writer.drop_single(place_single); });
}

Result<RenewalReport> Renewal::run() {
    TRY(auto todo, left());
    report_ = {};
    for (auto rest = std::span<const Owner>(todo); !rest.empty();) {
        auto count = std::size_t{1};
        if (rest.front().kind == OwnerKind::matter) {
            CHECK(renew_matter(rest.front()));
        } else {
            while (count < std::min(rest.size(), profiles_at_once) && rest[count].kind == rest.front().kind) ++count;
            CHECK(renew_profiles(rest.first(count)));
        }
        rest = rest.subspan(count);
        if (probe_) probe_(report_);
    }
    return report_;
}

audit::Draft Renewal::draft_about(const Owner& owner) const {
    audit::Leaf leaf{.action = audit::Action::keys_renewed, .outcome = audit::Outcome::done};
    auto kind = owner.kind == OwnerKind::person   ? audit::SubjectKind::person
                : owner.kind == OwnerKind::client ? audit::SubjectKind::client
                                                  : audit::SubjectKind::matter;
    leaf.subjects.push_back({kind, owner.id});
    return audit::Draft(std::move(leaf), bytes("{}"), {OwnerKind::firm, gate_.ring().firm().bytes, gate_.ring().firm_details()});
}

Result<keys::SealKey> Renewal::fields_of(const Owner& owner) const {
    const auto& ring = gate_.ring();
    if (owner.kind == OwnerKind::person) {
        TRY(auto key, ring.person({owner.id}));
        return keys::seal_key(*key, "fields", ring.firm());
    }
    TRY(auto key, ring.client({owner.id}));
    return keys::seal_key(*key, "fields", ring.firm());
}

Result<void> Renewal::renew_profile_in(storage::RecordWriter& writer, audit::Draft& draft, const Owner& owner, const keys::SealKey& from,
                                       const keys::SealKey& to) const {
    auto kind = profile_kind(owner.kind);
    TRY(auto row, writer.field(static_cast<std::uint16_t>(kind), owner.id, owner.id));
    if (!row) return {};
    const keys::Place place{kind, owner.id, owner.id, row->revision};
    TRY(auto content, keys::open_field(from, gate_.ring().firm(), place, row->sealed));
    row->sealed = keys::seal_field(to, gate_.ring().firm(), place, content);
    draft.add(audit::RowMark{row->kind, row->row, row->revision, crypto::sha256(row->sealed)});
    return writer.put_field(*row);
}

/// People and clients have one sealed row each, so many of them share a commit; each has its own entry.
Result<void> Renewal::renew_profiles(std::span<const Owner> owners) {
    auto& ring = gate_.ring();
    std::vector<crypto::Secret> fresh;
    for (std::size_t i = 0; i < owners.size(); ++i) fresh.push_back(crypto::Secret::random(32));
    std::vector<std::uint64_t> numbers(owners.size());
    std::optional<storage::SingleRow> place;
    auto renew_one = [&](storage::RecordWriter& writer, audit::Draft& draft, std::size_t i) -> Result<void> {
        TRY(auto from, fields_of(owners[i]));
        TRY(auto key, keys::ClientKey::from(fresh[i].clone()));
        CHECK(renew_profile_in(writer, draft, owners[i], from, keys::seal_key(key, "fields", ring.firm())));
        TRY(numbers[i], ring.renew_in(writer, owners[i].kind, owners[i].id, fresh[i]));
        return {};
    };
    auto done = gate_.log().commit(draft_about(owners.front()), [&](storage::RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        TRY(place, move_on_in(writer, owners.back()));
        CHECK(renew_one(writer, draft, 0));
        for (std::size_t i = 1; i < owners.size(); ++i) {
            auto own = draft_about(owners[i]);
            CHECK(renew_one(writer, own, i));
            CHECK(gate_.log().append_in(writer, std::move(own)));
        }
        return {};
    });
    CHECK(settle(done, owners.back()));
    place_ = place;
    for (std::size_t i = 0; i < owners.size(); ++i) ring.took(owners[i].kind, owners[i].id, fresh[i], numbers[i]);
    (owners.front().kind == OwnerKind::person ? report_.people : report_.clients) += owners.size();
    return {};
}

/// No answer to a commit is no answer: the database says whether it happened, once nothing holds the owner's record any more (it is
/// written as it is for that). Where it does not say, this process does not know which keys the rows lie under: what it sealed from
/// here on might open nowhere, so it seals nothing.
Result<void> Renewal::settle(const Result<audit::Durable>& done, const Owner& last) {
    if (done) return {};
    bool happened = false;
    auto looked = gate_.records().commit([&](storage::RecordWriter& writer) -> Result<void> {
        TRY(auto record, writer.key(last.kind, last.id));
        if (record) CHECK(writer.put_key(*record));
        TRY(auto place, writer.single(place_single));
        happened = place && place->number == began_us() && place->value == encode(last.kind, last.id);
        return {};
    });
    if (!looked && !happened) {
        journal(Level::error, "renewal.answer-lost", {{"problem", looked.error().problem}});
        gate_.close();
    }
    return happened ? Result<void>{} : std::unexpected(done.error());
}

Result<void> Renewal::renew_matter(const Owner& owner) {
    auto& ring = gate_.ring();
    const MatterId matter{owner.id};
    TRY(auto now, ring.matter(matter));
    auto next = keys::MatterKeys::random();
    next.generation = now->generation + 1;
    CHECK(gate_.log().find(owner.id, UINT64_MAX, 1));   // brings the index up to date, so that little is left for the transaction
    // Whoever took the former keys seals nothing under them from here on: what they wrote before is in the database by then.
    struct Fence {
        keys::Ring& ring;
        MatterId matter;
        Fence(keys::Ring& r, const MatterId& m) : ring(r), matter(m) { ring.set_renewing(matter, true); }
        ~Fence() { ring.set_renewing(matter, false); }
    } fence(ring, matter);
    std::size_t documents = 0;
    std::uint64_t number = 0;
    std::optional<storage::SingleRow> place;
    auto done = gate_.log().commit(draft_about(owner), [&](storage::RecordWriter& writer, audit::Draft& draft) -> Result<void> {
        documents = 0;
        TRY(place, move_on_in(writer, owner));
        CHECK(renew_profile_in(writer, draft, owner, keys::seal_key(now->matter, "fields", ring.firm()),
                               keys::seal_key(next.matter, "fields", ring.firm())));
        CHECK(renew_matter_in(writer, matter, next, documents));
        TRY(number, ring.renew_in(writer, OwnerKind::matter, owner.id, next.encode()));
        return {};
    });
    CHECK(settle(done, owner));
    place_ = place;
    ring.took(OwnerKind::matter, owner.id, next.encode(), number);
    report_.matters += 1;
    report_.documents += documents;
    return {};
}

/// One document after the other: secret, list row, tag, versions, object keys, check-out, words in the log.
Result<void> Renewal::renew_matter_in(storage::RecordWriter& writer, const MatterId& matter, const keys::MatterKeys& next,
                                      std::size_t& documents) const {
    const auto& ring = gate_.ring();
    TRY(auto now, ring.matter(matter));
    DocumentRows from(ring.firm(), matter, now), to(ring.firm(), matter, std::make_shared<const keys::MatterKeys>(next.clone()));
    TRY(auto words, Words::open(writer));
    std::vector<DocumentId> ids;
    CHECK(writer.for_each_document(matter, [&](const storage::DocumentRow& row) {
        ids.push_back(row.document);
        return true;
    }));
    TRY(auto uploads, uploads_in(writer, from));
    Marks marks(gate_, writer, matter);
    for (const auto& id : ids) {
        TRY(auto row, writer.document(matter, id));
        if (!row) return fail(Problem::corrupt, "a document went away while its keys were renewed");
        TRY(auto before, from.open(*row));
        TRY(auto entry, from.open_list(*row));
        auto after = to.make(id);
        // Everything in the clear stays as it is; only what seals is new.
        auto sealed = after.row;
        after.row = *row;
        after.row.generation = sealed.generation;
        after.row.secret = std::move(sealed.secret);
        after.row.tag = to.tag(row->parent, entry.name);
        to.seal_list(after.row, entry);
        const Resealing resealing{from, before, to, after};
        TRY(auto* draft, marks.next(2));
        Papers::mark(*draft, after.row);
        CHECK(reseal_checkout(writer, resealing, [&](const storage::FieldRow& field) {
            draft->add(audit::RowMark{field.kind, field.row, field.revision, crypto::sha256(field.sealed)});
        }));
        Result<void> marked;
        CHECK(reseal_versions(writer, resealing, [&](const storage::VersionRow& version) {
            auto of_version = marks.next(1);
            if (of_version) Papers::mark(**of_version, version);
            else marked = std::unexpected(of_version.error());
        }));
        CHECK(std::move(marked));
        CHECK(words.reseal(writer, resealing));
        for (auto& upload : uploads)
            if (upload.document == id && !upload.filed && upload.secret.empty()) CHECK(reseal_pieces(writer, resealing, upload));
        CHECK(writer.put_document(after.row));
        ++documents;
    }
    CHECK(reseal_uploads(writer, from, to, std::move(uploads)));
    CHECK(marks.write());
    return writer.drop_single("stale/" + to_hex(matter));
}

}  // namespace muniment::strongroom
