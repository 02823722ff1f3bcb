// SPDX-License-Identifier: Apache-2.0
#include "server/door.hpp"

#include <algorithm>
#include <iterator>

#include "base/journal.hpp"
#include "server/routes/routes.hpp"

namespace muniment::server {

struct Door::Inside {
    Inside(std::shared_ptr<House> given, Tally& tally) : house(std::move(given)), router(routes::all(*house)) {
        for (const auto& route : router.routes()) rows.push_back(&tally.of(route));
    }
    Tally::Row& row_of(const Route& route) const { return *rows[static_cast<std::size_t>(&route - router.routes().data())]; }
    const std::shared_ptr<House> house;
    const Router router;
    std::vector<Tally::Row*> rows;             ///< of each route
};

namespace {

using Stay = std::shared_ptr<House>;

// Of each of these, the part that acts is destroyed before the stay that keeps its house.
class StayingSource final : public BodySource {
  public:
    StayingSource(Stay stay, std::unique_ptr<BodySource> source) : stay_(std::move(stay)), source_(std::move(source)) {}
    std::optional<std::uint64_t> length() const override { return source_->length(); }
    Result<std::size_t> next(std::span<std::uint8_t> out) override { return source_->next(out); }
    void ended(std::uint64_t bytes_sent, bool whole) override { source_->ended(bytes_sent, whole); }

  private:
    Stay stay_;
    std::unique_ptr<BodySource> source_;
};

/// What leaves, leaves only while this process may still speak for what it knows: one that stood still since it was asked may have been
/// taken over by other nodes, and whoever asked shut out there. (A stream asks again at each of its steps.)
Result<Response> staying(Stay stay, Response response) {
    CHECK(storage::in_force(stay->gate.records()));
    if (response.stream) response.stream = std::make_unique<StayingSource>(std::move(stay), std::move(response.stream));
    return response;
}

class StayingSink final : public BodySink {
  public:
    StayingSink(Stay stay, std::unique_ptr<BodySink> sink) : stay_(std::move(stay)), sink_(std::move(sink)) {}
    Result<void> add(View step) override { return sink_->add(step); }
    Result<Response> finish() override {
        TRY(auto response, sink_->finish());
        return staying(stay_, std::move(response));
    }

  private:
    Stay stay_;
    std::unique_ptr<BodySink> sink_;
};

Result<Answer> staying(Stay stay, Answer answer) {
    if (auto* response = std::get_if<Response>(&answer)) {
        TRY(auto left, staying(std::move(stay), std::move(*response)));
        return Answer(std::move(left));
    }
    if (auto* stream = std::get_if<WantsStream>(&answer)) {
        stream->sink = std::make_unique<StayingSink>(std::move(stay), std::move(stream->sink));
        return answer;
    }
    auto& whole = std::get<WantsBody>(answer);
    auto then = std::move(whole.then);
    whole.then = [stay = std::move(stay), then = std::move(then)](const Request& request,
                                                                  Bytes body) mutable -> Result<Response> {
        TRY(auto response, then(request, std::move(body)));
        return staying(stay, std::move(response));
    };
    return answer;
}

}  // namespace

namespace {

const std::vector<std::string> unlock_path{"api", "v1", "unlock"};

std::vector<Route> locked_routes(Unlocking* unlocking) {
    auto table = routes::health(routes::Health::locked);
    if (unlocking) std::ranges::move(routes::unlock(unlocking), std::back_inserter(table));
    return table;
}

}  // namespace

Door::Door(Unlocking* unlocking) : locked_(locked_routes(unlocking)) {}
Door::~Door() = default;

void Door::open(std::shared_ptr<House> house) {
    auto inside = std::make_shared<const Inside>(std::move(house), tally_);
    std::lock_guard held(mutex_);
    inside_ = std::move(inside);
}

void Door::shut(Error why) {
    std::shared_ptr<const Inside> left;        // let go after the mutex: it may be the last, and then a whole house ends here
    std::lock_guard held(mutex_);
    std::swap(left, inside_);
    why_shut_ = std::move(why);
}

Error Door::why_shut() const {
    std::lock_guard held(mutex_);
    return why_shut_;
}

std::shared_ptr<const Door::Inside> Door::inside() const {
    std::lock_guard held(mutex_);
    return inside_;
}

Result<Answer> Door::begin(const Request& request) {
    Counted counted(tally_);
    auto answer = asked(request, counted);
    return counting(std::move(counted), std::move(answer));
}

/// The page itself is shown while the door is shut: it says so, and how it is opened.
Result<Answer> Door::asked(const Request& request, Counted& counted) {
    const bool of_api = !request.segments.empty() && request.segments.front() == "api";
    if (!of_api)
        if (auto shown = page_.answer(request)) {
            counted.is_of(tally_.page());
            return Answer(*std::move(shown));
        }
    auto inside = this->inside();
    if (!inside && of_api && request.segments != unlock_path) return std::unexpected(why_shut());
    const Route* matched = nullptr;
    auto answer = (inside ? inside->router : locked_).route(request, &matched);
    if (matched) counted.is_of(inside ? inside->row_of(*matched) : tally_.of(*matched));
    if (!answer && answer.error().problem == Problem::not_found && !of_api)
        if (auto shown = page_.for_nothing(request)) return Answer(*std::move(shown));
    if (!answer || !inside) return answer;
    return staying(Stay(inside, inside->house.get()), *std::move(answer));
}

void Door::failed(const RequestId& request, const Error& error) {
    journal(Level::error, "request.failed", {{"request", request}, {"problem", error.problem}, {"line", error.where.line()}});
}

}  // namespace muniment::server
