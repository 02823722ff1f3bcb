// SPDX-License-Identifier: Apache-2.0
// put: files and folder trees into a matter, again and again without doubling.
#include <algorithm>
#include <boost/json.hpp>
#include <fstream>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/json.hpp"
#include "cli/local_tree.hpp"
#include "cli/output.hpp"
#include "cli/paper_tree.hpp"
#include "cli/parallel.hpp"
#include "cli/pieces.hpp"
#include "cli/progress.hpp"
#include "cli/target.hpp"

namespace muniment::cli {
namespace {

namespace json = boost::json;
constexpr std::uint64_t jobs_default = 4, jobs_max = 16;

/// One put: the matter as it was found, and what is filed into it.
class Filing {
  public:
    Filing(Api& api, const Arguments& arguments, Finder::Place place)
        : api_(api),
          arguments_(arguments),
          dry_(arguments.has("--dry-run")),
          matter_("/api/v1/matters/" + text_of(place.matter, "id")),
          tree_(api.list(matter_ + "/papers")),
          base_(steps_of(place.path)),
          pieces_(arguments.has("--no-resume")) {
        // Only what exists can be named by a number or an id; everything else is a path, and made where it is missing.
        if (place.path.starts_with('#') || is_id(place.path)) {
            const auto* folder = tree_.find(place.path).paper;
            if (!folder->is_folder) usage("“" + printable(place.path) + "” is a paper; name a folder to file into.");
            base_ = steps_of(tree_.path_of(*folder));
        }
        // What was typed may differ in case from what is there; names of files may not (check_same_name).
        std::string folder;
        for (auto& step : base_) {
            const auto* there = tree_.child(folder, step);
            if (!there) break;
            step = there->name;
            folder = there->id;
        }
    }

    int run(LocalTree local) {
        for (auto& left : local.skipped) outcomes_.skipped(std::move(left));
        for (auto& left : local.failed) outcomes_.failed(std::move(left));
        std::vector<LocalFile> papers;
        {
            Progress progress(local.bytes,
                              static_cast<std::uint64_t>(std::ranges::count(local.files, false, &LocalFile::is_folder)));
            progress_ = &progress;
            folder_at(base_);
            for (auto& file : local.files) {
                if (outcomes_.hopeless()) break;
                if (!file.is_folder) papers.push_back(std::move(file));
                else make(file);
            }
            in_parallel(api_, arguments_.number("--jobs", jobs_default, 1, jobs_max), papers.size(), outcomes_,
                        [&](std::size_t at) { return papers[at].path.string(); },
                        [&](Api& api, std::size_t at) { file(api, papers[at]); });
        }
        return outcomes_.tell(arguments_.json());
    }

  private:
    /// Where something goes: the folder's id, or nothing where a dry run would have made it.
    using FolderId = std::optional<std::string>;

    FolderId folder_at(const std::vector<std::string>& steps) {
        FolderId at = "";
        std::string path;
        for (const auto& step : steps) {
            path += "/" + step;
            if (auto known = folders_.find(path); known != folders_.end()) at = known->second;
            else at = folders_[path] = folder_in(at, step);
        }
        return at;
    }

    FolderId folder_in(const FolderId& parent, const std::string& name) {
        if (const auto* there = parent ? tree_.child(*parent, name) : nullptr) {
            if (!there->is_folder) throw Stop(ExitCode::failed, "a paper of that name is there already");
            check_same_name(*there, name);
            return there->id;
        }
        outcomes_.done("folders made");
        if (dry_) return std::nullopt;
        const json::value folder = parent->empty() ? json::value() : json::value(*parent);
        auto made = Paper::from(api_.create(matter_ + "/folders", {{"name", name}, {"folder", folder}}));
        auto id = made.id;
        tree_.put(std::move(made));
        return id;
    }

    /// Two names on this computer may be one in the matter; filing the second as a version of the first would mix two papers.
    static void check_same_name(const Paper& there, const std::string& name) {
        if (there.name != name)
            throw Stop(ExitCode::failed,
                       "“" + printable(there.name) + "” is there already, and some computers cannot tell the two names apart");
    }

    std::vector<std::string> place_of(const LocalFile& file) const {
        auto steps = base_;
        steps.insert(steps.end(), file.steps.begin(), file.steps.end());
        return steps;
    }

    void make(const LocalFile& folder) {
        try {
            folder_at(place_of(folder));
        } catch (const Stop& stop) {
            outcomes_.failed(folder.path.string(), stop);
        }
    }

    void file(Api& api, const LocalFile& file) {
        FolderId folder;
        const Paper* there = nullptr;
        auto steps = place_of(file);
        const auto name = steps.back();
        steps.pop_back();
        {
            const std::lock_guard lock(mutex_);
            folder = folder_at(steps);
            there = folder ? tree_.child(*folder, name) : nullptr;
        }
        if (there) {
            if (there->is_folder) throw Stop(ExitCode::failed, "a folder of that name is there already");
            check_same_name(*there, name);
            if (there->size == file.size && newest_sha256(api, *there) == sha256_of_file(file.path)) {
                progress_->add_bytes(file.size);
                progress_->add_file();
                return outcomes_.done("unchanged");
            }
        }
        if (!dry_) send(api, file, name, folder.value_or(""), there);
        progress_->add_file();
        outcomes_.done(there ? "new versions" : "filed");
    }

