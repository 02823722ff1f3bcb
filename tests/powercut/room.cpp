// SPDX-License-Identifier: Apache-2.0
#include "room.hpp"

#include <condition_variable>
#include <thread>

#include "access/authenticate/totp.hpp"
#include "access/house_test.hpp"

namespace muniment::powercut {

using namespace strongroom;
using access::Origin;

namespace {

Origin origin() { return {"192.0.2.7", RequestId::random()}; }

/// A checkpoint of the WAL after so few pages, and packs so small, that both come about many times in a short life.
constexpr storage::sqlite::SqliteRecords::Settings soon{.pages_max = 0, .wal_pages_when_idle = 60, .wal_pages_max = 60};
constexpr std::uint64_t pack_bytes_max = 300'000;

/// Hands everything on, and decides in which order bytes and rows reach the disk (Room::Order).
class OrderedPacks final : public storage::PackStore {
  public:
    OrderedPacks(std::unique_ptr<storage::PackStore> packs, LiveDisk& disk, const Room::Order& order)
        : packs_(std::move(packs)), disk_(disk), order_(order) {
        disk_.before = [this](const Operation& operation) { wait_for_turn(operation); };
    }
    ~OrderedPacks() override {
        let_go();
        packs_.reset();
        disk_.before = {};
    }

    storage::Appears appears() const override { return packs_->appears(); }
    Result<std::vector<storage::Placement>> gather(std::span<const storage::SealedObject> objects) override {
        return packs_->gather(objects);
    }
    Result<storage::PendingObject> append(const ObjectId& object, Bytes sealed) override {
        {
            std::lock_guard held(mutex_);
            caller_ = std::this_thread::get_id();
            holding_ = order_ != Room::Order::bytes_first;
            written_ = false;
        }
        auto pending = packs_->append(object, std::move(sealed));
        if (!pending) return pending;
        if (order_ == Room::Order::bytes_first) {
            static_cast<void>(pending->wait().has_value());
            return pending;
        }
        if (order_ == Room::Order::bytes_unsynced) {
            std::unique_lock held(mutex_);
            changed_.wait(held, [&] { return written_; });
        }
        auto inner = std::make_shared<storage::PendingObject>(*pending);
        auto durable = std::async(std::launch::deferred, [this, inner] { return let_go(), inner->wait(); });
        return storage::PendingObject(pending->place(), durable.share());
    }
    Result<std::unique_ptr<storage::ObjectWriter>> create(const ObjectId& object) override { return packs_->create(object); }
    Result<void> read(const storage::Placement& place, std::uint64_t offset, std::span<std::uint8_t> out) override {
        return packs_->read(place, offset, out);
    }
    Result<void> check(const PackId& pack) override { return packs_->check(pack); }
    Result<std::vector<storage::FoundObject>> list(const PackId& pack) override { return packs_->list(pack); }
    Result<std::vector<PackId>> packs() override { return packs_->packs(); }
    Result<void> remove(const PackId& pack) override { return packs_->remove(pack); }
    Result<void> close() override { return packs_->close(); }

  private:
    void let_go() {
        std::lock_guard held(mutex_);
        holding_ = false;
        changed_.notify_all();
    }
    /// Only the pack's own thread is held up: the caller's begins a pack, and SQLite's operations are the committer's.
    void wait_for_turn(const Operation& operation) {
        std::unique_lock held(mutex_);
        if (!holding_ || caller_ == std::this_thread::get_id()) return;
        bool batch = operation.act == Act::sync_file && operation.point == number_of_batch;
        bool bytes = operation.act == Act::write && operation.bytes.size() > 4 &&
                     std::equal(operation.bytes.begin(), operation.bytes.begin() + 4, frame_mark.begin());
        if (!batch && !bytes) return;
        if (order_ == Room::Order::bytes_unsynced && bytes) {
            written_ = true;
            return changed_.notify_all();
        }
        changed_.wait(held, [&] { return !holding_; });
    }

