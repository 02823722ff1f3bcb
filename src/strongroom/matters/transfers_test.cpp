// SPDX-License-Identifier: Apache-2.0
// Papers in and out again, byte for byte; and what stops on the way.
#include <fstream>
#include <functional>
#include <future>
#include <random>

#include "strongroom/firm_test.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;

class Transfers : public ::testing::TestWithParam<Store> {
  protected:
    std::size_t rows() {
        std::size_t count = 0;
        EXPECT_TRUE(firm.records->for_each_document(firm.matter, [&](const auto&) { return ++count, true; }));
        return count;
    }
    Result<std::unique_ptr<Upload>> begin(const UploadAbout& about, std::optional<Principal> who = {}) {
        TRY(auto permit,
            firm.gate->admit(who.value_or(firm.anna->who), AddPaper{firm.matter, DocumentId::fresh(firm.clock.now())}));
        return Upload::begin(*firm.gate, *firm.papers, *firm.packs, std::move(permit), about);
    }
    void wall_off(const Member& member) {
        auto carl = firm.hire(firm.root->who, "carl", {FirmRole::compliance});
        ASSERT_TRUE(firm.raise(carl, {.matters = {firm.matter}}, {.people = {member.id}}));
    }
    Firm firm{GetParam()};
};

TEST_P(Transfers, PapersComeBackByteForByte) {
    constexpr std::size_t MiB = 1024 * 1024;
    std::vector<std::pair<DocumentId, std::size_t>> put;
    for (std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{16'383}, std::size_t{16'384}, std::size_t{16'385},
                             MiB - 1, MiB, MiB + 1, 5 * MiB}) {
        auto paper = firm.put("p" + std::to_string(size), content(size, static_cast<std::uint32_t>(size)));
        ASSERT_TRUE(paper) << size << ": " << why(paper);
        EXPECT_EQ(paper->entry.size, size);
        EXPECT_EQ(paper->number, put.size() + 1);
        put.emplace_back(paper->id, size);
    }
    for (bool again : {false, true}) {
        if (again) {
            ASSERT_TRUE(firm.reopen());
        }
        for (auto [id, size] : put) EXPECT_EQ(firm.get(id).value(), content(size, static_cast<std::uint32_t>(size))) << size;
    }
}

TEST_P(Transfers, EveryRangeIsThatPartOfTheWhole) {
    std::mt19937 random(GetParam() == Store::memory ? 1 : 2);
    for (std::size_t size : {std::size_t{1}, std::size_t{16'384}, std::size_t{50'000}, std::size_t{1'300'000}}) {
        auto whole = content(size, 9);
        auto reading = firm.reading(firm.put("p" + std::to_string(size), whole).value().id).value();
        for (int i = 0; i < 200; ++i) {
            auto from = random() % size;
            auto length = random() % std::min<std::size_t>(size - from + 1, 70'000);
            Bytes out(length);
            ASSERT_TRUE(reading->read(from, out));
            ASSERT_TRUE(std::equal(out.begin(), out.end(), whole.begin() + static_cast<std::ptrdiff_t>(from)))
                << from << "+" << length;
        }
    }
}

TEST(TransfersAtRest, NothingOfThemIsReadable) {
    Firm firm{Store::sqlite};
    Bytes words;
    for (int i = 0; i < 3'000; ++i) words.insert(words.end(), {'P', 'l', 'a', 'n', 't', 'e', 'd', 'W', 'o', 'r', 'd'});
    ASSERT_TRUE(firm.put("SecretName.txt", words));
    ASSERT_TRUE(firm.put("Large.bin", [&] { auto large = words; large.resize(2'000'000, 'W'); return large; }()));
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(firm.Rooms::folder.path)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path());
        std::string stored{std::istreambuf_iterator<char>(file), {}};
        for (auto planted : {"PlantedWord", "SecretName", "Smith", "anna"})
            EXPECT_EQ(stored.find(planted), std::string::npos) << entry.path() << planted;
        ++files;
    }
    EXPECT_GE(files, 5u);
}

