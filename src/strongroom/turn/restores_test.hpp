// SPDX-License-Identifier: Apache-2.0
// For tests of adopting and mending: a firm, copies of its database, and what somebody with the database could do to it.
#pragma once
#include "audit/verify.hpp"
#include "strongroom/firm_test.hpp"

namespace muniment::strongroom::testing {

struct Papers2 {
    MatterId matter;
    PaperView paper;
    Bytes bytes;
};

/// A firm with a paper that left its matter, and a copy of the database whenever it is asked for one.
struct Restores : ::testing::Test {
    Restores() {
        other = firm.new_matter("Other", "2");
        keep(firm.matter, "one", 1);
        keep(firm.matter, "two", 2);
    }

    void keep(MatterId matter, const std::string& name, std::uint32_t seed) {
        auto paper = firm.put(name, content(2'000, seed), {}, matter);
        ASSERT_TRUE(paper) << why(paper);
        papers.push_back({matter, *paper, content(2'000, seed)});
    }
    void move_last_to_other(const std::string& name) {
        auto& last = papers.back();
        auto moved = firm.move(last.paper.id, last.paper.revision, {{}, name}, other);
        ASSERT_TRUE(moved) << why(moved);
        last.paper = *moved;
        last.matter = other;
    }
    void turn() {
        auto report = firm.turn().run(firm.root_key);
        ASSERT_TRUE(report) << why(report);
        EXPECT_TRUE(report->complete());
    }
    std::filesystem::path copy() {
        auto file = firm.folder_of("copy-" + std::to_string(++copies) + ".db");
        EXPECT_TRUE(firm.records->copy_to(file));
        return file;
    }
    std::map<std::string, Bytes> in_slots() {
        std::map<std::string, Bytes> all;
        for (std::size_t i = 0; i < firm.slots.size(); ++i) {
            for (const auto& name : firm.slots[i]->list().value()) all[std::to_string(i) + name] = firm.slots[i]->get(name).value();
        }
        return all;
    }
    void expect_papers(std::size_t count = 99) {
        for (std::size_t i = 0; i < std::min(count, papers.size()); ++i) {
            SCOPED_TRACE(i);
            auto read = firm.get(papers[i].paper.id, 1, papers[i].matter);
            ASSERT_TRUE(read) << why(read);
            EXPECT_EQ(*read, papers[i].bytes);
        }
    }
    /// After the firm's database was exchanged or damaged and adopted or mended: it opens, verifies and turns.
    void expect_whole(const Adopted& adopted, std::uint64_t begun_before = 0) {
        EXPECT_TRUE(adopted.scrub.sound()) << adopted.scrub.wrong.front();
        auto started = firm.open();
        ASSERT_TRUE(started) << why(started);
        firm.still(2);
        firm.renew(*firm.anna);
        auto key = audit::VerifierKey::parse(firm.log->verifier_key()).value();
        EXPECT_EQ(firm.log->verifier_key(), adopted.verifier_key);
        ASSERT_TRUE(firm.log->checkpoint_now());
        auto verified = audit::verify(*firm.records, key).value();
        EXPECT_TRUE(verified.sound()) << verified.first->why;
        EXPECT_EQ(verified.begun_anew, begun_before + (adopted.log.log_begun_anew ? 1u : 0u));
    }
    Result<Adopted> adopt() {
        return strongroom::adopt(firm.places(), firm.root_key, firm.firm);
    }
    Result<Adopted> mend() { return strongroom::mend(firm.places(), firm.root_key, firm.firm); }
    void close_and_tamper(const storage::Records::Work& work) {
        firm.tamper(work);
        ASSERT_TRUE(firm.watch->stop_cleanly());
        firm.close_strongroom();
        firm.close();
    }

    Firm firm{Store::sqlite};
    MatterId other;
    std::vector<Papers2> papers;
    int copies = 0;
};

}  // namespace muniment::strongroom::testing
