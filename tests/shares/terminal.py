#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Recovery shares at a terminal: one page at a time, cleared before the next; one of them is asked again, and what is typed then is
not shown. terminal.py MUNIMENT"""
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import termios
import time


class Terminal:
    """A program with a terminal of its own."""

    def __init__(self, *command):
        self.shown = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(command[0], command)

    def wait_for(self, text):
        """What was shown up to the end of `text`, which is then behind us."""
        end = time.monotonic() + 120
        while text not in self.shown:
            ready = select.select([self.fd], [], [], 1)[0]
            if ready:
                try:
                    self.shown += os.read(self.fd, 65536).decode()
                except OSError:
                    break
            if time.monotonic() > end:
                break
        assert text in self.shown, f"{text!r} was not shown, but: {self.shown!r}"
        before, self.shown = self.shown.split(text, 1)
        return before

    def type(self, line):
        os.write(self.fd, (line + "\n").encode())

    def type_unseen(self, line):
        """Once the echo is off: what was typed before that is thrown away."""
        end = time.monotonic() + 60
        while termios.tcgetattr(self.fd)[3] & termios.ECHO:
            assert time.monotonic() < end, "what is typed would be shown"
            time.sleep(0.02)
        self.type(line)

    def ended(self):
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def words_on(page):
    numbered = re.findall(r"(?<!\d)(\d{1,2}) ([a-z]+)\s", page.split("Made", 1)[1].split("Keep it", 1)[0])
    return " ".join(word for _, word in sorted((int(number), word) for number, word in numbered)[:33])


def main():
    muniment = os.path.realpath(sys.argv[1])
    clear = "\033[2J\033[3J\033[H"
    with tempfile.TemporaryDirectory() as work:
        home = os.path.join(work, "home")
        terminal = Terminal(muniment, "init", "--home", home, "--trial", "--shares", "2-of-3", "--confirm-shares")
        shares = []
        for holder in (1, 2, 3):
            terminal.wait_for(clear)
            page = terminal.wait_for("press Enter")
            assert page.count("RECOVERY SHARE") == 1 and f"Holder  {holder} of 3" in page, page
            shares.append(words_on(page))
            terminal.type("")
            terminal.wait_for(clear)
        assert not os.path.exists(os.path.join(home, "home.json")), "a firm is founded before the shares are confirmed"
        terminal.wait_for("Share of holder ")
        asked = int(terminal.wait_for(", from the paper").strip())
        terminal.wait_for("not shown): ")
        terminal.type_unseen(shares[asked % 3])
        between = terminal.wait_for("That is another share.")
        assert shares[asked % 3].split()[4] not in between, "what was typed was shown"
        terminal.wait_for("not shown): ")
        words = shares[asked - 1].split()
        terminal.type_unseen(" ".join(words[:20]))
        terminal.wait_for("go on after word 20: ")
        terminal.type_unseen(" ".join(words[20:]))
        terminal.wait_for("That is the share.")
        terminal.wait_for("A firm was founded")
        assert terminal.ended() == 0
        kept = subprocess.run(["grep", "-rlF", "RECOVERY SHARE", work], capture_output=True, text=True).stdout
        assert kept == "", f"a page is in {kept}"
    print("shares are shown one at a time")


if __name__ == "__main__":
    main()
