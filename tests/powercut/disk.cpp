// SPDX-License-Identifier: Apache-2.0
#include "disk.hpp"

#include <sqlite3.h>
#include <sys/uio.h>

#include <algorithm>
#include <atomic>

namespace muniment::powercut {

using storage::File;

namespace {

class LiveFile final : public File {
  public:
    LiveFile(LiveDisk& disk, std::shared_ptr<LiveDisk::Living> file) : disk_(disk), file_(std::move(file)) {}
    Result<void> write_at(std::uint64_t offset, std::span<iovec> pieces) override {
        Bytes all;
        for (const auto& piece : pieces) {
            auto* data = static_cast<const std::uint8_t*>(piece.iov_base);
            all.insert(all.end(), data, data + piece.iov_len);
        }
        return disk_.write(*file_, offset, all);
    }
    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        return disk_.read(*file_, offset, out);
    }
    Result<std::uint64_t> size() const override { return disk_.size(*file_); }
    Result<bool> has_other_names() const override { return disk_.names_of(*file_) > 1; }
    Result<void> sync(storage::SyncPoint point) override { return disk_.sync(*file_, static_cast<std::uint8_t>(point)); }
    void write_directly() override {}
    Result<void> shorten(std::uint64_t size) override { return disk_.resize(*file_, size); }

