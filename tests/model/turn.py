#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The turn of the epoch as a model, walked through every state (docs/formats/keys.md, "The turn").

    turn.py fixed 3    the steps as they are: exits 0 when no state breaks a promise
    turn.py naive 2    without two slots before the commit, without the key set before the erasing: exits 0 when it finds the firm lost,
                       which shows that the model can tell

What may happen at any moment: the process is killed, a slot goes away or comes back, the database falls back to an older copy of itself.
Marks are numbers here, 1 for the first epoch; none is used twice. What must hold in each state:
  - whichever one slot is lost, and whichever earlier state the database is put back to, something that a slot's key opens is left;
  - as long as the database did not fall back, the living head and the newest key set survive the loss of any one slot;
  - a certificate that says "destroyed" is true: no slot holds a key from before it.
"""
import sys
from collections import deque
from typing import NamedTuple

TURNS, CRASHES, FALLBACKS, OUTAGES = 3, 2, 1, 2


class Database(NamedTuple):
    head: int               # the mark that stands beside the head
    number: int             # grows with each turn
    destroyed: int          # the turn that destroyed what was ordered, or 0


class Slot(NamedTuple):
    marks: frozenset        # the key files in it
    seen: int               # the newest head's number that it was shown


class State(NamedTuple):
    database: Database
    earlier: frozenset      # states that the database once had: snapshots of it may be anywhere
    slots: tuple
    reach: tuple            # which slots are
    key_sets: frozenset     # of which states of the database a site holds the key set
    step: str               # of the turn that runs, or "idle"
    next: int               # the mark that it places
    certificate: int        # 0, or the turn that was certified
    newest: int             # mark ever used
    crashes: int
    fallbacks: int
    outages: int


def first_state(slot_count):
    database = Database(1, 1, 0)
    return State(database, frozenset(), (Slot(frozenset([1]), 1),) * slot_count, (True,) * slot_count, frozenset([database]), "idle", 0,
                 0, 1, 0, 0, 0)


def without(slots, lost):
    return frozenset().union(*(slot.marks for i, slot in enumerate(slots) if i != lost))


def broken_promise(state, fixed):
    held = {lost: without(state.slots, lost) for lost in [None, *range(len(state.slots))]}
    set_marks = {key_set.head for key_set in state.key_sets}
    for lost, marks in held.items():
        for database in [*state.earlier, state.database]:
            if database.head not in marks and not set_marks & marks:
                return f"the firm is lost with slot {lost} and the database at {database}"
    if fixed and state.fallbacks == 0:
        newest = max(state.key_sets, key=lambda key_set: key_set.number)
        for lost in range(len(state.slots)):
            if state.database.head not in held[lost]:
                return f"the living head is lost with slot {lost}"
            if newest.head not in held[lost]:
                return f"the newest key set opens no more once slot {lost} is lost"
    if state.certificate and any(mark < state.certificate for mark in held[None]):
        return "the certificate says destroyed, and a slot still has a former key"
    return None


def with_slot(state, i, marks, seen):
    slots = list(state.slots)
    slots[i] = Slot(frozenset(marks), max(slots[i].seen, seen))
    return tuple(slots)


def misfortunes(state):
    if state.crashes < CRASHES and state.step != "idle":
        yield "the process is killed", state._replace(step="idle", next=0, crashes=state.crashes + 1)
    if state.fallbacks < FALLBACKS:
        for earlier in state.earlier:
            yield f"the database falls back to {earlier}", state._replace(
                database=earlier, earlier=state.earlier | {state.database}, fallbacks=state.fallbacks + 1, step="idle", next=0)
    if state.outages < OUTAGES:
        for i, there in enumerate(state.reach):
            reach = state.reach[:i] + (not there,) + state.reach[i + 1:]
            yield f"slot {i} {'goes away' if there else 'is back'}", state._replace(reach=reach, outages=state.outages + 1)


def steps(state, fixed):
    """What the program may do next. Nothing, where a slot saw something newer: only a restore."""
    in_reach = [i for i, there in enumerate(state.reach) if there]
    marks_in_reach = frozenset().union(*(state.slots[i].marks for i in in_reach))
    opened_sets = [key_set for key_set in state.key_sets if key_set.head in marks_in_reach]
    seen = max([0, *(state.slots[i].seen for i in in_reach), *(key_set.number for key_set in opened_sets)])
    database = state.database
    living = not fixed or database.number >= seen
    if not living and state.step == "idle" and opened_sets:
        best = max(opened_sets, key=lambda key_set: key_set.number)
        if best.number >= seen:
            yield f"the firm is restored with key set {best}", state._replace(database=best)
    holding = [i for i in in_reach if database.head in state.slots[i].marks]
    if not holding or not living:
        return
    yield from before_commit(state, fixed, in_reach, holding)
    if state.step in ("idle", "committed"):
        yield from after_commit(state, fixed, in_reach)


def before_commit(state, fixed, in_reach, holding):
    database = state.database
    clean = not fixed or all(state.slots[i].marks <= {database.head} for i in holding)
    if state.step == "idle" and state.newest <= TURNS and clean:
        new = state.newest + 1
        yield f"a turn begins, to {new}", state._replace(step="placing", next=new, newest=new)
    if state.step == "placing":
        for i in in_reach:
            if state.next not in state.slots[i].marks:
                yield f"key {state.next} is placed in slot {i}", state._replace(
                    slots=with_slot(state, i, state.slots[i].marks | {state.next}, 0))
        placed = sum(state.next in state.slots[i].marks for i in in_reach)
        if placed >= (2 if fixed else 1):
            turned = Database(state.next, database.number + 1, database.destroyed or state.next)
            yield f"the turn to {state.next} commits", state._replace(database=turned, earlier=state.earlier | {database}, step="committed")


def after_commit(state, fixed, in_reach):
    """Also what recovery does, which reads the head anew: it comes here from "idle"."""
    database, shown = state.database, state.database.number if fixed else 0
    copied = any(key_set.head == database.head for key_set in state.key_sets)
    if fixed and not copied:
        yield f"the key set of {database.head} is copied", state._replace(key_sets=state.key_sets | {database})
    if copied or not fixed:
        holding = sum(database.head in state.slots[i].marks for i in in_reach)
        for i in in_reach:
            marks = state.slots[i].marks
            if database.head not in marks:
                yield f"key {database.head} is added to slot {i}", state._replace(slots=with_slot(state, i, marks | {database.head}, shown))
            elif marks != {database.head} and (holding >= 2 or not fixed):
                yield f"slot {i} is left with key {database.head} alone", state._replace(slots=with_slot(state, i, {database.head}, shown))
    if state.step == "committed" and all(state.reach) and all(slot.marks == {database.head} for slot in state.slots):
        yield "the certificate is complete", state._replace(certificate=state.certificate or database.destroyed, step="idle", next=0)


def walk(slot_count, fixed):
    """Breadth first: what is found is found by the shortest way. Gives the states' number, and the way to a broken promise."""
    start = first_state(slot_count)
    came_from = {start: None}
    waiting = deque([start])
    walked = 0
    while waiting:
        state = waiting.popleft()
        walked += 1
        if broken := broken_promise(state, fixed):
            way = [broken]
            while came_from[state]:
                what, state = came_from[state]
                way.insert(0, what)
            return walked, way
        for moves in (misfortunes(state), steps(state, fixed)):
            for what, follows in moves:
                if follows not in came_from:
                    came_from[follows] = (what, state)
                    waiting.append(follows)
    return walked, []


def main():
    variant, slot_count = sys.argv[1], int(sys.argv[2])
    walked, way = walk(slot_count, variant == "fixed")
    print(f"{variant}, {slot_count} slots: {walked} states")
    for what in way:
        print("  " + what)
    as_expected = not way and walked > 100_000 if variant == "fixed" else bool(way) and "lost" in way[-1]
    return 0 if as_expected else 1


if __name__ == "__main__":
    sys.exit(main())
