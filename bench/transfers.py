# SPDX-License-Identifier: Apache-2.0
"""The client of all measurements: one curl, eight connections, a config file with a section per transfer."""
import json
import os
import subprocess
import time
import uuid

CONNECTIONS = 8


def option(name, value=None):
    if value is None:
        return name
    return f'{name} = "' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


class Curl:
    """Collects transfers, then runs them all; seconds on the clock. Any answer but 2xx ends the benchmark."""

    def __init__(self, folder, authority):
        self.config = folder / "curl.conf"
        self.common = [option("cacert", authority), "silent", "show-error", "http1.1", option("write-out", "%{http_code}\\n")]
        self.sections = []

    def add(self, url, *options, output=os.devnull):
        self.sections.append("\n".join([option("url", url), *options, option("output", output), *self.common]))

    def run(self):
        self.config.write_text("\nnext\n".join(self.sections) + "\n", encoding="utf-8")
        os.sync()  # what the others left to the page cache is not to be written during this
        begin = time.monotonic()
        ran = subprocess.run(["curl", "-q", "--parallel", "--parallel-immediate", "--parallel-max", str(CONNECTIONS),
                              "--config", self.config],
                             capture_output=True, text=True, check=False)
        seconds = time.monotonic() - begin
        codes = ran.stdout.split()
        bad = [code for code in codes if not code.startswith("2")]
        if ran.returncode or bad or len(codes) != len(self.sections):
            raise RuntimeError(f"curl: {ran.returncode}, {len(codes)} of {len(self.sections)} answers, bad: {bad[:5]}; {ran.stderr[-500:]}")
        return seconds


class Dav:
    """Papers as files of a WebDAV server."""

    def __init__(self, peer):
        self.peer, self.authority, self.name = peer, peer.certificate, peer.name

    def begin_round(self, number):
        self.peer.empty()
        self.prefix = f"round-{number}"

    def up(self, curl, path):
        curl.add(f"{self.peer.url}/{self.prefix}-{path.name}", option("upload-file", path))

    def down(self, curl, path):
        curl.add(f"{self.peer.url}/{self.prefix}-{path.name}")



class Api:
    """Papers in a matter of Muniment, a new one each round."""

    def __init__(self, muniment):
        self.muniment, self.authority, self.name = muniment, muniment.authority, muniment.name
        self.auth = option("header", f"Authorization: Bearer {muniment.token}")
        self.answers = muniment.folder / "answers"
        self.answers.mkdir()
        self.ids = {}

    def begin_round(self, number):
        matter = self.muniment.open_matter(f"Round {number}")
        self.papers = f"{self.muniment.url}/api/v1/matters/{matter}/papers"

    def up(self, curl, path):
        about = self.answers / (path.name + ".about")
        about.write_text(json.dumps({"name": path.name}), encoding="utf-8")
        curl.add(self.papers, self.auth, option("header", f"Idempotency-Key: {uuid.uuid4()}"),
                 option("form", f"about=<{about};type=application/json"), option("form", f"content=@{path}"),
                 output=self.answers / (path.name + ".json"))

    def down(self, curl, path):
        paper = json.loads((self.answers / (path.name + ".json")).read_text(encoding="utf-8"))["id"]
        curl.add(f"{self.papers}/{paper}/content", self.auth)

    def open_matters(self, curl, count):
        for number in range(count):
            body = json.dumps({"client": self.muniment.client_id, "name": f"Matter {number}", "number": f"1.{number:04}"})
            curl.add(f"{self.muniment.url}/api/v1/matters", self.auth, option("header", f"Idempotency-Key: {uuid.uuid4()}"),
                     option("header", "Content-Type: application/json"), option("data", body))
