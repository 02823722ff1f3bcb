// SPDX-License-Identifier: Apache-2.0
// For tests: a firm that was founded with its slots, over memory or a SQLite file and folders of its own, with a client, matters and
// papers in them.
#pragma once
#include <sys/wait.h>
#include <unistd.h>

#include "access/house_test.hpp"
#include "keys/slot_files.hpp"
#include "storage/faulty/faulty.hpp"
#include "strongroom/founding.hpp"
#include "strongroom/matters/open_uploads.hpp"
#include "strongroom/matters/papers.hpp"
#include "strongroom/matters/reading.hpp"
#include "strongroom/matters/recovery.hpp"
#include "strongroom/matters/register.hpp"
#include "strongroom/matters/upload.hpp"
#include "strongroom/turn/adopt.hpp"
#include "strongroom/turn/turn.hpp"

namespace muniment::strongroom::testing {

using namespace access::testing;
using access::FirmRole;
using access::Principal;
using access::TeamRole;

/// Bytes that are not all alike, the same for the same seed.
inline Bytes content(std::size_t size, std::uint32_t seed = 1) {
    Bytes out(size);
    std::uint32_t state = seed * 2'654'435'761u + 12'345u;
    for (auto& byte : out) {
        state = state * 1'664'525u + 1'013'904'223u;
        byte = static_cast<std::uint8_t>(state >> 24);
    }
    return out;
}

/// A slot that can be unplugged, also after so many calls.
class PluggedSlot final : public storage::Slot {
  public:
    explicit PluggedSlot(std::unique_ptr<storage::Slot> slot) : slot_(std::move(slot)) {}
    bool away = false;
    int away_after = 0;          ///< calls; 0: never
    std::function<void(std::string_view file)> written;   ///< after each file that is put
    std::string name() const override { return slot_->name(); }
    Result<std::vector<std::string>> list() override {
        CHECK(reach());
        return slot_->list();
    }
    Result<Bytes> get(std::string_view file) override {
        CHECK(reach());
        return slot_->get(file);
    }
    Result<void> put(std::string_view file, View stored, storage::Replace replace) override {
        CHECK(reach());
        CHECK(slot_->put(file, stored, replace));
        if (written) written(file);
        return {};
    }
    Result<void> erase(std::string_view file) override {
        CHECK(reach());
        return slot_->erase(file);
    }

  private:
    Result<void> reach() {
        if (away_after > 0 && --away_after == 0) away = true;
        return away ? Result<void>(fail(Problem::unavailable, "it was unplugged")) : Result<void>{};
    }
    std::unique_ptr<storage::Slot> slot_;
};

/// Lets somebody do something while the bytes of a small object are on their way to the disk, or read from it; and may lose them there.
class MeanwhilePacks final : public storage::PackStore {
  public:
    enum class Small : bool { arrive, are_lost };
    explicit MeanwhilePacks(storage::PackStore& packs, Small small = Small::arrive) : packs_(packs), small_(small) {}
    std::function<void()> meanwhile, reading;
    storage::Appears appears() const override { return packs_.appears(); }
    Result<std::vector<storage::Placement>> gather(std::span<const storage::SealedObject> objects) override {
        return packs_.gather(objects);
    }
    Result<storage::PendingObject> append(const ObjectId& object, Bytes sealed) override {
        TRY(auto pending, packs_.append(object, std::move(sealed)));
        auto arriving = std::async(std::launch::deferred, [this, pending]() mutable -> Result<void> {
            if (meanwhile) meanwhile();
            return small_ == Small::are_lost ? fail(Problem::no_room) : pending.wait();
        });
        return storage::PendingObject(pending.place(), arriving.share());
    }
    Result<std::unique_ptr<storage::ObjectWriter>> create(const ObjectId& object) override { return packs_.create(object); }
    Result<void> read(const storage::Placement& place, std::uint64_t offset, std::span<std::uint8_t> out) override {
        if (reading) reading();
        return packs_.read(place, offset, out);
    }
    Result<void> check(const PackId& pack) override { return packs_.check(pack); }
    Result<std::vector<storage::FoundObject>> list(const PackId& pack) override { return packs_.list(pack); }
    Result<std::vector<PackId>> packs() override { return packs_.packs(); }
    Result<void> remove(const PackId& pack) override { return packs_.remove(pack); }
    Result<void> close() override { return packs_.close(); }

