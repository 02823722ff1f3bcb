// SPDX-License-Identifier: Apache-2.0
// Names of things: 16 bytes, each kind a type of its own, so that a matter cannot be passed for a client.
//
// Rows get UUIDv7 (RFC 9562 section 5.7): they sort by the time of their making. What must not be guessed (sessions, tokens,
// links) is 16 random bytes instead and says so where it is made. The spelling is the RFC's 36 characters, lower case, or
// refused.
#pragma once
#include <array>
#include <compare>
#include <cstring>
#include <functional>

#include "base/bytes.hpp"
#include "base/clock.hpp"

namespace muniment {

using Id16 = std::array<std::uint8_t, 16>;

Id16 new_uuid_v7(Instant now);      ///< 48 bits of milliseconds, 74 random bits
Id16 new_random_id();               ///< 128 random bits
std::string to_uuid_text(const Id16& id);
Result<Id16> parse_uuid_text(std::string_view text);

template <class Tag>
struct Id {
    Id16 bytes{};

    static Id fresh(Instant now) { return {new_uuid_v7(now)}; }
    static Id random() { return {new_random_id()}; }
    static Result<Id> parse(std::string_view text) {
        TRY(auto raw, parse_uuid_text(text));
        return Id{raw};
    }
    std::string text() const { return to_uuid_text(bytes); }
    bool is_nil() const { return bytes == Id16{}; }
    operator View() const { return bytes; }  // NOLINT: an id is its bytes wherever bytes are asked for
    friend auto operator<=>(const Id&, const Id&) = default;
};

using FirmId = Id<struct FirmTag>;
using PersonId = Id<struct PersonTag>;
using GroupId = Id<struct GroupTag>;
using ClientId = Id<struct ClientTag>;
using MatterId = Id<struct MatterTag>;
using WallId = Id<struct WallTag>;
using DocumentId = Id<struct DocumentTag>;  ///< a paper or a folder
using ObjectId = Id<struct ObjectTag>;      ///< one sealed stream of bytes in a pack
using PackId = Id<struct PackTag>;
using EntryId = Id<struct EntryTag>;        ///< one entry of the log
using SessionId = Id<struct SessionTag>;    ///< random; a session or a token
using UploadId = Id<struct UploadTag>;      ///< random; an upload in pieces
using RequestId = Id<struct RequestTag>;

}  // namespace muniment

template <class Tag>
struct std::hash<muniment::Id<Tag>> {
    std::size_t operator()(const muniment::Id<Tag>& id) const noexcept {
        // The last bytes of both kinds of id are random.
        std::size_t h;
        std::memcpy(&h, id.bytes.data() + 8, sizeof h);
        return h;
    }
};

namespace muniment {
/// Hash for maps keyed by bare ids.
struct IdHash {
    std::size_t operator()(const Id16& id) const noexcept {
        std::size_t h;
        std::memcpy(&h, id.data() + 8, sizeof h);
        return h;
    }
};
}  // namespace muniment
