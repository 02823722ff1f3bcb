#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""search_plaintext.py PATH -- WORD...: exit code 1 and a line for each word that stands in a file under PATH, as UTF-8, UTF-16 of
either order, or base64 at any of its three alignments. Files are read in pieces, so that a core of any size fits."""
import base64
import os
import sys

PIECE = 1024 * 1024
EMPTY = b"\0" * PIECE


def spellings(word):
    utf8 = word.encode()
    yield "UTF-8", utf8
    yield "UTF-16LE", word.encode("utf-16-le")
    yield "UTF-16BE", word.encode("utf-16-be")
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + utf8)
        # The first characters depend on what stands before the word, the last ones on what stands behind it.
        start = (0, 2, 3)[shift]
        end = (shift + len(utf8)) * 8 // 6
        if end - start >= 6:
            yield f"base64+{shift}", coded[start:end]


def files_under(path):
    if os.path.isfile(path):
        yield path
    for folder, _, names in os.walk(path):
        for name in names:
            full = os.path.join(folder, name)
            if os.path.isfile(full):
                yield full


def main():
    split = sys.argv.index("--")
    wanted = [(word, how, coded) for word in sys.argv[split + 1:] for how, coded in spellings(word)]
    overlap = max(len(coded) for _, _, coded in wanted)
    found = set()
    for path in sys.argv[1:split]:
        for name in files_under(path):
            for word, how, coded in wanted:
                if coded in os.fsencode(name):
                    found.add((name, word, "its name"))
            with open(name, "rb") as file:
                tail = b""
                while piece := file.read(PIECE):
                    # Most of a core is memory that nobody touched.
                    if piece == EMPTY[:len(piece)]:
                        tail = b""
                        continue
                    text = tail + piece
                    for word, how, coded in wanted:
                        if coded in text:
                            found.add((name, word, how))
                    tail = text[-overlap:]
    for name, word, how in sorted(found):
        print(f"{name}: '{word}' as {how}")
    sys.exit(1 if found else 0)


main()
