#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills the server (SIGKILL) under load, again and again: what was acknowledged over HTTPS is there byte for byte each time, and
the record verifies. Every fifth kill comes during a turn of the epoch.

    kill9.py FOLDER-OF-THE-REPOSITORY MUNIMENT MUNIMENT-CLI [KILLS]
"""
import hashlib
import http.client
import json
import pathlib
import random
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import namedtuple

ROOT, MUNIMENT, CLI = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
KILLS = int(sys.argv[4]) if len(sys.argv) > 4 else 25
sys.path.insert(0, str(ROOT / "bench"))
from firm import Muniment  # noqa: E402  (found by the line before)

CLIENTS = 6
SIZES = [0, 1, 300, 16_384, 60_000, 200_000, 1_300_000]
Paper = namedtuple("Paper", "matter revision versions")     # versions: the SHA-256 of each


def broken(what):
    print("PROMISE BROKEN:", what)
    sys.exit(10)


class Person:
    """One connection, as the session of the firm's lead."""

    def __init__(self, firm):
        trusted = ssl.create_default_context(cafile=firm.authority)
        host, port = firm.url.removeprefix("https://").split(":")
        self.connection = http.client.HTTPSConnection(host, int(port), context=trusted, timeout=30)
        self.token = firm.token

    def ask(self, method, path, body=None, headers=None):
        head = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        self.connection.request(method, "/api/v1" + path, body=body, headers=head)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def file(self, path, about, content, headers):
        line = "b" + uuid.uuid4().hex
        body = (f'--{line}\r\nContent-Disposition: form-data; name="about"\r\nContent-Type: application/json\r\n\r\n'.encode()
                + json.dumps(about).encode()
                + f'\r\n--{line}\r\nContent-Disposition: form-data; name="content"; filename="p"\r\n'
                  f'Content-Type: application/octet-stream\r\n\r\n'.encode() + content + f"\r\n--{line}--\r\n".encode())
        headers = {"Content-Type": f"multipart/form-data; boundary={line}", "Idempotency-Key": str(uuid.uuid4()), **headers}
        return self.ask("POST", path, body, headers)


class Ledger:
    """What was acknowledged. A paper is changed by one person at a time, who takes it out meanwhile."""

    def __init__(self):
        self.lock = threading.Lock()
        self.papers = {}
        self.uncertain = {}      # id -> what it may be besides: a change whose answer never came
        self.count = 0

    def take(self, dice):
        with self.lock:
            if len(self.papers) < 5:
                return None
            paper = dice.choice(list(self.papers))
            return paper, self.papers.pop(paper)

    def put(self, paper, now, perhaps=None, acknowledged=True):
        with self.lock:
            self.count += acknowledged
            self.papers[paper] = now
            if perhaps:
                self.uncertain[paper] = perhaps


def work(firm, ledger, seed, matters):
    """Files papers and versions until the server is gone."""
    dice = random.Random(seed)
    try:
        person = Person(firm)
        while True:
            content = dice.randbytes(dice.choice(SIZES))
            told = hashlib.sha256(content).hexdigest()
            taken = ledger.take(dice) if dice.random() < 0.3 else None
            if not taken:
                matter = dice.choice(matters)
                status, answer = person.file(f"/matters/{matter}/papers", {"name": uuid.uuid4().hex}, content, {})
                if status == 201:
                    made = json.loads(answer)
                    ledger.put(made["id"], Paper(matter, made["revision"], (told,)))
                continue
            paper, was = taken
            now = was._replace(revision=was.revision + 1, versions=(*was.versions, told))
            answered = False
            try:
                status, answer = person.file(f"/matters/{was.matter}/papers/{paper}/versions", {}, content,
                                             {"If-Match": f'"{was.revision}"'})
                answered = True
            finally:
                if not answered:
                    ledger.put(paper, was, perhaps=now, acknowledged=False)
            ledger.put(paper, now if status == 201 else was, acknowledged=status == 201)
    except (OSError, http.client.HTTPException):
        return


