// SPDX-License-Identifier: Apache-2.0
// How a paper's rows are sealed: its secret, what a list shows of it, what each version keeps, the keys of its parts.
// docs/formats/papers.md. Everything here works on keys that the caller has open under a Permit.
#pragma once
#include <optional>
#include <string>

#include "audit/entry.hpp"
#include "base/clock.hpp"
#include "keys/keys.hpp"
#include "storage/rows.hpp"

namespace muniment::strongroom {

/// What a list shows of a paper or folder: under the page key, so that one opening per name suffices.
struct ListEntry {
    std::string name;                   ///< byte for byte as given
    std::uint64_t size = 0;
    Instant modified{}, added{};
    std::string handling_class;         ///< "client file" where nothing else was said
    friend bool operator==(const ListEntry&, const ListEntry&) = default;
};

/// Which objects, in which order and of which lengths, are a version: sealed with it, so that no part's row can be exchanged, moved
/// or left out.
struct PartsMark {
    std::uint32_t count = 0;
    Hash chain{};                       ///< SHA-256(former ‖ object ‖ plaintext's length), zeros before the first
    void add(const ObjectId& object, std::uint64_t plain_length);
    friend bool operator==(const PartsMark&, const PartsMark&) = default;
};

/// What is kept of one version: under the document key.
struct VersionFacts {
    std::string name;
    std::string path;                   ///< where it came from, as the sender said
    Instant modified{}, added{};
    std::uint64_t size = 0;
    std::string claimed_type, found_type;
    Hash sha256{};
    PersonId who;
    std::string source;                 ///< address it was sent from
    std::string comment;
    std::string handling_class;
    PartsMark parts;
    friend bool operator==(const VersionFacts&, const VersionFacts&) = default;
};

/// Who has a paper checked out: under the document key.
struct Checkout {
    PersonId who;
    Instant since{}, until{};
    std::string note;
};

/// A document with its keys open.
struct OpenDocument {
    storage::DocumentRow row;
    keys::DocumentSecret secret;
    keys::DocumentKey key;
};

class DocumentRows {
  public:
    DocumentRows(const FirmId& firm, const MatterId& matter, std::shared_ptr<const keys::MatterKeys> keys)
        : firm_(firm), matter_(matter), keys_(std::move(keys)) {}

    /// A new document: secret, generation; the caller fills in the rest of the row.
    OpenDocument make(const DocumentId& id) const;
    /// `corrupt`, naming the document, where its secret is not this matter's or its list row does not open;
    /// `unavailable` where a turn has sealed it anew since
    /// the keys were taken.
    Result<OpenDocument> open(const storage::DocumentRow& row) const;

    /// A paper that is not filed yet: all that there is of it is its secret, sealed under the page key of now.
    Result<OpenDocument> open_unfiled(const DocumentId& id, View sealed_secret) const;

    void seal_secret(OpenDocument& document) const;                       ///< under the page key of now, into its row
    /// Last, when the rest of the row stands: kind, state, parent and counts are sealed with it.
    void seal_list(storage::DocumentRow& row, const ListEntry& entry) const;
    /// `corrupt`, naming the document, where one of those columns is no longer what was sealed.
    Result<ListEntry> open_list(const storage::DocumentRow& row) const;
    Bytes tag(const DocumentId& folder, std::string_view name) const;     ///< 16 bytes

    Bytes seal_version(const OpenDocument& document, std::uint32_t version, std::uint64_t revision,
                       const VersionFacts& facts) const;
    Result<VersionFacts> open_version(const OpenDocument& document, const storage::VersionRow& row) const;
    Bytes wrap(const OpenDocument& document, const ObjectId& object, std::uint32_t version, const keys::ObjectKey& key) const;
    Result<keys::ObjectKey> unwrap(const OpenDocument& document, const storage::PartRow& part) const;
    Bytes seal_checkout(const OpenDocument& document, std::uint64_t revision, const Checkout& checkout) const;
    Result<Checkout> open_checkout(const OpenDocument& document, const storage::FieldRow& row) const;

    /// What seals an entry's words about the document.
    audit::DetailOwner details(const OpenDocument& document) const;
    const MatterId& matter() const { return matter_; }
    const keys::MatterKeys& keys() const { return *keys_; }
    const FirmId& firm() const { return firm_; }

  private:
    keys::Place document_place(keys::Kind kind, const DocumentId& document, std::uint64_t number) const {
        return {kind, matter_.bytes, document.bytes, number};
    }
    const keys::SealKey& list_key() const;
    Result<void> not_newer(const storage::DocumentRow& row) const;

    FirmId firm_;
    MatterId matter_;
    std::shared_ptr<const keys::MatterKeys> keys_;
    mutable std::optional<keys::SealKey> list_key_;       // derived once: a list opens thousands under it
};

}  // namespace muniment::strongroom
