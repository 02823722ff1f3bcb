// SPDX-License-Identifier: Apache-2.0
// The tree of keys and the one derivation, D(K, label, ids…) of docs/formats/keys.md.
#pragma once
#include <initializer_list>
#include <string_view>

#include "base/ids.hpp"
#include "crypto/crypto.hpp"

namespace muniment::keys {

using RootKey = crypto::Key<struct RootKeyTag>;
using EpochKey = crypto::Key<struct EpochKeyTag>;
using FirmKey = crypto::Key<struct FirmKeyTag>;
using PersonKey = crypto::Key<struct PersonKeyTag>;
using ClientKey = crypto::Key<struct ClientKeyTag>;
using MonthKey = crypto::Key<struct MonthKeyTag>;
using MatterKey = crypto::Key<struct MatterKeyTag>;
using PageKey = crypto::Key<struct PageKeyTag>;
using DocumentSecret = crypto::Key<struct DocumentSecretTag>;
using DocumentKey = crypto::Key<struct DocumentKeyTag>;
using ObjectKey = crypto::Key<struct ObjectKeyTag>;   ///< input key of one stream
using SealKey = crypto::Key<struct SealKeyTag>;       ///< what D gives for XAES-256-GCM
using MacKey = crypto::Key<struct MacKeyTag>;         ///< what D gives for HMAC-SHA-256

using Mark = Hash;                                    ///< D(K, "mark"): names a key in public, and nothing else does

namespace detail {
crypto::Secret derive(View key, std::string_view label, const FirmId& firm, std::initializer_list<View> ids);
}

/// D(K, label, ids…) as a key that seals small things.
template <class Tag>
SealKey seal_key(const crypto::Key<Tag>& key, std::string_view label, const FirmId& firm, std::initializer_list<View> ids = {}) {
    return SealKey::from(detail::derive(key.expose(), label, firm, ids)).value();
}
template <class Tag>
MacKey mac_key(const crypto::Key<Tag>& key, std::string_view label, const FirmId& firm, std::initializer_list<View> ids = {}) {
    return MacKey::from(detail::derive(key.expose(), label, firm, ids)).value();
}
template <class Tag>
Mark mark_of(const crypto::Key<Tag>& key, const FirmId& firm) {
    Mark mark;
    auto secret = detail::derive(key.expose(), "mark", firm, {});
    std::copy_n(secret.expose().begin(), mark.size(), mark.begin());
    return mark;
}

/// DK = HKDF-SHA-512(salt = D(MK, "documents"), IKM = DS, info = "muniment/v1/document" || 0x00 || F || document).
DocumentKey document_key(const MatterKey& matter, const DocumentSecret& secret, const FirmId& firm, const DocumentId& document);

/// What an object is: stands in the context of its stream.
enum class Role : std::uint8_t { part = 1, text = 2, preview = 3, segment = 4 };
inline constexpr std::array<std::uint8_t, 2> object_head{0x01, 0x02};  ///< format 1, suite Cobblestone-256
/// 0x01 0x02 || "muniment/v1/object" || 0x00 || F || object || role
Bytes object_context(const FirmId& firm, const ObjectId& object, Role role);

}  // namespace muniment::keys
