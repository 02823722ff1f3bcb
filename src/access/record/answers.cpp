// SPDX-License-Identifier: Apache-2.0
#include "access/record/answers.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace muniment::access {
namespace {

constexpr std::string_view already_made = "a change with this Idempotency-Key";
constexpr std::uint8_t settled = 0, pending = 1;

keys::Place place_of(const FirmId& firm, const Hash& key) {
    Id16 row;
    std::copy_n(key.begin(), row.size(), row.begin());
    return {keys::Kind::answer, firm.bytes, row, 0};
}

struct Content {
    Hash request{};
    std::optional<Id16> by;      ///< pending
    std::vector<audit::Subject> subjects;

    Bytes encode() const {
        Writer w;
        w.raw(request).u8(by ? pending : settled);
        if (by) w.raw(*by);
        for (const auto& s : subjects) w.u8(static_cast<std::uint8_t>(s.kind)).raw(s.id).u64(s.number);
        return std::move(w).take();
    }
    static Result<Content> decode(View bytes) {
        Reader r(bytes);
        Content content{.request = r.array<32>()};
        auto state = r.u8();
        if (state == pending) content.by = r.array<16>();
        while (r.ok() && !r.rest().empty()) {
            auto kind = static_cast<audit::SubjectKind>(r.u8());
            auto id = r.array<16>();
            content.subjects.push_back({kind, id, r.u64()});
        }
        CHECK(r.done("an answer"));
        if (state > pending) return fail(Problem::corrupt, "an answer");
        return content;
    }
};

}  // namespace

Id16 Answers::process() const {
    auto* nodes = records_.nodes();
    return nodes ? nodes->self() : self_;
}

Result<void> Answers::is_gone(const Id16& process) const {
    auto* nodes = records_.nodes();
    if (!nodes) return {};       // only one process has these rows open, and it is another by now
    TRY(auto living, nodes->list());
    if (std::ranges::none_of(living, [&](const auto& node) { return node.node == process; })) return {};
    return fail(Problem::unavailable, "another server is still taking in what the same request brought");
}

bool Answers::under_way(const Hash& key) const {
    std::lock_guard lock(mutex_);
    return under_way_.contains(key);
}

Bytes Answers::seal(const Hash& key, View content) const {
    return keys::seal(ring_.gate_seal(), ring_.firm(), place_of(ring_.firm(), key), content);
}

Result<void> Answers::remember_in(storage::RecordWriter& writer, const Principal& who,
                                  const std::vector<audit::Subject>& subjects) const {
    const auto& repeatable = who.origin().repeatable;
    if (!repeatable) return {};
    const auto& key = repeatable->key;
    TRY(auto before, writer.remembered(key));
    auto now = clock_.now();
    if (before && Instant{static_cast<std::int64_t>(before->number)} + limits::idempotency_kept > now)
        return fail(Problem::already_done, std::string(already_made));
    Content content{*repeatable->request, under_way(key) ? std::optional(process()) : std::nullopt, subjects};
    return writer.remember(key, {static_cast<std::uint64_t>(now.us), seal(key, content.encode())});
}

Result<void> Answers::forget_in(storage::RecordWriter& writer, const Principal& who) const {
    const auto& repeatable = who.origin().repeatable;
    if (!repeatable) return {};
    return writer.remember(repeatable->key, {0, {}});        // older than anything that counts, and swept with it
}

Result<std::optional<Answers::Made>> Answers::find(const Principal& who) const {
    using Found = std::optional<Made>;
    const auto& repeatable = who.origin().repeatable;
    if (!repeatable) return Found{};
    const auto& key = repeatable->key;
    // In this order: what ends meanwhile is under way, or settled or gone when its row is read.
    bool here = under_way(key);
    TRY(auto row, records_.remembered(key));
    if (!row || Instant{static_cast<std::int64_t>(row->number)} + limits::idempotency_kept <= clock_.now()) return Found{};
    TRY(auto plain, keys::open(ring_.gate_seal(), ring_.firm(), place_of(ring_.firm(), key), row->value));
    TRY(auto content, Content::decode(plain));
    Made made{content.request, std::move(content.subjects)};
    if (!content.by) return Found(std::move(made));
    if (*content.by != process()) made.pending_by = content.by;
    else made.under_way = here || under_way(key);
    if (content.by == process() && !made.under_way) {
        // It has ended here, well or not: what stands there now says which.
        TRY(auto now, records_.remembered(key));
        if (now != row) return find(who);
    }
    return Found(std::move(made));
}

Result<void> Answers::settle(const std::vector<Principal>& made) {
    return records_.commit([&](storage::RecordWriter& writer) -> Result<void> {
        for (const auto& who : made) {
            const auto& repeatable = who.origin().repeatable;
            if (!repeatable) continue;
            const auto& key = repeatable->key;
            TRY(auto row, writer.remembered(key));
            if (!row || row->value.empty()) continue;
            TRY(auto plain, keys::open(ring_.gate_seal(), ring_.firm(), place_of(ring_.firm(), key), row->value));
            TRY(auto content, Content::decode(plain));
            if (!content.by || content.request != *repeatable->request) continue;
            content.by.reset();
            CHECK(writer.remember(key, {row->number, seal(key, content.encode())}));
        }
        return {};
    });
}

Answers::UnderWay::UnderWay(Answers& answers, const Principal& who) : answers_(answers) {
    if (!who.origin().repeatable) return;
    key_ = who.origin().repeatable->key;
    std::lock_guard lock(answers_.mutex_);
    ++answers_.under_way_[*key_];
}

Answers::UnderWay::~UnderWay() {
    if (!key_ || stays_) return;
    std::lock_guard lock(answers_.mutex_);
    auto at = answers_.under_way_.find(*key_);
    if (--at->second == 0) answers_.under_way_.erase(at);
}

}  // namespace muniment::access
