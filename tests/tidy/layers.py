#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every #include in src/ against the two tables of docs/architecture.md.

    layers.py FOLDER-OF-THE-REPOSITORY
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def table_after(text, head):
    """The rows of the Markdown table with that head, as lists of the words in backquotes per cell."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(head):
            break
    else:
        sys.exit(f"docs/architecture.md has no table that begins with '{head}'")
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        cells = line.strip("|").split("|")
        rows.append((re.findall(r"`([^`]+)`", cells[0])[0], re.findall(r"`([^`]+)`", cells[1]), cells[1]))
    return rows


def is_test(path):
    return path.stem.endswith("_test")


def problems_in(root, modules, places):
    for path in sorted((root / "src").rglob("*.[ch]pp")):
        inside = path.relative_to(root / "src")
        module = inside.parts[0]
        if module not in modules:
            yield f"src/{inside}: the module '{module}' has no row in the table"
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            header = found[1]
            other = header.split("/")[0]
            if other in modules and other != module and other not in modules[module]:
                yield f"src/{inside}:{number}: {module} includes {header}, and may not see {other}"
            for prefix, (allowed, tests_too) in places.items():
                if not header.startswith(prefix) or (tests_too and is_test(path)):
                    continue
                if not any(str(inside).startswith(place) for place in allowed):
                    yield f"src/{inside}:{number}: {header} belongs in {' '.join(allowed)} alone"


def main():
    root = pathlib.Path(sys.argv[1])
    text = (root / "docs/architecture.md").read_text(encoding="utf-8")
    modules = {module: set(below) for module, below, _ in table_after(text, "| module | includes from |")}
    places = {}
    for prefix, allowed, cell in table_after(text, "| header | included only in |"):
        places[prefix] = (allowed, bool(re.search(r"\btests\b", re.sub(r"`[^`]*`", "", cell))))
    found = list(problems_in(root, modules, places))
    print("\n".join(found) if found else f"{len(modules)} modules: every include fits the table.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
