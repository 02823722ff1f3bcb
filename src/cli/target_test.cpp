// SPDX-License-Identifier: Apache-2.0
#include "cli/target.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "cli/json.hpp"
#include "cli/paper_tree.hpp"
#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

namespace json = boost::json;

std::string id(int n) { return "0192f3a1-0000-7000-8000-00000000000" + std::to_string(n); }

json::array matters() {
    return {{{"id", id(1)}, {"number", "10432.0007"}, {"name", "Lease Hafenstraße"}},
            {{"id", id(2)}, {"number", ""}, {"name", "Müller/Maier"}},
            {{"id", id(3)}, {"number", ""}, {"name", "Audit"}},
            {{"id", id(4)}, {"number", "7"}, {"name", "audit"}}};
}

ExitCode stopped(const std::function<void()>& work) {
    try {
        work();
    } catch (const Stop& stop) {
        return stop.code();
    }
    return ExitCode::ok;
}

TEST(TargetTest, MatterByNumberNameOrId) {
    const auto all = matters();
    for (const auto& [typed, meant, path] : std::vector<std::array<std::string, 3>>{
             {"10432.0007", id(1), ""},
             {"10432.0007/", id(1), ""},
             {"10432.0007/Contracts/Lease.pdf", id(1), "Contracts/Lease.pdf"},
             {"lease HAFENSTRASSE/a", id(1), "a"},
             {"Müller/Maier/a/b", id(2), "a/b"},
             {id(3) + "/123.2", id(3), "123.2"},
             {"7/x", id(4), "x"}}) {
        const auto target = split_target(all, typed);
        ASSERT_TRUE(target) << typed;
        EXPECT_EQ(text_of(*target->matter, "id"), meant) << typed;
        EXPECT_EQ(target->path, path) << typed;
    }
    EXPECT_FALSE(split_target(all, "10432.0008/x"));
    EXPECT_FALSE(split_target(all, ""));
}

TEST(TargetTest, SeveralAreAnError) {
    const auto all = matters();
    EXPECT_EQ(stopped([&] { split_target(all, "AUDIT/x"); }), ExitCode::usage);
    EXPECT_EQ(stopped([&] { split_target(all, "bad\xff"); }), ExitCode::usage);
    json::array slashed = all;
    slashed.push_back({{"id", id(5)}, {"name", "Audit/2026"}});
    slashed.push_back({{"id", id(6)}, {"name", "Tax"}});
    EXPECT_EQ(stopped([&] { split_target(slashed, "Audit/2026"); }), ExitCode::usage);
    EXPECT_EQ(text_of(*split_target(slashed, "tax/2026")->matter, "id"), id(6));
}

TEST(TargetTest, Choose) {
    const auto all = matters();
    EXPECT_EQ(text_of(choose(all, "MÜLLER/maier", "matter", {}), "id"), id(2));
    EXPECT_EQ(stopped([&] { choose(all, "audit", "matter", {}); }), ExitCode::usage);
    EXPECT_EQ(stopped([&] { choose(all, "nobody", "matter", {}); }), ExitCode::failed);
}

TEST(TargetTest, Citations) {
    EXPECT_EQ(citation("123")->number, 123u);
    EXPECT_EQ(citation("#123")->number, 123u);
    EXPECT_FALSE(citation("123")->version);
    EXPECT_EQ(citation("123.2")->version, 2u);
    for (auto none : {"", "#", "0", "12a", "a12", "-1", "1.", "1.2.3", "1.x", "99999999999999999999999"})
        EXPECT_FALSE(citation(none)) << none;
}

json::object paper(int n, const json::value& folder, const std::string& kind, const std::string& name, int number,
                   bool trashed = false) {
    return {{"id", id(n)},      {"folder", folder},   {"kind", kind}, {"name", name},
            {"number", number}, {"trashed", trashed}, {"revision", 1}};
}

PaperTree tree() {
    return PaperTree(json::array{paper(1, nullptr, "folder", "Contracts", 1),
                                 paper(2, json::value(id(1)), "paper", "Lease.pdf", 2), paper(3, nullptr, "paper", "9", 3),
                                 paper(4, nullptr, "paper", "Tax.pdf", 9), paper(5, nullptr, "paper", "old.pdf", 5, true),
                                 paper(6, nullptr, "paper", "old.pdf", 6, true),
                                 paper(7, json::value(id(1)), "paper", "gone.pdf", 7, true)});
}

