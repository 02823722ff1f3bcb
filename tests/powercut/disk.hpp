// SPDX-License-Identifier: Apache-2.0
// The disk as the program that runs on it sees it: all of its own writes, synced or not. Every operation that may be lost in a
// cut goes into the trace.
#pragma once
#include <functional>
#include <mutex>

#include "plates.hpp"
#include "storage/disk.hpp"
#include "storage/faulty/faulty.hpp"

struct sqlite3_vfs;

namespace muniment::powercut {

class LiveDisk final : public storage::Disk {
  public:
    explicit LiveDisk(const Image& image);
    ~LiveDisk() override;

    Result<std::unique_ptr<storage::File>> create(const Path& path) override;
    Result<std::unique_ptr<storage::File>> open_read(const Path& path) override;
    Result<std::unique_ptr<storage::File>> open_write(const Path& path) override;
    Result<std::unique_ptr<storage::File>> lock(const Path& path) override;
    bool exists(const Path& path) override;
    bool is_folder(const Path& path) override;
    Result<void> add_folder(const Path& path) override;
    Result<std::vector<std::string>> names_in(const Path& folder) override;
    Result<void> sync_folder(const Path& path, storage::SyncPoint point) override {
        return sync_names(path, static_cast<std::uint8_t>(point));
    }
    Result<void> name_file(const Path& from, const Path& to) override;
    Result<void> rename_file(const Path& from, const Path& to) override;
    Result<void> remove_file(const Path& path) override;
    const char* sqlite_layer() const override { return layer_.c_str(); }

    /// A file while it is open, by whatever name, by storage or by SQLite.
    struct Living {
        Node node = 0;
        std::shared_ptr<Bytes> content;  ///< shared with nobody else once written to
    };
    std::shared_ptr<Living> find(const Path& path);
    std::shared_ptr<Living> make(const Path& path);                      ///< found, or a new one
    Result<void> write(Living& file, std::uint64_t offset, View bytes);  ///< half of it, where it fails
    Result<void> resize(Living& file, std::uint64_t size);
    Result<std::size_t> read(const Living& file, std::uint64_t offset, std::span<std::uint8_t> out) const;
    Result<std::uint64_t> size(const Living& file) const;
    std::size_t names_of(const Living& file) const;
    Result<void> sync(const Living& file, std::uint8_t point);
    Result<void> sync_names(const Path& folder, std::uint8_t point);

    /// How long the trace is: a place to cut at.
    std::size_t now() const;
    Trace take_trace();
    /// Called before each operation, outside of every lock: a test holds back what another thread writes.
    std::function<void(const Operation&)> before;

    /// The disk itself fails where these say so (tests/faults).
    storage::faulty::Faults* faults = nullptr;
    Result<void> next() const { return faults != nullptr ? faults->next() : Result<void>{}; }

    std::set<Path> locked;  ///< lock files that are held
    mutable std::recursive_mutex mutex;

  private:
    void perform(Operation operation);

    std::set<Path> folders_;
    std::map<Path, std::shared_ptr<Living>> names_;
    Node next_;
    Trace trace_;
    std::string layer_;
    std::unique_ptr<sqlite3_vfs> vfs_;
};

/// Below SQLite; lives as long as the disk. (sqlite_layer.cpp)
std::unique_ptr<sqlite3_vfs> register_layer(LiveDisk& disk, const char* name);
void unregister_layer(sqlite3_vfs& layer);

}  // namespace muniment::powercut
