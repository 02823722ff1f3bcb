#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the fuzz targets against their corpora and the table of docs/threat-model.md.

    fuzz_targets.py FOLDER-OF-THE-REPOSITORY
"""
import pathlib
import re
import sys

CORPUS_BYTES_MAX = 2 * 1024 * 1024      # of all inputs: the repository stays small


def main():
    root = pathlib.Path(sys.argv[1])
    sources = "".join(file.read_text(encoding="utf-8") for file in root.glob("fuzz/*/*.cpp"))
    targets = set(re.findall(r"^FUZZ_TARGET\((\w+)\)", sources, re.M))
    corpora = {folder.name for folder in (root / "fuzz" / "corpus").iterdir() if any(folder.iterdir())}
    model = (root / "docs" / "threat-model.md").read_text(encoding="utf-8")
    rows = [line for line in model[model.index("fuzz targets |"):].splitlines() if line.startswith("|")]
    table = {name for row in rows for name in re.findall(r"`(\w+)`", row.strip("|").split("|")[-1])}
    found = [f"{name} has no corpus in fuzz/corpus/" for name in sorted(targets - corpora)]
    found += [f"fuzz/corpus/{name} is no target's" for name in sorted(corpora - targets)]
    found += [f"{name} is not in the table of docs/threat-model.md" for name in sorted(targets - table)]
    found += [f"docs/threat-model.md names the target {name}, which there is not" for name in sorted(table - targets)]
    size = sum(file.stat().st_size for file in (root / "fuzz" / "corpus").rglob("*") if file.is_file())
    if size > CORPUS_BYTES_MAX:
        found.append(f"the corpora have {size} bytes, at most {CORPUS_BYTES_MAX}")
    print(f"{len(targets)} targets, {size} bytes of corpora")
    print("\n".join(found))
    return 1 if found or not targets else 0


if __name__ == "__main__":
    sys.exit(main())
