// SPDX-License-Identifier: Apache-2.0
#include "cli/pieces.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include "cli/json.hpp"
#include "cli/output.hpp"
#include "cli/stop.hpp"

namespace muniment::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

/// Breaks in a row without a byte more at the server: some two minutes in all.
constexpr int breaks_max = 8;
constexpr std::chrono::milliseconds first_wait = 500ms, longest_wait = 30s;

/// One upload on its way.
class Sending {
  public:
    Sending(Api& api, const LargeFile& file, Progress& progress, std::string id, std::uint64_t offset)
        : api_(api), file_(file), progress_(progress), address_(file.matter + "/uploads/" + std::move(id)), offset_(offset) {
        progress_.add_kept(offset_);
    }

    void run() {
        try {
            for (int breaks = 0; !filed_;) {
                const auto before = offset_;
                send_rest();
                look();
                if (filed_) return;
                breaks = offset_ > before ? 0 : breaks + 1;
                if (breaks >= breaks_max) throw Stop(ExitCode::unreachable, "the connection broke again and again");
                std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(first_wait * (1 << breaks), longest_wait));
            }
        } catch (const Stop& stop) {
            progress_.take_back(offset_);
            if (stop.problem() == slug(Problem::incomplete)) {
                api_.end_upload(address_);    // it can never become what was announced
                throw Stop(ExitCode::failed, "it was changed while it was sent; run this again");
            }
            throw Stop(stop.code(), std::string(stop.what()) + kept(), stop.problem());
        }
    }

  private:
    void send_rest() {
        std::ifstream in(file_.path, std::ios::binary);
        in.seekg(static_cast<std::streamoff>(offset_));
        if (!in) throw Stop(ExitCode::failed, "it cannot be read");
        std::uint64_t counted = 0;
        const Content content{file_.size - offset_, [&](std::span<char> into) -> std::optional<std::size_t> {
                                  in.read(into.data(), static_cast<std::streamsize>(into.size()));
                                  if (in.bad()) return std::nullopt;
                                  const auto got = static_cast<std::size_t>(in.gcount());
                                  counted += got;
                                  progress_.add_bytes(got);
                                  return got;
                              }};
        api_.send_piece(address_, offset_, content);
        progress_.take_back(counted);    // look() counts what arrived
    }

    void look() {
        const auto state = api_.try_get(address_);
        if (!state) return;
        const auto now = number_of(*state, "offset");
        if (now > file_.size) throw Stop(ExitCode::failed, "The server's answer was not understood. Is it Muniment?");
        if (now >= offset_) progress_.add_bytes(now - offset_);
        else progress_.take_back(offset_ - now);
        offset_ = now;
        filed_ = text_of(*state, "state") == "filed";
        expires_ = text_of(*state, "expires");
    }

    std::string kept() const {
        if (offset_ == 0 || expires_.empty()) return "";
        return " (" + byte_count(offset_) + " of it are kept at the server until " + expires_ +
               ": run the same again, and it goes on from there)";
    }

    Api& api_;
    const LargeFile& file_;
    Progress& progress_;
    const std::string address_;
    std::uint64_t offset_;
    std::string expires_;
    bool filed_ = false;
};

}  // namespace

std::optional<json::object> Pieces::take_open(Api& api, const LargeFile& file) {
    const std::lock_guard lock(mutex_);
    if (!open_) open_ = api.list("/api/v1/uploads");
    const auto matches = [&](const json::value& upload) {
        return file.matter.ends_with("/" + text_of(upload, "matter")) && text_of(upload, "sha256") == file.sha256 &&
               number_of(upload, "size") == file.size && text_of(upload, "paper") == file.paper &&
               number_of(upload, "revision") == file.revision && text_of(upload, "name") == text_of(file.about, "name") &&
               text_of(upload, "folder") == text_of(file.about, "folder");
    };
    const auto found = std::ranges::find_if(*open_, matches);
    if (found == open_->end()) return std::nullopt;
    auto upload = found->as_object();
    open_->erase(found);
    return upload;
}

bool Pieces::send(Api& api, const LargeFile& file, Progress& progress) {
    auto upload = take_open(api, file);
    if (upload && anew_) {
        api.end_upload(file.matter + "/uploads/" + text_of(*upload, "id"));
        upload.reset();
    }
    const bool goes_on = upload && number_of(*upload, "offset") > 0;
    if (!upload) {
        auto about = file.about;
        about["sha256"] = file.sha256;
        const auto where = file.paper.empty() ? file.matter + "/uploads" : file.matter + "/papers/" + file.paper + "/uploads";
        const auto revision = file.paper.empty() ? std::nullopt : std::optional(file.revision);
        upload = api.create(where, about, revision).as_object();
    }
    Sending(api, file, progress, text_of(*upload, "id"), number_of(*upload, "offset")).run();
    return goes_on;
}

}  // namespace muniment::cli