  private:
    storage::PackStore& packs_;
    Small small_;
};

class Firm : public Rooms {
  public:
    explicit Firm(Store store = Store::memory, std::size_t slot_count = 2) : Rooms(store), on_disk_(store != Store::memory) {
        open_records();
        open_places(slot_count);
        auto founded = found(*records, slot_ports(), root_key, firm,
                             {"Example & Partners", {"root", "The First", {FirmRole::administrator}}}, clock);
        EXPECT_TRUE(founded) << why(founded);
        invitation = founded->invitation;
        auto opened = open();
        EXPECT_TRUE(opened) << why(opened);
        EXPECT_TRUE(watch->claim());
        root.emplace(enrol("root", invitation));
        anna.emplace(hire(root->who, "anna", {FirmRole::partner}));
        client = new_client("Smith Ltd", "10432");
        matter = new_matter("Smith v. Jones", "10432.0007");
    }
    ~Firm() { close_strongroom(); }

    /// With what the slots hold, as `muniment serve` does.
    Result<void> open() {
        TRY(auto needed, keys::Ring::needed_mark(*records));
        std::optional<keys::EpochKey> epoch;
        for (auto& slot : slots) {
            if (auto key = keys::get_epoch(*slot, root_key, firm, needed)) epoch = std::move(*key);
        }
        if (!epoch) return fail(Problem::not_found, "no slot has the epoch key");
        CHECK(Rooms::open(std::move(*epoch)));
        TRY(register_, Register::open(*gate));
        TRY(papers, Papers::open(*gate));
        uploads = std::make_unique<OpenUploads>(*gate, *papers, *packs);
        watch = std::make_unique<SlotWatch>(*records, plain_slots(), ring, *log);
        return watch->look();
    }
    Result<void> reopen() {
        shut();
        return start();
    }
    /// Everything that a process holds; in memory the records and packs stay, or nothing would be left.
    void shut() {
        close_strongroom();
        close();
        if (!on_disk_) return;
        packs.reset();
        records.reset();
    }
    Result<void> start() {
        if (on_disk_) {
            open_records();
            open_packs();
        }
        return open();
    }
    void close_strongroom() { watch.reset(), uploads.reset(), papers.reset(), register_.reset(); }
    Places places() { return {*records, *packs, plain_slots(), copy_ports(), clock}; }
    Diagnosis standing() { return diagnose(*records, plain_slots(), copy_ports(), root_key, firm).value(); }
    /// As if somebody had put this file in the database's place, and started again.
    Result<void> start_with(const std::filesystem::path& database) {
        shut();
        for (auto ending : {"", "-wal", "-shm"}) std::filesystem::remove(file().string() + ending);
        std::filesystem::copy_file(database, file());
        open_records();
        open_packs();
        return {};
    }
    /// So many checks go by.
    void still(int checks) {
        for (int i = 0; i < checks; ++i) EXPECT_TRUE(watch->check());
    }
    Turn turn(Turn::Probe probe = {}) { return Turn(*gate, *watch, copy_ports(), std::move(probe)); }

    // ---- the main job ----

