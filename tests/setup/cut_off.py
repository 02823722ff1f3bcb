#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A founding is killed at any moment: nothing was founded, and it can be begun again; or all of it was.

    tests/setup/cut_off.py MUNIMENT [KILLS]
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

muniment = os.path.abspath(sys.argv[1])
kills = int(sys.argv[2]) if len(sys.argv) > 2 else 24


def found(folder, **options):
    command = [muniment, "init", "--home", folder / "home", "--firm", "Lindqvist & Okafor", "--json",
               "--slot", folder / "a" / "slot", "--slot", folder / "b" / "slot"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def whole(folder):
    """Opens, and the record verifies."""
    server = subprocess.Popen([muniment, "serve", "--home", folder / "home", "--port", "0"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    line = server.stdout.readline()
    verified = subprocess.run([muniment, "audit", "verify", "--home", folder / "home"], capture_output=True, text=True)
    server.send_signal(signal.SIGTERM)
    rest = server.communicate(timeout=60)[0]
    assert "is open" in line, line + rest
    assert verified.returncode == 0, verified.stdout + verified.stderr
    for slot in ("a", "b"):
        epochs = [name for name in os.listdir(folder / slot / "slot") if name not in ("seen", "living")]
        assert len(epochs) == 1, f"keys of a founding that was cut off are left: {epochs}"
    unlock = list((folder / "home" / "keys").glob("*.unlock"))
    assert len(unlock) == 1, unlock


def main():
    with tempfile.TemporaryDirectory() as work:
        began = time.monotonic()
        first = found(pathlib.Path(work) / "first")
        out, err = first.communicate(timeout=60)
        assert first.returncode == 0, err
        lasts = time.monotonic() - began
        whole(pathlib.Path(work) / "first")
        cut = after = 0
        for kill in range(kills):
            folder = pathlib.Path(work) / str(kill)
            process = found(folder)
            time.sleep(1.5 * lasts * (kill + 0.5) / kills)
            process.kill()
            process.communicate()
            home = folder / "home"
            if process.returncode == 0 or (home / "home.json").exists():
                after += 1
            else:
                cut += 1
                again = found(folder)
                out, err = again.communicate(timeout=60)
                assert again.returncode == 0, f"after kill {kill} it cannot be begun again: {err}"
                assert json.loads(out)["invitation"]
            assert not (home / "founding.json").exists()
            # Opening costs most of the time: each third is looked at whole.
            if kill % 3 == 0:
                whole(folder)
        print(f"{kills} kills within {1.5 * lasts:.2f} s: {cut} cut the founding off, {after} came after it")
        assert cut > kills // 4, "most kills came too late to say anything"


main()
