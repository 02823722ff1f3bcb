#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Several servers of one firm on one PostgreSQL and one folder of packs: what one of them changes counts on all of them at once, one
that was out of touch does nothing until it has opened the firm anew, one that is killed loses nothing that it acknowledged, and no
two checkpoints ever disagree.

    nodes.py FOLDER-OF-THE-REPOSITORY MUNIMENT MUNIMENT-CLI [KILLS]
"""
import hashlib
import http.client
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from several import MUNIMENT, Firm, broken, expect

KILLS = int(sys.argv[4]) if len(sys.argv) > 4 else 2
PEOPLE = {"vera": "partner", "luis": "lawyer", "nora": "lawyer", "mia": "lawyer", "carla": "compliance", "otto": "auditor"}


class Ledger:
    """What was acknowledged, by whichever node."""

    def __init__(self):
        self.lock = threading.Lock()
        self.papers = {}

    def put(self, paper, content):
        with self.lock:
            self.papers[paper] = hashlib.sha256(content).hexdigest()


def load(firm, node, ledger, matter, seed, until):
    """Files papers until it is told to end, or the node is gone."""
    dice = random.Random(seed)
    try:
        caller = firm.caller(node, "vera")
        while not until.is_set():
            content = dice.randbytes(dice.choice([0, 1, 300, 20_000, 200_000, 1_300_000]))
            status, answer = caller.file(matter, content)
            if status == 201:
                ledger.put(answer["id"], content)
    except (OSError, http.client.HTTPException):
        return


def check_ledger(firm, node, ledger, matter, sample=None):
    caller = firm.caller(node, "vera")
    papers = sorted(ledger.papers)
    for paper in random.Random(len(papers)).sample(papers, min(sample or len(papers), len(papers))):
        status, content = caller.ask("GET", f"/matters/{matter}/papers/{paper}/content")
        if status != 200 or hashlib.sha256(content).hexdigest() != ledger.papers[paper]:
            broken(f"paper {paper} was acknowledged, and comes back from {node.home.name} with {status}")


def people_and_matters(firm):
    """Made on the first node, and in force on the second at once."""
    a, b = firm.nodes[:2]
    for name, role in PEOPLE.items():
        invitation = firm.client("admin", "user", "add", name, "--name", name.title(), "--role", role)["invitation"]
        firm.accept(name, invitation, a if name != "luis" else b)
    vera = {node: firm.caller(node, "vera") for node in (a, b)}
    status, client = vera[a].post("/clients", {"name": "Bergmann Medical", "number": "10432"})
    expect(status == 201, f"a client could not be made: {client}")
    status, refused = vera[b].post("/clients", {"name": "Somebody else", "number": "10432"})
    expect(status == 409, f"a number that was taken on the other node a moment ago was given again: {status}")
    matters = []
    for number, node in enumerate((b, a)):
        status, matter = vera[node].post("/matters", {"client": client["id"], "name": f"Matter {number}", "number": f"10432.{number}"})
        expect(status == 201, f"a matter could not be opened: {matter}")
        matters.append(matter["id"])
        for other in (a, b):
            names = [each["name"] for each in vera[other].get("/matters")[1]["items"]]
            expect(f"Matter {number}" in names, f"a matter opened on {node.home.name} is not listed on {other.home.name}")
    for name in ("luis", "nora", "mia"):
        firm.client("vera", "matter", "team", "add", "10432.0", "--user", name, "--role", "member")
    for name in ("luis", "nora", "mia"):
        status, _ = firm.caller(b, name).get(f"/matters/{matters[0]}/papers")
        expect(status == 200, f"{name} came onto the team on one node, and is refused on the other with {status}")
    return matters


def changes_count_at_once(firm, matter):
    """A wall, a sign-out and what is filed; and a download that is under way on the other node ends."""
    a, b = firm.nodes[:2]
    large = random.Random(7).randbytes(48 * 1024 * 1024)
    status, paper = firm.caller(a, "vera").file(matter, large, "large")
    expect(status == 201, f"a large paper was refused: {paper}")
    luis = firm.caller(b, "luis")
    answer = luis.begin("GET", f"/matters/{matter}/papers/{paper['id']}/content")
    expect(answer.status == 200, "the paper that was filed on one node is not read on the other")
    got = len(answer.read(1024 * 1024))
    firm.client("carla", "wall", "add", "--screen", "luis", "--from", "10432.0", "--memo", "acts for the other side")
    try:
        while piece := answer.read(1024 * 1024):
            got += len(piece)
    except (OSError, http.client.HTTPException) as cut:
        got += len(getattr(cut, "partial", b""))
    expect(got < len(large), "a download went on to its end behind a wall that was put up on the other node")
    for path in (f"/matters/{matter}", f"/matters/{matter}/papers/{paper['id']}/content"):
        status, _ = firm.caller(b, "luis").get(path)
        expect(status == 404, f"behind a wall that was put up on the other node, {path} is answered with {status}")
    for i in range(10):
        status, filed = firm.caller((a, b)[i % 2], "vera").file(matter, b"x" * i)
        expect(status == 201, f"a paper was refused: {filed}")
        status, content = firm.caller((b, a)[i % 2], "vera").ask("GET", f"/matters/{matter}/papers/{filed['id']}/content")
        expect((status, content) == (200, b"x" * i), f"what was filed on one node is read on the other with {status}")
    status, _ = firm.caller(a, "otto").ask("DELETE", "/session")
    expect(status == 204, f"signing out is answered with {status}")
    status, _ = firm.caller(b, "otto").get("/session")
    expect(status == 401, f"a session that was ended on the other node is answered with {status}")


def stopped_for_a_moment(firm, matter):
    a, b = firm.nodes[:2]
    expect(firm.caller(b, "nora").get(f"/matters/{matter}/papers")[0] == 200, "nora is on the team")
    b.tell(signal.SIGSTOP)
    firm.client("carla", "wall", "add", "--screen", "nora", "--from", "10432.0", "--memo", "her brother's company")
    status, _ = firm.caller(a, "vera").file(matter, b"while it stood still")
    expect(status == 201, "a node that stands still holds up another")
    b.tell(signal.SIGCONT)
    status, _ = firm.caller(b, "nora").get(f"/matters/{matter}/papers")
    expect(status == 404, f"a node that had stood still goes by what it knew before: {status}")


def until_open(firm, node, seconds=30):
    """What the node answers meanwhile is clear, and lets nobody in."""
    deadline = time.monotonic() + seconds
    seen = set()
    while time.monotonic() < deadline:
        status, answer = firm.caller(node, "vera").get("/matters")
        if status == 200:
            return seen
        expect(status == 503, f"while it opens the firm anew it answers {status}: {answer}")
        seen.add(answer["type"].rsplit("/", 1)[1])
        time.sleep(0.1)
    broken(f"{node.home.name} does not open the firm anew: {sorted(seen)} {node.log.read_text()[-2000:]}")


def killed_under_load(firm, ledger, matter):
    """Whichever node has the log's tree is killed, and the other goes on with it."""
    dice = random.Random(3)
    for number in range(KILLS):
        ending = threading.Event()
        threads = [threading.Thread(target=load, args=(firm, node, ledger, matter, number * 10 + i, ending))
                   for i, node in enumerate(firm.nodes[:2] * 3)]
        for thread in threads:
            thread.start()
        time.sleep(dice.uniform(0.5, 1.5))
        victim, other = firm.nodes[number % 2], firm.nodes[1 - number % 2]
        victim.kill()
        before = len(ledger.papers)
        time.sleep(1.5)
        ending.set()
        for thread in threads:
            thread.join()
        expect(len(ledger.papers) > before, "the node that is left files nothing")
        check_ledger(firm, other, ledger, matter, 40)
        victim.start()
        check_ledger(firm, victim, ledger, matter, 40)
        firm.verify(victim)