    ClientId new_client(const std::string& name, const std::string& number = {}) {
        auto id = ClientId::fresh(clock.now());
        auto added = register_->add_client(gate->admit(anna->who, AddClient{id}).value(), {name, number, ""});
        EXPECT_TRUE(added) << why(added);
        return id;
    }
    MatterId new_matter(const std::string& name, const std::string& number = {}, std::optional<ClientId> of = {}) {
        auto id = MatterId::fresh(clock.now());
        auto opened =
            register_->open_matter(gate->admit(anna->who, OpenMatter{id, of.value_or(client)}).value(), {name, number, ""});
        EXPECT_TRUE(opened) << why(opened);
        return id;
    }
    Result<PaperView> put(const UploadAbout& about, View bytes, std::optional<MatterId> into = {},
                          std::optional<Principal> who = {}) {
        TRY(auto permit, gate->admit(who.value_or(anna->who), AddPaper{into.value_or(matter), DocumentId::fresh(clock.now())}));
        TRY(auto upload, Upload::begin(*gate, *papers, *packs, std::move(permit), about));
        CHECK(feed(*upload, bytes));
        return upload->finish();
    }
    Result<PaperView> put(const std::string& name, View bytes, DocumentId folder = {}, std::optional<MatterId> into = {}) {
        return put(UploadAbout{.folder = folder, .name = name}, bytes, into);
    }
    Result<PaperView> put_version(const PaperView& paper, View bytes, std::optional<Principal> who = {}) {
        TRY(auto permit, gate->admit(who.value_or(anna->who), AddVersion{matter, paper.id}));
        TRY(auto upload, Upload::begin(*gate, *papers, *packs, std::move(permit), paper.revision, UploadAbout{}));
        CHECK(feed(*upload, bytes));
        return upload->finish();
    }
    template <class Upload>
    static Result<void> feed(Upload& upload, View bytes) {
        while (!bytes.empty()) {
            auto step = bytes.first(std::min<std::size_t>(bytes.size(), 100'000));
            CHECK(upload.add(step));
            bytes = bytes.subspan(step.size());
        }
        return {};
    }
    Result<std::unique_ptr<Reading>> reading(const DocumentId& paper, std::uint32_t version = 1,
                                             std::optional<MatterId> in = {}) {
        TRY(auto permit, gate->admit(anna->who, OpenPaper{in.value_or(matter), paper, version}));
        return Reading::open(*gate, *papers, *packs, std::move(permit));
    }
    Result<Bytes> get(const DocumentId& paper, std::uint32_t version = 1, std::optional<MatterId> in = {}) {
        TRY(auto opened, reading(paper, version, in));
        Bytes out(opened->size());
        for (std::size_t at = 0; at < out.size(); at += limits::transfer_step_bytes) {
            CHECK(opened->read(at, std::span(out).subspan(at, std::min(out.size() - at, limits::transfer_step_bytes))));
        }
        return out;
    }
    Result<PaperView> make_folder(const std::string& name, DocumentId in = {}, std::optional<MatterId> of = {}) {
        TRY(auto permit, gate->admit(anna->who, AddFolder{of.value_or(matter), DocumentId::fresh(clock.now())}));
        return papers->add_folder(std::move(permit), {in, name});
    }
    Result<std::vector<PaperView>> list(bool trashed = false, std::optional<MatterId> of = {}) {
        TRY(auto permit, gate->admit(anna->who, ListPapers{of.value_or(matter)}));
        return papers->list(permit, trashed);
    }
    Result<PaperView> view(const DocumentId& paper, std::optional<MatterId> in = {}) {
        TRY(auto permit, gate->admit(anna->who, ListVersions{in.value_or(matter), paper}));
        return papers->view(permit);
    }
    Result<PaperView> move(const DocumentId& paper, std::uint64_t if_revision, const Destination& where,
                           std::optional<MatterId> to = {}) {
        TRY(auto permit, gate->admit(anna->who, MovePaper{matter, paper, to.value_or(matter)}));
        return papers->move(std::move(permit), if_revision, where);
    }
    Result<void> trash(const PaperView& paper) {
        TRY(auto permit, gate->admit(anna->who, TrashPaper{matter, paper.id}));
        return papers->trash(std::move(permit), paper.revision);
    }
    Result<PaperView> restore(const DocumentId& paper) {
        TRY(auto now, view(paper));
        TRY(auto permit, gate->admit(anna->who, RestorePaper{matter, paper}));
        return papers->restore(std::move(permit), now.revision);
    }

    // ---- what lies underneath ----

    /// As a database that went further would show it to a slot: signed by the firm's key.
    keys::Seen seen_elsewhere(std::uint64_t size, std::uint64_t number = 1) {
        auto opened = audit::LogKey::read(*records, firm, ring->firm_fields()).value();
        auto key = crypto::SigningKey::from_seed(std::move(opened.seed)).value();
        keys::Seen seen{.head_mark = ring->mark(), .head_number = ring->epoch_number(), .log_size = size, .log_root = {}, .checkpoint = {}};
        seen.log_root = crypto::sha256(bytes("elsewhere"));
        seen.checkpoint = audit::sign_checkpoint({audit::origin_of(firm, number), size, seen.log_root, {}}, key);
        return seen;
    }

    storage::DocumentRow row(const DocumentId& paper, std::optional<MatterId> in = {}) {
        return records->document(in.value_or(matter), paper).value().value();
    }
    storage::PartRow part(const DocumentId& paper, std::uint32_t version = 1) {
        return records->parts(paper, version).value().at(0);
    }
    std::filesystem::path pack_file(const PackId& pack) const {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_of("packs"))) {
            if (entry.path().filename().string().find(pack.text()) != std::string::npos) return entry.path();
        }
        return {};
    }
    std::size_t pack_files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_of("packs")))
            count += entry.path().extension() == ".pack";
        return count;
    }
    std::filesystem::path folder_of(const std::string& name) const { return Rooms::folder.path / name; }
    std::vector<storage::Slot*> plain_slots() const {
        std::vector<storage::Slot*> ports;
        for (const auto& slot : slots) ports.push_back(slot.get());
        return ports;
    }
    std::vector<storage::KeySets*> copy_ports() const {
        std::vector<storage::KeySets*> ports;
        for (const auto& copy : copies) ports.push_back(copy.get());
        return ports;
    }

  private:
    std::vector<storage::Slot*> slot_ports() const { return plain_slots(); }
    void open_places(std::size_t slot_count) {
        for (std::size_t i = 0; i < slot_count; ++i) {
            auto name = "slot-" + std::to_string(i);
            slots.push_back(std::make_unique<PluggedSlot>(storage::open_slot_folder(folder_of(name), storage::Missing::make).value()));
            copies.push_back(storage::open_key_set_folder(folder_of("sets-" + std::to_string(i)), storage::Missing::make).value());
        }
        open_packs();
    }
    void open_packs() {
        auto registered = [this](const storage::PackRow& row) {
            return records->commit([row](storage::RecordWriter& writer) { return writer.put_pack(row); });
        };
        packs = on_disk_ ? storage::open_pack_folder(folder_of("packs"), registered, storage::Missing::make).value()
                         : storage::open_pack_memory(registered);
    }
    bool on_disk_;

  public:
    keys::RootKey root_key = keys::RootKey::random();
    std::vector<std::unique_ptr<PluggedSlot>> slots;
    std::vector<std::unique_ptr<storage::KeySets>> copies;
    std::unique_ptr<storage::PackStore> packs;
    std::unique_ptr<Register> register_;
    std::unique_ptr<Papers> papers;
    std::unique_ptr<OpenUploads> uploads;
    std::unique_ptr<SlotWatch> watch;
    std::string invitation;
    std::optional<Member> root, anna;
    ClientId client;
    MatterId matter;
};

/// Shuts the firm and runs `work` on it, started anew, in a process of its own, which ends there or in it; gives the exit code.
/// The child has no guarded memory of its parent (it is wiped by the fork): keys go another way.
inline int in_child(Firm& firm, const std::function<int()>& work) {
    firm.shut();
    auto root = bytes(firm.root_key.expose());
    auto child = ::fork();
    if (child == 0) {
        firm.root_key = keys::RootKey::from(crypto::Secret::take(root)).value();
        ::_exit(firm.start() ? work() : 200);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace muniment::strongroom::testing
