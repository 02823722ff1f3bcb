#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The form of what we wrote: licence line, line length, nothing left for later. Prints the ten longest files.

    sources.py FOLDER-OF-THE-REPOSITORY
"""
import pathlib
import re
import sys

LINE_LENGTH_MAX = 140
FOLDERS = ("src", "web", "bench", "cmake", "tests", "tools", "demo", "fuzz")
CODE = {".cpp", ".hpp", ".def", ".sql", ".cmake", ".py", ".ts", ".tsx", ".css"}
NOT_OURS = ("node_modules", "schema.d.ts")       # npm's, and what is made from the API's document
LEFT_FOR_LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
SPDX = "SPDX-License-Identifier: Apache-2.0"


def is_script(path):
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def sources(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            inside = path.relative_to(root).parts
            if not path.is_file() or inside[:2] in (("tests", "vectors"), ("demo", "papers"), ("fuzz", "corpus")):
                continue
            if any(name in inside for name in NOT_OURS):
                continue
            if path.suffix in CODE or is_script(path):
                yield path
    yield from (root / name for name in ("CMakeLists.txt", "run", "test", ".ci/run"))


def problems_in(path, lines):
    if not any(SPDX in line for line in lines[:3]):
        yield "1: no licence line (" + SPDX + ")"
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LENGTH_MAX:
            yield f"{number}: {len(line)} columns, at most {LINE_LENGTH_MAX}"
        if LEFT_FOR_LATER.search(line):
            yield f"{number}: left for later: {line.strip()}"
        if line != line.rstrip():
            yield f"{number}: blanks at the end"


def main():
    root = pathlib.Path(sys.argv[1])
    found, sizes = [], []
    for path in sources(root):
        lines = path.read_text(encoding="utf-8").splitlines()
        name = path.relative_to(root)
        sizes.append((len(lines), str(name)))
        found += [f"{name}:{problem}" for problem in problems_in(path, lines)]
    sizes.sort(reverse=True)
    print(f"{len(sizes)} files, {sum(size for size, _ in sizes)} lines; median {sizes[len(sizes) // 2][0]}. The longest:")
    print("\n".join(f"{size:6} {name}" for size, name in sizes[:10]))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
