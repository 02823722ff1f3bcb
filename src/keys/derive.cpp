// SPDX-License-Identifier: Apache-2.0
#include "keys/derive.hpp"

namespace muniment::keys {
namespace {

/// "muniment/v1/" || label || 0x00 || F || ids…
Bytes info(std::string_view label, const FirmId& firm, std::initializer_list<View> ids) {
    Writer w;
    w.raw("muniment/v1/").raw(label).u8(0).raw(View(firm));
    for (auto id : ids) w.raw(id);
    return std::move(w).take();
}

}  // namespace

crypto::Secret detail::derive(View key, std::string_view label, const FirmId& firm, std::initializer_list<View> ids) {
    auto out = crypto::Secret::zeros(32);
    crypto::hkdf_expand_sha512(key, info(label, firm, ids), out.fill());
    return out;
}

DocumentKey document_key(const MatterKey& matter, const DocumentSecret& secret, const FirmId& firm, const DocumentId& document) {
    auto salt = detail::derive(matter.expose(), "documents", firm, {});
    auto out = crypto::Secret::zeros(32);
    crypto::hkdf_sha512(salt.expose(), secret.expose(), info("document", firm, {View(document)}), out.fill());
    return DocumentKey::from(std::move(out)).value();
}

Bytes object_context(const FirmId& firm, const ObjectId& object, Role role) {
    Writer w;
    w.raw(View(object_head))
        .raw("muniment/v1/object")
        .u8(0)
        .raw(View(firm))
        .raw(View(object))
        .u8(static_cast<std::uint8_t>(role));
    return std::move(w).take();
}

}  // namespace muniment::keys
