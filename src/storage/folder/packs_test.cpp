// SPDX-License-Identifier: Apache-2.0
// What only packs in files can suffer: being cut, damaged, swapped, filled up, and met by another store.
#include "storage/folder/packs.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <fstream>

#include "storage/conformance/scratch.hpp"
#include "storage/open.hpp"

namespace muniment::storage::folder {
namespace {

Result<void> unregistered(const PackRow&) { return {}; }

std::filesystem::path file_of(const std::filesystem::path& folder, const PackId& pack) {
    return folder / to_hex(View(pack.bytes).last(1)) / (pack.text() + ".pack");
}

void overwrite(const std::filesystem::path& file, std::uint64_t at, char byte) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(byte);
}

struct ThreeObjects {
    Scratch scratch;
    std::unique_ptr<PackStore> packs = open_pack_folder(scratch.path, unregistered).value();
    std::vector<Placement> places;
    ThreeObjects() {
        for (std::uint8_t n = 1; n <= 3; ++n) places.push_back(packs->append({{n}}, Bytes(10u * n, n)).value().place());
        require(packs->close().has_value(), "close");
    }
    PackId pack() const { return places.front().pack; }
    std::filesystem::path file() const { return file_of(scratch.path, pack()); }
};

TEST(FolderPacks, HasTheBytesOfItsFormat) {
    ThreeObjects three;
    std::ifstream stream(three.file(), std::ios::binary);
    std::string all((std::istreambuf_iterator<char>(stream)), {});
    ASSERT_EQ(all.size(), 25u + 3 * 32u + 60u);
    EXPECT_EQ(all.substr(0, 9), std::string("MUNIPACK\x01", 9));
    EXPECT_EQ(all.substr(9, 16), std::string(text(three.pack())));
    EXPECT_EQ(all.substr(25, 4), "OBJ1");
    EXPECT_EQ(to_hex(view(all.substr(29, 24))),
              "01000000000000000000000000000000"
              "000000000000000a");
    // sha256("OBJ1" || 01 00… || 000000000000000a), by coreutils' sha256sum.
    EXPECT_EQ(to_hex(view(all.substr(53, 4))), "1bed4c6d");
    EXPECT_EQ(all.substr(57, 10), std::string(10, '\x01'));
    struct stat status{};
    ASSERT_EQ(::stat(three.file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    ASSERT_EQ(::stat(three.file().parent_path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST(FolderPacks, ListsWhatIsWholeWhereverAPackWasCut) {
    ThreeObjects three;
    auto size = std::filesystem::file_size(three.file());
    auto whole_before = [&](std::uint64_t cut) {
        return static_cast<std::size_t>(std::ranges::count_if(three.places, [&](auto& p) { return p.offset + p.length <= cut; }));
    };
    for (auto cut = size; cut-- > 0;) {  // every length, so every boundary and one to either side
        std::filesystem::resize_file(three.file(), cut);
        auto found = three.packs->list(three.pack());
        ASSERT_TRUE(found) << cut;
        EXPECT_EQ(found->size(), whole_before(cut)) << cut;
    }
}

TEST(FolderPacks, StopsListingAtADamagedFrame) {
    ThreeObjects three;
    for (std::uint64_t back = 1; back <= frame_bytes; ++back) {
        auto at = three.places[1].offset - back;
        std::ifstream stream(three.file(), std::ios::binary);
        stream.seekg(static_cast<std::streamoff>(at));
        auto former = static_cast<char>(stream.get());
        overwrite(three.file(), at, static_cast<char>(former ^ 0x10));
        EXPECT_EQ(three.packs->list(three.pack())->size(), 1u) << back;
        overwrite(three.file(), at, former);
    }
    EXPECT_EQ(three.packs->list(three.pack())->size(), 3u);
}

TEST(FolderPacks, KnowsAForeignAndANewerPack) {
    ThreeObjects three;
    PackId other{{7}};
    std::filesystem::create_directories(file_of(three.scratch.path, other).parent_path());
    std::filesystem::copy_file(three.file(), file_of(three.scratch.path, other));
    EXPECT_EQ(three.packs->list(other).error().problem, Problem::corrupt);
    overwrite(three.file(), 8, 2);
    EXPECT_EQ(three.packs->list(three.pack()).error().problem, Problem::too_new);
    overwrite(three.file(), 0, 'X');
    EXPECT_EQ(three.packs->list(three.pack()).error().problem, Problem::corrupt);
}

TEST(FolderPacks, SaysCorruptWhereAPackIsTooShort) {
    ThreeObjects three;
    std::filesystem::resize_file(three.file(), three.places[2].offset + 5);
    Bytes out(6);
    EXPECT_EQ(three.packs->read(three.places[2], 0, out).error().problem, Problem::corrupt);
    EXPECT_TRUE(three.packs->read(three.places[2], 0, std::span(out).first(5)));
}

TEST(FolderPacks, BeginsAnotherPackWhereOneIsFull) {
    Scratch scratch;
    std::vector<PackRow> registered;
    {
        auto note = [&](const PackRow& row) { return registered.push_back(row), Result<void>{}; };
        FolderPacks packs(scratch.path, note, posix_disk(), 1'000);
        for (int n = 0; n < 10; ++n) ASSERT_TRUE(packs.append(ObjectId::random(), Bytes(400)).value().wait());
        EXPECT_EQ(packs.packs()->size(), 5u);
    }
    EXPECT_EQ(std::ranges::count(registered, PackState::open, &PackRow::state), 5);
    EXPECT_EQ(std::ranges::count(registered, PackState::closed, &PackRow::state), 5);
}

TEST(FolderPacks, NeverAppendsToAPackOfAnotherStore) {
    Scratch scratch;
    auto one = open_pack_folder(scratch.path, unregistered).value(), two = open_pack_folder(scratch.path, unregistered).value();
    auto a = one->append({{1}}, bytes("of one")).value(), b = two->append({{2}}, bytes("of two")).value();
    ASSERT_TRUE(a.wait());
    ASSERT_TRUE(b.wait());
    EXPECT_NE(a.place().pack, b.place().pack);
    Bytes out(6);
    ASSERT_TRUE(one->read(b.place(), 0, out));
    EXPECT_EQ(out, bytes("of two"));
    auto before = std::filesystem::file_size(file_of(scratch.path, a.place().pack));
    one.reset();
    one = open_pack_folder(scratch.path, unregistered).value();
    EXPECT_NE(one->append({{3}}, bytes("later")).value().place().pack, a.place().pack);
    EXPECT_EQ(std::filesystem::file_size(file_of(scratch.path, a.place().pack)), before);
    EXPECT_EQ(one->packs()->size(), 3u);
}

TEST(FolderPacks, AFolderThatIsNotThereIsNotMade) {
    Scratch scratch;
    auto folder = scratch.path / "packs";
    EXPECT_EQ(open_pack_folder(folder, unregistered).error().problem, Problem::unavailable);
    auto packs = open_pack_folder(folder, unregistered, Missing::make).value();
    std::filesystem::remove(folder);   // unmounted while the server runs
    EXPECT_EQ(packs->append({{1}}, Bytes(10)).error().problem, Problem::unavailable);
    EXPECT_FALSE(std::filesystem::exists(folder));
}

// A write that fails, in a process of its own: the kernel's limit on a file's size stands for the disk's end.
TEST(FolderPacks, APackWhoseWriteFailedIsNeverTouchedAgain) {
    Scratch scratch;
    auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        auto packs = open_pack_folder(scratch.path, unregistered).value();
        auto first = packs->append({{1}}, Bytes(100)).value();
        if (!first.wait()) ::_exit(1);
        rlimit limit{.rlim_cur = 300, .rlim_max = RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        auto second = packs->append({{2}}, Bytes(1'000)).value();
        if (second.wait()) ::_exit(2);
        limit.rlim_cur = RLIM_INFINITY;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        auto third = packs->append({{3}}, Bytes(1'000)).value();
        if (!third.wait()) ::_exit(3);
        if (third.place().pack == first.place().pack) ::_exit(4);
        Bytes out(100);
        ::_exit(packs->read(first.place(), 0, out) ? 0 : 5);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(FolderPacks, KeepsOnlySoManyFilesOpen) {
    Scratch scratch;
    FolderPacks packs(scratch.path, unregistered, posix_disk(), 64);  // a pack for each object
    std::vector<Placement> places;
    for (std::size_t n = 0; n < limits::open_packs_max + 20; ++n)
        places.push_back(packs.append(ObjectId::random(), Bytes(8, static_cast<std::uint8_t>(n))).value().place());
    ASSERT_TRUE(packs.close());
    auto open_files = [] {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
    };
    auto before = open_files();
    for (int round = 0; round < 2; ++round)
        for (std::size_t n = 0; n < places.size(); ++n) {
            Bytes out(8);
            ASSERT_TRUE(packs.read(places[n], 0, out));
            EXPECT_EQ(out, Bytes(8, static_cast<std::uint8_t>(n)));
        }
    EXPECT_LE(open_files(), before + limits::open_packs_max);
}

}  // namespace
}  // namespace muniment::storage::folder