TEST_P(Transfers, WhatWasSaidOfAPaperIsKept) {
    UploadAbout about{.name = "Brief.PDF",
                      .path = "C:/inbox/Brief.PDF",
                      .claimed_type = "application/msword",
                      .comment = "for the hearing",
                      .handling_class = "privileged",
                      .modified = Instant{1'700'000'000'000'000},
                      .size = 5};
    auto paper = firm.put(about, view("%PDF-")).value();
    auto versions = firm.papers->versions(firm.gate->admit(firm.anna->who, ListVersions{firm.matter, paper.id}).value()).value();
    ASSERT_EQ(versions.size(), 1u);
    const auto& facts = versions[0].facts;
    EXPECT_EQ(facts.name, about.name);
    EXPECT_EQ(facts.path, about.path);
    EXPECT_EQ(facts.claimed_type, about.claimed_type);
    EXPECT_EQ(facts.found_type, "application/pdf");
    EXPECT_EQ(facts.sha256, crypto::sha256(view("%PDF-")));
    EXPECT_EQ(facts.who, firm.anna->id);
    EXPECT_EQ(facts.source, "192.0.2.7");
    EXPECT_EQ(facts.comment, about.comment);
    EXPECT_EQ(facts.handling_class, about.handling_class);
    EXPECT_EQ(facts.modified, *about.modified);
}

TEST_P(Transfers, AnUploadThatIsCutOffLeavesNothing) {
    for (std::size_t size : {std::size_t{50'000}, std::size_t{3'000'000}}) {
        auto upload = begin({.name = "cut"}).value();
        ASSERT_TRUE(Firm::feed(*upload, content(size)));
        upload.reset();
        EXPECT_EQ(rows(), 0u);
        if (GetParam() != Store::memory) {
            EXPECT_EQ(firm.pack_files(), 0u);
        }
    }
    firm.close_strongroom();
    firm.gate.reset();   // writes what waits
    auto last = firm.entries().back();
    EXPECT_EQ(last.action, audit::Action::transfer_ended);
    EXPECT_EQ(last.outcome, audit::Outcome::cut);
}

TEST_P(Transfers, AnotherSizeThanAnnouncedIsRefused) {
    for (std::size_t size : {std::size_t{99}, std::size_t{101}, std::size_t{2'000'000}}) {
        EXPECT_EQ(problem_of(firm.put(UploadAbout{.name = "n", .size = 100}, content(size))), Problem::incomplete);
    }
    EXPECT_EQ(problem_of(firm.put(UploadAbout{.name = "n", .size = 3'000'000}, content(2'000'000))), Problem::incomplete);
    EXPECT_EQ(rows(), 0u);
    EXPECT_TRUE(firm.put(UploadAbout{.name = "n", .size = 100}, content(100)));
}

// The pack of a large paper was whole when its name turned out to be taken: it goes as well.
TEST_P(Transfers, ALargePaperWhoseRowsAreRefusedLeavesNoPack) {
    auto upload = begin({.name = "same"}).value();
    ASSERT_TRUE(Firm::feed(*upload, content(2'000'000)));
    ASSERT_TRUE(firm.put("same", content(5)));
    EXPECT_EQ(problem_of(upload->finish()), Problem::name_taken);
    EXPECT_EQ(problem_of(upload->finish()), Problem::conflict) << "nor is it finished twice";
    EXPECT_EQ(problem_of(upload->add(content(5))), Problem::conflict);
    upload.reset();
    EXPECT_EQ(firm.packs->packs().value().size(), 1u) << "the small one's";
}

TEST_P(Transfers, NamesThatCannotBeAreRefused) {
    for (std::string name : {"", ".", "..", "a/b", "a\nb", "a\\b\u202Ec", "\xff"}) {
        auto put = firm.put(name, content(1));
        EXPECT_EQ(problem_of(put), Problem::bad_name) << name;
    }
    EXPECT_EQ(problem_of(firm.put(std::string("a\0b", 3), content(1))), Problem::bad_name);
    EXPECT_EQ(problem_of(firm.put(std::string(10'000, 'x'), content(1))), Problem::bad_name);
    EXPECT_EQ(problem_of(firm.put(UploadAbout{.name = "ok", .comment = std::string(5'000, 'x')}, content(1))),
              Problem::too_large);
    EXPECT_EQ(problem_of(firm.put(UploadAbout{.folder = DocumentId::random(), .name = "ok"}, content(1))), Problem::not_found);
    auto paper = firm.put("paper", content(1)).value();
    EXPECT_EQ(problem_of(firm.put("in a paper", content(1), paper.id)), Problem::not_found);
    EXPECT_EQ(rows(), 1u);
}

TEST_P(Transfers, NamesThatSomeComputersCannotTellApartCannotStandTogether) {
    auto folder = firm.make_folder("Folder").value();
    ASSERT_TRUE(firm.put("Café.TXT", content(1)));
    EXPECT_EQ(problem_of(firm.put("café.txt", content(1))), Problem::name_taken);
    EXPECT_EQ(problem_of(firm.put("Cafe\u0301.txt", content(1))), Problem::name_taken) << "decomposed, as macOS writes it";
    EXPECT_EQ(problem_of(firm.make_folder("CAFÉ.txt")), Problem::name_taken);
    EXPECT_TRUE(firm.put("café.txt", content(1), folder.id)) << "but in another folder";
    EXPECT_TRUE(firm.put("Strasse", content(1)));
    EXPECT_EQ(problem_of(firm.put("Straße", content(1))), Problem::name_taken);
}

TEST_P(Transfers, VersionsStandBesideEachOther) {
    auto first = firm.put("a", content(100, 1)).value();
    auto second = firm.put_version(first, content(200, 2)).value();
    EXPECT_EQ(second.versions, 2u);
    EXPECT_EQ(second.number, first.number);
    EXPECT_EQ(problem_of(firm.put_version(first, content(300, 3))), Problem::stale) << "made from what is no longer there";
    EXPECT_TRUE(firm.put_version(second, content(2'000'000, 3)));
    EXPECT_EQ(firm.get(first.id, 1).value(), content(100, 1));
    EXPECT_EQ(firm.get(first.id, 2).value(), content(200, 2));
    EXPECT_EQ(firm.get(first.id, 3).value(), content(2'000'000, 3));
    EXPECT_EQ(problem_of(firm.get(first.id, 4)), Problem::not_found);
    EXPECT_EQ(problem_of(firm.get(first.id, 0)), Problem::not_found);
    EXPECT_EQ(firm.view(first.id).value().entry.size, 2'000'000u);
}

// Taken back in the middle: nothing more goes out, and what came in is not kept.
TEST_P(Transfers, AWallStopsAReadingInTheMiddle) {
    auto bert = firm.hire(firm.root->who, "bert", {FirmRole::lawyer});
    ASSERT_TRUE(firm.put_on(*firm.anna, firm.matter, bert.id, TeamRole::member));
    auto paper = firm.put("a", content(50'000)).value();
    auto permit = firm.gate->admit(bert.who, OpenPaper{firm.matter, paper.id, 1}).value();
    auto reading = Reading::open(*firm.gate, *firm.papers, *firm.packs, std::move(permit)).value();
    Bytes out(1'000);
    ASSERT_TRUE(reading->read(0, out));
    wall_off(bert);
    EXPECT_EQ(problem_of(reading->read(1'000, out)), Problem::denied);
    EXPECT_EQ(problem_of(reading->read(0, out)), Problem::denied);
}

TEST_P(Transfers, AWallStopsAnUploadInTheMiddle) {
    auto bert = firm.hire(firm.root->who, "bert", {FirmRole::lawyer});
    ASSERT_TRUE(firm.put_on(*firm.anna, firm.matter, bert.id, TeamRole::member));
    auto upload = begin({.name = "a"}, bert.who).value(), whole = begin({.name = "b"}, bert.who).value();
    ASSERT_TRUE(upload->add(content(1'000)));
    ASSERT_TRUE(whole->add(content(1'000)));
    wall_off(bert);
    EXPECT_EQ(problem_of(upload->add(content(1'000))), Problem::denied);
    EXPECT_EQ(problem_of(whole->finish()), Problem::denied);
    EXPECT_EQ(rows(), 0u);
}

TEST_P(Transfers, APersonWhoseAccessEndsStopsReading) {
    auto bert = firm.hire(firm.root->who, "bert", {FirmRole::lawyer});
    ASSERT_TRUE(firm.put_on(*firm.anna, firm.matter, bert.id, TeamRole::member));
    auto paper = firm.put("a", content(50'000)).value();
    auto reading = Reading::open(*firm.gate, *firm.papers, *firm.packs,
                                 firm.gate->admit(bert.who, OpenPaper{firm.matter, paper.id, 1}).value())
                       .value();
    ASSERT_TRUE(firm.people->end(firm.gate->admit(firm.root->who, access::EndPerson{bert.id}).value()));
    Bytes out(10);
    EXPECT_EQ(problem_of(reading->read(0, out)), Problem::denied);
}

// The bytes of a small paper do not become durable: its rows are taken back, and the name is free again.
TEST_P(Transfers, APaperWhoseBytesDoNotArriveIsNotThere) {
    MeanwhilePacks failing(*firm.packs, MeanwhilePacks::Small::are_lost);
    auto upload = [&](auto permit, auto... rest) {
        return Upload::begin(*firm.gate, *firm.papers, failing, std::move(permit), rest...).value();
    };
    auto first = upload(firm.gate->admit(firm.anna->who, AddPaper{firm.matter, DocumentId::fresh(firm.clock.now())}).value(),
                        UploadAbout{.name = "a"});
    ASSERT_TRUE(first->add(content(10)));
    EXPECT_EQ(problem_of(first->finish()), Problem::no_room);
    EXPECT_EQ(rows(), 0u);
    auto paper = firm.put("a", content(10)).value();
    auto second =
        upload(firm.gate->admit(firm.anna->who, AddVersion{firm.matter, paper.id}).value(), paper.revision, UploadAbout{});
    ASSERT_TRUE(second->add(content(20)));
    EXPECT_EQ(problem_of(second->finish()), Problem::no_room);
    auto now = firm.view(paper.id).value();
    EXPECT_EQ(now.versions, 1u);
    EXPECT_EQ(now.entry.size, 10u);
    EXPECT_EQ(firm.get(paper.id).value(), content(10));
    EXPECT_TRUE(firm.put_version(now, content(30)));
}

// Wherever the paper is by then. And the version of the same number that comes next is not taken for the one that was dropped.
// Of several nodes. Another one took over between the commit of the rows and the arrival of the bytes, and may have dropped what it did
// not find; this one's clock says that its lease stands.
TEST(TransfersOfSeveralNodes, NothingIsAcknowledgedThatAnotherMayHaveTakenBack) {
    Firm firm{Store::postgresql};
    MeanwhilePacks packs(*firm.packs);
    packs.meanwhile = [&] { firm.store().operate("UPDATE nodes SET ended = 2"); };
    auto permit = firm.gate->admit(firm.anna->who, AddPaper{firm.matter, DocumentId::fresh(firm.clock.now())}).value();
    auto upload = Upload::begin(*firm.gate, *firm.papers, packs, std::move(permit), {.name = "late"}).value();
    ASSERT_TRUE(upload->add(content(100)));
    ASSERT_TRUE(storage::in_force(*firm.records));
    EXPECT_EQ(problem_of(upload->finish()), Problem::lease_lost);
}

TEST(TransfersOfSeveralNodes, NothingIsHandedOutAfterTheLeaseEndedWhileItWasRead) {
    Firm firm{Store::postgresql};
    auto paper = firm.put("paper", content(100)).value();
    MeanwhilePacks packs(*firm.packs);
    auto permit = firm.gate->admit(firm.anna->who, OpenPaper{firm.matter, paper.id, 1}).value();
    auto reading = Reading::open(*firm.gate, *firm.papers, packs, std::move(permit));
    ASSERT_TRUE(reading) << why(reading);
    Bytes step(100);
    ASSERT_TRUE((*reading)->read(0, step));
    // Behind the question whether it still may, before the bytes are there.
    packs.reading = [&] {
        firm.store().operate("UPDATE nodes SET ended = 2");
        EXPECT_FALSE(storage::not_taken_over(*firm.records));
    };
    EXPECT_EQ(problem_of((*reading)->read(0, step)), Problem::lease_lost);
}

TEST_P(Transfers, AVersionIsTakenBackFromAPaperThatWasMovedMeanwhile) {
    MeanwhilePacks failing(*firm.packs, MeanwhilePacks::Small::are_lost);
    auto paper = firm.put("a", content(10)).value();
    auto other = firm.new_matter("Other", "2");
    ObjectId dropped{};
    failing.meanwhile = [&] {
        dropped = firm.papers->content_id(paper.id, 2);
        auto moved = firm.move(paper.id, firm.row(paper.id).revision, {{}, "moved"}, other);
        ASSERT_TRUE(moved) << why(moved);
    };
    auto permit = firm.gate->admit(firm.anna->who, AddVersion{firm.matter, paper.id}).value();
    auto upload = Upload::begin(*firm.gate, *firm.papers, failing, std::move(permit), paper.revision, UploadAbout{}).value();
    ASSERT_TRUE(upload->add(content(20)));
    EXPECT_EQ(problem_of(upload->finish()), Problem::no_room);
    auto now = firm.view(paper.id, other).value();
    EXPECT_EQ(now.versions, 1u);
    EXPECT_EQ(now.entry.size, 10u);
    EXPECT_EQ(firm.get(paper.id, 1, other).value(), content(10));
    auto entries = firm.entries();
    auto said = std::ranges::find(entries, audit::Action::upload_dropped, &audit::Leaf::action);
    ASSERT_NE(said, entries.end());
    EXPECT_EQ(said->subjects.back(), (audit::Subject{audit::SubjectKind::matter, other.bytes}));
    auto back = firm.gate->admit(firm.anna->who, AddVersion{other, paper.id}).value();
    auto again = Upload::begin(*firm.gate, *firm.papers, *firm.packs, std::move(back), now.revision, UploadAbout{}).value();
    ASSERT_TRUE(again->add(content(20)));
    ASSERT_TRUE(again->finish());
    EXPECT_FALSE(dropped.is_nil());
    EXPECT_NE(firm.papers->content_id(paper.id, 2), dropped);
    EXPECT_TRUE(firm.papers->content_id(paper.id, 3).is_nil());
}

// A disk that fills while a large paper comes: it is refused in a sentence, nothing of it is kept, and what was there stays.
TEST_P(Transfers, ADiskThatFillsMeanwhile) {
    auto before = firm.put("before", content(10)).value();
    storage::faulty::Faults disk;
    storage::faulty::FaultyPacks packs(*firm.packs, disk);
    auto permit = [&] { return firm.gate->admit(firm.anna->who, AddPaper{firm.matter, DocumentId::fresh(firm.clock.now())}).value(); };
    auto upload = Upload::begin(*firm.gate, *firm.papers, packs, permit(), UploadAbout{.name = "a"}).value();
    ASSERT_TRUE(upload->add(content(3'000'000)));
    disk.fail_at(1, storage::faulty::Lasting::for_ever, Problem::no_room);
    EXPECT_EQ(problem_of(upload->add(content(1'000'000))), Problem::no_room);
    upload.reset();
    disk.none();
    EXPECT_EQ(rows(), 1u);
    EXPECT_EQ(firm.get(before.id).value(), content(10));
    disk.room = storage::Room{.free_bytes = limits::disk_reserve_bytes + 1'000, .bytes = 1'000'000'000};
    EXPECT_TRUE(Upload::begin(*firm.gate, *firm.papers, packs, permit(), UploadAbout{.name = "a", .size = 1'000}));
    auto announced = Upload::begin(*firm.gate, *firm.papers, packs, permit(), UploadAbout{.name = "a", .size = 1'001});
    EXPECT_EQ(problem_of(announced), Problem::no_room) << "known not to fit before its first byte";
}

INSTANTIATE_TEST_SUITE_P(Stores, Transfers, ::testing::ValuesIn(access::testing::all_stores), access::testing::name_of);

}  // namespace
}  // namespace muniment::strongroom
