// SPDX-License-Identifier: Apache-2.0
#include "cli/local_tree.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"
#include "cli/stop.hpp"
#include "crypto/hash.hpp"

namespace muniment::cli {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

class Walk {
  public:
    explicit Walk(LocalTree& tree) : tree_(tree) {}

    void enter(const fs::path& path, std::vector<std::string> steps) {
        std::error_code error;
        const auto status = fs::symlink_status(path, error);
        if (error) return fail(path, error.message());
        const auto name = steps.back();
        if (is_litter(name)) return skip(path, "left behind by a program");
        if (fs::is_symlink(status)) return skip(path, "a link");
        if (!fs::is_regular_file(status) && !fs::is_directory(status)) return skip(path, "neither a file nor a folder");
        if (auto good = check_name(name); !good) return fail(path, "its name cannot be kept: " + good.error().detail);
        if (fs::is_directory(status)) return folder(path, std::move(steps));
        const auto size = fs::file_size(path, error);
        if (error) return fail(path, error.message());
        tree_.bytes += size;
        tree_.files.push_back({path, std::move(steps), false, size, modified_time(path)});
    }

    void inside(const fs::path& path, const std::vector<std::string>& steps) {
        std::error_code error;
        std::vector<fs::path> children;
        fs::directory_iterator at(path, error);
        for (; !error && at != fs::directory_iterator(); at.increment(error)) children.push_back(at->path());
        if (error) return fail(path, error.message());
        std::ranges::sort(children);
        for (const auto& child : children) {
            auto below = steps;
            below.push_back(child.filename().string());
            enter(child, std::move(below));
        }
    }

  private:
    void folder(const fs::path& path, std::vector<std::string> steps) {
        if (steps.size() > limits::folder_depth_max) return fail(path, "it is nested too deep");
        tree_.files.push_back({path, steps, true, 0, modified_time(path)});
        inside(path, steps);
    }
    void skip(const fs::path& path, std::string why) { tree_.skipped.push_back({path.string(), std::move(why)}); }
    void fail(const fs::path& path, std::string why) { tree_.failed.push_back({path.string(), std::move(why)}); }

    LocalTree& tree_;
};

}  // namespace

bool is_litter(std::string_view name) {
    const auto folded = lower(name);
    return folded == "thumbs.db" || folded == "desktop.ini" || folded == ".ds_store" || name.starts_with("~$");
}

void walk(const fs::path& typed, LocalTree& tree) {
    std::error_code error;
    if (!fs::exists(fs::symlink_status(typed, error))) usage(printable(typed.string()) + " is not there.");
    const auto last = typed.filename().string();
    if (last == "." || last == "..") return Walk(tree).inside(typed, {});
    const auto path = last.empty() ? typed.parent_path() : typed;    // "folder/"
    const auto name = path.filename().string();
    if (name.empty() || name == "." || name == "..") return Walk(tree).inside(path.empty() ? typed : path, {});
    Walk(tree).enter(path, {name});
}

std::string sha256_of_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    crypto::Sha256 hash;
    std::vector<char> buffer(256 * limits::KiB);
    while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
        hash.add(view(std::string_view(buffer.data(), static_cast<std::size_t>(in.gcount()))));
    if (!in.eof()) throw Stop(ExitCode::failed, "it cannot be read");
    return to_hex(hash.finish());
}

Instant modified_time(const fs::path& path) {
    std::error_code error;
    const auto time = fs::last_write_time(path, error);
    if (error) return {};
    const auto since = std::chrono::file_clock::to_sys(time).time_since_epoch();
    return {std::chrono::floor<std::chrono::microseconds>(since).count()};
}

void set_modified_time(const fs::path& path, Instant time) {
    std::error_code ignored;    // a file system that keeps no times is no reason to lose the file
    const auto since = std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(time.us));
    fs::last_write_time(path, std::chrono::file_clock::from_sys(since), ignored);
}

}  // namespace muniment::cli
