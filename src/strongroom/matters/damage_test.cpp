// SPDX-License-Identifier: Apache-2.0
// What lies at rest in the hands of whoever runs disk and database: flipped, cut, swapped, moved. Always an error that names the
// paper, never data.
#include <fcntl.h>
#include <unistd.h>

#include "strongroom/firm_test.hpp"
#include "strongroom/turn/scrub.hpp"

namespace muniment::strongroom {
namespace {

using namespace testing;
using storage::RecordWriter;

struct Damaged : ::testing::Test {
    Firm firm{Store::sqlite};

    /// Reads whole; what is handed out must be the content, or nothing.
    void expect_damage(const DocumentId& paper, const char* what, std::uint32_t version = 1) {
        auto read = firm.get(paper, version);
        ASSERT_FALSE(read) << what;
        EXPECT_EQ(read.error().problem, Problem::corrupt) << what;
        EXPECT_NE(read.error().detail.find(paper.text()), std::string::npos) << what << ": " << read.error().detail;
    }
    struct Raw {
        explicit Raw(const std::filesystem::path& path) : file(::open(path.c_str(), O_RDWR)) { EXPECT_GE(file, 0) << path; }
        ~Raw() { ::close(file); }
        void flip(std::uint64_t at, std::uint8_t mask) {
            std::uint8_t byte = 0;
            ASSERT_EQ(::pread(file, &byte, 1, static_cast<off_t>(at)), 1);
            byte ^= mask;
            ASSERT_EQ(::pwrite(file, &byte, 1, static_cast<off_t>(at)), 1);
        }
        int file;
    };
    void put_part(const storage::PartRow& row) {
        firm.tamper([&](RecordWriter& writer) { return writer.put_part(row); });
    }
    void put_document(const storage::DocumentRow& row) {
        firm.tamper([&](RecordWriter& writer) { return writer.put_document(row); });
    }
};

TEST_F(Damaged, EveryFlippedBitOfAnObjectIsFound) {
    auto whole = content(40'000);
    auto paper = firm.put("a", whole).value();
    auto place = firm.part(paper.id).place;
    Raw raw(firm.pack_file(place.pack));
    // Every byte of the head and of the three tags' surroundings, and each 97th between.
    std::size_t tried = 0;
    for (std::uint64_t at = 0; at < place.length; at += at < 80 || at + 40 > place.length ? 1 : 97) {
        auto mask = static_cast<std::uint8_t>(1 << at % 8);
        raw.flip(place.offset + at, mask);
        expect_damage(paper.id, "flipped");
        raw.flip(place.offset + at, mask);
        ++tried;
    }
    EXPECT_GT(tried, 400u);
    EXPECT_EQ(firm.get(paper.id).value(), whole);
}

TEST_F(Damaged, APackThatWasCutIsFound) {
    for (std::size_t size : {std::size_t{40'000}, std::size_t{2'500'000}}) {
        auto paper = firm.put("p" + std::to_string(size), content(size)).value();
        auto place = firm.part(paper.id).place;
        auto path = firm.pack_file(place.pack);
        auto end = std::filesystem::file_size(path);
        for (auto missing : {place.length, place.length - 10, place.length / 2, std::uint64_t{17}, std::uint64_t{1}}) {
            auto copy = path.string() + ".copy";
            std::filesystem::copy_file(path, copy);
            std::filesystem::resize_file(path, place.offset + place.length - missing);
            expect_damage(paper.id, "cut");
            std::filesystem::remove(path);
            std::filesystem::rename(copy, path);
        }
        EXPECT_EQ(std::filesystem::file_size(path), end);
    }
}

TEST_F(Damaged, AMissingPackIsFound) {
    auto paper = firm.put("a", content(2'500'000)).value();
    std::filesystem::remove(firm.pack_file(firm.part(paper.id).place.pack));
    expect_damage(paper.id, "missing");
}

TEST_F(Damaged, ObjectsWhosePlacesWereSwappedAreFound) {
    auto one = firm.put("one", content(1'000, 1)).value(), two = firm.put("two", content(1'000, 2)).value();
    auto first = firm.part(one.id), second = firm.part(two.id);
    auto swapped = [&](auto swap) {
        auto a = first, b = second;
        swap(a, b);
        put_part(a), put_part(b);
        expect_damage(one.id, "swapped");
        expect_damage(two.id, "swapped");
        put_part(first), put_part(second);
    };
    swapped([](auto& a, auto& b) { std::swap(a.place, b.place); });
    swapped([](auto& a, auto& b) { std::swap(a.wrapped_key, b.wrapped_key); });
    swapped([](auto& a, auto& b) {
        std::swap(a.place, b.place), std::swap(a.wrapped_key, b.wrapped_key), std::swap(a.object, b.object);
    });
    EXPECT_EQ(firm.get(one.id).value(), content(1'000, 1));
}

TEST_F(Damaged, APartOfAnotherVersionIsRefused) {
    auto paper = firm.put("a", content(1'000, 1)).value();
    ASSERT_TRUE(firm.put_version(paper, content(1'000, 2)));
    auto old = firm.part(paper.id, 1), now = firm.part(paper.id, 2);
    old.version = 2;   // the former content as the newest version
    put_part(old);
    expect_damage(paper.id, "an older part", 2);
    put_part(now);
    EXPECT_EQ(firm.get(paper.id, 2).value(), content(1'000, 2));
}

TEST_F(Damaged, APartOfAnotherLengthIsRefused) {
    auto paper = firm.put("a", content(40'000)).value();
    auto part = firm.part(paper.id);
    for (auto change : {+[](storage::PartRow& p) { p.plain_length -= 1; }, +[](storage::PartRow& p) { p.plain_length += 1; },
                        +[](storage::PartRow& p) { p.place.length -= 1; }, +[](storage::PartRow& p) { p.place.offset += 1; },
                        // Cut at a chunk's end, with lengths that agree with each other: the end of the stream is missing.
                        +[](storage::PartRow& p) {
                            p.plain_length = 16'384;
                            p.place.length = 2 + crypto::stream_sealed_length(16'384);
                        }}) {
        auto other = part;
        change(other);
        put_part(other);
        expect_damage(paper.id, "another length");
    }
}

TEST_F(Damaged, MissingRowsAreRefused) {
    auto paper = firm.put("a", content(100)).value();
    auto version = firm.records->version(paper.id, 1).value().value();
    firm.tamper([&](RecordWriter& writer) { return writer.drop_version(paper.id, 1); });
    expect_damage(paper.id, "no version row");
    firm.tamper([&](RecordWriter& writer) { return writer.put_version(version); });
    expect_damage(paper.id, "no parts");
}

TEST_F(Damaged, AVersionsRowOfAnotherPaperOrVersionIsRefused) {
    auto one = firm.put("one", content(100, 1)).value(), two = firm.put("two", content(100, 2)).value();
    auto row = firm.records->version(two.id, 1).value().value();
    row.document = one.id;
    firm.tamper([&](RecordWriter& writer) { return writer.put_version(row); });
    EXPECT_EQ(problem_of(firm.get(one.id)), Problem::corrupt);
    EXPECT_EQ(firm.get(two.id).value(), content(100, 2));
}

// Whoever may read one matter gets the papers of another put into it by the database's operator.
TEST_F(Damaged, APaperThatWasMovedToAnotherMatterBySqlIsRefused) {
    auto paper = firm.put("a", content(100)).value();
    auto other = firm.new_matter("Other");
    auto row = firm.row(paper.id);
    row.matter = other;
    put_document(row);
    EXPECT_EQ(problem_of(firm.get(paper.id, 1, other)), Problem::corrupt);
    EXPECT_EQ(problem_of(firm.list(false, other)), Problem::corrupt);
    EXPECT_EQ(problem_of(firm.view(paper.id, other)), Problem::corrupt);
}

TEST_F(Damaged, AnEditedListRowIsRefused) {
    auto paper = firm.put("a", content(100)).value(), another = firm.put("b", content(100)).value();
    auto row = firm.row(paper.id);
    for (auto change : {+[](storage::DocumentRow& r) { r.list.back() ^= 1; }, +[](storage::DocumentRow& r) { r.list.clear(); }}) {
        auto edited = row;
        change(edited);
        put_document(edited);
        EXPECT_EQ(problem_of(firm.list()), Problem::corrupt);
    }
    auto edited = row;
    edited.list = firm.row(another.id).list;
    put_document(edited);
    EXPECT_EQ(problem_of(firm.list()), Problem::corrupt);
    edited = row;
    edited.secret = firm.row(another.id).secret;
    put_document(edited);
    EXPECT_EQ(problem_of(firm.get(paper.id)), Problem::corrupt);
    put_document(row);
    EXPECT_EQ(firm.get(paper.id).value(), content(100));
}

// The columns beside the sealed list row say what may be read, where it lies and what the next version's number is.
TEST_F(Damaged, AnEditedColumnIsRefused) {
    auto folder = firm.make_folder("folder").value();
    auto paper = firm.put("a", content(100)).value();
    auto row = firm.row(paper.id);
    auto trashed = +[](storage::DocumentRow& r) { r.state = storage::DocumentState::trashed; };
    for (auto change : {+[](storage::DocumentRow& r) { r.folder = true; }, trashed, +[](storage::DocumentRow& r) { r.number += 1; },
                        +[](storage::DocumentRow& r) { r.versions += 1; }, +[](storage::DocumentRow& r) { r.revision -= 1; },
                        +[](storage::DocumentRow& r) { r.parent = DocumentId::random(); }}) {
        auto edited = row;
        change(edited);
        put_document(edited);
        auto listed = firm.list(true);
        ASSERT_FALSE(listed);
        EXPECT_EQ(listed.error().problem, Problem::corrupt);
        EXPECT_NE(listed.error().detail.find(paper.id.text()), std::string::npos) << listed.error().detail;
        EXPECT_FALSE(firm.get(paper.id));
        EXPECT_EQ(problem_of(firm.view(paper.id)), Problem::corrupt);
    }
    put_document(row);
    EXPECT_EQ(firm.get(paper.id).value(), content(100));
    EXPECT_EQ(firm.list().value().size(), 2u);
}

// Counted down by SQL, the next version would take the number of one that was acknowledged.
TEST_F(Damaged, AVersionThatWasFiledIsNeverWrittenOver) {
    auto paper = firm.put("a", content(100, 1)).value();
    paper = firm.put_version(paper, content(100, 2)).value();
    auto row = firm.row(paper.id), edited = row;
    edited.versions = 1;
    put_document(edited);
    EXPECT_EQ(problem_of(firm.put_version(paper, content(100, 3))), Problem::corrupt);
    put_document(row);
    EXPECT_EQ(firm.get(paper.id, 2).value(), content(100, 2));
    // The whole row put back as it was at version 1 opens; the version that it forgot is still not written over.
    auto second = firm.put("b", content(100, 1)).value();
    auto older = firm.row(second.id);
    ASSERT_TRUE(firm.put_version(second, content(100, 2)));
    auto newer = firm.row(second.id);
    put_document(older);
    EXPECT_EQ(problem_of(firm.put_version(second, content(100, 3))), Problem::corrupt);
    put_document(newer);
    EXPECT_EQ(firm.get(second.id, 2).value(), content(100, 2));
}

// ---- after a crash ----

/// Says of a pack that it was never closed, as it is after a crash.
void leave_open(Firm& firm, const PackId& pack) {
    ASSERT_TRUE(firm.packs->close());
    firm.tamper([&](RecordWriter& writer) { return writer.put_pack({pack, storage::PackState::open}); });
}

TEST_F(Damaged, RowsWhoseBytesNeverArrivedAreDropped) {
    auto kept = firm.put("kept", content(1'000, 1)).value();
    auto paper = firm.put("paper", content(1'000, 2)).value();
    ASSERT_TRUE(firm.put_version(paper, content(1'000, 3)));
    auto lost = firm.put("lost", content(1'000, 4)).value();
    auto place = firm.part(paper.id, 2).place;
    leave_open(firm, place.pack);
    std::filesystem::resize_file(firm.pack_file(place.pack), place.offset + 100);
    ASSERT_TRUE(firm.reopen());
    auto recovered = recover(*firm.gate, *firm.papers, *firm.packs).value();
    EXPECT_EQ(recovered.checked, 4u);
    EXPECT_EQ(recovered.dropped, 2u);
    EXPECT_EQ(recovered.damaged, 0u);
    EXPECT_EQ(firm.get(kept.id).value(), content(1'000, 1));
    EXPECT_EQ(firm.get(paper.id, 1).value(), content(1'000, 2));
    EXPECT_EQ(firm.view(paper.id).value().versions, 1u);
    EXPECT_EQ(problem_of(firm.get(lost.id)), Problem::not_found);
    std::size_t dropped = 0;
    for (const auto& entry : firm.entries()) dropped += entry.action == audit::Action::upload_dropped;
    EXPECT_EQ(dropped, 2u) << "each with an entry";
    EXPECT_EQ(recover(*firm.gate, *firm.papers, *firm.packs).value().packs, 0u) << "once";
    EXPECT_TRUE(firm.put("lost", content(5))) << "the name is free again";
    // The log says that they went: no pass of the scrubber misses them, and the next turn goes on.
    Scrub pass(*firm.gate);
    ASSERT_TRUE(pass.run());
    EXPECT_TRUE(pass.verdict()) << why(pass.verdict());
    firm.still(SlotWatch::checks_needed);
    auto turned = firm.turn().run(firm.root_key);
    EXPECT_TRUE(turned) << why(turned);
    EXPECT_EQ(firm.get(paper.id, 1).value(), content(1'000, 2));
}

// Two nodes look through the same pack. Between the look of the first and what it does about it, the other takes the version back, and
// somebody files that version anew.
TEST_F(Damaged, AVersionThatWasFiledAnewIsNotTakenBack) {
    auto paper = firm.put("paper", content(1'000, 2)).value();
    ASSERT_TRUE(firm.put_version(paper, content(1'000, 3)));
    auto place = firm.part(paper.id, 2).place;
    leave_open(firm, place.pack);
    std::filesystem::resize_file(firm.pack_file(place.pack), place.offset + 100);
    ASSERT_TRUE(firm.reopen());
    MeanwhilePacks packs(*firm.packs);
    packs.reading = [&, times = 0]() mutable {
        if (++times > 1) return;
        EXPECT_EQ(recover(*firm.gate, *firm.papers, *firm.packs).value().dropped, 1u);
        auto anew = firm.put_version(firm.view(paper.id).value(), content(1'000, 4));
        EXPECT_TRUE(anew) << why(anew);
    };
    auto recovered = recover(*firm.gate, *firm.papers, packs);
    ASSERT_TRUE(recovered) << why(recovered);
    EXPECT_EQ(firm.view(paper.id).value().versions, 2u);
    auto read = firm.get(paper.id, 2);
    ASSERT_TRUE(read) << why(read);
    EXPECT_EQ(*read, content(1'000, 4)) << "it was acknowledged";
    std::size_t dropped = 0;
    for (const auto& entry : firm.entries()) dropped += entry.action == audit::Action::upload_dropped;
    EXPECT_EQ(dropped, 1u);
}

// The disk of the packs is not mounted, or was restored later than the database: what cannot be read is not what never arrived.
TEST_F(Damaged, NothingIsDroppedWhereAPackIsMissing) {
    auto paper = firm.put("a", content(1'000)).value();
    auto pack = firm.part(paper.id).place.pack;
    auto path = firm.pack_file(pack), aside = std::filesystem::path(path.string() + ".aside");
    for (auto state : {storage::PackState::open, storage::PackState::closed}) {
        ASSERT_TRUE(firm.packs->close());
        firm.tamper([&](RecordWriter& writer) { return writer.put_pack({pack, state}); });
        std::filesystem::rename(path, aside);
        ASSERT_TRUE(firm.reopen());
        auto recovered = recover(*firm.gate, *firm.papers, *firm.packs);
        ASSERT_FALSE(recovered);
        EXPECT_EQ(recovered.error().problem, Problem::corrupt);
        EXPECT_NE(recovered.error().detail.find(pack.text()), std::string::npos) << recovered.error().detail;
        EXPECT_EQ(firm.records->packs().value().at(0).state, state) << "looked at again at the next start";
        std::filesystem::rename(aside, path);
        ASSERT_TRUE(firm.reopen());
        EXPECT_EQ(recover(*firm.gate, *firm.papers, *firm.packs).value().dropped, 0u);
        EXPECT_EQ(firm.get(paper.id).value(), content(1'000));
    }
}

// In a bucket a pack appears whole or never: one that was on its way is not there, and its papers were told to nobody. One that was
// closed was there.
TEST_F(Damaged, WherePacksAppearWholeOneThatWasLeftOpenAndIsMissingNeverArrived) {
    firm.packs = storage::open_pack_memory(
        [&](const storage::PackRow& row) {
            return firm.records->commit([row](RecordWriter& writer) { return writer.put_pack(row); });
        },
        storage::Appears::whole);
    auto kept = firm.put("kept", content(1'000, 1)).value();
    ASSERT_TRUE(firm.packs->close());
    auto lost = firm.put("lost", content(1'000, 2)).value();
    auto place = firm.part(lost.id).place, kept_at = firm.part(kept.id).place;
    ASSERT_NE(place.pack, kept_at.pack);
    leave_open(firm, place.pack);
    ASSERT_TRUE(firm.packs->remove(place.pack));
    auto recovered = recover(*firm.gate, *firm.papers, *firm.packs).value();
    EXPECT_EQ(recovered.dropped, 1u);
    EXPECT_EQ(recovered.damaged, 0u);
    EXPECT_EQ(problem_of(firm.get(lost.id)), Problem::not_found);
    EXPECT_EQ(firm.get(kept.id).value(), content(1'000, 1));

    ASSERT_TRUE(firm.packs->remove(kept_at.pack));
    EXPECT_EQ(problem_of(recover(*firm.gate, *firm.papers, *firm.packs)), Problem::corrupt);
    EXPECT_EQ(firm.view(kept.id).value().versions, 1u) << "nothing was dropped";
}

// EIO, EACCES, too many open files: at whichever read it comes.
TEST_F(Damaged, NothingIsDroppedWhereAPackCannotBeRead) {
    auto paper = firm.put("a", content(40'000)).value();
    leave_open(firm, firm.part(paper.id).place.pack);
    storage::faulty::Faults faults;
    storage::faulty::FaultyPacks packs(*firm.packs, faults);
    auto recovered = [&](std::uint64_t nth) {
        faults.fail_at(nth, storage::faulty::Lasting::once);
        return recover(*firm.gate, *firm.papers, packs);
    };
    std::uint64_t nth = 1;
    for (; nth < 20; ++nth) {
        auto outcome = recovered(nth);
        if (outcome) break;
        EXPECT_EQ(outcome.error().problem, Problem::unavailable);
        EXPECT_EQ(firm.records->packs().value().at(0).state, storage::PackState::open);
    }
    EXPECT_GT(nth, 3u);
    EXPECT_LT(nth, 20u);
    EXPECT_EQ(firm.get(paper.id).value(), content(40'000));
}

// Its head was synced before the first row: a file without it is not one whose bytes did not arrive.
TEST_F(Damaged, APackWithoutItsHeadIsDamageAndDropsNothing) {
    auto paper = firm.put("a", content(1'000)).value();
    auto pack = firm.part(paper.id).place.pack;
    leave_open(firm, pack);
    std::filesystem::resize_file(firm.pack_file(pack), 0);
    ASSERT_TRUE(firm.reopen());
    auto recovered = recover(*firm.gate, *firm.papers, *firm.packs).value();
    EXPECT_EQ(recovered.dropped, 0u);
    EXPECT_EQ(recovered.damaged, 1u);
    EXPECT_EQ(firm.list().value().size(), 1u);
}

TEST_F(Damaged, ARowOfAnotherLengthIsDamageAndNotDropped) {
    auto paper = firm.put("a", content(1'000)).value();
    auto part = firm.part(paper.id), edited = part;
    leave_open(firm, part.place.pack);
    edited.plain_length -= 1;
    put_part(edited);
    EXPECT_EQ(recover(*firm.gate, *firm.papers, *firm.packs).value().damaged, 1u);
    put_part(part);
    EXPECT_EQ(firm.get(paper.id).value(), content(1'000));
}

TEST_F(Damaged, ALargePaperWasWholeBeforeItsRowsAndIsKept) {
    auto paper = firm.put("large", content(2'500'000)).value();
    auto place = firm.part(paper.id).place;
    leave_open(firm, place.pack);
    {
        Raw raw(firm.pack_file(place.pack));
        raw.flip(place.offset + 1'000'000, 1);
    }
    auto recovered = recover(*firm.gate, *firm.papers, *firm.packs).value();
    EXPECT_EQ(recovered.dropped, 0u);
    EXPECT_EQ(recovered.damaged, 1u);
    EXPECT_EQ(firm.list().value().size(), 1u) << "seen, to be mended";
    Bytes out(10);
    EXPECT_EQ(problem_of(firm.reading(paper.id).value()->read(998'000, out)), Problem::corrupt);
}

// One paper whose rows do not open must not keep the whole strongroom from starting, nor be dropped.
TEST_F(Damaged, APaperWhoseRowsAreDamagedIsKeptByRecovery) {
    auto paper = firm.put("a", content(100)).value(), other = firm.put("b", content(100)).value();
    leave_open(firm, firm.part(paper.id).place.pack);
    auto row = firm.row(paper.id), edited = row;
    edited.secret.back() ^= 1;
    put_document(edited);
    auto recovered = recover(*firm.gate, *firm.papers, *firm.packs);
    ASSERT_TRUE(recovered) << why(recovered);
    EXPECT_EQ(recovered->damaged, 1u);
    EXPECT_EQ(recovered->dropped, 0u);
    put_document(row);
    EXPECT_EQ(firm.get(paper.id).value(), content(100));
    EXPECT_EQ(firm.get(other.id).value(), content(100));
}

}  // namespace
}  // namespace muniment::strongroom
