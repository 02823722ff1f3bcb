// SPDX-License-Identifier: Apache-2.0
// Fills a firm with papers for measuring how it starts: rows only, sealed as real ones are. Their packs hold one object, so these papers
// can be listed and not read; no benchmark reads them.
//
//   seed_documents HOME COUNT      spread evenly over the matters that the firm has; HOME unlocks by its key file
#include <cstdio>
#include <cstdlib>
#include <string>

#include "app/open_firm.hpp"
#include "app/unlock_files.hpp"
#include "strongroom/founding.hpp"
#include "strongroom/matters/document_rows.hpp"
#include "must.hpp"

using namespace muniment;

namespace {

constexpr std::size_t papers_per_pack = 512, papers_per_commit = 2'000;
constexpr std::uint64_t paper_bytes = 110'000;

class Seeder {
  public:
    Seeder(app::Stores& stores, std::shared_ptr<keys::Ring> ring)
        : records_(*stores.records), packs_(*stores.packs), ring_(std::move(ring)) {}

    void fill(const MatterId& matter, std::size_t count) {
        strongroom::DocumentRows rows(ring_->firm(), matter, must(ring_->matter(matter)));
        for (std::size_t i = 0; i < count; ++i) add(rows, i + 1);
        must(records_.commit([&](storage::RecordWriter& writer) { return writer.put_single("papers/" + to_hex(matter), {count, {}}); }));
    }

    void write() {
        must(records_.commit([&](storage::RecordWriter& writer) -> Result<void> {
            for (const auto& row : documents_) CHECK(writer.put_document(row));
            for (const auto& row : versions_) CHECK(writer.put_version(row));
            for (const auto& row : parts_) CHECK(writer.put_part(row));
            return {};
        }));
        documents_.clear();
        versions_.clear();
        parts_.clear();
    }

  private:
    void add(const strongroom::DocumentRows& rows, std::uint64_t number) {
        if (made_ % papers_per_pack == 0) begin_pack();
        const auto now = clock_.now();
        const auto id = DocumentId::fresh(now);
        const auto name = "Agreement " + std::to_string(number) + " between the parties.pdf";
        auto document = rows.make(id);
        document.row.number = number;
        document.row.versions = 1;
        document.row.tag = rows.tag(DocumentId{}, name);
        rows.seal_list(document.row, {name, paper_bytes, now, now, "client file"});
        const auto object = ObjectId::random();
        const auto key = keys::ObjectKey::random();
        strongroom::PartsMark parts;
        parts.add(object, paper_bytes);
        versions_.push_back({id, 1, 1,
                             rows.seal_version(document, 1, 1,
                                               {.name = name,
                                                .path = "/files/" + name,
                                                .modified = now,
                                                .added = now,
                                                .size = paper_bytes,
                                                .found_type = "application/pdf",
                                                .handling_class = "client file",
                                                .parts = parts})});
        parts_.push_back({id, 1, 0, object, paper_bytes, {pack_, made_ % papers_per_pack * paper_bytes, paper_bytes},
                          rows.wrap(document, object, 1, key)});
        documents_.push_back(document.row);
        if (++made_ % papers_per_commit == 0) write();
    }

    /// A pack that is registered and there: a firm does not start without the newest one.
    void begin_pack() {
        must(packs_.close());
        auto pending = must(packs_.append(ObjectId::random(), Bytes(1)));
        must(pending.wait());
        pack_ = pending.place().pack;
    }

    storage::Records& records_;
    storage::PackStore& packs_;
    std::shared_ptr<keys::Ring> ring_;
    SystemClock clock_;
    PackId pack_;
    std::size_t made_ = 0;
    std::vector<storage::DocumentRow> documents_;
    std::vector<storage::VersionRow> versions_;
    std::vector<storage::PartRow> parts_;
};

keys::EpochKey epoch_of(app::Stores& stores, const keys::RootKey& root, const FirmId& firm) {
    return must(keys::get_epoch(*stores.slots.front(), root, firm, must(keys::Ring::needed_mark(*stores.records))));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "seed_documents HOME COUNT\n");
        return 2;
    }
    must(crypto::start());
    auto home = must(app::Home::open(argv[1]));
    auto stores = must(app::Stores::open(home));
    auto root = std::move(must(app::roots_by_key_file(home)).front());
    auto firm = must(strongroom::firm_in(*stores.records));
    auto ring = must(keys::Ring::open(*stores.records, firm, epoch_of(stores, root, firm)));
    const auto matters = ring->matters();
    if (matters.empty()) die("the firm has no matter yet");
    const auto count = std::strtoull(argv[2], nullptr, 10);
    Seeder seeder(stores, ring);
    for (std::size_t i = 0; i < matters.size(); ++i) seeder.fill(matters[i], count / matters.size() + (i < count % matters.size()));
    seeder.write();
    must(stores.packs->close());
    std::printf("%llu papers in %zu matters\n", static_cast<unsigned long long>(must(stores.records->document_count())), matters.size());
}
