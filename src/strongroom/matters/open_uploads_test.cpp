// SPDX-License-Identifier: Apache-2.0
// Papers that come in pieces: cut off, gone on with after a restart, taken over, given up; and their parts in hostile hands.
#include <fstream>
#include <random>

#include "strongroom/firm_test.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;
using storage::RecordWriter;
constexpr std::size_t KiB = 1024, MiB = 1024 * KiB;
constexpr auto upload_kind = static_cast<std::uint16_t>(keys::Kind::upload);

struct InPieces : ::testing::TestWithParam<Store> {
    Firm firm{GetParam()};

    Result<UploadInPieces> begin(const UploadAbout& about, std::optional<Principal> who = {}) {
        BeginUpload action{firm.matter, DocumentId::fresh(firm.clock.now()), UploadId::random()};
        TRY(auto permit, firm.gate->admit(who.value_or(firm.anna->who), action));
        return firm.uploads->begin(std::move(permit), about);
    }
    Result<UploadInPieces> begin(const std::string& name, std::size_t size) { return begin({.name = name, .size = size}); }
    Result<UploadInPieces> begin_version(const PaperView& paper, std::size_t size) {
        BeginUpload action{firm.matter, paper.id, UploadId::random()};
        TRY(auto permit, firm.gate->admit(firm.anna->who, action));
        return firm.uploads->begin_version(std::move(permit), paper.revision, {.size = size});
    }
    Result<std::unique_ptr<OpenUploads::Piece>> piece(const UploadInPieces& upload, std::uint64_t offset,
                                                      std::optional<Principal> who = {}) {
        TRY(auto permit, firm.gate->admit(who.value_or(firm.anna->who), SendPiece{firm.matter, upload.id}));
        return firm.uploads->go_on(std::move(permit), offset);
    }
    Result<UploadInPieces> look(const UploadInPieces& upload, std::optional<Principal> who = {}) {
        TRY(auto permit, firm.gate->admit(who.value_or(firm.anna->who), SendPiece{firm.matter, upload.id}));
        return firm.uploads->look(permit);
    }
    Result<UploadInPieces> send(const UploadInPieces& upload, View whole, std::size_t offset, std::size_t count) {
        TRY(auto coming, piece(upload, offset));
        CHECK(Firm::feed(*coming, whole.subspan(offset, std::min(count, whole.size() - offset))));
        return coming->finish();
    }
    /// All of it, in pieces of that size.
    Result<UploadInPieces> send_all(const UploadInPieces& begun, View whole, std::size_t at_once) {
        auto upload = begun;
        while (!upload.filed) {
            TRY(upload, send(upload, whole, upload.offset(), at_once));
        }
        return upload;
    }
    Result<PaperView> put_in_pieces(const std::string& name, View whole, std::size_t at_once) {
        TRY(auto begun, begin(name, whole.size()));
        TRY(auto filed, send_all(begun, whole, at_once));
        return firm.view(filed.document);
    }
    std::vector<storage::PartRow> parts(const DocumentId& document, std::uint32_t version = 1) {
        return firm.records->parts(document, version).value();
    }
    std::size_t upload_rows() {
        std::size_t count = 0;
        EXPECT_TRUE(firm.records->for_each_field(upload_kind, [&](const auto&) { return ++count, true; }));
        return count;
    }
    std::size_t entries(audit::Action action, audit::Outcome outcome = audit::Outcome::done) {
        std::size_t count = 0;
        EXPECT_TRUE(firm.records->for_each_entry(0, UINT64_MAX, [&](const storage::EntryRow& row) {
            auto leaf = audit::Leaf::decode(row.leaf).value();
            count += leaf.action == action && leaf.outcome == outcome;
            return true;
        }));
        return count;
    }
    Member bert_of_the_team() {
        auto bert = firm.hire(firm.root->who, "bert", {FirmRole::lawyer});
        EXPECT_TRUE(firm.put_on(*firm.anna, firm.matter, bert.id, TeamRole::member));
        return bert;
    }
};