def out_of_touch(firm, ledger, matter):
    """One node stands still for longer than its lease, another is killed; meanwhile somebody's access ends and the epoch is turned."""
    a, b = firm.nodes[:2]
    c, locked = firm.join("node-c"), firm.join("node-d")
    locked.run("lock")
    ending = threading.Event()
    threads = [threading.Thread(target=load, args=(firm, c, ledger, matter, 90 + i, ending)) for i in range(3)]
    for thread in threads:
        thread.start()
    reading = firm.caller(b, "mia")
    expect(reading.get(f"/matters/{matter}/papers")[0] == 200, "mia is on the team")
    for _ in range(200):
        if json.loads(a.run("keys", "status"))["may_turn"]:
            break
        time.sleep(0.1)
    b.tell(signal.SIGSTOP)
    locked.tell(signal.SIGSTOP)
    c.kill()
    ending.set()
    for thread in threads:
        thread.join()
    begun = time.monotonic()
    firm.client("admin", "user", "end", "mia")
    turned = json.loads(a.run("keys", "turn"))
    print(f"the turn waited {time.monotonic() - begun:.0f} s for leases to end", flush=True)
    leases = firm.database.ask("SELECT node, since, until, ended, encode(mark, 'hex') FROM nodes ORDER BY since")
    # The locked one alone may count, until its lease ends: it works by no key.
    expect(len(turned["nodes"]) <= 1, f"the turn counts nodes that were out of touch: {turned}\n{leases}")
    # The former key is in the memory of the one that stands still. Of the killed one nobody can know that it is not.
    expect(len(turned["out_of_touch"]) == 2 and not turned["complete"], f"the turn is certain of what it cannot know: {turned}\n{leases}")
    while time.monotonic() < begun + 31:
        time.sleep(0.2)
    expect(firm.caller(a, "vera").file(matter, b"sealed under the new key")[0] == 201, "nothing can be filed after the turn")
    entries = int(firm.database.ask("SELECT count(*) FROM entries"))
    b.tell(signal.SIGCONT)
    # The very first answers, over the connection from before and a new one.
    for caller in (reading, firm.caller(b, "mia")):
        try:
            status, _ = caller.get(f"/matters/{matter}/papers")
            expect(status in (401, 503), f"a node that was out of touch lets in whose access was ended: {status}")
        except (OSError, http.client.HTTPException):
            pass
    status, answer = firm.caller(b, "vera").file(matter, b"too early")
    expect(status in (503, 201), f"a node that was out of touch answers {status}: {answer}")
    seen = until_open(firm, b)
    print(f"meanwhile it answered {sorted(seen)}", flush=True)
    expect(b.journal("node.lease-lost") and b.journal("node.opened-anew"), "the node does not say that it had lost its lease")
    status, _ = firm.caller(b, "mia").get(f"/matters/{matter}/papers")
    expect(status == 401, f"opened anew, the node lets in whose access was ended: {status}")
    status, filed = firm.caller(b, "vera").file(matter, b"by the new key")
    expect(status == 201, f"opened anew, the node files nothing: {filed}")
    expect(firm.caller(a, "vera").ask("GET", f"/matters/{matter}/papers/{filed['id']}/content") == (200, b"by the new key"),
           "what it filed is not read elsewhere")
    marks = {node["mark"] for node in json.loads(a.run("nodes"))["nodes"]}
    expect(len(marks) == 1 and "" not in marks, f"the nodes work by different keys: {marks}")
    expect(int(firm.database.ask("SELECT count(*) FROM entries")) > entries, "nothing was recorded")
    comes_back_locked(firm, locked, matter)
    # What the killed one left is taken over by whoever ended its lease, and nothing that it acknowledged is gone.
    for _ in range(100):
        if a.journal("node.others-taken-over"):
            break
        time.sleep(0.1)
    expect(a.journal("node.others-taken-over"), "nobody took over what the killed node left")
    open_packs = firm.database.ask("SELECT count(*) FROM packs WHERE state = 1")
    mine = firm.database.ask("SELECT count(*) FROM open_packs JOIN nodes USING (node) WHERE ended = 0")
    expect(open_packs == mine, f"{open_packs} packs are open, {mine} of living nodes")
    check_ledger(firm, a, ledger, matter)
    check_ledger(firm, b, ledger, matter, 100)
    firm.verify(a)


