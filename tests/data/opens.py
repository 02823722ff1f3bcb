#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every data folder of a release is opened by this program: read to its last paper, verified, filed into, its epoch turned.

    tests/data/opens.py SOURCE MUNIMENT MUNIMENT-CLI

Each lies in tests/data/VERSION (made by tests/data/make). What is played here is what a firm does on the day after an upgrade. The clock of
the machine must not be before the day on which the folder was made.
"""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import time

SOURCE, MUNIMENT, CLI = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
# Of a firm for trying out, which both slots on one disk make red; and of what time brings about by itself.
MAY_BE_RED = {"slots.apart", "certificate.days", "disk.room", "disk.file-system", "disk.sync", "slots.file-system", "memory.swap",
              "memory.keys", "jobs.state"}


class Failed(Exception):
    pass


def expect(holds, what):
    if not holds:
        raise Failed(what)


class Firm:
    def __init__(self, work):
        self.work = work
        self.home = work / "home"
        self.server = None
        self.environment = {**os.environ, "MUNIMENT_CONFIG_DIR": str(work / "config")}

    def run(self, *words, may_end_with=(0,)):
        ran = subprocess.run([str(word) for word in words], check=False, capture_output=True, text=True, env=self.environment)
        if ran.returncode not in may_end_with:
            raise Failed(f"{[str(word) for word in words][1:4]} ended with {ran.returncode}: {ran.stdout}{ran.stderr}")
        return ran.stdout

    def local(self, *words, **more):
        return json.loads(self.run(MUNIMENT, *words, "--home", self.home, "--json", **more))

    def client(self, who, *words):
        return self.run(CLI, *words, "--profile", who)

    def serve(self, *options):
        with open(self.work / "server.log", "a", encoding="utf-8") as log:
            self.server = subprocess.Popen([MUNIMENT, "serve", "--home", self.home, "--port", "0", "--check-seconds", "1", *options],
                                           stdout=subprocess.PIPE, stderr=log, text=True)
        said = self.server.stdout.readline()
        if " is open at " not in said:
            raise Failed(f"the server does not open: {said}{(self.work / 'server.log').read_text(encoding='utf-8')}")
        self.url = re.search(r"https:\S+", said)[0]
        self.fingerprint = self.server.stdout.readline().split(": ")[1].strip()

    def stop(self):
        if self.server and self.server.poll() is None:
            self.server.terminate()
            self.server.wait(timeout=60)

    def login(self, who):
        people = self.work / "people"
        # The code of the next half minute, which is taken as well: that of this one was used where the folder was made a moment ago.
        code = self.run("oathtool", "--totp", "-b", (people / f"{who}.totp").read_text(encoding="utf-8").strip(), "--now",
                        "+30 seconds").strip()
        self.client(who, "login", "--server", self.url, "--fingerprint", self.fingerprint, "--sign-in", who, "--password-file",
                    people / f"{who}.password", "--code", code)


def read_papers(firm, papers):
    out = firm.work / "out"
    newest = {}
    for paper in papers:
        key = paper["matter"], paper["path"]
        newest[key] = max(newest.get(key, 0), paper["version"])
    for matter in sorted({paper["matter"] for paper in papers}):
        firm.client("vera", "get", matter, "-o", out / matter)
        there = {str(file.relative_to(out / matter)) for file in (out / matter).rglob("*") if file.is_file()}
        expect(there == {path for of, path in newest if of == matter}, f"{matter} has {there}")
    for paper in papers:
        file = out / paper["matter"] / paper["path"]
        if paper["version"] != newest[paper["matter"], paper["path"]]:
            former = out / f"version-{paper['version']}"
            firm.client("vera", "get", f"{paper['matter']}/{paper['path']}", "--version", paper["version"], "-o", former)
            file = former / pathlib.Path(paper["path"]).name
        expect(hashlib.sha256(file.read_bytes()).hexdigest() == paper["sha256"], f"{paper} reads as something else")


def turn(firm):
    for _ in range(60):
        ran = subprocess.run([MUNIMENT, "keys", "turn", "--home", firm.home], check=False, capture_output=True, text=True)
        if ran.returncode == 0:
            return
        time.sleep(0.25)
    raise Failed(f"the epoch is not turned: {ran.stderr}")


def play(firm, manifest):
    checked = firm.local("upgrade", "--check", may_end_with=(0, 3))
    expect(checked["possible"], f"it cannot be brought forward: {checked}")
    expect((firm.home / "keys/log.vkey").read_text(encoding="utf-8").strip() == manifest["log_key"], "another log's key")
    firm.serve("--passphrase-file", firm.work / "passphrase")
    firm.login("vera")
    read_papers(firm, manifest["papers"])
    expect("Wrong.txt" in firm.client("vera", "trash", "10432.0001"), "what was in the trash is not there")
    (firm.work / "New.txt").write_text("filed by a later program\n", encoding="utf-8")
    firm.client("vera", "put", firm.work / "New.txt", "20001.0001")
    turn(firm)
    firm.client("vera", "get", "20001.0001/New.txt", "-o", firm.work / "again")
    expect((firm.work / "again/New.txt").read_text(encoding="utf-8") == "filed by a later program\n", "what was filed reads otherwise")
    verified = firm.local("audit", "verify", "--rows", "--details")
    expect(verified["sound"], f"the record does not verify: {verified}")
    expect(verified["entries"] > manifest["entries"], "the record has lost entries")
    doctor = firm.local("doctor", may_end_with=(0, 1))
    red = {finding["name"] for finding in doctor["findings"] if finding["level"] == "red"}
    expect(red <= MAY_BE_RED, f"the doctor finds {red - MAY_BE_RED}")
    expect(doctor["seen_by"] == "server", "the server does not say how it stands")
    firm.stop()
    firm.serve()      # by the key file
    firm.stop()
    after = firm.local("upgrade", "--check")
    expect(not after["needed"], f"steps are left: {after}")


def main():
    folders = sorted(each.parent for each in (SOURCE / "tests/data").glob("*/manifest.json"))
    if not folders:
        sys.exit("there is no data folder of any release")
    for folder in folders:
        with tempfile.TemporaryDirectory() as name:
            firm = Firm(pathlib.Path(name))
            with tarfile.open(folder / "firm.tar.xz") as archive:
                archive.extractall(name, filter="data") if hasattr(tarfile, "data_filter") else archive.extractall(name)
            try:
                play(firm, json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
            except Failed as why:
                sys.exit(f"the data of {folder.name} are not opened any more: {why}")
            finally:
                firm.stop()
        print(f"{folder.name}: opened, read, verified, filed into, turned")


main()