TEST_P(InPieces, TheyComeBackByteForByteThoughTheProgramIsStartedAnewBetween) {
    auto whole = content(5 * MiB + 77, 3);
    auto upload = begin("large", whole.size()).value();
    EXPECT_EQ(upload.offset(), 0u);
    for (std::size_t count : {std::size_t{1}, std::size_t{16'384}, 300 * KiB, 2 * MiB, std::size_t{63}}) {
        auto before = look(upload).value().offset();
        auto after = send(upload, whole, before, count);
        ASSERT_TRUE(after) << why(after);
        EXPECT_EQ(after->offset(), before + count);
        EXPECT_FALSE(after->filed);
        ASSERT_TRUE(firm.reopen());
        EXPECT_EQ(look(upload).value().offset(), before + count);
        EXPECT_TRUE(firm.list().value().empty()) << "nobody sees it before it is whole";
    }
    auto filed = send_all(look(upload).value(), whole, 8 * MiB);
    ASSERT_TRUE(filed) << why(filed);
    EXPECT_EQ(parts(filed->document).size(), 6u);
    EXPECT_EQ(firm.get(filed->document).value(), whole);
    ASSERT_TRUE(firm.reopen());
    EXPECT_EQ(firm.get(filed->document).value(), whole);
    auto permit = firm.gate->admit(firm.anna->who, ListVersions{firm.matter, filed->document}).value();
    auto facts = firm.papers->versions(permit).value().at(0).facts;
    EXPECT_EQ(facts.sha256, crypto::sha256(whole));
    EXPECT_EQ(facts.size, whole.size());
    EXPECT_TRUE(parts(upload.parts_under(), 0).empty());
    EXPECT_EQ(entries(audit::Action::upload_begun), 1u);
    EXPECT_EQ(entries(audit::Action::paper_added), 1u);
}

TEST_P(InPieces, EveryRangeIsThatPartOfTheWhole) {
    std::mt19937 random(4);
    // 131 parts: more than are proven at once.
    using Shape = std::pair<std::size_t, std::size_t>;
    for (auto [size, at_once] : {Shape{130'500, 1'000}, Shape{3 * MiB + 5, MiB + 100}, Shape{40'000, 16'384}}) {
        auto whole = content(size, 9);
        auto reading = firm.reading(put_in_pieces("p" + std::to_string(size), whole, at_once).value().id).value();
        for (int i = 0; i < 300; ++i) {
            auto from = random() % size;
            auto length = random() % std::min<std::size_t>(size - from + 1, 70'000);
            Bytes out(length);
            ASSERT_TRUE(reading->read(from, out));
            ASSERT_TRUE(std::equal(out.begin(), out.end(), whole.begin() + static_cast<std::ptrdiff_t>(from)))
                << size << ": " << from << "+" << length;
        }
    }
}

TEST_P(InPieces, WhatCameOfAPieceThatWasCutOffIsKeptWhereItIsWorthAPart) {
    auto whole = content(2 * MiB);
    auto upload = begin("cut", whole.size()).value();
    {
        auto coming = piece(upload, 0).value();
        ASSERT_TRUE(Firm::feed(*coming, View(whole).first(100 * KiB)));
    }
    EXPECT_EQ(look(upload).value().offset(), 0u) << "too little";
    {
        auto coming = piece(upload, 0).value();
        ASSERT_TRUE(Firm::feed(*coming, View(whole).first(1'500 * KiB)));
    }
    EXPECT_EQ(look(upload).value().offset(), 1'500 * KiB);
    EXPECT_EQ(problem_of(piece(upload, 0)), Problem::conflict) << "it went on";
    {
        auto coming = piece(upload, 1'500 * KiB).value();
        ASSERT_TRUE(Firm::feed(*coming, View(whole).subspan(1'500 * KiB)));
    }
    auto now = look(upload).value();
    EXPECT_TRUE(now.filed) << "all of it had come: an offset that is the whole size means that it is filed";
    EXPECT_EQ(firm.get(now.document).value(), whole);
}

TEST_P(InPieces, OneWriterAtATimeAndOneThatIsGoneGivesWay) {
    auto whole = content(3 * MiB);
    auto upload = begin("two", whole.size()).value();
    auto first = piece(upload, 0).value();
    ASSERT_TRUE(Firm::feed(*first, View(whole).first(MiB)));
    EXPECT_EQ(problem_of(piece(upload, 0)), Problem::upload_busy);
    EXPECT_EQ(look(upload).value().offset(), 0u) << "what is not durable yet is not told";
    firm.clock.advance(limits::upload_writer_quiet);
    EXPECT_EQ(look(upload).value().offset(), MiB) << "it has been quiet for so long that it counts as gone";
    auto second = piece(upload, MiB).value();
    EXPECT_EQ(problem_of(first->add(View(whole).subspan(MiB, 10))), Problem::upload_busy);
    EXPECT_EQ(problem_of(first->finish()), Problem::upload_busy);
    ASSERT_TRUE(Firm::feed(*second, View(whole).subspan(MiB)));
    first.reset();
    auto filed = second->finish();
    ASSERT_TRUE(filed) << why(filed);
    EXPECT_TRUE(filed->filed);
    EXPECT_EQ(firm.get(filed->document).value(), whole);
}

TEST_P(InPieces, WhoseLastAnswerWasLostIsToldThatItIsFiled) {
    auto whole = content(MiB);
    auto filed = send_all(begin("lost", whole.size()).value(), whole, 600 * KiB).value();
    auto now = look(filed).value();
    EXPECT_TRUE(now.filed);
    EXPECT_EQ(now.offset(), whole.size());
    EXPECT_EQ(now.document, filed.document);
    EXPECT_TRUE(piece(filed, whole.size()).value()->finish()) << "a piece of no bytes";
    EXPECT_EQ(problem_of(piece(filed, whole.size()).value()->add(View(whole).first(1))), Problem::incomplete);
    firm.clock.advance(limits::upload_kept_idle);
    EXPECT_EQ(problem_of(look(filed)), Problem::not_found);
    EXPECT_EQ(firm.uploads->sweep().value().forgotten, 1u);
    EXPECT_EQ(upload_rows(), 0u);
    EXPECT_EQ(firm.get(filed.document).value(), whole);
    EXPECT_EQ(entries(audit::Action::upload_ended), 0u);
}

TEST_P(InPieces, AWallStopsThemBetweenPiecesAndWithinOne) {
    auto bert = bert_of_the_team();
    auto whole = content(2 * MiB);
    auto upload = begin({.name = "walled", .size = whole.size()}, bert.who).value();
    auto coming = piece(upload, 0, bert.who).value();
    ASSERT_TRUE(Firm::feed(*coming, View(whole).first(MiB)));
    auto carl = firm.hire(firm.root->who, "carl", {FirmRole::compliance});
    ASSERT_TRUE(firm.raise(carl, {.matters = {firm.matter}}, {.people = {bert.id}}));
    EXPECT_EQ(problem_of(coming->add(View(whole).first(10))), Problem::denied);
    EXPECT_EQ(problem_of(coming->finish()), Problem::denied);
    coming.reset();
    EXPECT_EQ(problem_of(look(upload, bert.who)), Problem::not_found);
    EXPECT_EQ(problem_of(piece(upload, 0, bert.who)), Problem::not_found);
    EXPECT_EQ(entries(audit::Action::upload_continued, audit::Outcome::refused), 2u);
    EXPECT_TRUE(parts(upload.parts_under(), 0).empty()) << "nor was anything kept";
}

// Between the last look at who may and the commit lie the bytes' way to the disk, and a sync.
TEST_P(InPieces, WhatIsOnItsWayWhenAWallIsRaisedIsNotKept) {
    auto bert = bert_of_the_team();
    auto carl = firm.hire(firm.root->who, "carl", {FirmRole::compliance});
    MeanwhilePacks packs(*firm.packs);
    OpenUploads uploads(*firm.gate, *firm.papers, packs);
    auto whole = content(10'000);
    BeginUpload action{firm.matter, DocumentId::fresh(firm.clock.now()), UploadId::random()};
    UploadAbout about{.name = "walled", .size = whole.size()};
    auto upload = uploads.begin(firm.gate->admit(bert.who, action).value(), about).value();
    auto coming = uploads.go_on(firm.gate->admit(bert.who, SendPiece{firm.matter, upload.id}).value(), 0).value();
    ASSERT_TRUE(coming->add(View(whole).first(5'000)));
    packs.meanwhile = [&] { ASSERT_TRUE(firm.raise(carl, {.matters = {firm.matter}}, {.people = {bert.id}})); };
    EXPECT_EQ(problem_of(coming->finish()), Problem::denied);
    packs.meanwhile = {};
    coming.reset();
    EXPECT_TRUE(parts(upload.parts_under(), 0).empty()) << "it was kept";
}

TEST_P(InPieces, OfANewVersionEndWhenThePaperLeavesTheMatter) {
    auto paper = firm.put("a", content(100, 1)).value();
    auto other = firm.new_matter("Other", "10432.0008");
    auto whole = content(3 * MiB, 2);
    auto upload = begin_version(paper, whole.size()).value();
    ASSERT_TRUE(send(upload, whole, 0, 2 * MiB));
    auto of_another = begin("another", whole.size()).value();
    auto coming = piece(upload, 2 * MiB).value();
    ASSERT_TRUE(Firm::feed(*coming, View(whole).subspan(2 * MiB)));
    ASSERT_TRUE(firm.move(paper.id, paper.revision, {{}, "a"}, other));
    EXPECT_FALSE(coming->finish()) << "its paper is elsewhere";
    coming.reset();
    EXPECT_EQ(problem_of(look(upload)), Problem::not_found);
    auto packs = firm.packs->packs().value().size();
    EXPECT_EQ(firm.uploads->sweep().value().expired, 1u);
    EXPECT_EQ(firm.packs->packs().value().size(), packs - 1) << "its bytes";
    EXPECT_EQ(entries(audit::Action::upload_ended), 1u);
    EXPECT_TRUE(look(of_another)) << "no other one";
}

TEST_P(InPieces, AnothersUploadIsNone) {
    auto bert = bert_of_the_team();
    auto upload = begin("anna's", MiB).value();
    EXPECT_EQ(problem_of(look(upload, bert.who)), Problem::not_found);
    EXPECT_EQ(problem_of(piece(upload, 0, bert.who)), Problem::not_found);
    auto cancel = firm.gate->admit(bert.who, CancelUpload{firm.matter, upload.id}).value();
    EXPECT_EQ(problem_of(firm.uploads->cancel(std::move(cancel))), Problem::not_found);
    EXPECT_TRUE(firm.uploads->list(firm.gate->admit(bert.who, ListUploads{}).value()).value().empty());
    auto listed = firm.uploads->list(firm.gate->admit(firm.anna->who, ListUploads{}).value()).value();
    ASSERT_EQ(listed.size(), 1u);
    EXPECT_EQ(listed[0].about.name, "anna's");
}

TEST_P(InPieces, WhatIsNotFinishedInTimeGoesWithItsBytesAndAnEntry) {
    auto whole = content(4 * MiB);
    auto upload = begin("slow", whole.size()).value();
    ASSERT_TRUE(send(upload, whole, 0, 2 * MiB));
    firm.clock.advance(limits::upload_kept_idle - std::chrono::hours(1));
    ASSERT_TRUE(send(upload, whole, 2 * MiB, 10'000)) << "each piece begins the time anew";
    firm.clock.advance(limits::upload_kept_idle - std::chrono::hours(1));
    EXPECT_EQ(firm.uploads->sweep().value().expired, 0u);
    auto packs = firm.packs->packs().value().size();
    firm.clock.advance(std::chrono::hours(1));
    EXPECT_EQ(problem_of(look(upload)), Problem::not_found);
    EXPECT_EQ(firm.uploads->sweep().value().expired, 1u);
    EXPECT_EQ(upload_rows(), 0u);
    EXPECT_TRUE(parts(upload.parts_under(), 0).empty());
    EXPECT_EQ(firm.packs->packs().value().size(), packs - 1) << "the large part's pack; the small one shared its own";
    EXPECT_EQ(entries(audit::Action::upload_ended), 1u);
    EXPECT_TRUE(firm.records->single("stale/" + to_hex(firm.matter)).value()) << "older copies of its rows are made worthless";
}

TEST_P(InPieces, OneThatIsGivenUpGoesThoughSomebodyIsSending) {
    auto whole = content(4 * MiB);
    auto upload = begin("given up", whole.size()).value();
    ASSERT_TRUE(send(upload, whole, 0, 2 * MiB));
    auto coming = piece(upload, 2 * MiB).value();
    ASSERT_TRUE(Firm::feed(*coming, View(whole).first(MiB)));
    ASSERT_TRUE(firm.uploads->cancel(firm.gate->admit(firm.anna->who, CancelUpload{firm.matter, upload.id}).value()));
    EXPECT_EQ(problem_of(coming->finish()), Problem::upload_busy);
    coming.reset();
    EXPECT_EQ(upload_rows(), 0u);
    EXPECT_TRUE(firm.packs->packs().value().empty());
    EXPECT_EQ(problem_of(look(upload)), Problem::not_found);
}

TEST_P(InPieces, APersonHasSoManyOpenAndSoManyBytes) {
    for (std::size_t i = 0; i < limits::uploads_per_person_max; ++i) ASSERT_TRUE(begin("u" + std::to_string(i), 10)) << i;
    EXPECT_EQ(problem_of(begin("one more", 10)), Problem::conflict);
    auto bert = bert_of_the_team();
    EXPECT_TRUE(begin({.name = "bert's", .size = limits::paper_bytes_max}, bert.who));
    EXPECT_TRUE(begin({.name = "bert's too", .size = limits::paper_bytes_max}, bert.who));
    EXPECT_EQ(problem_of(begin({.name = "and this", .size = 1}, bert.who)), Problem::conflict);
    firm.clock.advance(limits::upload_kept_idle);
    EXPECT_TRUE(begin("u", 10)) << "what has expired does not count";
}

TEST_P(InPieces, WhatCanBeKnownEarlyIsRefusedWhenTheyAreBegun) {
    ASSERT_TRUE(firm.put("there", content(1)));
    EXPECT_EQ(problem_of(begin("there", MiB)), Problem::name_taken);
    EXPECT_EQ(problem_of(begin("a/b", MiB)), Problem::bad_name);
    EXPECT_EQ(problem_of(begin("empty", 0)), Problem::malformed);
    EXPECT_EQ(problem_of(begin({.name = "no size"})), Problem::malformed);
    EXPECT_EQ(problem_of(begin("huge", limits::paper_bytes_max + 1)), Problem::too_large);
    EXPECT_EQ(problem_of(begin({.folder = DocumentId::random(), .name = "x", .size = 1})), Problem::not_found);
    EXPECT_EQ(upload_rows(), 0u);
}

TEST_P(InPieces, AVersionIsAddedToThePaperItWasBegunFor) {
    auto paper = firm.put("a", content(100, 1)).value();
    auto whole = content(2 * MiB, 2);
    auto filed = send_all(begin_version(paper, whole.size()).value(), whole, MiB).value();
    EXPECT_EQ(filed.version, 2u);
    EXPECT_EQ(firm.get(paper.id, 1).value(), content(100, 1));
    EXPECT_EQ(firm.get(paper.id, 2).value(), whole);
    auto now = firm.view(paper.id).value();
    auto upload = begin_version(now, whole.size()).value();
    ASSERT_TRUE(send(upload, whole, 0, MiB));
    ASSERT_TRUE(firm.put_version(now, content(5)));
    EXPECT_EQ(problem_of(send(upload, whole, MiB, MiB)), Problem::stale) << "somebody else added one meanwhile";
}

TEST_P(InPieces, WhatIsNotTheAnnouncedContentIsNotFiled) {
    auto whole = content(MiB + 5);
    auto upload = begin({.name = "a", .size = whole.size(), .sha256 = crypto::sha256(whole)}).value();
    ASSERT_TRUE(send(upload, content(MiB + 5, 2), 0, MiB));
    EXPECT_EQ(problem_of(send(upload, whole, MiB, 5)), Problem::incomplete);
    EXPECT_EQ(look(upload).value().offset(), MiB);
    EXPECT_TRUE(firm.list().value().empty());
    EXPECT_TRUE(send_all(begin({.name = "a", .size = whole.size(), .sha256 = crypto::sha256(whole)}).value(), whole, MiB));
}

TEST_P(InPieces, ANameThatWasTakenMeanwhileIsRefusedAtTheEndAndNothingIsLost) {
    auto whole = content(3 * MiB);
    auto upload = begin("same", whole.size()).value();
    ASSERT_TRUE(send(upload, whole, 0, MiB));
    auto other = firm.put("same", content(5)).value();
    auto packs = firm.packs->packs().value().size();
    EXPECT_EQ(problem_of(send(upload, whole, MiB, 2 * MiB)), Problem::name_taken);
    EXPECT_EQ(firm.packs->packs().value().size(), packs) << "the last piece's pack is gone";
    EXPECT_EQ(look(upload).value().offset(), MiB);
    ASSERT_TRUE(firm.move(other.id, other.revision, {{}, "other"}));
    auto filed = send(upload, whole, MiB, 2 * MiB);
    ASSERT_TRUE(filed) << why(filed);
    EXPECT_EQ(firm.get(filed->document).value(), whole);
}

TEST_P(InPieces, ATurnBetweenPiecesAndWithinOneIsSurvived) {
    auto whole = content(3 * MiB);
    auto upload = begin("turned", whole.size()).value();
    ASSERT_TRUE(send(upload, whole, 0, MiB));
    auto sealed_before = firm.records->field(upload_kind, firm.matter.bytes, upload.id.bytes).value()->sealed;
    auto turn_with_new_page = [&] {
        ASSERT_TRUE(firm.watch->claim()) << "after a restart a turn waits for checks of the slots otherwise";
        ASSERT_TRUE(firm.records->commit([&](RecordWriter& writer) {
            return writer.put_single("stale/" + to_hex(firm.matter), {1, bytes(View(firm.matter))});
        }));
        auto generation = firm.ring->matter(firm.matter).value()->generation;
        auto turned = firm.turn().run(firm.root_key);
        ASSERT_TRUE(turned) << why(turned);
        EXPECT_EQ(firm.ring->matter(firm.matter).value()->generation, generation + 1);
    };
    turn_with_new_page();
    EXPECT_NE(firm.records->field(upload_kind, firm.matter.bytes, upload.id.bytes).value()->sealed, sealed_before);
    auto coming = piece(upload, MiB).value();
    ASSERT_TRUE(Firm::feed(*coming, View(whole).subspan(MiB, MiB)));
    turn_with_new_page();
    ASSERT_TRUE(coming->finish());
    coming.reset();
    ASSERT_TRUE(firm.reopen());
    coming = piece(upload, 2 * MiB).value();
    ASSERT_TRUE(Firm::feed(*coming, View(whole).subspan(2 * MiB)));
    turn_with_new_page();
    auto filed = coming->finish();
    ASSERT_TRUE(filed) << why(filed);
    EXPECT_EQ(firm.get(filed->document).value(), whole);
}

TEST_P(InPieces, APaperOfManyPartsMovesToAnotherMatter) {
    auto whole = content(300'000);
    auto paper = put_in_pieces("moved", whole, 4'000).value();
    EXPECT_EQ(parts(paper.id).size(), 75u);
    auto other = firm.new_matter("Other", "10432.0008");
    ASSERT_TRUE(firm.move(paper.id, paper.revision, {{}, "moved"}, other));
    EXPECT_EQ(firm.get(paper.id, 1, other).value(), whole);
    EXPECT_EQ(problem_of(firm.get(paper.id)), Problem::not_found);
}

TEST_P(InPieces, PartsThatWereExchangedMovedOrLeftOutAreFound) {
    auto whole = content(3'000);
    auto paper = put_in_pieces("a", whole, 1'000).value();
    auto stored = parts(paper.id);
    ASSERT_EQ(stored.size(), 3u);
    auto expect_damage = [&](const char* what, auto tamper) {
        firm.tamper([&](RecordWriter& writer) { return tamper(writer); });
        auto read = firm.get(paper.id);
        ASSERT_FALSE(read) << what;
        EXPECT_EQ(read.error().problem, Problem::corrupt) << what;
        EXPECT_NE(read.error().detail.find(paper.id.text()), std::string::npos) << what;
        firm.tamper([&](RecordWriter& writer) -> Result<void> {
            for (const auto& part : stored) CHECK(writer.put_part(part));
            return {};
        });
        EXPECT_EQ(firm.get(paper.id).value(), whole) << what;
    };
    expect_damage("two parts of one length in each other's place", [&](RecordWriter& writer) -> Result<void> {
        auto a = stored[0], b = stored[1];
        std::swap(a.part, b.part);
        CHECK(writer.put_part(a));
        return writer.put_part(b);
    });
    expect_damage("one twice", [&](RecordWriter& writer) {
        auto again = stored[0];
        again.part = 1;
        return writer.put_part(again);
    });
    auto more = stored[2];
    more.part = 3;
    firm.tamper([&](RecordWriter& writer) { return writer.put_part(more); });
    EXPECT_EQ(problem_of(firm.get(paper.id)), Problem::corrupt) << "one more";
}

TEST_P(InPieces, PartsOfAnOpenUploadThatWereExchangedAreFoundWhenItIsFiled) {
    auto whole = content(3'000);
    auto upload = begin("a", whole.size()).value();
    ASSERT_TRUE(send(upload, whole, 0, 1'000));
    ASSERT_TRUE(send(upload, whole, 1'000, 1'000));
    auto stored = parts(upload.parts_under(), 0);
    std::swap(stored.at(0).part, stored.at(1).part);
    firm.tamper([&](RecordWriter& writer) -> Result<void> {
        CHECK(writer.put_part(stored[0]));
        return writer.put_part(stored[1]);
    });
    EXPECT_EQ(problem_of(send(upload, whole, 2'000, 1'000)), Problem::corrupt);
    EXPECT_TRUE(firm.list().value().empty());
}

INSTANTIATE_TEST_SUITE_P(Stores, InPieces, ::testing::Values(Store::memory, Store::sqlite), access::testing::name_of);

// A part is durable before a row names it: one that does not open after a crash is damage, and the version stays.
TEST(InPiecesAfterACrash, APartThatDoesNotOpenIsDamageAndNothingIsDropped) {
    Firm firm{Store::sqlite};
    auto whole = content(3'000);
    BeginUpload action{firm.matter, DocumentId::fresh(firm.clock.now()), UploadId::random()};
    UploadAbout about{.name = "a", .size = whole.size()};
    auto upload = firm.uploads->begin(firm.gate->admit(firm.anna->who, action).value(), about).value();
    for (std::size_t at = 0; at < whole.size(); at += 1'000) {
        auto piece = firm.uploads->go_on(firm.gate->admit(firm.anna->who, SendPiece{firm.matter, upload.id}).value(), at).value();
        ASSERT_TRUE(piece->add(View(whole).subspan(at, 1'000)));
        ASSERT_TRUE(piece->finish());
    }
    auto part = firm.records->parts(action.document, 1).value().at(2);
    auto path = firm.pack_file(part.place.pack);
    firm.shut();
    std::filesystem::resize_file(path, part.place.offset + part.place.length - 1);
    ASSERT_TRUE(firm.start());
    ASSERT_TRUE(firm.records->commit(
        [&](RecordWriter& writer) { return writer.put_pack({part.place.pack, storage::PackState::open}); }));
    auto recovered = recover(*firm.gate, *firm.papers, *firm.packs);
    ASSERT_TRUE(recovered) << why(recovered);
    EXPECT_EQ(recovered->checked, 3u);
    EXPECT_EQ(recovered->damaged, 1u);
    EXPECT_EQ(recovered->dropped, 0u);
    EXPECT_EQ(problem_of(firm.get(action.document)), Problem::corrupt);
    EXPECT_EQ(firm.records->parts(action.document, 1).value().size(), 3u);
}

TEST(InPiecesAtRest, NothingOfThemIsReadable) {
    Firm firm{Store::sqlite};
    Bytes words;
    for (int i = 0; i < 30'000; ++i) words.insert(words.end(), {'P', 'l', 'a', 'n', 't', 'e', 'd', 'W', 'o', 'r', 'd'});
    BeginUpload action{firm.matter, DocumentId::fresh(firm.clock.now()), UploadId::random()};
    UploadAbout about{.name = "SecretName.txt", .path = "/home/SecretName.txt", .size = words.size() + 1};
    auto upload = firm.uploads->begin(firm.gate->admit(firm.anna->who, action).value(), about).value();
    auto piece = firm.uploads->go_on(firm.gate->admit(firm.anna->who, SendPiece{firm.matter, upload.id}).value(), 0).value();
    ASSERT_TRUE(Firm::feed(*piece, words));
    ASSERT_TRUE(piece->finish());
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(firm.Rooms::folder.path)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        std::string all{std::istreambuf_iterator<char>(file), {}};
        for (const auto* word : {"PlantedWord", "SecretName"}) EXPECT_EQ(all.find(word), std::string::npos) << entry.path();
        ++files;
    }
    EXPECT_GE(files, 3u);
}

}  // namespace
}  // namespace muniment::strongroom