    std::string newest_sha256(Api& api, const Paper& paper) const {
        const auto versions = api.list(matter_ + "/papers/" + paper.id + "/versions");
        return versions.empty() ? "" : text_of(versions.back(), "sha256");
    }

    void send(Api& api, const LocalFile& file, const std::string& name, const std::string& folder, const Paper* there) {
        json::object about{
            {"name", name}, {"path", file.path.string()}, {"modified", to_rfc3339(file.modified)}, {"size", file.size}};
        if (!check_utf8(view(file.path.string()))) about.erase("path");    // a folder above may have any name
        if (const auto comment = arguments_.find("--comment")) about["comment"] = *comment;
        if (const auto handling = arguments_.find("--class")) about["class"] = *handling;
        if (!there && !folder.empty()) about["folder"] = folder;
        if (file.size > large_file_bytes) return send_in_pieces(api, file, std::move(about), there);
        std::uint64_t counted = 0;
        const auto open = [&] {
            progress_->take_back(std::exchange(counted, 0));
            auto in = std::make_shared<std::ifstream>(file.path, std::ios::binary);
            if (!*in) throw Stop(ExitCode::failed, "it cannot be read");
            return Content{file.size, [&, in](std::span<char> into) -> std::optional<std::size_t> {
                               in->read(into.data(), static_cast<std::streamsize>(into.size()));
                               if (in->bad()) return std::nullopt;
                               const auto got = static_cast<std::size_t>(in->gcount());
                               counted += got;
                               progress_->add_bytes(got);
                               return got;
                           }};
        };
        const auto revision = there ? std::optional(there->revision) : std::nullopt;
        api.upload(there ? matter_ + "/papers/" + there->id + "/versions" : matter_ + "/papers", about, open, revision);
        // Somebody may have written to it meanwhile; then what was filed is of two moments.
        std::error_code error;
        if (std::filesystem::file_size(file.path, error) != file.size || modified_time(file.path) != file.modified)
            throw Stop(ExitCode::failed, "it was changed while it was sent; run this again, and it becomes a new version");
    }

    void send_in_pieces(Api& api, const LocalFile& file, json::object about, const Paper* there) {
        LargeFile large{.path = file.path,
                        .size = file.size,
                        .sha256 = sha256_of_file(file.path),
                        .matter = matter_,
                        .about = std::move(about)};
        if (there) large.paper = there->id, large.revision = there->revision;
        if (pieces_.send(api, large, *progress_)) outcomes_.done("gone on with");
    }

    Api& api_;
    const Arguments& arguments_;
    const bool dry_;
    const std::string matter_;
    PaperTree tree_;
    std::vector<std::string> base_;
    std::map<std::string, FolderId> folders_;
    std::mutex mutex_;                  // of tree_ and folders_, once papers are filed
    Outcomes outcomes_;
    Progress* progress_ = nullptr;
    Pieces pieces_;
};

int put(const Arguments& arguments) {
    auto what = arguments.all("what");
    if (what.size() < 2) usage("put takes files or folders, and last the matter: put Contracts 10432.0007");
    const auto target = std::move(what.back());
    what.pop_back();
    LocalTree local;
    for (const auto& path : what) walk(path, local);
    auto api = connect(arguments);
    return Filing(api, arguments, Finder(api).place(target)).run(std::move(local));
}

}  // namespace

std::vector<Command> put_commands() {
    return {{.name = "put",
             .line = "File papers and folder trees in a matter",
             .text = R"(
  muniment-cli put Lease.pdf 10432.0007               one paper
  muniment-cli put Contracts 10432.0007/Drafts        the folder Contracts, into Drafts
  muniment-cli put Contracts/. 10432.0007             only what is in it

Run it again as often as you like: what is there already, byte for byte, is left alone; what changed becomes a new version.
Folders of the target that are missing are made. Links are not followed. Thumbs.db, desktop.ini, .DS_Store and ~$ files are
left out. What failed is listed, and then the exit code is 3.

A file of more than 16 MiB goes in pieces: what arrived is kept for a day, and the same put goes on from there.)",
             .options = {{.name = "what",
                          .value = "FILE|FOLDER… MATTER[/folder]",
                          .help = "what to file, and where",
                          .required = true,
                          .many = true},
                         {.name = "--dry-run", .help = "only say what would be done"},
                         {.name = "--no-resume", .help = "send large files from their beginning"},
                         {.name = "--jobs", .value = "N", .help = "so many at once (default 4)"},
                         {.name = "--comment", .value = "TEXT", .help = "kept with each version"},
                         {.name = "--class", .value = "TEXT", .help = "handling class (default: client file)"}},
             .run = put}};
}

}  // namespace muniment::cli
