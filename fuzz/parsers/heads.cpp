// SPDX-License-Identifier: Apache-2.0
// Heads of requests and chunked bodies: one reading of the bytes, however the network cut them.
#include <charconv>

#include "fuzz.hpp"
#include "server/http/chunks.hpp"
#include "server/http/parser.hpp"

using namespace muniment;
using namespace muniment::server;

namespace {

constexpr std::size_t head_bytes = 2048, target_bytes = 512;

struct Read {
    std::size_t taken = 0;
    std::optional<Head> head;
    friend bool operator==(const Read& a, const Read& b) {
        // A bad head may be refused sooner or later; what counts is that it is never taken.
        if (!a.head || !b.head) return a.head.has_value() == b.head.has_value();
        return a.taken == b.taken && a.head->method == b.head->method && a.head->target == b.head->target &&
               a.head->content_length == b.head->content_length && a.head->chunked == b.head->chunked &&
               a.head->keep_alive == b.head->keep_alive && a.head->expects_continue == b.head->expects_continue &&
               std::ranges::equal(a.head->headers, b.head->headers);
    }
};

/// As a connection does: what the parser leaves is shown again with `step` more bytes behind it.
Read read_head(Parser& parser, View all, std::size_t step) {
    Read read;
    for (std::size_t shown = 0; !parser.head_complete();) {
        if (shown == all.size()) return read;
        shown = std::min(all.size(), shown + step);
        auto taken = parser.take_head(all.subspan(read.taken, shown - read.taken));
        if (!taken) return read;
        fuzz::must(*taken <= shown - read.taken, "more was taken than was there");
        read.taken += *taken;
    }
    read.head = parser.head();
    return read;
}

struct Body {
    Bytes content;
    std::size_t taken = 0;
    bool complete = false;
    friend bool operator==(const Body&, const Body&) = default;
};

Body read_chunks(View all, std::size_t step, std::size_t room) {
    Chunks chunks;
    Body body;
    Bytes into(room);
    for (std::size_t shown = 0; !chunks.complete(); shown = std::min(all.size(), shown + step)) {
        while (body.taken < shown && !chunks.complete()) {
            auto taken = chunks.take(all.subspan(body.taken, shown - body.taken), into);
            if (!taken) return body;
            fuzz::must(taken->input <= shown - body.taken && taken->body <= into.size(), "more was taken than was there");
            fuzz::must(taken->input > 0, "a body that does not go on");
            body.taken += taken->input;
            body.content.insert(body.content.end(), into.begin(), into.begin() + static_cast<long>(taken->body));
        }
        if (shown == all.size() && !chunks.complete()) return body;
    }
    body.complete = true;
    return body;
}

/// RFC 9112 section 7.1, written down without a thought of steps: what a whole body holds; nothing where it is none.
std::optional<Bytes> naive_chunks(std::string_view all) {
    Bytes content;
    auto line = [&all]() -> std::optional<std::string_view> {
        auto end = all.find("\r\n");
        if (end == std::string_view::npos) return std::nullopt;
        auto found = all.substr(0, end);
        all.remove_prefix(end + 2);
        return found;
    };
    for (;;) {
        auto head = line();
        if (!head) return std::nullopt;
        auto digits = head->substr(0, head->find(';'));
        std::uint64_t size = 0;
        auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
        if (error != std::errc{} || end != digits.data() + digits.size() || digits.starts_with('-')) return std::nullopt;
        if (size == 0) break;
        if (size > all.size() || !all.substr(size).starts_with("\r\n")) return std::nullopt;
        content.insert(content.end(), all.begin(), all.begin() + static_cast<long>(size));
        all.remove_prefix(size + 2);
    }
    for (;;) {
        auto trailer = line();
        if (!trailer) return std::nullopt;
        if (trailer->empty()) return content;
    }
}

void check(const Head& head) {
    fuzz::must(!(head.chunked && head.content_length), "a body of two lengths");
    fuzz::must(head.target.size() <= target_bytes, "an address beyond its limit");
    std::size_t hosts = 0, lengths = 0, encodings = 0;
    for (const auto& [name, value] : head.headers) {
        hosts += name == "host", lengths += name == "content-length", encodings += name == "transfer-encoding";
        const auto control = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; };
        fuzz::must(std::ranges::none_of(value, control), "a field that could end early");
        fuzz::must(!name.empty() && name.find_first_of(" \t\r\n:") == std::string::npos, "a field with no name");
        fuzz::must(std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; }), "a name with capitals");
    }
    fuzz::must(hosts == 1 && lengths + encodings <= 1, "fields by which two readers could differ");
    fuzz::must(head.chunked == (encodings == 1) && head.content_length.has_value() == (lengths == 1), "a length from nowhere");
}

}  // namespace

FUZZ_TARGET(heads) {
    fuzz::Pieces pieces(input);
    std::size_t step = pieces.u8() % 64 + 1;
    Parser at_once(head_bytes, target_bytes), bit_by_bit(head_bytes, target_bytes);
    auto read = read_head(at_once, pieces.rest(), std::max<std::size_t>(pieces.rest().size(), 1));
    // A head too long may be refused earlier or later: what matters is that it is.
    auto again = read_head(bit_by_bit, pieces.rest(), step);
    fuzz::must(read == again || pieces.rest().size() >= head_bytes, "a head that reads otherwise in other steps");
    if (read.head) check(*read.head);
}

FUZZ_TARGET(chunks) {
    fuzz::Pieces pieces(input);
    std::size_t step = pieces.u8() % 64 + 1, room = pieces.u8() % 64 + 1;
    auto body = read_chunks(pieces.rest(), std::max<std::size_t>(pieces.rest().size(), 1), 4096);
    auto again = read_chunks(pieces.rest(), step, room);
    fuzz::must(body == again || (!body.complete && !again.complete), "a body that reads otherwise in other steps");
    if (!body.complete) return;
    auto expected = naive_chunks(text(pieces.rest()));
    fuzz::must(expected && *expected == body.content, "a body that another reader would not read so");
}
