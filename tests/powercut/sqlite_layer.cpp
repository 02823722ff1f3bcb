// SPDX-License-Identifier: Apache-2.0
// The layer below SQLite on a disk of these tests: what its own does on Linux, to the same syncs, with the lock table and the
// shared memory of the WAL in this process.
#include <sqlite3.h>

#include <array>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/random.hpp"
#include "disk.hpp"
#include "points.hpp"

namespace muniment::powercut {
namespace {

using Living = LiveDisk::Living;

/// What all connections to one database share: its locks, and the index of its WAL.
struct Shared {
    int readers = 0;
    const void* writer = nullptr;  ///< holds RESERVED, PENDING or EXCLUSIVE
    bool pending = false;
    std::vector<std::unique_ptr<char[]>> index;
    std::array<int, SQLITE_SHM_NLOCK> shared{};
    std::array<const void*, SQLITE_SHM_NLOCK> exclusive{};
    int index_users = 0;
};

struct Layer {
    LiveDisk& disk;
    std::string name;
    std::mutex mutex;
    std::map<Node, std::shared_ptr<Shared>> shared;
};

struct Open : sqlite3_file {
    Layer* layer;
    std::shared_ptr<Living> file;
    std::shared_ptr<Shared> shared;
    Path path;
    int lock = SQLITE_LOCK_NONE;
    int kind = 0;  ///< SQLITE_OPEN_MAIN_DB, …
    bool name_unsynced = false, removed_at_close = false, uses_index = false;
    std::uint16_t index_shared = 0, index_exclusive = 0;
};

Open& of(sqlite3_file* file) { return *static_cast<Open*>(file); }

int close(sqlite3_file* file) {
    auto& open = of(file);
    if (open.removed_at_close) static_cast<void>(open.layer->disk.remove_file(open.path).has_value());
    open.~Open();
    return SQLITE_OK;
}

int read(sqlite3_file* file, void* to, int count, sqlite3_int64 offset) {
    std::span out(static_cast<std::uint8_t*>(to), static_cast<std::size_t>(count));
    auto got = of(file).layer->disk.read(*of(file).file, static_cast<std::uint64_t>(offset), out);
    if (!got) return SQLITE_IOERR_READ;
    if (*got == out.size()) return SQLITE_OK;
    std::memset(out.data() + *got, 0, out.size() - *got);
    return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
    auto written = of(file).layer->disk.write(*of(file).file, static_cast<std::uint64_t>(offset),
                                              View(static_cast<const std::uint8_t*>(from), static_cast<std::size_t>(count)));
    if (written) return SQLITE_OK;
    return written.error().problem == Problem::no_room ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
    return of(file).layer->disk.resize(*of(file).file, static_cast<std::uint64_t>(size)) ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

/// As SQLite's own layer: the first sync of a new journal or WAL also syncs its folder, for the name.
int sync(sqlite3_file* file, int) {
    auto& open = of(file);
    bool wal = open.kind == SQLITE_OPEN_WAL, journal = open.kind == SQLITE_OPEN_MAIN_JOURNAL;
    static constexpr auto of_wal = point_named("sqlite_wal"), of_database = point_named("sqlite_database"),
                          of_journal = point_named("sqlite_journal"), wal_named = point_named("sqlite_wal_named");
    auto& disk = open.layer->disk;
    if (!disk.sync(*open.file, wal ? of_wal : journal ? of_journal : of_database)) return SQLITE_IOERR_FSYNC;
    if (!open.name_unsynced) return SQLITE_OK;
    if (!disk.sync_names(open.path.parent_path(), wal ? wal_named : of_journal)) return SQLITE_IOERR_FSYNC;
    open.name_unsynced = false;
    return SQLITE_OK;
}

int size(sqlite3_file* file, sqlite3_int64* size) {
    auto found = of(file).layer->disk.size(*of(file).file);
    if (!found) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(*found);
    return SQLITE_OK;
}

int lock(sqlite3_file* file, int wanted) {
    auto& open = of(file);
    std::lock_guard held(open.layer->mutex);
    auto& shared = *open.shared;
    bool others = shared.writer != nullptr && shared.writer != &open;
    if (open.lock >= wanted) return SQLITE_OK;
    if (wanted == SQLITE_LOCK_SHARED) {
        if (others && shared.pending) return SQLITE_BUSY;
        ++shared.readers;
    } else {
        if (others) return SQLITE_BUSY;
        shared.writer = &open;
        if (wanted == SQLITE_LOCK_EXCLUSIVE) {
            shared.pending = true;
            if (shared.readers > 1) return open.lock = SQLITE_LOCK_PENDING, SQLITE_BUSY;
        }
    }
    open.lock = wanted;
    return SQLITE_OK;
}

int unlock(sqlite3_file* file, int wanted) {
    auto& open = of(file);
    std::lock_guard held(open.layer->mutex);
    if (open.lock <= wanted) return SQLITE_OK;
    if (open.lock > SQLITE_LOCK_SHARED) open.shared->writer = nullptr, open.shared->pending = false;
    if (wanted == SQLITE_LOCK_NONE) --open.shared->readers;
    open.lock = wanted;
    return SQLITE_OK;
}

int check_reserved(sqlite3_file* file, int* held) {
    std::lock_guard guard(of(file).layer->mutex);
    *held = of(file).shared->writer != nullptr;
    return SQLITE_OK;
}

int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return 4096; }
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

// ---- the index of the WAL ----

int index_map(sqlite3_file* file, int region, int bytes, int extend, void volatile** mapped) {
    auto& open = of(file);
    std::lock_guard held(open.layer->mutex);
    auto& index = open.shared->index;
    if (!std::exchange(open.uses_index, true)) ++open.shared->index_users;
    *mapped = nullptr;
    auto wanted = static_cast<std::size_t>(region);
    if (index.size() <= wanted) {
        if (!extend) return SQLITE_OK;
        while (index.size() <= wanted) index.push_back(std::make_unique<char[]>(static_cast<std::size_t>(bytes)));
    }
    *mapped = index[wanted].get();
    return SQLITE_OK;
}

int index_lock(sqlite3_file* file, int first, int count, int flags) {
    auto& open = of(file);
    std::lock_guard held(open.layer->mutex);
    auto& shared = *open.shared;
    auto mask = static_cast<std::uint16_t>(((1 << count) - 1) << first);
    if (flags & SQLITE_SHM_UNLOCK) {
        for (int i = first; i < first + count; ++i) {
            if (open.index_shared & 1 << i) --shared.shared[static_cast<std::size_t>(i)];
            if (open.index_exclusive & 1 << i) shared.exclusive[static_cast<std::size_t>(i)] = nullptr;
        }
        open.index_shared &= static_cast<std::uint16_t>(~mask);
        open.index_exclusive &= static_cast<std::uint16_t>(~mask);
        return SQLITE_OK;
    }
    for (int i = first; i < first + count; ++i) {
        auto at = static_cast<std::size_t>(i);
        bool taken = shared.exclusive[at] != nullptr && shared.exclusive[at] != &open;
        int mine = open.index_shared & 1 << i ? 1 : 0;
        if (taken || ((flags & SQLITE_SHM_EXCLUSIVE) && shared.shared[at] > mine)) return SQLITE_BUSY;
    }
    for (int i = first; i < first + count; ++i) {
        auto at = static_cast<std::size_t>(i);
        if (flags & SQLITE_SHM_EXCLUSIVE)
            shared.exclusive[at] = &open;
        else if (!(open.index_shared & 1 << i))
            ++shared.shared[at];
    }
    auto& mine = flags & SQLITE_SHM_EXCLUSIVE ? open.index_exclusive : open.index_shared;
    mine |= mask;
    return SQLITE_OK;
}

void index_barrier(sqlite3_file* file) { std::lock_guard held(of(file).layer->mutex); }

int index_unmap(sqlite3_file* file, int) {
    auto& open = of(file);
    std::lock_guard held(open.layer->mutex);
    if (std::exchange(open.uses_index, false) && --open.shared->index_users == 0) open.shared->index.clear();
    return SQLITE_OK;
}

constexpr sqlite3_io_methods methods = {.iVersion = 2,
                                        .xClose = close,
                                        .xRead = read,
                                        .xWrite = write,
                                        .xTruncate = truncate,
                                        .xSync = sync,
                                        .xFileSize = size,
                                        .xLock = lock,
                                        .xUnlock = unlock,
                                        .xCheckReservedLock = check_reserved,
                                        .xFileControl = control,
                                        .xSectorSize = sector_size,
                                        .xDeviceCharacteristics = characteristics,
                                        .xShmMap = index_map,
                                        .xShmLock = index_lock,
                                        .xShmBarrier = index_barrier,
                                        .xShmUnmap = index_unmap,
                                        .xFetch = nullptr,
                                        .xUnfetch = nullptr};

// ---- files ----

Layer& layer_of(sqlite3_vfs* vfs) { return *static_cast<Layer*>(vfs->pAppData); }

int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* out) {
    auto& layer = layer_of(vfs);
    constexpr int kinds = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
    file->pMethods = nullptr;
    // Nothing of ours may reach a temporary file (storage/sqlite/database.cpp).
    if (name == nullptr || !(flags & kinds)) return SQLITE_CANTOPEN;
    bool fresh = !layer.disk.exists(name);
    if ((fresh && !(flags & SQLITE_OPEN_CREATE)) || !layer.disk.next()) return SQLITE_CANTOPEN;
    auto* open = new (file) Open;
    open->layer = &layer;
    open->path = name;
    open->file = layer.disk.make(name);
    open->kind = flags & kinds;
    open->name_unsynced = (flags & SQLITE_OPEN_CREATE) && open->kind != SQLITE_OPEN_MAIN_DB;
    open->removed_at_close = flags & SQLITE_OPEN_DELETEONCLOSE;
    {
        std::lock_guard held(layer.mutex);
        auto& shared = layer.shared[open->file->node];
        if (!shared) shared = std::make_shared<Shared>();
        open->shared = shared;
    }
    open->pMethods = &methods;
    if (out != nullptr) *out = flags;
    return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    static constexpr auto ended = point_named("sqlite_journal_ended");
    auto& disk = layer_of(vfs).disk;
    if (auto removed = disk.remove_file(name); !removed)
        return removed.error().problem == Problem::not_found ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
    if (sync_folder && !disk.sync_names(Path(name).parent_path(), ended)) return SQLITE_IOERR_DIR_FSYNC;
    return SQLITE_OK;
}

int access(sqlite3_vfs* vfs, const char* name, int, int* there) {
    auto& disk = layer_of(vfs).disk;
    // As SQLite's own: an empty file counts as none where it asks whether there is one.
    auto found = disk.find(name);
    *there = 0;
    if (!found) return SQLITE_OK;
    auto size = disk.size(*found);
    *there = size && *size > 0;
    return size ? SQLITE_OK : SQLITE_IOERR_ACCESS;
}

int full_name(sqlite3_vfs*, const char* name, int room, char* out) {
    sqlite3_snprintf(room, out, "%s", name);
    return SQLITE_OK;
}

int randomness(sqlite3_vfs*, int count, char* out) {
    random_fill(std::span(reinterpret_cast<std::uint8_t*>(out), static_cast<std::size_t>(count)));
    return count;
}
int sleep(sqlite3_vfs*, int us) { return std::this_thread::sleep_for(std::chrono::microseconds(us)), us; }
int current_time(sqlite3_vfs*, double* days) { return *days = 2'461'000.5, SQLITE_OK; }
int last_error(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

std::unique_ptr<sqlite3_vfs> register_layer(LiveDisk& disk, const char* name) {
    auto vfs = std::make_unique<sqlite3_vfs>();
    auto* layer = new Layer{.disk = disk, .name = name, .mutex = {}, .shared = {}};
    *vfs = {.iVersion = 1,
            .szOsFile = sizeof(Open),
            .mxPathname = 512,
            .zName = layer->name.c_str(),
            .pAppData = layer,
            .xOpen = open,
            .xDelete = remove,
            .xAccess = access,
            .xFullPathname = full_name,
            .xRandomness = randomness,
            .xSleep = sleep,
            .xCurrentTime = current_time,
            .xGetLastError = last_error};
    require(sqlite3_vfs_register(vfs.get(), 0) == SQLITE_OK, "SQLite takes no file layer");
    return vfs;
}

void unregister_layer(sqlite3_vfs& vfs) {
    sqlite3_vfs_unregister(&vfs);
    delete static_cast<Layer*>(vfs.pAppData);
}

}  // namespace muniment::powercut
