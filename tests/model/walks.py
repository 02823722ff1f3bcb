#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Walks through the model of the turn (turn.py), for the program to be walked through as well (src/strongroom/turn/model_test.cpp).

    walks.py SEED COUNT SLOTS

Each line is something that happens, and the line after it what must then be so:

    turn 3                                  a turn begins, and the process is killed after three steps that can be seen; 0: it is not
    recover 0                               the process looks after what a turn left behind
    away 1 / back 1                         a slot
    fall 2 1                                the database is put back to what it was before the commit that followed number 2, head 1
    restore                                 people adopt the older database
    = head 2 slots 1,2/2/1 sets 1,2 living  which mark the head has, which keys each slot, which key sets there are, where it stands

Every single step is one that turn.py yields in that state, so what is expected of the program is what the model does. Of the steps
that the model could take in any order the walk takes them in the program's.
"""
import random
import sys

import turn


class NotInTheModel(Exception):
    pass


class Walk:
    def __init__(self, seed, slot_count):
        self.random = random.Random(seed)
        self.state = turn.first_state(slot_count)
        self.left = None        # so many more steps until the process is killed
        self.token = False

    # ---- what the program sees ----

    def in_reach(self):
        return [i for i, there in enumerate(self.state.reach) if there]

    def holding(self):
        return [i for i in self.in_reach() if self.state.database.head in self.state.slots[i].marks]

    def copied(self):
        return any(key_set.head == self.state.database.head for key_set in self.state.key_sets)

    def opened_sets(self):
        marks = frozenset().union(*(self.state.slots[i].marks for i in self.in_reach()))
        return [key_set for key_set in self.state.key_sets if key_set.head in marks]

    def standing(self):
        seen = max([0, *(self.state.slots[i].seen for i in self.in_reach()), *(s.number for s in self.opened_sets())])
        if self.state.database.number < seen:
            return "older"
        if self.holding():
            return "living"
        return "older" if self.opened_sets() else "keyless"

    def something_is_left(self):
        head = {self.state.database.head}
        return self.token or not self.copied() or any(self.state.slots[i].marks != head for i in self.in_reach())

    # ---- steps ----

    def step(self, begins):
        """The one step of the model whose words begin so; then the process may be killed."""
        possible = [*turn.misfortunes(self.state), *turn.steps(self.state, True)]
        found = [follows for what, follows in possible if what.startswith(begins)]
        if len(found) != 1:
            raise NotInTheModel(f"{begins!r} in {self.state}: {[what for what, _ in possible]}")
        self.state = found[0]
        if self.left is not None and not begins.startswith(("a turn begins", "the certificate")):
            self.left -= 1
            if self.left == 0:
                raise Killed

    def go_on(self):
        """Steps 6 to 8: also what recovery does."""
        head = self.state.database.head
        if not self.copied():
            self.step(f"the key set of {head} ")
        for i in self.in_reach():
            if head not in self.state.slots[i].marks:
                self.step(f"key {head} is added to slot {i}")
        if len(self.holding()) < 2:
            return False
        for i in self.in_reach():
            if self.state.slots[i].marks != {head}:
                self.step(f"slot {i} is left with key {head} ")
        if self.state.step == "committed":
            if all(self.state.reach):
                self.step("the certificate")
            else:
                self.state = self.state._replace(step="idle", next=0)   # pending: the token is given back
        self.token = False
        return True

    def recover(self):
        return self.go_on() if self.standing() == "living" and self.something_is_left() else True

    def run_turn(self):
        if self.standing() != "living" or not self.recover() or len(self.holding()) < 2 or self.state.newest > turn.TURNS:
            return
        self.step("a turn begins")
        self.token = True
        for i in self.holding():
            self.step(f"key {self.state.next} is placed in slot {i}")
        self.step(f"the turn to {self.state.next} commits")
        self.go_on()

    def killed_after(self, steps, what):
        self.left = steps or None
        try:
            what()
        except Killed:
            if self.state.step != "idle":
                self.state = self.state._replace(step="idle", next=0)   # crashes within one turn are as many as we like
        self.left = None

    # ---- the walk ----

    def choices(self):
        yield from [("turn", 3), ("recover", 2)]
        for i, there in enumerate(self.state.reach):
            if there and sum(self.state.reach) > 1:
                yield f"away {i}", 1
            if not there:
                yield f"back {i}", 2
        if self.state.fallbacks < turn.FALLBACKS:
            for database in sorted(self.state.earlier):
                yield f"fall {database.number} {database.head}", 1
        if any(what.startswith("the firm is restored") for what, _ in turn.steps(self.state, True)):
            yield "restore", 4

    def act(self):
        names, weights = zip(*self.choices())
        name = self.random.choices(names, weights)[0]
        word, *numbers = name.split()
        if word in ("turn", "recover"):
            kill = self.random.choice([0, 0, self.random.randint(1, 3 + 3 * len(self.state.slots))])
            if word == "turn" and self.state.newest > turn.TURNS:
                word = "recover"    # the model has no further marks
            name = f"{word} {kill}"
            self.killed_after(kill, self.run_turn if word == "turn" else self.recover)
        elif word in ("away", "back"):
            i = int(numbers[0])
            reach = list(self.state.reach)
            reach[i] = word == "back"
            self.state = self.state._replace(reach=tuple(reach))
        elif word == "fall":
            number, head = map(int, numbers)
            self.step(f"the database falls back to Database(head={head}, number={number},")
            self.token = True       # a token stood in that copy
        else:
            self.step("the firm is restored")
            self.token = False
        return name

    def expected(self):
        marks = lambda found: ",".join(map(str, sorted(found))) or "-"
        slots = "/".join(marks(slot.marks) for slot in self.state.slots)
        sets = marks({key_set.head for key_set in self.state.key_sets})
        return f"= head {self.state.database.head} slots {slots} sets {sets} {self.standing()}"

    def promises(self):
        broken = turn.broken_promise(self.state, True)
        if broken:
            raise NotInTheModel(broken)


class Killed(Exception):
    pass


def main():
    seed, count, slot_count = map(int, sys.argv[1:])
    for n in range(count):
        walk = Walk(f"{seed}/{n}", slot_count)
        print(f"walk {n}")
        for _ in range(14):
            print(walk.act())
            walk.promises()
            print(walk.expected())


if __name__ == "__main__":
    main()
