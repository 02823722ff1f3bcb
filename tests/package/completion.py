#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What bash and zsh suggest, with the installed completion and at a terminal; and that the manual has every command.

    completion.py INSTALLED-PREFIX            (usr, as `cmake --install` made it)
"""
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import tempfile
import time

PREFIX = pathlib.Path(sys.argv[1])
WAIT_SECONDS = 30
found = []


def bash_suggests(program, *words):
    """What bash would offer where the last of the words is being typed."""
    script = PREFIX / "share/bash-completion/completions" / program
    ask = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); ' \
          f'_{program.replace("-", "_")}; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "--norc", "-c", ask, "bash", script, program, *words], capture_output=True, text=True, check=True)
    return sorted(done.stdout.split())


def expect(program, words, suggested):
    got = bash_suggests(program, *words)
    if got != sorted(suggested):
        found.append(f"bash, {program} {' '.join(words)}: suggests {got}, not {sorted(suggested)}")


def at_a_terminal(shell, prepare, typed, wanted, folder):
    """Types into an interactive shell, and reads until the wanted words are on its line."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvpe(shell[0], shell, {"PATH": f"{PREFIX / 'bin'}:/usr/bin:/bin", "HOME": str(folder), "TERM": "dumb", "PS1": "ready> "})
    shown = ""

    def read_until(words):
        nonlocal shown
        end = time.monotonic() + WAIT_SECONDS
        while words not in shown and time.monotonic() < end:
            if select.select([terminal], [], [], 0.2)[0]:
                shown += os.read(terminal, 4096).decode(errors="replace")
        return words in shown
    try:
        os.write(terminal, (prepare + "\n").encode())
        if not read_until("prepared-now"):
            found.append(f"{shell[0]} does not come up: {shown!r}")
            return
        shown = ""
        os.write(terminal, typed.encode())
        if not read_until(wanted):
            found.append(f"{shell[0]}: after {typed!r} there is no {wanted!r} in {shown!r}")
    finally:
        os.kill(child, 9)
        os.close(terminal)
        os.waitpid(child, 0)


def check_manual(program):
    pages = PREFIX / "share/man/man1"
    listed = subprocess.run([PREFIX / "bin" / program, "--help"], capture_output=True, text=True, check=True).stdout
    words = re.findall(r"^  ([a-z-]+) {2,}", listed, re.M)
    if len(words) < 10:
        found.append(f"{program} --help lists {words}")
    for word in words:
        page = pages / f"{program}-{word}.1.gz"
        if not page.is_file():
            found.append(f"there is no page {page.name}")
            continue
        shown = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", page], capture_output=True, text=True,
                               env={**os.environ, "MANWIDTH": "200"})
        if shown.returncode != 0 or shown.stderr:
            found.append(f"{page.name}: {shown.stderr.strip()}")
        told = subprocess.run([PREFIX / "bin" / program, word, "--help"], capture_output=True, text=True).stdout
        for option in set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", told)) - {"--help"}:
            if option not in shown.stdout:
                found.append(f"{page.name} does not speak of {option}")


def main():
    expect("muniment", ["ke"], ["keys"])
    expect("muniment", ["keys", "re"], ["remove-method", "renew"])
    expect("muniment", ["matter", "team", "a"], ["add"])
    expect("muniment", ["serve", "--work"], ["--workers"])
    expect("muniment", ["serve", "--workers", "4", "--log"], ["--log-level"])
    expect("muniment", ["serve", "--workers", "4"], [])
    expect("muniment-cli", ["init"], [])
    expect("muniment-cli", ["who"], ["whoami"])
    with tempfile.TemporaryDirectory() as folder:
        here = os.getcwd()
        os.chdir(folder)
        pathlib.Path("papers").mkdir()
        pathlib.Path("passphrase.txt").touch()
        expect("muniment", ["unlock", "--passphrase-file", "p"], ["papers", "passphrase.txt"])
        expect("muniment", ["init", "--home", "p"], ["papers"])
        os.chdir(here)
        for program in ("muniment", "muniment-cli"):
            bash = PREFIX / "share/bash-completion/completions" / program
            zsh = PREFIX / "share/zsh/vendor-completions"
            prepared = "echo prepared-$((0))now | tr -d 0"          # not what the terminal echoes as it is typed
            at_a_terminal(["bash", "--norc", "-i"], f"source '{bash}'; {prepared}", f"{program} whoa\t", "whoami ", folder)
            at_a_terminal(["zsh", "-f", "-i"], f"fpath=('{zsh}' $fpath); autoload -U compinit; compinit -u; bindkey '^I' complete-word; "
                          + prepared, f"{program} whoa\t", "whoami ", folder)
            check_manual(program)
    print("\n".join(found) if found else "The manual has every command, and bash and zsh know them.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
