// SPDX-License-Identifier: Apache-2.0
// Unlock files: read before anything is unlocked, from a place that others may write to.
#include "fuzz.hpp"
#include "keys/root.hpp"

using namespace muniment;

FUZZ_TARGET(unlock_files) {
    auto file = keys::UnlockFile::decode(input);
    if (!file) return;
    fuzz::must(file->encode() == bytes(input), "a second spelling of an unlock file");
    if (file->method == keys::UnlockMethod::key_file)
        fuzz::must(!keys::unlock_with_key_file(*file, crypto::Secret::zeros(32)), "an unlock file that nobody sealed");
}