  private:
    LiveDisk& disk_;
    std::shared_ptr<LiveDisk::Living> file_;
};

class Held final : public File {
  public:
    Held(LiveDisk& disk, Path path) : disk_(disk), path_(std::move(path)) {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() override {
        std::lock_guard held(disk_.mutex);
        disk_.locked.erase(path_);
    }
    Result<void> write_at(std::uint64_t, std::span<iovec>) override {
        return fail(Problem::internal, "a lock is not written to");
    }
    Result<std::size_t> read_at(std::uint64_t, std::span<std::uint8_t>) const override { return std::size_t{0}; }
    Result<std::uint64_t> size() const override { return std::uint64_t{0}; }
    Result<bool> has_other_names() const override { return false; }
    Result<void> sync(storage::SyncPoint) override { return {}; }
    void write_directly() override {}
    Result<void> shorten(std::uint64_t) override { return fail(Problem::internal, "a lock is not written to"); }

  private:
    LiveDisk& disk_;
    Path path_;
};

std::unexpected<Error> missing() { return fail(Problem::not_found, "no such file"); }

}  // namespace

LiveDisk::LiveDisk(const Image& image) : folders_(image.folders), next_(image.next) {
    for (const auto& [path, node] : image.names) {
        auto file = std::make_shared<Living>();
        file->node = node;
        // Written to only after a copy was made (write()).
        file->content = std::const_pointer_cast<Bytes>(image.contents.at(node));
        names_[path] = std::move(file);
    }
    for (auto a = names_.begin(); a != names_.end(); ++a)  // two names of one file
        for (auto b = std::next(a); b != names_.end(); ++b)
            if (b->second->node == a->second->node) b->second = a->second;
    static std::atomic<int> count{0};
    layer_ = "powercut-" + std::to_string(++count);
    vfs_ = register_layer(*this, layer_.c_str());
}

LiveDisk::~LiveDisk() { unregister_layer(*vfs_); }

std::size_t LiveDisk::now() const {
    std::lock_guard held(mutex);
    return trace_.size();
}

Trace LiveDisk::take_trace() {
    std::lock_guard held(mutex);
    return std::move(trace_);
}

// The caller has changed what the program sees, or will before it lets go of the lock: the trace has the same order.
void LiveDisk::perform(Operation operation) { trace_.push_back(std::move(operation)); }

std::shared_ptr<LiveDisk::Living> LiveDisk::find(const Path& path) {
    std::lock_guard held(mutex);
    auto at = names_.find(path);
    return at == names_.end() ? nullptr : at->second;
}

std::shared_ptr<LiveDisk::Living> LiveDisk::make(const Path& path) {
    std::lock_guard held(mutex);
    if (auto found = find(path)) return found;
    auto file = std::make_shared<Living>(Living{next_++, std::make_shared<Bytes>()});
    names_[path] = file;
    perform({.act = Act::name, .node = file->node, .path = path});
    return file;
}

Result<void> LiveDisk::write(Living& file, std::uint64_t offset, View bytes) {
    auto fault = next();
    if (!fault) bytes = bytes.first(bytes.size() / 2);
    Operation operation{.act = Act::write, .node = file.node, .offset = offset, .bytes = {bytes.begin(), bytes.end()}};
    if (before) before(operation);
    std::lock_guard held(mutex);
    if (file.content.use_count() > 1) file.content = std::make_shared<Bytes>(*file.content);
    if (file.content->size() < offset + bytes.size()) file.content->resize(offset + bytes.size());
    std::ranges::copy(bytes, file.content->begin() + static_cast<std::ptrdiff_t>(offset));
    perform(std::move(operation));
    return fault;
}

Result<void> LiveDisk::resize(Living& file, std::uint64_t size) {
    CHECK(next());
    std::lock_guard held(mutex);
    if (file.content.use_count() > 1) file.content = std::make_shared<Bytes>(*file.content);
    file.content->resize(size);
    perform({.act = Act::resize, .node = file.node, .offset = size});
    return {};
}

Result<std::size_t> LiveDisk::read(const Living& file, std::uint64_t offset, std::span<std::uint8_t> out) const {
    CHECK(next());
    std::lock_guard held(mutex);
    if (offset >= file.content->size()) return std::size_t{0};
    auto count = std::min<std::size_t>(out.size(), file.content->size() - offset);
    std::copy_n(file.content->begin() + static_cast<std::ptrdiff_t>(offset), count, out.begin());
    return count;
}

Result<std::uint64_t> LiveDisk::size(const Living& file) const {
    CHECK(next());
    std::lock_guard held(mutex);
    return std::uint64_t{file.content->size()};
}

std::size_t LiveDisk::names_of(const Living& file) const {
    std::lock_guard held(mutex);
    return static_cast<std::size_t>(
        std::ranges::count_if(names_, [&](const auto& named) { return named.second.get() == &file; }));
}

Result<void> LiveDisk::sync(const Living& file, std::uint8_t point) {
    CHECK(next());
    Operation operation{.act = Act::sync_file, .node = file.node, .point = point};
    if (before) before(operation);
    std::lock_guard held(mutex);
    perform(std::move(operation));
    return {};
}

Result<void> LiveDisk::sync_names(const Path& folder, std::uint8_t point) {
    CHECK(next());
    std::lock_guard held(mutex);
    perform({.act = Act::sync_folder, .path = folder, .point = point});
    return {};
}

Result<std::unique_ptr<File>> LiveDisk::create(const Path& path) {
    CHECK(next());
    std::lock_guard held(mutex);
    if (find(path)) return fail(Problem::conflict, "the file is there");
    if (!folders_.contains(path.parent_path())) return missing();
    return std::make_unique<LiveFile>(*this, make(path));
}

Result<std::unique_ptr<File>> LiveDisk::open_read(const Path& path) {
    CHECK(next());
    if (auto found = find(path)) return std::make_unique<LiveFile>(*this, std::move(found));
    return missing();
}

Result<std::unique_ptr<File>> LiveDisk::open_write(const Path& path) { return open_read(path); }

Result<std::unique_ptr<File>> LiveDisk::lock(const Path& path) {
    std::lock_guard held(mutex);
    if (!locked.insert(path).second) return fail(Problem::in_use, "its lock is held");
    return std::make_unique<Held>(*this, path);
}

bool LiveDisk::exists(const Path& path) {
    std::lock_guard held(mutex);
    return names_.contains(path) || folders_.contains(path);
}

bool LiveDisk::is_folder(const Path& path) {
    std::lock_guard held(mutex);
    return folders_.contains(path);
}

Result<void> LiveDisk::add_folder(const Path& path) {
    CHECK(next());
    std::lock_guard held(mutex);
    if (exists(path)) return fail(Problem::conflict, "the folder is there");
    if (!folders_.contains(path.parent_path())) return missing();
    folders_.insert(path);
    perform({.act = Act::add_folder, .path = path});
    return {};
}

Result<std::vector<std::string>> LiveDisk::names_in(const Path& folder) {
    CHECK(next());
    std::lock_guard held(mutex);
    if (!folders_.contains(folder)) return fail(Problem::unavailable, "a folder cannot be listed");
    std::vector<std::string> names;
    for (const auto& [path, file] : names_)
        if (path.parent_path() == folder) names.push_back(path.filename());
    for (const auto& path : folders_)
        if (path != "/" && path.parent_path() == folder) names.push_back(path.filename());
    std::ranges::sort(names);
    return names;
}

Result<void> LiveDisk::name_file(const Path& from, const Path& to) {
    std::lock_guard held(mutex);
    if (exists(to)) return fail(Problem::conflict, "the name is taken");
    return rename_file(from, to);
}

Result<void> LiveDisk::rename_file(const Path& from, const Path& to) {
    CHECK(next());
    std::lock_guard held(mutex);
    auto file = find(from);
    if (!file) return missing();
    require(from.parent_path() == to.parent_path(), "a renaming into another folder");
    names_.erase(from);
    names_[to] = file;
    perform({.act = Act::rename, .node = file->node, .path = from, .to = to});
    return {};
}

Result<void> LiveDisk::remove_file(const Path& path) {
    CHECK(next());
    std::lock_guard held(mutex);
    if (names_.erase(path) == 0) return missing();
    perform({.act = Act::unname, .path = path});
    return {};
}

}  // namespace muniment::powercut