def comes_back_locked(firm, node, matter):
    """Its lease was ended while it waited for people: they unlock it, and it serves, without a restart."""
    for _ in range(200):
        if len(json.loads(firm.nodes[0].run("nodes"))["nodes"]) == 2:
            break
        time.sleep(0.1)
    else:
        broken("nobody ends the lease of a locked node that stands still")
    node.tell(signal.SIGCONT)
    for _ in range(50):
        unlocked = subprocess.run([MUNIMENT, "unlock", "--key-file", "--home", node.home], check=False, capture_output=True, text=True)
        if unlocked.returncode == 0:
            break
        time.sleep(0.1)
    expect(unlocked.returncode == 0, f"a locked node whose lease was ended cannot be unlocked: {unlocked.stderr}{unlocked.stdout}")
    status, filed = firm.caller(node, "vera").file(matter, b"unlocked again")
    expect(status == 201, f"a locked node whose lease was ended files nothing after it was unlocked: {filed}")
    expect(len(json.loads(node.run("nodes"))["nodes"]) == 3, "it is not among the nodes")
    node.stop()


def turned_while_both_serve(firm, ledger, matter):
    """Nobody is out of touch: the others follow within a second or two, and nothing that was acknowledged is lost."""
    a, b = firm.nodes[:2]
    ending = threading.Event()
    thread = threading.Thread(target=load, args=(firm, b, ledger, matter, 77, ending))
    thread.start()
    begun = time.monotonic()
    turned = json.loads(a.run("keys", "turn"))
    print(f"a turn with the other node at work took {time.monotonic() - begun:.1f} s", flush=True)
    expect(len(turned["nodes"]) == 1, f"the turn does not name the other node: {turned}")
    expect(turned["complete"] and turned["out_of_touch"] == [], f"nobody was out of touch since the last turn: {turned}")
    until_open(firm, b)
    ending.set()
    thread.join()
    expect(b.journal("node.turned-elsewhere"), "the other node was not told of the turn")
    check_ledger(firm, b, ledger, matter, 60)


