# SPDX-License-Identifier: Apache-2.0
"""A sample firm on a running Muniment, for bench/strongroom and tests/crashes."""
import json
import pathlib
import re
import subprocess
import time


class Muniment:
    """Founds a firm in `folder` and serves it on a free port. `lead` is a partner who may open clients and matters."""

    name = "Muniment"
    PASSWORD = "granite-plum-wharf-64"

    def __init__(self, programs, folder):
        self.programs = programs
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.home = self.folder / "home"
        self.authority = self.home / "tls/authority.pem"
        (self.folder / "password").write_text(self.PASSWORD + "\n", encoding="utf-8")
        founded = subprocess.run([programs / "muniment", "init", "--home", self.home, "--firm", "Bench", "--trial", "--json"],
                                 check=True, capture_output=True)
        self.start()
        self._accept("admin", json.loads(founded.stdout)["invitation"])
        added = self.client("admin", "user", "add", "lead", "--name", "Lead", "--role", "partner")
        self._accept("lead", added["invitation"])
        profiles = json.loads((self.folder / "config/client.json").read_text(encoding="utf-8"))["profiles"]
        self.token = profiles["lead"]["token"]
        self.client_id = self.client("lead", "client", "add", "Bench client", "--number", "1")["id"]

    def start(self, port=0, *options):
        """Seconds from the start of the process until it says that it is open."""
        begin = time.monotonic()
        self.server = subprocess.Popen([self.programs / "muniment", "serve", "--home", self.home, "--port", str(port), *options],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        said = self.server.stdout.readline()
        seconds = time.monotonic() - begin
        self.url = re.search(r"https:\S+", said)[0]
        self.fingerprint = self.server.stdout.readline().split(": ")[1].strip()
        return seconds

    def stop(self):
        self.server.terminate()
        self.server.wait(timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.server.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024

    def client(self, who, *words):
        ran = subprocess.run([self.programs / "muniment-cli", *words, "--profile", who, "--json"], check=True, capture_output=True,
                             env={"MUNIMENT_CONFIG_DIR": str(self.folder / "config"), "PATH": "/usr/bin:/bin"})
        return json.loads(ran.stdout) if ran.stdout.strip() else {}

    def open_matter(self, name):
        return self.client("lead", "matter", "open", "1", name)["id"]

    def _accept(self, who, invitation):
        known = ["--invitation", invitation, "--password-file", self.folder / "password"]
        secret = self.client(who, "accept", "--server", self.url, "--fingerprint", self.fingerprint,
                             "--sign-in", who, *known)["totp_secret"]
        code = subprocess.run(["oathtool", "--totp", "-b", secret], check=True, capture_output=True, text=True).stdout.strip()
        self.client(who, "accept", "--confirm", "--code", code, *known)
