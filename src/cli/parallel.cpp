// SPDX-License-Identifier: Apache-2.0
#include "cli/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <thread>

#include "cli/output.hpp"

namespace muniment::cli {
namespace {

boost::json::array listed(const std::vector<LeftOut>& left, const char* second) {
    boost::json::array out;
    for (const auto& [path, reason] : left) out.push_back({{"path", printable(path)}, {second, reason}});
    return out;
}

}  // namespace

void Outcomes::done(const std::string& kind) {
    const std::lock_guard lock(mutex_);
    ++counts_[kind];
}

void Outcomes::skipped(LeftOut what) {
    const std::lock_guard lock(mutex_);
    skipped_.push_back(std::move(what));
}

void Outcomes::changed(const std::string& name, const std::string& as) {
    const std::lock_guard lock(mutex_);
    changed_.push_back({name, as});
}

void Outcomes::failed(LeftOut what) {
    const std::lock_guard lock(mutex_);
    failed_.push_back(std::move(what));
}

void Outcomes::failed(const std::string& path, const Stop& stop) {
    const std::lock_guard lock(mutex_);
    if (failed_.empty()) first_failure_ = stop.code();
    failed_.push_back({path, stop.what()});
    const bool for_all =
        stop.code() == ExitCode::not_signed_in || stop.code() == ExitCode::unreachable || stop.code() == ExitCode::locked;
    if (for_all && hopeless_ == ExitCode::ok) hopeless_ = stop.code();
}

bool Outcomes::hopeless() const {
    const std::lock_guard lock(mutex_);
    return hopeless_ != ExitCode::ok;
}

ExitCode Outcomes::code() const {
    const std::lock_guard lock(mutex_);
    if (hopeless_ != ExitCode::ok) return hopeless_;
    if (failed_.empty()) return ExitCode::ok;
    return failed_.size() == 1 && counts_.empty() ? first_failure_ : ExitCode::partly_failed;
}

int Outcomes::tell(bool json) const {
    const auto exit = static_cast<int>(code());
    const std::lock_guard lock(mutex_);
    if (json) {
        boost::json::object out;
        for (const auto& [kind, count] : counts_) out[kind] = count;
        out["skipped"] = listed(skipped_, "reason");
        out["changed"] = listed(changed_, "as");
        out["failed"] = listed(failed_, "reason");
        print_json(out);
        return exit;
    }
    for (const auto& [path, reason] : skipped_) print_note("skipped  " + printable(path) + ": " + reason);
    for (const auto& [path, as] : changed_) print_note("renamed  " + printable(path) + " → " + printable(as));
    for (const auto& [path, reason] : failed_) print_note("FAILED   " + printable(path) + ": " + reason);
    std::string line;
    for (const auto& [kind, count] : counts_) line += std::to_string(count) + " " + kind + ", ";
    print_line(line + std::to_string(skipped_.size()) + " skipped, " + std::to_string(failed_.size()) + " failed");
    if (hopeless_ != ExitCode::ok) print_note("It was broken off; run the same again, and it goes on where it stopped.");
    return exit;
}

void in_parallel(const Api& api, std::size_t jobs, std::size_t count, Outcomes& outcomes,
                 const std::function<std::string(std::size_t)>& name, const std::function<void(Api&, std::size_t)>& work) {
    std::atomic<std::size_t> next = 0;
    const auto worker = [&] {
        auto own = api.another();
        for (std::size_t index; (index = next++) < count && !outcomes.hopeless();) {
            try {
                work(own, index);
            } catch (const Stop& stop) {
                outcomes.failed(name(index), stop);
            } catch (const std::exception& error) {
                outcomes.failed(name(index), Stop(ExitCode::failed, error.what()));
            }
        }
    };
    std::vector<std::jthread> threads;
    for (std::size_t made = 0; made < std::min(jobs, count); ++made) threads.emplace_back(worker);
}

}  // namespace muniment::cli
