// SPDX-License-Identifier: Apache-2.0
// One installation on a disk of these tests: the real drivers, opened as `muniment serve` opens them, and the main job.
#pragma once
#include "access/people/teams.hpp"
#include "access/people/walls.hpp"
#include "app/open_firm.hpp"
#include "disk.hpp"
#include "storage/folder/packs.hpp"
#include "storage/sqlite/store.hpp"

namespace muniment::powercut {

inline const Path database = "/data/records.sqlite", packs_folder = "/data/packs";
inline const Path slot_folders[] = {"/slots/a", "/slots/b"}, key_set_folders[] = {"/sets/a", "/sets/b"};

/// What people and the key file hold, and no disk.
struct Secrets {
    keys::RootKey root = keys::RootKey::random();
    FirmId firm = FirmId::random();
    std::string log_key;
    std::string invitation;
    std::string anna, carla;  ///< the secrets of their sessions: a partner, and who raises walls
    PersonId ben;
    MatterId matters[2];
};

class Room {
  public:
    Room(LiveDisk& disk, const Secrets& secrets, const Clock& clock) : disk_(disk), secrets_(secrets), clock_(clock) {}
    ~Room() { shut(); }
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    Result<void> open_stores(storage::Missing missing = storage::Missing::refuse);
    Result<void> open_firm();
    Result<void> open() {
        CHECK(open_stores());
        return open_firm();
    }
    /// As a process ends in order.
    void shut();
    /// Between the stores and all above them, from the next open_stores() on (tests/faults).
    storage::faulty::Faults* port_faults = nullptr;

    app::OpenFirm& firm() { return *firm_; }
    const server::House& house() const { return firm_->house(); }
    app::Stores& stores() { return stores_; }
    storage::Records& records() { return *stores_.records; }
    access::Principal principal(const std::string& secret) const;

    Result<strongroom::PaperView> put(MatterId matter, DocumentId id, const strongroom::UploadAbout& about, View content);
    Result<strongroom::PaperView> put_version(MatterId matter, DocumentId id, View content);
    Result<strongroom::UploadInPieces> begin_pieces(MatterId matter, DocumentId id, UploadId upload,
                                                    const strongroom::UploadAbout& about);
    /// So much of the rest as the next piece; how the upload stands then.
    Result<strongroom::UploadInPieces> send_piece(MatterId matter, UploadId upload, View whole, std::uint64_t count);
    Result<strongroom::UploadInPieces> look_at(MatterId matter, UploadId upload);
    Result<void> begin_and_drop(MatterId matter, View content);  ///< an upload that was cut off
    Result<strongroom::PaperView> add_folder(MatterId matter, DocumentId id, const std::string& name);
    Result<strongroom::PaperView> move(MatterId matter, DocumentId id, const strongroom::Destination& where, MatterId to);
    Result<void> trash(MatterId matter, DocumentId id);
    Result<void> restore(MatterId matter, DocumentId id);
    Result<Bytes> get(MatterId matter, DocumentId id, std::uint32_t version);
    Result<std::vector<strongroom::PaperView>> list(MatterId matter);
    Result<strongroom::PaperView> view(MatterId matter, DocumentId id);
    Result<void> set_ben(MatterId matter, bool on_team);
    bool ben_reads(MatterId matter) const;
    Result<void> wall_off_ben(MatterId matter, WallId id);

    /// How the bytes of a small paper and its rows reach the disk: the rows first, the bytes first, or the bytes written but not
    /// synced while the rows are. Left to the threads, a seed would not lead to the same cut twice.
    enum class Order : std::uint8_t { rows_first, bytes_first, bytes_unsynced };
    Order order = Order::bytes_first;

  private:
    LiveDisk& disk_;
    const Secrets& secrets_;
    const Clock& clock_;
    audit::ClockAlarm clock_alarm_{clock_};
    void break_ports();

    app::Stores drivers_;  ///< where port_faults stand before them
    app::Stores stores_;
    std::shared_ptr<app::OpenFirm> firm_;
    std::unique_ptr<access::Principal> anna_;
};

/// A firm with four people and two matters, the plates that it lies on, and how they came to be.
struct Founded {
    Secrets secrets;
    Trace trace;
    std::size_t acknowledged = 0;  ///< where in the trace the firm was there
    Image image;
};
Founded found(const Clock& clock);

}  // namespace muniment::powercut
