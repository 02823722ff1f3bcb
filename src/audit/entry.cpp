// SPDX-License-Identifier: Apache-2.0
#include "audit/entry.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "crypto/hash.hpp"

namespace muniment::audit {
namespace {

constexpr std::uint8_t leaf_format = 1;
/// Of a subject's first byte: a number follows its id.
constexpr std::uint8_t with_number = 0x80;

struct Word {
    Action action;
    std::string name;
    std::string_view text;
};

const std::vector<Word>& words() {
    static const auto all = [] {
        std::vector<Word> list{
#define ACTION(name, number, text) Word{Action::name, #name, text},
#include "audit/actions.def"
#undef ACTION
        };
        for (auto& word : list) std::ranges::replace(word.name, '_', '-');
        return list;
    }();
    return all;
}

bool known(Outcome outcome) { return outcome >= Outcome::permitted && outcome <= Outcome::cut; }
bool known(SubjectKind kind) { return kind >= SubjectKind::person && kind <= SubjectKind::other; }

Subject read_subject(Reader& in, bool& canonical) {
    auto first = in.u8();
    Subject subject{static_cast<SubjectKind>(first & ~with_number), in.array<16>()};
    if (first & with_number) {
        subject.number = in.u64();
        canonical = canonical && subject.number != 0;
    }
    canonical = canonical && known(subject.kind);
    return subject;
}

RowMark read_row_mark(Reader& in) {
    RowMark mark{};
    mark.kind = in.u16();
    mark.row = in.array<16>();
    mark.revision = in.u64();
    mark.sealed = in.array<32>();
    return mark;
}

}  // namespace

std::string_view name_of(Action action) {
    auto word = std::ranges::find(words(), action, &Word::action);
    return word == words().end() ? "unknown" : std::string_view(word->name);
}

std::string_view text_of(Action action) {
    auto word = std::ranges::find(words(), action, &Word::action);
    return word == words().end() ? "did what this release has no word for" : word->text;
}

std::optional<Action> action_named(std::string_view name) {
    auto word = std::ranges::find(words(), name, &Word::name);
    if (word == words().end()) return std::nullopt;
    return word->action;
}

std::string_view name_of(Outcome outcome) {
    switch (outcome) {
    case Outcome::permitted: return "permitted";
    case Outcome::refused: return "refused";
    case Outcome::done: return "done";
    case Outcome::ended: return "ended";
    case Outcome::cut: return "cut";
    }
    return "unknown";
}

Bytes Leaf::encode() const {
    require(subjects.size() <= subjects_max && rows.size() <= row_marks_max, "an entry with more than its leaf can hold");
    Writer out;
    out.u8(leaf_format).raw(id).i64(at.us).u16(static_cast<std::uint16_t>(action)).u8(static_cast<std::uint8_t>(outcome));
    out.raw(person).raw(session).raw(request);
    out.u8(static_cast<std::uint8_t>(subjects.size()));
    for (const auto& subject : subjects) {
        auto kind = static_cast<std::uint8_t>(subject.kind);
        out.u8(subject.number != 0 ? kind | with_number : kind).raw(subject.id);
        if (subject.number != 0) out.u64(subject.number);
    }
    out.u16(static_cast<std::uint16_t>(rows.size()));
    for (const auto& row : rows) out.u16(row.kind).raw(row.row).u64(row.revision).raw(row.sealed);
    out.raw(commitment);
    return std::move(out).take();
}

Result<Leaf> Leaf::decode(View bytes) {
    Reader in(bytes);
    if (in.u8() != leaf_format) return fail(Problem::corrupt, "a leaf of an unknown format");
    Leaf leaf;
    leaf.id.bytes = in.array<16>();
    leaf.at.us = in.i64();
    // A later release may have written an action that this one has no word for; its leaf counts all the same.
    leaf.action = static_cast<Action>(in.u16());
    leaf.outcome = static_cast<Outcome>(in.u8());
    leaf.person.bytes = in.array<16>();
    leaf.session.bytes = in.array<16>();
    leaf.request.bytes = in.array<16>();
    std::size_t subjects = in.u8();
    bool canonical = leaf.action != Action{} && known(leaf.outcome) && subjects <= subjects_max;
    for (std::size_t i = 0; canonical && i < subjects; ++i) leaf.subjects.push_back(read_subject(in, canonical));
    std::size_t rows = in.u16();
    canonical = canonical && rows <= row_marks_max;
    for (std::size_t i = 0; canonical && in.ok() && i < rows; ++i) leaf.rows.push_back(read_row_mark(in));
    leaf.commitment = in.array<32>();
    if (!canonical) return fail(Problem::corrupt, "a leaf that no encoder writes");
    CHECK(in.done("a leaf"));
    return leaf;
}

Hash Detail::commitment() const { return crypto::sha256({View(salt), View(words)}); }

Bytes Detail::encode() const {
    Bytes out;
    out.reserve(salt.size() + words.size());
    out.insert(out.end(), salt.begin(), salt.end());
    out.insert(out.end(), words.begin(), words.end());
    return out;
}

Result<Detail> Detail::decode(View bytes) {
    Detail detail;
    if (bytes.size() < detail.salt.size() || bytes.size() > detail.salt.size() + limits::detail_bytes_max)
        return fail(Problem::corrupt, "a detail of impossible length");
    std::copy_n(bytes.begin(), detail.salt.size(), detail.salt.begin());
    detail.words = muniment::bytes(bytes.subspan(detail.salt.size()));
    return detail;
}

}  // namespace muniment::audit