def check(firm, ledger, papers):
    person = Person(firm)
    for paper in papers:
        acknowledged = ledger.papers[paper]
        status, answer = person.ask("GET", f"/matters/{acknowledged.matter}/papers/{paper}")
        if status != 200:
            broken(f"paper {paper} was acknowledged, and is answered with {status}")
        revision = json.loads(answer)["revision"]
        possible = [acknowledged]
        if paper in ledger.uncertain:
            # The change came about; or its rows did and its bytes did not, and the recovery took the rows back, which is a change as well.
            possible += [ledger.uncertain[paper], acknowledged._replace(revision=acknowledged.revision + 2)]
        now = next((state for state in possible if state.revision == revision), None)
        if now is None:
            broken(f"paper {paper} has revision {revision}, acknowledged was {acknowledged.revision}")
        for number, told in enumerate(now.versions, 1):
            status, content = person.ask("GET", f"/matters/{now.matter}/papers/{paper}/content?version={number}")
            if status != 200 or hashlib.sha256(content).hexdigest() != told:
                broken(f"version {number} of paper {paper} came back with {status}, as something else than was filed")
        ledger.papers[paper] = now
        ledger.uncertain.pop(paper, None)


def verify_record(firm):
    said = subprocess.run([MUNIMENT, "audit", "verify", "--home", firm.home, "--json"], capture_output=True, text=True,
                          check=False)
    if said.returncode != 0 or not json.loads(said.stdout)["sound"]:
        broken(f"the record does not verify: {said.stdout}{said.stderr}")
    return json.loads(said.stdout)["entries"]


def turn_until_killed(firm, turns):
    """Two checks of the slots must pass before the first turn; then one after the other."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not turns["begun"].is_set() or turns["begun"].is_set():
        said = subprocess.run([MUNIMENT, "keys", "turn", "--home", firm.home], capture_output=True, text=True, check=False)
        if said.returncode == 0:
            turns["done"] += 1
            turns["begun"].set()
        elif firm.server.poll() is not None:
            return
        else:
            turns["refused"] = said.stderr.strip()
            time.sleep(0.1)


def kill_once(firm, ledger, number, matters, turns):
    firm.start(0, "--check-seconds", "1")
    check(firm, ledger, list(ledger.uncertain) + random.Random(number).sample(sorted(ledger.papers), min(20, len(ledger.papers))))
    threads = [threading.Thread(target=work, args=(firm, ledger, number * 100 + i, matters)) for i in range(CLIENTS)]
    dice = random.Random(number)
    turning = number % 5 == 4
    if turning:
        turns["begun"].clear()
        threads.append(threading.Thread(target=turn_until_killed, args=(firm, turns)))
    for thread in threads:
        thread.start()
    if turning and not turns["begun"].wait(timeout=25):
        broken(f"no turn of the epoch came about in 25 seconds: {turns.get('refused', 'the first has not ended')}")
    time.sleep(dice.uniform(0.02, 0.5))
    firm.server.kill()
    firm.server.wait()
    for thread in threads:
        thread.join()
    return verify_record(firm)


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="muniment-kill9-"))
    try:
        programs = folder / "programs"
        programs.mkdir()
        (programs / "muniment").symlink_to(MUNIMENT)
        (programs / "muniment-cli").symlink_to(CLI)
        firm = Muniment(programs, folder / "firm")
        matters = [firm.open_matter(f"Matter {i}") for i in range(2)]
        firm.stop()
        ledger, turns = Ledger(), {"done": 0, "begun": threading.Event()}
        for number in range(KILLS):
            entries = kill_once(firm, ledger, number, matters, turns)
        firm.start()
        check(firm, ledger, sorted(ledger.papers))
        firm.stop()
        verify_record(firm)
        print(f"{KILLS} kills: {ledger.count} acknowledged changes of {len(ledger.papers)} papers, none lost; "
              f"{turns['done']} turns of the epoch; {entries} entries verified")
    finally:
        if "firm" in locals() and firm.server.poll() is None:
            firm.server.kill()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
