// SPDX-License-Identifier: Apache-2.0
// List rows, versions and check-outs, once they are open; and what a paper is by its first bytes.
#include "base/limits.hpp"
#include "fuzz.hpp"
#include "strongroom/matters/document_rows.hpp"
#include "strongroom/matters/media_type.hpp"

using namespace muniment;
using namespace muniment::strongroom;

namespace {

template <class Tag>
crypto::Key<Tag> zero_key() {
    return crypto::Key<Tag>::from(crypto::Secret::zeros(32)).value();
}

}  // namespace

FUZZ_TARGET(paper_rows) {
    static const FirmId firm{};
    static const DocumentRows rows(firm, MatterId{}, std::make_shared<const keys::MatterKeys>(
        keys::MatterKeys{zero_key<keys::MatterKeyTag>(), zero_key<keys::PageKeyTag>(), 1}));
    static const auto document = rows.make(DocumentId{});
    static const auto list_key = keys::seal_key(rows.keys().page, "list", firm);
    static const auto fields_key = keys::seal_key(document.key, "fields", firm);

    // Each is sealed as what it may be, opened as that, sealed again, and has to be the same plaintext then.
    auto plaintext = [](const keys::SealKey& key, const keys::Place& place, View sealed) {
        return keys::open_field(key, firm, place, sealed).value();
    };
    const keys::Place list{keys::Kind::document_list, Id16{}, Id16{}, 1};
    auto row = document.row;
    row.list = keys::seal_field(list_key, firm, list, input);
    if (auto entry = rows.open_list(row)) {
        rows.seal_list(row, *entry);
        fuzz::must(plaintext(list_key, list, row.list) == bytes(input), "a second spelling of a list row");
    }
    Id16 first{};
    first[15] = 1;
    const keys::Place version{keys::Kind::document_version, Id16{}, first, 1};
    auto sealed = keys::seal_field(fields_key, firm, version, input);
    if (auto facts = rows.open_version(document, {.document = {}, .version = 1, .revision = 1, .sealed = std::move(sealed)}))
        fuzz::must(plaintext(fields_key, version, rows.seal_version(document, 1, 1, *facts)) == bytes(input),
                   "a second spelling of a version");
    const keys::Place out{keys::Kind::document_checkout, Id16{}, Id16{}, 1};
    sealed = keys::seal_field(fields_key, firm, out, input);
    const auto kind = static_cast<std::uint16_t>(keys::Kind::document_checkout);
    if (auto checkout = rows.open_checkout(document, {.kind = kind, .owner = {}, .row = {}, .revision = 1, .sealed = sealed}))
        fuzz::must(plaintext(fields_key, out, rows.seal_checkout(document, 1, *checkout)) == bytes(input),
                   "a second spelling of a check-out");
}

FUZZ_TARGET(media_types) {
    auto type = media_type_of(input.first(std::min(input.size(), type_told_by_bytes)));
    fuzz::must(type.contains('/') && type.size() <= limits::media_type_bytes_max, "no media type");
}
