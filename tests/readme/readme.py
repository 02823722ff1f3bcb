#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of README.md.

    readme.py FOLDER-OF-THE-REPOSITORY MUNIMENT MUNIMENT-CLI

A fenced block after a line `<!-- tested -->` is run; the blocks are one bash session in an empty folder, in their order, and each
command must succeed. What a person at a terminal would type or wait for, a small `run` and `muniment-cli` in front of the real
programs do: `./run` founds a firm and serves in the background; `accept` and `login` get password and code instead of asking.
Words in the README that stand for what was printed before (AB:CD:…, the invitation) are never typed: the same two fill them in.
"""
import pathlib
import re
import stat
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"<!-- tested -->\s*```(?:sh|bash|console)?\n(.*?)```", re.S)

RUN = """#!/usr/bin/env bash
set -euo pipefail
. "{here}/session.sh"
found_firm 'My firm' 'First administrator'
start_server "$@"
echo "$server_pid" >"$work/server.pid"
echo "$server_url" >"$work/server.url"
echo "$fingerprint" >"$work/fingerprint"
disown "$server_pid"
"""

CLIENT = """#!/usr/bin/env bash
set -euo pipefail
. "{here}/session.sh"
server_url=$(cat "$work/server.url") fingerprint=$(cat "$work/fingerprint")
case "$1" in
    accept) accept_invitation admin 'ochre-lantern-tugboat-19' ;;
    login) client login --profile admin --server "$server_url" --fingerprint "$fingerprint" --sign-in admin \\
               --password-file "$people/admin.password" --code "$(totp admin --now '+30 seconds')" ;;
    *) exec "$muniment_cli" "$@" --profile admin ;;
esac
"""

SESSION = """muniment='{muniment}' muniment_cli='{client}' work='{work}'
. '{root}/tools/strongroom.sh'
"""


def executable(path, text):
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def commands(block):
    # "$ " before a command is for the reader.
    return "\n".join(line.removeprefix("$ ") for line in block.splitlines())


def main():
    root, muniment, client = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    blocks = [commands(block) for block in BLOCK.findall((root / "README.md").read_text(encoding="utf-8"))]
    if not blocks:
        sys.exit("README.md has no block marked <!-- tested -->")
    with tempfile.TemporaryDirectory(prefix="muniment-readme-") as name:
        here = pathlib.Path(name)
        names = {"here": here, "muniment": muniment, "client": client, "work": here / "work", "root": root}
        (here / "session.sh").write_text(SESSION.format(**names), encoding="utf-8")
        desk = here / "desk"
        for folder in (desk / "build/release", here / "work"):
            folder.mkdir(parents=True)
        executable(desk / "run", RUN.format(**names))
        for place in (desk, desk / "build/release"):
            executable(place / "muniment-cli", CLIENT.format(**names))
        (desk / "build/release/muniment").symlink_to(muniment)
        (desk / "demo").symlink_to(root / "demo")
        environment = {"PATH": f"{desk}:/usr/local/bin:/usr/bin:/bin", "HOME": str(here), "LANG": "C.UTF-8",
                       "MUNIMENT_HOME": str(here / "work/home")}
        try:
            ran = subprocess.run(["bash", "-euxo", "pipefail", "-c", "\n".join(blocks)], cwd=desk, env=environment,
                                 stdin=subprocess.DEVNULL, timeout=240, check=False)
        finally:
            pid = here / "work/server.pid"
            if pid.exists():
                subprocess.run(["kill", "-TERM", pid.read_text().strip()], check=False)
    print(f"{len(blocks)} blocks of README.md: " + ("every command did what it says." if ran.returncode == 0 else "FAILED"))
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main())
