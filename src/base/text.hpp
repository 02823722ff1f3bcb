// SPDX-License-Identifier: Apache-2.0
// Text that people write: what may be a name, which names are the same, and in which order they stand. The only file with ICU.
//
// Promises   A name that passes check_name() or check_label() shows as what it is: it cannot break a line, turn the text beside
//            it around or end a path. Folding never changes with a newer ICU: what Unicode 15 had not assigned is left as it
//            is, so that name tags (docs/formats) stay what they were.
// Does not   Change what it is given: a name is kept byte for byte. Details of its errors never contain the name.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace muniment {

/// `bad_name` unless the bytes are UTF-8 as Unicode defines it: shortest forms, no surrogates, up to U+10FFFF.
Result<void> check_utf8(View bytes);

/// A file's or folder's name: a single step of a path, at most limits::name_bytes_max. Gives it back, unchanged.
Result<std::string> check_name(std::string_view name);
/// The name of a client, matter or person: the same, but it may contain '/' and be "." for all we care.
Result<std::string> check_label(std::string_view name);

/// NFC of the full case folding of NFC, by Unicode 15. Names that fold alike cannot stand in one folder. Expects UTF-8.
std::string fold_name(std::string_view name);

/// What a password or passphrase is before it is hashed: NFKC of it, since keyboards write one character in several ways (docs/
/// decisions/0016). `malformed` where it is not UTF-8, `weak_password` where it holds what Unicode 15 had not assigned (its form could
/// change with a later release), `too_large` beyond limits::password_bytes_max, before or after.
Result<std::string> normalize_password(std::string_view typed);

/// User-perceived characters would need a language; this counts code points, as limits in characters do. Expects UTF-8.
std::size_t character_count(std::string_view text);

/// The name as Windows can store it; `changed` says whether it is another one.
std::string safe_on_windows(std::string_view name, bool& changed);

/// The order of names in a language, as a dictionary or telephone book of it has them.
class Collation {
  public:
    /// `language` is a tag of BCP 47, like "en" or "de". One that ICU has no rules for sorts by the root rules.
    static Result<Collation> create(std::string_view language);
    ~Collation();
    Collation(Collation&&) noexcept;
    Collation& operator=(Collation&&) noexcept;
    /// Keys compare as bytes the way their texts sort. Safe to call from several threads.
    Bytes key(std::string_view text) const;

  private:
    struct Rules;
    explicit Collation(std::unique_ptr<Rules> rules);
    std::unique_ptr<Rules> rules_;
};

/// Before any other function here: what ICU frees is wiped from then on. Names pass through its buffers. `false` where ICU was used
/// before.
bool wipe_freed_text();

}  // namespace muniment
