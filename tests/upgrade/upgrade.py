#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Data are brought forward by a program of a later day (tomorrow.cpp): looked at without a change, with a copy, back to the former program
and forward again; and beneath two nodes at work, which change programs one after the other.

    upgrade.py FOLDER-OF-THE-REPOSITORY MUNIMENT MUNIMENT-CLI MUNIMENT-TOMORROW
"""
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(sys.argv[1]) / "tests/nodes"))
from several import MUNIMENT, PASSWORD, Firm, Node, expect, said_by  # noqa: E402

TOMORROW = pathlib.Path(sys.argv[4]).resolve()


def upgrade(program, home, *options, code=0, says=""):
    ran = subprocess.run([program, "upgrade", "--home", home, *options], check=False, capture_output=True, text=True)
    expect(ran.returncode == code, f"upgrade {options} ended with {ran.returncode}, not {code}: {ran.stdout}{ran.stderr}")
    expect(says in ran.stdout + ran.stderr, f"upgrade {options} does not say '{says}': {ran.stdout}{ran.stderr}")
    return ran.stdout


def refuses_to_serve(program, home, says):
    ran = subprocess.run([program, "serve", "--home", home, "--port", "0"], check=False, capture_output=True, text=True, timeout=60)
    expect(ran.returncode != 0 and says in ran.stderr, f"{program.name} serves what it cannot: {ran.stdout}{ran.stderr}")


def served(program, home):
    node = Node(home)
    node.program = program
    node.start()
    node.stop()


def alone(folder, node):
    """A firm on one server without PostgreSQL, for its people."""
    firm = Firm.__new__(Firm)
    firm.folder, firm.nodes, firm.tokens = folder, [node], {}
    (folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    return firm


def told_of_migration(firm):
    entries = firm.client("otto", "audit", "log", "--limit", "100")["items"]
    return [(entry["detail"]["from"], entry["detail"]["to"]) for entry in entries if entry["action"] == "data-migrated"]


def in_one_file(folder):
    home = folder / "alone"
    founded = json.loads(said_by(MUNIMENT, "init", "--home", home, "--trial", "--json"))
    database = home / "data/records.sqlite"
    digest = lambda: hashlib.sha256(database.read_bytes()).hexdigest()
    before = digest()
    upgrade(MUNIMENT, home, "--check", says="Nothing to do.")
    said = upgrade(TOMORROW, home, "--check", code=3, says="`serve` takes these steps by itself")
    expect("step to 2: adds a column to packs; the former release runs on the result too" in said, said)
    expect("step to 3: drops an index; AFTERWARDS FORMER RELEASES CANNOT RUN" in said, said)
    report = json.loads(upgrade(TOMORROW, home, "--check", "--json", code=3))
    expect(report["database"] == {"driver": "sqlite", "format": 1, "least": 1, "known": 3} and report["possible"], report)
    expect(digest() == before and len(list(database.parent.glob("*.schema-*"))) == 0, "a look changed something")

    today = Node(home)
    today.start()
    firm = alone(folder, today)
    firm.accept("admin", founded["invitation"])
    invited = firm.client("admin", "user", "add", "otto", "--name", "Otto", "--role", "auditor")
    firm.accept("otto", invited["invitation"])
    upgrade(TOMORROW, home, code=1, says="stop it first")
    today.stop()
    today.program = TOMORROW
    today.start()
    expect(told_of_migration(firm) == [(1, 2)], f"the record tells of {told_of_migration(firm)}")
    today.stop()
    copy = database.parent / "records.sqlite.schema-1"
    expect(copy.exists() and copy.stat().st_mode & 0o777 == 0o600, "there is no private copy of what was")
    found = json.loads(subprocess.run([TOMORROW, "doctor", "--home", home, "--json"], check=False, capture_output=True, text=True).stdout)
    expect(any(finding["name"] == "disk.copies" for finding in found["findings"]), "the doctor does not see the copy")

    # Back: the former program, and what it then wrote, forward again.
    upgrade(MUNIMENT, home, "--check", says="this one still runs on them")
    served(MUNIMENT, home)
    upgrade(TOMORROW, home, "--check", says="muniment upgrade --finish")
    said = upgrade(TOMORROW, home, "--finish", says="Nothing to do.")
    expect("A copy that was read again whole" in said, said)
    expect((database.parent / "records.sqlite.schema-2").exists(), "no copy was made before the last step")
    upgrade(MUNIMENT, home, "--check", code=1, says="too old")
    refuses_to_serve(MUNIMENT, home, "newer version")

    today.start()
    expect(told_of_migration(firm) == [(2, 3), (1, 2)], f"the record tells of {told_of_migration(firm)}")
    expect(json.loads(said_by(TOMORROW, "audit", "verify", "--rows", "--home", home, "--json"))["sound"], "it does not verify")
    today.stop()


def opened(firm):
    invited = firm.client("admin", "user", "add", "vera", "--name", "Vera", "--role", "partner")
    firm.accept("vera", invited["invitation"])
    client = firm.client("vera", "client", "add", "Bergmann")
    return firm.client("vera", "matter", "open", "Bergmann", "Supply")["id"] if client else ""


def beneath_two_nodes(folder):
    firm = Firm(folder)
    try:
        first, second = firm.nodes[0], firm.join("node-b")
        matter = opened(firm)
        papers = []

        def both_file():
            for node in (first, second):
                content = hashlib.sha256(str(len(papers)).encode()).digest() * 50
                status, answer = firm.caller(node, "vera").file(matter, content)
                expect(status == 201, f"{node.home.name} does not file: {status} {answer}")
                papers.append((answer["id"], content))
            for paper, content in papers[-4:]:
                for node in (first, second):
                    got = firm.caller(node, "vera").ask("GET", f"/matters/{matter}/papers/{paper}/content")
                    expect(got == (200, content), f"{node.home.name} reads a paper as something else: {got[0]}")

        both_file()
        upgrade(TOMORROW, first.home, "--check", code=3, says="Take a pg_dump")
        upgrade(TOMORROW, first.home, code=1, says="--copied")
        first.stop()
        refuses_to_serve(TOMORROW, first.home, "upgrade --copied")
        first.start()
        upgrade(TOMORROW, first.home, "--copied", says="Format 2.")
        both_file()
        upgrade(TOMORROW, first.home, "--copied", "--finish", code=1, says="could not go on after step 3")
        both_file()
        for node in (first, second):
            node.stop()
            node.program = TOMORROW
            node.start()
            both_file()
        upgrade(TOMORROW, second.home, "--copied", "--finish", says="Format 3.")
        both_file()
        first.stop()
        refuses_to_serve(MUNIMENT, first.home, "newer version")
        first.start()
        both_file()
        expect(json.loads(said_by(TOMORROW, "audit", "verify", "--rows", "--home", first.home, "--json"))["sound"], "it does not verify")
    finally:
        firm.end()


with tempfile.TemporaryDirectory() as name:
    in_one_file(pathlib.Path(name))
    (pathlib.Path(name) / "nodes").mkdir()
    beneath_two_nodes(pathlib.Path(name) / "nodes")
print("upgrade: looked at, copied, brought forward, gone back from, brought forward beneath two nodes")
