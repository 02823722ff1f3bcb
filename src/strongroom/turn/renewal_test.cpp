// SPDX-License-Identifier: Apache-2.0
// keys renew: everything comes back byte for byte, its words in the log too, and the keys from before open nothing of what stands
// there now.
#include "strongroom/turn/renewal.hpp"

#include <thread>

#include "strongroom/firm_test.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;

/// A firm with versions, a folder, a check-out, trash, and a paper that came from another matter.
struct Renewing {
    explicit Renewing(Store store) : firm(store) {
        other = firm.new_matter("Other", "2");
        folder = firm.make_folder("folder").value().id;
        for (int i = 0; i < 4; ++i)
            papers.push_back(firm.put("p" + std::to_string(i), content(3'000, i), i == 1 ? folder : DocumentId{}).value());
        papers[0] = firm.put_version(papers[0], content(50, 77)).value();
        auto out = firm.papers->check_out(firm.gate->admit(firm.anna->who, CheckOut{firm.matter, papers[2].id}).value(),
                                          std::chrono::hours(1), "at the hearing");
        EXPECT_TRUE(out) << why(out);
        EXPECT_TRUE(firm.trash(papers[3]));
        auto gone = firm.put("leaves", content(10, 9)).value();
        moved = firm.move(gone.id, gone.revision, {{}, "moved"}, other).value().id;
    }
    void expect_everything() {
        EXPECT_EQ(firm.get(papers[0].id).value(), content(3'000, 0));
        EXPECT_EQ(firm.get(papers[0].id, 2).value(), content(50, 77));
        EXPECT_EQ(firm.get(papers[1].id).value(), content(3'000, 1));
        EXPECT_EQ(firm.get(papers[2].id).value(), content(3'000, 2));
        EXPECT_EQ(firm.get(moved, 1, other).value(), content(10, 9));
        EXPECT_EQ(firm.view(papers[2].id)->checkout->note, "at the hearing");
        EXPECT_EQ(firm.view(papers[1].id)->folder, folder);
        EXPECT_EQ(firm.list(true)->size(), 5u);
        EXPECT_EQ(problem_of(firm.put("P0", content(1))), Problem::name_taken) << "tags are made anew";
        EXPECT_TRUE(firm.gate->inspect());
        EXPECT_TRUE(firm.ring->check_records(*firm.records));
    }
    /// Every entry's words, as whoever may read the log sees them.
    std::vector<std::string> words() {
        std::vector<std::string> all;
        for (const auto& entry : firm.log->find({}, UINT64_MAX, 100'000).value()) {
            auto key = firm.ring->firm_details();
            if (entry.row.owner_kind == storage::OwnerKind::document) {
                DocumentId id{entry.row.owner};
                auto in = firm.records->document(firm.matter, id).value() ? firm.matter : other;
                DocumentRows rows(firm.firm, in, firm.ring->matter(in).value());
                key = rows.details(rows.open(firm.row(id, in)).value()).key.clone();
            }
            auto said = firm.log->words_of(entry, key);
            EXPECT_TRUE(said) << why(said);
            if (said) all.push_back(string(*said));
        }
        return all;
    }
    void turn_after() {
        auto report = firm.turn().run(firm.root_key);
        ASSERT_TRUE(report) << why(report);
    }

    Firm firm;
    MatterId other;
    DocumentId folder, moved;
    std::vector<PaperView> papers;
};

class Renewals : public ::testing::TestWithParam<Store> {
  protected:
    Renewing at{GetParam()};
    Firm& firm = at.firm;
};

TEST_P(Renewals, LoseNothing) {
    auto before = at.words();
    auto report = Renewal(*firm.gate).run();
    ASSERT_TRUE(report) << why(report);
    EXPECT_EQ(report->people, 2u);
    EXPECT_EQ(report->clients, 1u);
    EXPECT_EQ(report->matters, 2u);
    EXPECT_EQ(report->documents, 6u) << "five papers and a folder";
    at.expect_everything();
    auto after = at.words();
    std::size_t named = 0;
    for (const auto& entry : firm.entries()) named += entry.action == audit::Action::keys_renewed ? entry.rows.size() : 0;
    EXPECT_GE(named, 2u + 1 + 2 + 6 + 6 + 1) << "profiles, list rows, versions, the check-out";
    EXPECT_EQ(std::vector(after.end() - static_cast<std::ptrdiff_t>(before.size()), after.end()), before) << "newest first";
    at.turn_after();
    ASSERT_TRUE(Renewal(*firm.gate).finish());
    at.expect_everything();
    ASSERT_TRUE(firm.reopen());
    at.expect_everything();
    EXPECT_EQ(at.words().back(), before.back());
}

// A leak: every key that was in memory. What it opened before it must not open now.
TEST_P(Renewals, FormerKeysOpenNothing) {
    auto former = firm.ring->matter(firm.matter).value();
    auto client = firm.ring->client(firm.client).value();
    DocumentRows leaked(firm.firm, firm.matter, former);
    auto leaked_document = leaked.open(firm.row(at.papers[0].id)).value();
    auto profile = [&](keys::Kind kind, const Id16& id) {
        return firm.records->field(static_cast<std::uint16_t>(kind), id, id).value().value();
    };
    auto field_opens = [&](const auto& key, keys::Kind kind, const Id16& id) {
        auto row = profile(kind, id);
        return keys::open_field(keys::seal_key(key, "fields", firm.firm), firm.firm, {kind, id, id, row.revision}, row.sealed).has_value();
    };
    EXPECT_TRUE(field_opens(*client, keys::Kind::client_profile, firm.client.bytes));
    ASSERT_TRUE(Renewal(*firm.gate).run());

    auto row = firm.row(at.papers[0].id);
    auto same_generation = row;
    same_generation.generation = former->generation;
    for (const auto& tried : {row, same_generation}) {
        EXPECT_FALSE(leaked.open(tried));
        EXPECT_FALSE(leaked.open_list(tried));
    }
    auto version = firm.records->version(at.papers[0].id, 1).value().value();
    EXPECT_FALSE(leaked.open_version(leaked_document, version));
    version.revision = 1;
    EXPECT_FALSE(leaked.open_version(leaked_document, version));
    EXPECT_FALSE(leaked.unwrap(leaked_document, firm.part(at.papers[0].id)));
    auto checkout = profile(keys::Kind::document_checkout, at.papers[2].id.bytes);
    EXPECT_FALSE(leaked.open_checkout(leaked_document, checkout));
    EXPECT_FALSE(field_opens(*client, keys::Kind::client_profile, firm.client.bytes));
    EXPECT_FALSE(field_opens(former->matter, keys::Kind::matter_profile, firm.matter.bytes));
    EXPECT_TRUE(field_opens(firm.ring->matter(firm.matter).value()->matter, keys::Kind::matter_profile, firm.matter.bytes));
    std::size_t about_it = 0;
    auto leaked_words = leaked.details(leaked_document);
    for (const auto& entry : firm.log->find({}, UINT64_MAX, 100'000).value()) {
        if (entry.row.owner_kind != storage::OwnerKind::document || entry.row.owner != at.papers[0].id.bytes) continue;
        ++about_it;
        EXPECT_FALSE(firm.log->words_of(entry, leaked_words.key));
    }
    EXPECT_GE(about_it, 2u);
}

// Whose turn never came about is not gone on with for ever: the next leak may be another.
TEST_P(Renewals, OneOfLongAgoBeginsAnew) {
    auto first = Renewal(*firm.gate).run();
    ASSERT_TRUE(first) << why(first);
    auto soon = Renewal(*firm.gate).run();
    ASSERT_TRUE(soon) << why(soon);
    EXPECT_EQ(soon->matters, 0u) << "nothing is left of it";
    auto leaked = firm.ring->matter(firm.matter).value();
    firm.clock.advance(std::chrono::hours(25));
    auto later = Renewal(*firm.gate).run();
    ASSERT_TRUE(later) << why(later);
    EXPECT_EQ(later->matters, first->matters);
    EXPECT_GT(firm.ring->matter(firm.matter).value()->generation, leaked->generation);
}

// Papers that are still coming in: what was acknowledged of them is gone on with, by whoever looks again.
TEST_P(Renewals, WhatComesInPiecesGoesOn) {
    auto whole = content(500'000, 5);
    auto begin = [&](const DocumentId& document, std::uint64_t revision) {
        auto permit = firm.gate->admit(firm.anna->who, BeginUpload{firm.matter, document, UploadId::random()}).value();
        return revision == 0 ? firm.uploads->begin(std::move(permit), {.name = "large", .size = whole.size()})
                             : firm.uploads->begin_version(std::move(permit), revision, {.size = whole.size()});
    };
    auto go_on = [&](const UploadInPieces& upload, std::size_t from, std::size_t to) -> Result<UploadInPieces> {
        TRY(auto permit, firm.gate->admit(firm.anna->who, SendPiece{firm.matter, upload.id}));
        TRY(auto piece, firm.uploads->go_on(std::move(permit), from));
        CHECK(Firm::feed(*piece, View(whole).subspan(from, to - from)));
        return piece->finish();
    };
    auto of_paper = begin(DocumentId::fresh(firm.clock.now()), 0).value();
    auto of_version = begin(at.papers[1].id, at.papers[1].revision).value();
    for (const auto& upload : {of_paper, of_version}) ASSERT_TRUE(go_on(upload, 0, 200'000));

    auto late = firm.uploads->go_on(firm.gate->admit(firm.anna->who, SendPiece{firm.matter, of_paper.id}).value(), 200'000).value();
    ASSERT_TRUE(Firm::feed(*late, View(whole).subspan(200'000, 100'000)));
    auto renewed = Renewal(*firm.gate).run();
    ASSERT_TRUE(renewed) << why(renewed);
    EXPECT_FALSE(late->finish()) << "it was sealed under the former keys";
    late.reset();
    for (const auto& upload : {of_paper, of_version}) {
        auto filed = go_on(upload, 200'000, whole.size());
        ASSERT_TRUE(filed) << why(filed);
        EXPECT_TRUE(filed->filed);
        EXPECT_EQ(firm.get(filed->document, filed->version).value(), whole);
    }
    EXPECT_EQ(firm.get(at.papers[1].id).value(), content(3'000, 1));
}

// An upload that can become no version any more (its paper had another secret when its parts were sealed) holds up nothing.
TEST_P(Renewals, WhatComesInPiecesAndDoesNotOpenEndsThere) {
    auto whole = content(500'000, 5);
    auto begin = firm.gate->admit(firm.anna->who, BeginUpload{firm.matter, at.papers[1].id, UploadId::random()}).value();
    auto upload = firm.uploads->begin_version(std::move(begin), at.papers[1].revision, {.size = whole.size()}).value();
    auto piece = firm.uploads->go_on(firm.gate->admit(firm.anna->who, SendPiece{firm.matter, upload.id}).value(), 0).value();
    ASSERT_TRUE(Firm::feed(*piece, View(whole).first(200'000)));
    ASSERT_TRUE(piece->finish());
    piece.reset();
    auto part = firm.records->parts(upload.parts_under(), 0).value().at(0);
    part.wrapped_key = firm.part(at.papers[0].id).wrapped_key;
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_part(part); });
    auto renewed = Renewal(*firm.gate).run();
    ASSERT_TRUE(renewed) << why(renewed);
    EXPECT_EQ(problem_of(firm.uploads->look(firm.gate->admit(firm.anna->who, SendPiece{firm.matter, upload.id}).value())),
              Problem::not_found);
    EXPECT_EQ(firm.uploads->sweep().value().expired, 1u);
    at.expect_everything();
}

// What was taken before a renewal, and is written after it, would be sealed under a key that is no longer there.
TEST_P(Renewals, NothingIsSealedUnderAFormerKey) {
    auto before = firm.papers->rows_of(firm.matter).value();
    firm.ring->set_renewing(firm.matter, true);
    EXPECT_EQ(problem_of(firm.papers->check_pages_in_use(before)), Problem::unavailable);
    firm.ring->set_renewing(firm.matter, false);
    EXPECT_TRUE(firm.papers->check_pages_in_use(before));
    ASSERT_TRUE(Renewal(*firm.gate).run());
    EXPECT_EQ(problem_of(firm.papers->check_pages_in_use(before)), Problem::unavailable);
    EXPECT_EQ(problem_of(before.open(firm.row(at.papers[0].id))), Problem::unavailable) << "no alarm of damage";
}

TEST_P(Renewals, WhatIsFiledMeanwhileIsNotLost) {
    std::vector<DocumentId> acknowledged;
    std::atomic<bool> done{false};
    std::jthread filing([&] {
        for (int i = 0; (!done || acknowledged.size() < 10) && i < 2'000; ++i) {   // whatever the machine's pace
            auto paper = firm.put("m" + std::to_string(i), content(100));
            if (paper) acknowledged.push_back(paper->id);
            else EXPECT_EQ(paper.error().problem, Problem::unavailable) << paper.error().text();
        }
    });
    for (int i = 0; i < 3; ++i) {
        auto renewed = Renewal(*firm.gate).run();
        ASSERT_TRUE(renewed) << why(renewed);
        ASSERT_TRUE(Renewal(*firm.gate).finish());
    }
    done = true;
    filing.join();
    EXPECT_GE(acknowledged.size(), 10u);
    for (const auto& id : acknowledged) EXPECT_EQ(firm.get(id).value(), content(100));
    for (const auto& words : at.words()) EXPECT_FALSE(words.empty());
}

// As two nodes would: whoever comes second goes on with what was begun, and the first one ends before it replaces a key once more.
TEST_P(Renewals, TwoAtTheSameMomentRenewNothingTwice) {
    auto generations = [&] {
        return std::pair(firm.ring->matter(firm.matter).value()->generation, firm.ring->matter(at.other).value()->generation);
    };
    auto number = [&] { return firm.records->key(storage::OwnerKind::client, firm.client.bytes).value()->number; };
    auto before = generations();
    auto of_client = number();
    int calls = 0;
    auto first = Renewal(*firm.gate, [&](const RenewalReport&) {
        if (++calls > 1) return;
        auto second = Renewal(*firm.gate).run();
        ASSERT_TRUE(second) << why(second);
        EXPECT_EQ(second->people, 0u) << "those were done";
        EXPECT_EQ(second->matters, 2u);
    }).run();
    EXPECT_EQ(problem_of(first), Problem::busy);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(generations(), std::pair(before.first + 1, before.second + 1));
    EXPECT_EQ(number(), of_client + 1);
    at.expect_everything();
    at.turn_after();
    ASSERT_TRUE(Renewal(*firm.gate).finish());
    at.expect_everything();
}

TEST_P(Renewals, StopBeforeWhatDoesNotOpen) {
    auto row = firm.row(at.papers[1].id), edited = row;
    edited.secret.back() ^= 1;
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_document(edited); });
    EXPECT_EQ(problem_of(Renewal(*firm.gate).run()), Problem::corrupt);
    EXPECT_EQ(firm.get(at.papers[0].id).value(), content(3'000, 0)) << "the matter is as it was";
    firm.tamper([&](storage::RecordWriter& writer) { return writer.put_document(row); });
    ASSERT_TRUE(Renewal(*firm.gate).run());
    at.expect_everything();
}

INSTANTIATE_TEST_SUITE_P(Stores, Renewals, ::testing::Values(Store::memory, Store::sqlite), access::testing::name_of);

// Ended after each of its transactions, and begun again: each owner has new keys once, and nothing is half.
TEST(RenewalKilled, GoesOnWhereItWasCutOff) {
    Renewing at(Store::sqlite);
    auto& firm = at.firm;
    auto generation = [&](const MatterId& id) { return firm.ring->matter(id).value()->generation; };
    const auto first = generation(firm.matter), of_other = generation(at.other);
    for (std::size_t transactions = 1; transactions <= 4; ++transactions) {
        SCOPED_TRACE(transactions);
        auto ended = in_child(firm, [&] {
            auto renewed = Renewal(*firm.gate, [](const RenewalReport&) { ::_exit(0); }).run();
            return renewed ? 3 : 4;
        });
        ASSERT_EQ(ended, 0) << "a transaction was reached";
        auto started = firm.start();
        ASSERT_TRUE(started) << why(started);
        EXPECT_TRUE(Renewal::begun(*firm.records));
        at.expect_everything();
    }
    EXPECT_EQ(generation(firm.matter), first + 1);
    EXPECT_EQ(generation(at.other), of_other + 1);
    auto rest = Renewal(*firm.gate).run().value();
    EXPECT_EQ(rest.people + rest.clients + rest.matters, 0u) << "all were done";
    ASSERT_TRUE(Renewal(*firm.gate).finish());
    EXPECT_FALSE(Renewal::begun(*firm.records));
    EXPECT_EQ(Renewal(*firm.gate).run()->matters, 2u) << "after its end it begins anew";
    at.expect_everything();
}

}  // namespace
}  // namespace muniment::strongroom
