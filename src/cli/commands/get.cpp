// SPDX-License-Identifier: Apache-2.0
// get: papers and whole trees back onto this computer, whole and checked or not at all.
#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <memory>

#include "base/ids.hpp"
#include "cli/commands/commands.hpp"
#include "cli/json.hpp"
#include "cli/local_tree.hpp"
#include "cli/output.hpp"
#include "cli/paper_tree.hpp"
#include "cli/parallel.hpp"
#include "cli/progress.hpp"
#include "cli/safe_path.hpp"
#include "cli/target.hpp"
#include "cli/terminal.hpp"
#include "crypto/hash.hpp"

namespace muniment::cli {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t jobs_default = 4, jobs_max = 16;

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

/// A file that is written beside its place, and is gone again unless it is put into it.
class Unfinished {
  public:
    explicit Unfinished(const fs::path& folder) : path_(folder / (".muniment-" + to_hex(new_random_id()) + ".part")) {}
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished() {
        file_.reset();
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    /// From the start, also after a try that broke off.
    void begin() {
        file_.reset();
        std::error_code ignored;
        fs::remove(path_, ignored);
        file_.reset(std::fopen(path_.c_str(), "wbx"));    // x: never through a link that somebody put there
        if (!file_) throw Stop(ExitCode::failed, "its folder cannot be written to");
    }
    bool write(std::string_view piece) { return std::fwrite(piece.data(), 1, piece.size(), file_.get()) == piece.size(); }
    void put_in_place(const fs::path& place, Instant modified, bool replace) {
        if (std::fclose(file_.release()) != 0) no_disk();
        set_modified_time(path_, modified);
        if (!sync_to_disk(path_)) no_disk();
        std::error_code error;
        if (replace) fs::rename(path_, place, error);
        else rename_without_replacing(path_, place, error);
        if (error) throw Stop(ExitCode::failed, "it could not be put in its place: " + error.message());
        if (!sync_to_disk(place.parent_path())) no_disk();
    }

  private:
    [[noreturn]] static void no_disk() { throw Stop(ExitCode::failed, "the disk has no room left, or failed"); }
    fs::path path_;
    std::unique_ptr<std::FILE, Close> file_;
};

class Fetching {
  public:
    Fetching(Api& api, const Arguments& arguments, const boost::json::value& matter)
        : api_(api), arguments_(arguments), force_(arguments.has("--force")), root_(arguments.get("--output", ".")),
          matter_("/api/v1/matters/" + text_of(matter, "id")), tree_(api.list(matter_ + "/papers")) {}

    int run(const std::string& path) {
        const auto [paper, cited_version] = tree_.find(path);
        if (arguments_.has("--version")) version_ = arguments_.number("--version", 1, 1, UINT32_MAX);
        else version_ = cited_version;
        if (version_ && (!paper || paper->is_folder)) usage("--version is for one paper.");
        tree_.check_folders();
        LocalNames names(arguments_.has("--windows-names"));
        if (!paper) plan_inside("", "");
        else plan(*paper, "", names);
        std::error_code error;
        fs::create_directories(root_, error);
        if (!fs::is_directory(root_)) throw Stop(ExitCode::failed, printable(root_.string()) + " is not a folder.");
        make_folders();
        fetch_all();
        // From the deepest upwards, since writing into a folder changes its time.
        for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder)
            if (auto time = parse_rfc3339(folder->paper->modified)) set_modified_time(root_ / folder->place, *time);
        return outcomes_.tell(arguments_.json());
    }

  private:
    struct Planned {
        const Paper* paper;
        fs::path place;      // below root_
    };

    void plan(const Paper& paper, const fs::path& below, LocalNames& names) {
        const auto name = names.name_for(paper.name);
        const auto place = below / name;
        if (name != paper.name) outcomes_.changed(tree_.path_of(paper), place.string());
        if (!paper.is_folder) papers_.push_back({&paper, place});
        else {
            folders_.push_back({&paper, place});
            plan_inside(paper.id, place);
        }
    }

    void plan_inside(const std::string& folder, const fs::path& place) {
        LocalNames names(arguments_.has("--windows-names"));
        for (const auto* child : tree_.children(folder)) plan(*child, place, names);
    }