def a_standby_that_lagged(firm, matter):
    """The database goes back to an earlier state under running nodes, and then at a start."""
    a, b = firm.nodes[:2]
    firm.database.keep()
    for i in range(3):
        for node in (a, b):
            expect(firm.caller(node, "vera").file(matter, bytes([i]))[0] == 201, "a paper was refused")
    entries = int(firm.database.ask("SELECT count(*) FROM entries"))
    for _ in range(100):
        if int(firm.database.ask("SELECT max(size) FROM checkpoints")) >= entries:
            break
        time.sleep(0.1)
    time.sleep(2.5)   # the slots have seen it
    firm.database.put_back()
    before = firm.database.ask("SELECT (SELECT count(*) FROM entries), (SELECT max(size) FROM checkpoints)")
    for node in (a, b):
        status, answer = firm.caller(node, "vera").file(matter, b"onto the older one")
        expect(status >= 500, f"{node.home.name} files onto a database that lost what it had seen: {status} {answer}")
        status, answer = firm.caller(node, "vera").get(f"/matters/{matter}/papers")
        expect(status >= 500, f"{node.home.name} lists from a database that lost what it had seen: {status}")
    time.sleep(3)
    after = firm.database.ask("SELECT (SELECT count(*) FROM entries), (SELECT max(size) FROM checkpoints)")
    expect(before == after, f"the log of an older database was gone on with: {before} {after}")
    a.kill()
    b.kill()
    a.start(" LOCKED")
    status, answer = firm.caller(a, "vera").get("/matters")
    expect(status == 503 and answer["type"].endswith("/older-database"), f"the answer is not clear: {status} {answer}")
    after = firm.database.ask("SELECT (SELECT count(*) FROM entries), (SELECT max(size) FROM checkpoints)")
    expect(before == after, f"the log of an older database was gone on with at a start: {before} {after}")


