#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the vectors beside it from docs/formats/keys.md alone, with none of our C++: HMAC and SHA-2 of Python's standard library,
and AES of the package `cryptography` for the sealed things (XAES-256-GCM from c2sp.org/XAES-256-GCM). The tests read the JSON; this
is kept so that it can be made again: python3 make.py"""
import hashlib
import hmac
import json
import pathlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HERE = pathlib.Path(__file__).parent


def some(tag, size):
    return hashlib.shake_128(tag.encode()).digest(size)


def expand(prk, info, size):
    out, block, count = b"", b"", 1
    while len(out) < size:
        block = hmac.new(prk, block + info + bytes([count]), hashlib.sha512).digest()
        out, count = out + block, count + 1
    return out[:size]


def hkdf(salt, ikm, info, size):
    return expand(hmac.new(salt, ikm, hashlib.sha512).digest(), info, size)


def D(key, label, firm, *ids):
    return expand(key, b"muniment/v1/" + label.encode() + b"\0" + firm + b"".join(ids), 32)


def xaes(key, nonce, associated, plain):
    ecb = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    left = ecb.update(bytes(16))
    shifted = int.from_bytes(left, "big") << 1
    k1 = (shifted ^ (0x87 if shifted >> 128 else 0)) & ((1 << 128) - 1)
    half = lambda n: ecb.update((int.from_bytes(bytes([0, n]) + b"X\0" + nonce[:12], "big") ^ k1).to_bytes(16, "big"))
    return nonce + AESGCM(half(1) + half(2)).encrypt(nonce[12:], plain, associated)


def derivations():
    rows = []
    for number, label in enumerate(["unlock", "mark", "slot", "head", "records", "secrets", "segments", "list", "tags", "documents",
                                    "objects", "fields", "gate", "gate-sum", "details", "key-set", "record-sum"]):
        key, firm = some(f"key {number}", 32), some(f"firm {number}", 16)
        ids = [some(f"id {number} {i}", 16) for i in range(0 if label == "mark" else number % 3)]
        rows.append({"key": key.hex(), "label": label, "firm": firm.hex(), "ids": [i.hex() for i in ids],
                     "derived": D(key, label, firm, *ids).hex()})
    return rows


def documents():
    rows = []
    for n in range(4):
        matter, secret = some(f"matter key {n}", 32), some(f"document secret {n}", 32)
        firm, document, obj = some(f"firm {n}", 16), some(f"document {n}", 16), some(f"object {n}", 16)
        salt = D(matter, "documents", firm)
        key = hkdf(salt, secret, b"muniment/v1/document\0" + firm + document, 32)
        rows.append({"matter_key": matter.hex(), "secret": secret.hex(), "firm": firm.hex(), "document": document.hex(),
                     "object": obj.hex(), "role": n + 1, "document_key": key.hex(),
                     "context": (b"\x01\x02muniment/v1/object\0" + firm + obj + bytes([n + 1])).hex()})
    return rows


def sealed():
    rows = []
    kinds = [("unlock", 1), ("epoch", 2), ("matter-key", 7), ("document-secret", 9), ("gate.session", 23), ("document.version", 47)]
    for n, (label, kind) in enumerate(kinds):
        key, firm = some(f"seal key {n}", 32), some(f"seal firm {n}", 16)
        owner, row, number = some(f"owner {n}", 16), some(f"row {n}", 16), n * 0x0102030405
        words = some(f"words {n}", n * 13)
        field = len(words).to_bytes(4, "big") + words
        field += bytes(-len(field) % 32)
        associated = b"\x01\x01muniment/v1/" + label.encode() + b"\0" + firm + owner + row + number.to_bytes(8, "big")
        rows.append({"key": key.hex(), "kind": kind, "firm": firm.hex(), "owner": owner.hex(), "row": row.hex(), "number": number,
                     "words": words.hex(),
                     "sealed": (b"\x01\x01" + xaes(key, some(f"nonce {n}", 24), associated, words)).hex(),
                     "sealed_field": (b"\x01\x01" + xaes(key, some(f"field nonce {n}", 24), associated, field)).hex()})
    return rows


def text(value):
    value = value.encode() if isinstance(value, str) else value
    return len(value).to_bytes(4, "big") + value


def number(value, size=8):
    return value.to_bytes(size, "big")


def slots():
    """The files of a slot: an epoch key under a root key, what was seen, who lives."""
    root, epoch, firm, n = some("slot root", 32), some("slot epoch", 32), some("slot firm", 16), 7
    mark = D(epoch, "mark", firm)
    associated = b"\x01\x01muniment/v1/epoch\0" + firm + firm + mark[:16] + number(n)
    sealed_epoch = b"\x01\x01" + xaes(D(root, "slot", firm), some("slot nonce", 24), associated, epoch)
    tree, note = some("slot tree", 32), some("slot note", 250)
    current, former = some("living now", 16), some("living before", 16)
    return [{"root": root.hex(), "epoch": epoch.hex(), "firm": firm.hex(), "number": n, "name": mark.hex() + ".epoch",
             "file": (b"\x01" + number(n) + text(sealed_epoch)).hex(),
             "size": 1234, "tree": tree.hex(), "note": note.hex(),
             "seen": (b"\x01" + mark + number(n) + number(1234) + tree + text(note)).hex(),
             "current": current.hex(), "former": former.hex(), "living": (b"\x01" + current + former + b"\x01").hex()}]


def key_set():
    """One row of each kind, with values that are told from its name."""
    epoch, firm = some("set epoch", 32), some("set firm", 16)
    row = lambda kind, *fields: bytes([kind]) + b"".join(fields)
    ids = lambda *names: b"".join(some(name, 16) for name in names)
    body = b"MUNIKEYS\x01" + b"".join([
        row(1, text("firm"), number(1), text(firm)),
        row(1, text("key-head"), number(41), text(some("set head", 100))),
        row(1, text("gate-head"), number(17), text(some("set gate", 90))),
        row(9, number(5000), text(some("set note", 240))),
        row(2, number(3, 1), ids("client"), number(4), text(some("client key", 74))),
        row(2, number(4, 1), ids("matter"), number(9), text(some("matter keys", 114))),
        row(3, number(25, 2), ids("matter", "matter"), number(12), text(some("gate row", 60))),
        row(8, number(43, 2), ids("client", "client"), number(1), text(some("profile", 138))),
        row(10, ids("matter")),
        row(4, ids("matter", "paper"), b"\0\1", number(123), number(2, 4), number(3), number(6), bytes(16), text(some("tag", 16)),
            text(some("secret", 74)), text(some("list", 202))),
        row(6, ids("paper"), number(2, 4), number(1), text(some("version", 266))),
        row(7, ids("paper"), number(2, 4), number(0, 4), ids("object"), number(2000), ids("pack"), number(64), number(2074),
            text(some("wrapped", 74))),
        row(5, number(2))])
    end = hmac.new(D(epoch, "key-set", firm), body, hashlib.sha256).digest()
    return [{"epoch": epoch.hex(), "firm": firm.hex(), "name": D(epoch, "mark", firm).hex() + ".keys", "records": 2,
             "file": (body + end).hex()}]


for name, rows in [("derivations", derivations()), ("documents", documents()), ("sealed", sealed()), ("slots", slots()),
                   ("key_set", key_set())]:
    (HERE / f"{name}.json").write_text(json.dumps(rows, indent=1) + "\n")