TEST(PaperTreeTest, Finds) {
    const auto t = tree();
    EXPECT_EQ(t.find("").paper, nullptr);
    EXPECT_EQ(t.find("./").paper, nullptr);
    EXPECT_EQ(t.find("Contracts/Lease.pdf").paper->id, id(2));
    EXPECT_EQ(t.find("contracts//LEASE.PDF").paper->id, id(2));
    EXPECT_EQ(t.find("2").paper->id, id(2));
    EXPECT_EQ(t.find("2.4").version, 4u);
    EXPECT_EQ(t.find(id(4)).paper->id, id(4));
    EXPECT_EQ(t.path_of(*t.by_id(id(2))), "Contracts/Lease.pdf");
    EXPECT_EQ(t.children("").size(), 3u);
}

TEST(PaperTreeTest, NameAndNumberAtOnce) {
    const auto t = tree();
    EXPECT_EQ(stopped([&] { t.find("9"); }), ExitCode::usage);
    EXPECT_EQ(t.find("./9").paper->id, id(3));
    EXPECT_EQ(t.find("#9").paper->id, id(4));
}

TEST(PaperTreeTest, TrashIsApart) {
    const auto t = tree();
    EXPECT_EQ(stopped([&] { t.find("old.pdf"); }), ExitCode::failed);
    EXPECT_EQ(stopped([&] { t.find("5"); }), ExitCode::failed);
    EXPECT_EQ(stopped([&] { t.find("old.pdf", true); }), ExitCode::usage) << "two of that name";
    EXPECT_EQ(t.find("#6", true).paper->id, id(6));
    EXPECT_EQ(t.find("Contracts/gone.pdf", true).paper->id, id(7));
    EXPECT_EQ(stopped([&] { t.find("Contracts/Lease.pdf", true); }), ExitCode::failed);
}

TEST(PaperTreeTest, PutReplaces) {
    auto t = tree();
    auto moved = *t.by_id(id(2));
    moved.folder = "";
    moved.name = "Signed.pdf";
    t.put(moved);
    EXPECT_EQ(t.child(id(1), "Lease.pdf"), nullptr);
    EXPECT_EQ(t.child("", "signed.pdf")->id, id(2));
    EXPECT_TRUE(t.children(id(1)).empty());
}

TEST(PaperTreeTest, AFolderInItselfEnds) {
    const PaperTree t(json::array{paper(1, json::value(id(1)), "folder", "loop", 1)});
    EXPECT_FALSE(t.path_of(*t.by_id(id(1))).empty());
}

TEST(PaperTreeTest, FoldersWithinEachOtherAreNotGoneDown) {
    EXPECT_EQ(stopped([] { tree().check_folders(); }), ExitCode::ok);
    const PaperTree circle(json::array{paper(1, json::value(id(2)), "folder", "a", 1), paper(2, json::value(id(1)), "folder", "b", 2)});
    EXPECT_EQ(stopped([&] { circle.check_folders(); }), ExitCode::failed);
    PaperTree deep;
    std::string above;
    auto below = [&](int n) {
        auto folder = Paper::from(paper(1, above.empty() ? json::value() : json::value(above), "folder", "f", 0));
        deep.put((folder.id = above = std::to_string(n), folder));
    };
    for (int n = 0; n < 64; ++n) below(n);
    EXPECT_EQ(stopped([&] { deep.check_folders(); }), ExitCode::ok);
    below(64);
    EXPECT_EQ(stopped([&] { deep.check_folders(); }), ExitCode::failed);
}

TEST(TargetTest, AnIdAtTheBeginning) {
    EXPECT_EQ(leading_id("/" + id(9) + "/a/b")->id, id(9));
    EXPECT_EQ(leading_id("/" + id(9) + "/a/b")->path, "a/b");
    EXPECT_EQ(leading_id(id(9))->path, "");
    for (const auto& none : {std::string("10432.0007/a"), "x" + id(9), std::string()}) EXPECT_FALSE(leading_id(none)) << none;
}

}  // namespace
}  // namespace muniment::cli