    void make_folders() {
        for (const auto& [paper, place] : folders_) {
            make_folder_inside(root_, place);
            if (!sync_to_disk((root_ / place).parent_path())) throw Stop(ExitCode::failed, "the disk failed");
            outcomes_.done("folders");
        }
    }

    void fetch_all() {
        std::uint64_t bytes = 0;
        for (const auto& planned : papers_) bytes += planned.paper->size;
        Progress progress(bytes, papers_.size());
        in_parallel(api_, arguments_.number("--jobs", jobs_default, 1, jobs_max), papers_.size(), outcomes_,
                    [&](std::size_t at) { return tree_.path_of(*papers_[at].paper); },
                    [&](Api& api, std::size_t at) { fetch(api, papers_[at], progress); });
    }

    boost::json::value version_of(Api& api, const std::string& paper) const {
        const auto versions = api.list(paper + "/versions");
        if (!version_ && !versions.empty()) return versions.back();
        for (const auto& version : versions)
            if (version_ && number_of(version, "version") == *version_) return version;
        throw Stop(ExitCode::failed, "there is no such version");
    }

    void fetch(Api& api, const Planned& planned, Progress& progress) {
        const auto paper = matter_ + "/papers/" + planned.paper->id;
        const auto version = version_of(api, paper);
        const auto place = root_ / planned.place;
        const auto size = number_of(version, "size");
        const auto sha256 = text_of(version, "sha256");
        std::error_code error;
        const auto there = fs::symlink_status(place, error);
        if (fs::exists(there) && !force_) {
            if (!fs::is_regular_file(there) || fs::file_size(place, error) != size || sha256_of_file(place) != sha256)
                throw Stop(ExitCode::failed,
                           printable(place.string()) + " is there already and is not the same; --force replaces it");
            progress.add_bytes(size);
            progress.add_file();
            return outcomes_.done("there already");
        }
        Unfinished file(place.parent_path());
        crypto::Sha256 hash;
        std::uint64_t counted = 0;
        api.download(paper + "/content?version=" + std::to_string(number_of(version, "version")), [&] {
            progress.take_back(std::exchange(counted, 0));
            hash = crypto::Sha256();
            file.begin();
            return [&](std::string_view piece) {
                hash.add(view(piece));
                counted += piece.size();
                progress.add_bytes(piece.size());
                return counted <= size && file.write(piece);
            };
        });
        if (counted != size || to_hex(hash.finish()) != sha256)
            throw Stop(ExitCode::failed, "what came is not what was filed (its SHA-256 differs); nothing was written");
        file.put_in_place(place, parse_rfc3339(text_of(version, "modified")).value_or(Instant{}), force_);
        progress.add_file();
        outcomes_.done("fetched");
    }

    Api& api_;
    const Arguments& arguments_;
    const bool force_;
    const fs::path root_;
    const std::string matter_;
    PaperTree tree_;
    std::optional<std::uint64_t> version_;
    std::vector<Planned> folders_, papers_;
    Outcomes outcomes_;
};

int get(const Arguments& arguments) {
    auto api = connect(arguments);
    const auto place = Finder(api).place(arguments.get("what"));
    return Fetching(api, arguments, place.matter).run(place.path);
}

}  // namespace

std::vector<Command> get_commands() {
    return {{.name = "get",
             .line = "Bring papers and folder trees onto this computer",
             .text = R"(
  muniment-cli get 10432.0007/Contracts -o Desktop    the folder Contracts, as Desktop/Contracts
  muniment-cli get 10432.0007 -o Lease                the whole matter, into the folder Lease
  muniment-cli get 10432.0007/123.2                   version 2 of paper 123

Each file is checked against the SHA-256 that was taken when it was filed, gets back its time, and is on the disk when it counts
as fetched. A file that is there already
is left alone where it is the same, and reported otherwise: only --force replaces it.)",
             .options = {{.name = "what", .value = "MATTER[/path]", .help = "a matter, folder or paper", .required = true},
                         {.name = "--output", .value = "FOLDER", .help = "where to (default: this folder)", .letter = 'o'},
                         {.name = "--version", .value = "N", .help = "of one paper, instead of the newest"},
                         {.name = "--force", .help = "replace files that are there"},
                         {.name = "--windows-names", .help = "write only names that Windows can store"},
                         {.name = "--jobs", .value = "N", .help = "so many at once (default 4)"}},
             .run = get}};
}

}  // namespace muniment::cli
