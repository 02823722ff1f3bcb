// SPDX-License-Identifier: Apache-2.0
// Names that people give: what may be one, how it folds, how Windows can store it.
#include "base/limits.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"

using namespace muniment;

FUZZ_TARGET(names) {
    auto said = text(input);
    bool utf8 = check_utf8(input).has_value();
    auto label = check_label(said);
    auto name = check_name(said);
    fuzz::must(!label || (utf8 && *label == said), "a label that is not what was given, or not UTF-8");
    fuzz::must(!name || (label && *name == said), "a name that is no label");
    if (name) {
        fuzz::must(name->size() <= limits::name_bytes_max, "a name that is too long");
        fuzz::must(!name->contains('/') && !name->contains('\0'), "a name that leads away");
        fuzz::must(*name != "." && *name != "..", "a name that leads up");
    }
    if (!utf8 || said.size() > 4 * limits::name_bytes_max) return;
    auto folded = fold_name(said);
    fuzz::must(check_utf8(view(folded)).has_value(), "a folded name that is not UTF-8");
    fuzz::must(fold_name(folded) == folded, "a folded name that folds further");
    fuzz::must(character_count(said) <= said.size(), "more characters than bytes");
    bool changed = false;
    auto safe = safe_on_windows(said, changed);
    fuzz::must(changed == (safe != said), "safe_on_windows does not say what it did");
    bool changed_again = false;
    fuzz::must(safe_on_windows(safe, changed_again) == safe && !changed_again, "a name for Windows that is not one");
    fuzz::must(safe.find_first_of("<>:\"/\\|?*") == std::string::npos, "a name that Windows does not take");
}

FUZZ_TARGET(collation) {
    static const auto english = Collation::create("en").value();
    if (check_utf8(input)) fuzz::must(english.key(text(input)) == english.key(text(input)), "one name with two places in a list");
}