def status_of(node):
    return json.loads(node.run("keys", "status"))["state"]


def locked_while_the_database_was_away(firm, matter):
    """People's lock counts, also on a node that would have opened itself again."""
    a = firm.nodes[0]
    firm.database.tell("stop")
    for _ in range(600):
        if a.journal("node.lease-lost"):
            break
        time.sleep(0.1)
    a.run("lock")
    firm.database.tell("start")
    time.sleep(8)
    expect(status_of(a) == "locked", "a node that people have locked opened itself when the database was back")
    a.run("unlock", "--key-file")
    until_open(firm, a)
    expect(firm.caller(a, "vera").file(matter, b"after the lock")[0] == 201, "unlocked, it files nothing")


def locked_during_a_transfer(firm, matter):
    """Whoever turns the epoch does not wait for a node that is locked, once the last transfer has left it."""
    a, b = firm.nodes[:2]
    status, paper = firm.caller(a, "vera").file(matter, random.Random(5).randbytes(192 << 20))   # more than a connection's buffers hold
    expect(status == 201, "a large paper is not filed")
    reader = firm.caller(b, "vera")
    answer = reader.begin("GET", f"/matters/{matter}/papers/{paper['id']}/content")
    answer.read(1 << 20)
    locked = subprocess.run([MUNIMENT, "lock", "--home", b.home], check=False, capture_output=True, text=True)
    expect(locked.returncode != 0, "a node says that it is locked while a transfer still holds its keys")
    answer.close()
    reader.connection.close()
    for _ in range(300):
        if any(node["mark"] == "" for node in json.loads(a.run("nodes"))["nodes"]):
            break
        time.sleep(0.1)
    else:
        broken("a node that was locked during a transfer works by a key for ever")
    begun = time.monotonic()
    turned = json.loads(a.run("keys", "turn"))
    expect(turned["complete"] and turned["out_of_touch"] == [], f"a turn counts a node that is locked as out of touch: {turned}")
    expect(time.monotonic() - begun < 15, "a turn waits for a node that is locked")
    b.run("unlock", "--key-file")
    until_open(firm, b)


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="muniment-nodes-"))
    firm = None
    try:
        firm = Firm(folder)
        firm.join("node-b")
        matters = people_and_matters(firm)
        ledger = Ledger()
        steps = [lambda: changes_count_at_once(firm, matters[0]), lambda: stopped_for_a_moment(firm, matters[0]),
                 lambda: killed_under_load(firm, ledger, matters[0]), lambda: out_of_touch(firm, ledger, matters[0]),
                 lambda: turned_while_both_serve(firm, ledger, matters[0]), lambda: a_standby_that_lagged(firm, matters[0])]
        names = ["changes", "stopped", "killed", "out of touch", "turned", "standby"]
        if KILLS >= 20:   # a minute each: not each time
            steps[3:3] = [lambda: locked_during_a_transfer(firm, matters[0]), lambda: locked_while_the_database_was_away(firm, matters[0])]
            names[3:3] = ["locked in a transfer", "locked without a database"]
        ledgers = len(steps)
        for name, step in zip(names, steps):
            begun = time.monotonic()
            step()
            print(f"{name}: held, {time.monotonic() - begun:.1f} s", flush=True)
        print(f"{ledgers} scenes of several nodes held; {len(ledger.papers)} papers acknowledged, none lost")
    finally:
        if firm:
            firm.end()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
