// SPDX-License-Identifier: Apache-2.0
#include "server/tally.hpp"

#include <algorithm>

namespace muniment::server {
namespace {

Duration now() {
    static const SystemClock clock;
    return clock.steady();
}

Tally::Outcome outcome_of(int status) { return static_cast<Tally::Outcome>(std::clamp(status / 100 - 1, 0, 4)); }

int status_of(const Result<Response>& made) { return made ? made->status : http_status(made.error().problem); }

class CountedSink final : public BodySink {
  public:
    CountedSink(Counted counted, std::unique_ptr<BodySink> sink) : counted_(std::move(counted)), sink_(std::move(sink)) {}
    Result<void> add(View step) override {
        auto added = sink_->add(step);
        if (!added) counted_.ended(http_status(added.error().problem));
        return added;
    }
    Result<Response> finish() override {
        auto made = sink_->finish();
        counted_.ended(status_of(made));
        return made;
    }

  private:
    Counted counted_;
    std::unique_ptr<BodySink> sink_;
};

}  // namespace

Tally::Tally() {
    page_.method = "GET";
    page_.route = "page";
    unknown_.method = "any";
    unknown_.route = "unknown";
}

Tally::Row& Tally::of(const Route& route) {
    std::pair key{std::string(name(route.method)), route.pattern};
    {
        std::shared_lock held(lock_);
        if (auto found = rows_.find(key); found != rows_.end()) return *found->second;
    }
    std::unique_lock held(lock_);
    auto& row = rows_[key];
    if (!row) {
        row = std::make_unique<Row>();
        row->method = key.first;
        row->route = key.second;
    }
    return *row;
}

void Tally::for_each(const std::function<void(const Row&)>& take) const {
    std::shared_lock held(lock_);
    for (const auto& [key, row] : rows_) take(*row);
    take(page_);
    take(unknown_);
}

Counted::Counted(Tally& tally) : row_(&tally.unknown()), began_(now()) {}
Counted::Counted(Counted&& other) noexcept : row_(std::exchange(other.row_, nullptr)), began_(other.began_) {}
Counted::~Counted() { count(Tally::Outcome::cut); }
void Counted::ended(int status) { count(outcome_of(status)); }

void Counted::count(Tally::Outcome outcome) {
    auto* row = std::exchange(row_, nullptr);
    if (!row) return;
    auto us = (now() - began_).count();
    auto within = std::ranges::lower_bound(Tally::bounds_us, us) - Tally::bounds_us.begin();
    constexpr auto relaxed = std::memory_order_relaxed;
    row->outcomes[static_cast<std::size_t>(outcome)].fetch_add(1, relaxed);
    row->within[static_cast<std::size_t>(within)].fetch_add(1, relaxed);
    row->took_us.fetch_add(static_cast<std::uint64_t>(us), relaxed);
}

Result<Answer> counting(Counted counted, Result<Answer> answer) {
    if (!answer) {
        counted.ended(http_status(answer.error().problem));
        return answer;
    }
    if (auto* response = std::get_if<Response>(&*answer)) {
        counted.ended(response->status);
        return answer;
    }
    if (auto* stream = std::get_if<WantsStream>(&*answer)) {
        stream->sink = std::make_unique<CountedSink>(std::move(counted), std::move(stream->sink));
        return answer;
    }
    auto& whole = std::get<WantsBody>(*answer);
    whole.then = [counted = std::move(counted), then = std::move(whole.then)](const Request& request,
                                                                              Bytes body) mutable -> Result<Response> {
        auto made = then(request, std::move(body));
        counted.ended(status_of(made));
        return made;
    };
    return answer;
}

}  // namespace muniment::server