    static constexpr auto number_of_batch = static_cast<std::uint8_t>(storage::SyncPoint::pack_batch);
    static constexpr std::string_view frame_mark = "OBJ1";
    std::unique_ptr<storage::PackStore> packs_;
    LiveDisk& disk_;
    const Room::Order& order_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::thread::id caller_;
    bool holding_ = false, written_ = false;
};

}  // namespace

Result<void> Room::open_stores(storage::Missing missing) {
    TRY(stores_.records, storage::sqlite::SqliteRecords::open(database, disk_, soon));
    auto registered = [this](const storage::PackRow& row) {
        return records().commit([&](storage::RecordWriter& writer) { return writer.put_pack(row); });
    };
    if (missing == storage::Missing::make) CHECK(make_folder(disk_, packs_folder));
    CHECK(check_folder(disk_, packs_folder));
    auto packs = std::make_unique<storage::folder::FolderPacks>(packs_folder, registered, disk_, pack_bytes_max);
    stores_.packs = std::make_unique<OrderedPacks>(std::move(packs), disk_, order);
    for (const auto& folder : slot_folders) {
        TRY(auto slot, storage::open_slot_folder(folder, missing, disk_));
        stores_.slots.push_back(std::move(slot));
    }
    for (const auto& folder : key_set_folders) {
        TRY(auto sets, storage::open_key_set_folder(folder, missing, disk_));
        stores_.key_sets.push_back(std::move(sets));
    }
    if (port_faults != nullptr) break_ports();
    return {};
}

void Room::break_ports() {
    using namespace storage::faulty;
    auto& faults = *port_faults;
    drivers_ = std::move(stores_);
    stores_.records = std::make_unique<FaultyRecords>(*drivers_.records, faults);
    stores_.packs = std::make_unique<FaultyPacks>(*drivers_.packs, faults);
    stores_.slots.clear();
    stores_.key_sets.clear();
    for (const auto& slot : drivers_.slots) stores_.slots.push_back(std::make_unique<FaultySlot>(*slot, faults));
    for (const auto& sets : drivers_.key_sets) stores_.key_sets.push_back(std::make_unique<FaultyKeySets>(*sets, faults));
}

Result<void> Room::open_firm() {
    TRY(firm_, app::OpenFirm::open(stores_, secrets_.root.clone(), clock_, clock_alarm_, {}, {.start_sequencer = false}));
    if (secrets_.anna.empty()) return {};
    TRY(auto anna, house().sign_in.principal(secrets_.anna, origin()));
    anna_ = std::make_unique<access::Principal>(std::move(anna));
    return {};
}

void Room::shut() {
    anna_.reset();
    firm_.reset();
    // A pack that is closed is registered: the records go last.
    auto& packs = drivers_.packs ? drivers_.packs : stores_.packs;
    packs.reset();
    stores_ = {};
    drivers_ = {};
}

access::Principal Room::principal(const std::string& secret) const { return house().sign_in.principal(secret, origin()).value(); }

namespace {

Result<void> feed(auto& upload, View content) {
    while (!content.empty()) {
        auto step = content.first(std::min(content.size(), limits::transfer_step_bytes));
        CHECK(upload.add(step));
        content = content.subspan(step.size());
    }
    return {};
}

Result<PaperView> fill(Result<std::unique_ptr<Upload>> upload, View content) {
    if (!upload) return std::unexpected(upload.error());
    CHECK(feed(**upload, content));
    return (*upload)->finish();
}

}  // namespace

Result<PaperView> Room::put(MatterId matter, DocumentId id, const UploadAbout& about, View content) {
    auto& h = house();
    TRY(auto permit, h.gate.admit(*anna_, AddPaper{matter, id}));
    return fill(Upload::begin(h.gate, h.papers, h.packs, std::move(permit), about), content);
}

Result<PaperView> Room::put_version(MatterId matter, DocumentId id, View content) {
    auto& h = house();
    TRY(auto now, view(matter, id));
    TRY(auto permit, h.gate.admit(*anna_, AddVersion{matter, id}));
    return fill(Upload::begin(h.gate, h.papers, h.packs, std::move(permit), now.revision, {}), content);
}

Result<void> Room::begin_and_drop(MatterId matter, View content) {
    auto& h = house();
    TRY(auto permit, h.gate.admit(*anna_, AddPaper{matter, DocumentId::fresh(clock_.now())}));
    TRY(auto upload, Upload::begin(h.gate, h.papers, h.packs, std::move(permit), {.name = "cut off"}));
    return feed(*upload, content);
}

Result<UploadInPieces> Room::begin_pieces(MatterId matter, DocumentId id, UploadId upload, const UploadAbout& about) {
    TRY(auto permit, house().gate.admit(*anna_, BeginUpload{matter, id, upload}));
    return house().uploads.begin(std::move(permit), about);
}

Result<UploadInPieces> Room::look_at(MatterId matter, UploadId upload) {
    TRY(auto permit, house().gate.admit(*anna_, SendPiece{matter, upload}));
    return house().uploads.look(permit);
}

Result<UploadInPieces> Room::send_piece(MatterId matter, UploadId upload, View whole, std::uint64_t count) {
    TRY(auto now, look_at(matter, upload));
    if (now.filed) return now;
    TRY(auto permit, house().gate.admit(*anna_, SendPiece{matter, upload}));
    TRY(auto piece, house().uploads.go_on(std::move(permit), now.offset()));
    auto rest = whole.subspan(now.offset());
    CHECK(feed(*piece, rest.first(std::min<std::size_t>(rest.size(), count))));
    return piece->finish();
}

Result<PaperView> Room::add_folder(MatterId matter, DocumentId id, const std::string& name) {
    TRY(auto permit, house().gate.admit(*anna_, AddFolder{matter, id}));
    return house().papers.add_folder(std::move(permit), {{}, name});
}

Result<PaperView> Room::move(MatterId matter, DocumentId id, const Destination& where, MatterId to) {
    TRY(auto now, view(matter, id));
    TRY(auto permit, house().gate.admit(*anna_, MovePaper{matter, id, to}));
    return house().papers.move(std::move(permit), now.revision, where);
}

Result<void> Room::trash(MatterId matter, DocumentId id) {
    TRY(auto now, view(matter, id));
    TRY(auto permit, house().gate.admit(*anna_, TrashPaper{matter, id}));
    return house().papers.trash(std::move(permit), now.revision);
}

Result<void> Room::restore(MatterId matter, DocumentId id) {
    TRY(auto now, view(matter, id));
    TRY(auto permit, house().gate.admit(*anna_, RestorePaper{matter, id}));
    CHECK(house().papers.restore(std::move(permit), now.revision));
    return {};
}

Result<Bytes> Room::get(MatterId matter, DocumentId id, std::uint32_t version) {
    auto& h = house();
    TRY(auto permit, h.gate.admit(*anna_, OpenPaper{matter, id, version}));
    TRY(auto reading, Reading::open(h.gate, h.papers, h.packs, std::move(permit)));
    Bytes out(reading->size());
    for (std::size_t at = 0; at < out.size(); at += limits::transfer_step_bytes)
        CHECK(reading->read(at, std::span(out).subspan(at, std::min(out.size() - at, limits::transfer_step_bytes))));
    reading->sent(out.size(), true);
    return out;
}

Result<std::vector<PaperView>> Room::list(MatterId matter) {
    TRY(auto permit, house().gate.admit(*anna_, ListPapers{matter}));
    return house().papers.list(permit, true);
}

Result<PaperView> Room::view(MatterId matter, DocumentId id) {
    TRY(auto permit, house().gate.admit(*anna_, ListVersions{matter, id}));
    return house().papers.view(permit);
}

Result<void> Room::set_ben(MatterId matter, bool on_team) {
    TRY(auto permit, house().gate.admit(*anna_, access::ManageTeam{matter, secrets_.ben}));
    if (on_team) return put_on_team(house().gate, std::move(permit), access::TeamRole::member, std::nullopt);
    return take_off_team(house().gate, std::move(permit));
}

Result<void> Room::wall_off_ben(MatterId matter, WallId id) {
    TRY(auto carla, house().sign_in.principal(secrets_.carla, origin()));
    TRY(auto permit, house().gate.admit(carla, access::ChangeWall{id}));
    access::Wall wall;
    wall.a.matters = {matter};
    wall.b.people = {secrets_.ben};
    CHECK(put_up(house().gate, std::move(permit), wall, "because"));
    return {};
}

bool Room::ben_reads(MatterId matter) const {
    return house().gate.ask(secrets_.ben, access::Permission::papers_read, {.matter = matter}).permitted;
}

namespace {

/// Invited, enrolled, signed in. Gives the secret of the session.
std::pair<PersonId, std::string> enrol(Room& room, const Clock& clock, const std::string& name, const std::string& invitation) {
    access::EnrolmentAttempt attempt{name, invitation, "ebbing lantern quarry 71", "", access::SessionKind::browser};
    auto& sign_in = room.house().sign_in;
    auto begun = sign_in.enrol(attempt, origin()).value();
    attempt.code = access::totp_code(access::testing::from_base32(begun.totp_secret), access::totp_step(clock.now())).value();
    auto in = sign_in.confirm_enrolment(attempt, origin()).value();
    return {room.principal(in.secret).person(), in.secret};
}

std::pair<PersonId, std::string> hire(Room& room, const Clock& clock, const std::string& administrator, const std::string& name,
                                      access::FirmRole role = access::FirmRole::partner) {
    auto permit = room.house().gate.admit(room.principal(administrator), access::AddPerson{PersonId::fresh(clock.now())}).value();
    auto added = room.house().people.add(std::move(permit), {name, name, {role}}).value();
    return enrol(room, clock, name, added.invitation);
}

}  // namespace

Founded found(const Clock& clock) {
    Founded founded;
    auto& secrets = founded.secrets;
    LiveDisk disk{Image{}};
    {
        Room room(disk, secrets, clock);
        room.open_stores(storage::Missing::make).value();
        auto slots = room.stores().slot_list();
        secrets.invitation =
            strongroom::found(room.records(), slots, secrets.root, secrets.firm,
                              {"Example & Partners", {"root", "The First", {access::FirmRole::administrator}}}, clock)
                .value()
                .invitation;
        room.open_firm().value();
        secrets.log_key = room.firm().log().verifier_key();
        room.firm().slots().claim().value();
        founded.acknowledged = disk.now();
        auto [root, administrator] = enrol(room, clock, "root", secrets.invitation);
        std::string ben;
        PersonId anna;
        std::tie(anna, secrets.anna) = hire(room, clock, administrator, "anna");
        std::tie(secrets.ben, ben) = hire(room, clock, administrator, "ben");
        PersonId carla;
        std::tie(carla, secrets.carla) = hire(room, clock, administrator, "carla", access::FirmRole::compliance);
        auto who = room.principal(secrets.anna);
        auto client = ClientId::fresh(clock.now());
        auto& h = room.house();
        h.clients_and_matters.add_client(h.gate.admit(who, AddClient{client}).value(), {"Smith Ltd", "10432", ""}).value();
        for (auto& matter : secrets.matters) {
            matter = MatterId::fresh(clock.now());
            auto permit = h.gate.admit(who, OpenMatter{matter, client}).value();
            auto number = &matter == secrets.matters ? "1" : "2";
            h.clients_and_matters.open_matter(std::move(permit), {"A matter", number, ""}).value();
        }
        room.firm().stop_cleanly();
    }
    founded.trace = disk.take_trace();
    Plates plates{Image{}};
    for (const auto& operation : founded.trace) plates.follow(operation);
    Dice dice(1);
    founded.image = plates.leave({.data = 1, .names = 1, .sector = 512, .sizes_kept = true, .garbage = false}, dice);
    return founded;
}

}  // namespace muniment::powercut
