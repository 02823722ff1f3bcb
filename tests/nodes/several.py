# SPDX-License-Identifier: Apache-2.0
"""A firm on several nodes, for nodes.py: its database, its servers, and people who ask them over HTTPS."""
import http.client
import json
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import uuid

ROOT, MUNIMENT, CLI = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
PASSWORD = "granite-plum-wharf-64"


def broken(what):
    print("PROMISE BROKEN:", what)
    sys.exit(10)


def expect(holds, what):
    if not holds:
        broken(what)


def said_by(*words, **more):
    ran = subprocess.run([str(word) for word in words], check=False, capture_output=True, text=True, **more)
    if ran.returncode != 0:
        sys.exit(f"{words[:3]} ended with {ran.returncode}: {ran.stderr}")
    return ran.stdout


class Database:
    def __init__(self):
        self.process = subprocess.Popen([ROOT / "tests/support/postgresql"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        expect(self.url.startswith("postgresql://"), "the test's PostgreSQL does not start")

    def tell(self, what):
        """stop, start or kill"""
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def ask(self, sql):
        return said_by("psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", self.url, "-c", "SET search_path = muniment",
                       "-c", sql).strip()

    def for_each_table(self, does):
        self.ask("DO $$ DECLARE name text; BEGIN FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'muniment' AND "
                 f"tablename NOT LIKE 'kept_%' LOOP EXECUTE format('{does}', name); END LOOP; END $$")

    def keep(self):
        self.for_each_table("CREATE TABLE kept_%1$s AS TABLE %1$I")

    def put_back(self):
        """As when a standby that had lagged takes over: every row as it was when it was kept."""
        self.for_each_table("TRUNCATE %1$I; INSERT INTO %1$I SELECT * FROM kept_%1$s")

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


class Node:
    def __init__(self, home):
        self.home = home
        self.log = home.parent / (home.name + ".log")
        self.server = None
        self.port = 0                # of the first start; people's profiles name it
        self.program = MUNIMENT

    def start(self, state=" is open at "):
        with open(self.log, "a", encoding="utf-8") as log:
            self.server = subprocess.Popen([self.program, "serve", "--home", self.home, "--port", str(self.port), "--check-seconds", "1"],
                                           stdout=subprocess.PIPE, stderr=log, text=True)
        said = self.server.stdout.readline()
        expect(state in said, f"{self.home.name} does not say '{state}': {said}{self.log.read_text()[-2000:]}")
        self.url = re.search(r"https:\S+", said)[0]
        self.port = int(self.url.rsplit(":", 1)[1])
        self.fingerprint = self.server.stdout.readline().split(": ")[1].strip()

    def tell(self, what):
        self.server.send_signal(what)

    def kill(self):
        self.server.kill()
        self.server.wait()

    def stop(self):
        self.server.terminate()
        self.server.wait(timeout=60)

    def run(self, *words):
        return said_by(self.program, *words, "--home", self.home, "--json")

    def journal(self, event):
        return [json.loads(line) for line in self.log.read_text().splitlines() if f'"{event}"' in line]


class Caller:
    """One connection to a node, as one person."""

    def __init__(self, node, token, patience=30):
        trusted = ssl.create_default_context(cafile=node.home / "tls/authority.pem")
        host, port = node.url.removeprefix("https://").split(":")
        self.connection = http.client.HTTPSConnection(host, int(port), context=trusted, timeout=patience)
        self.token = token

    def begin(self, method, path, body=None, headers=None):
        self.connection.request(method, "/api/v1" + path, body=body, headers={"Authorization": f"Bearer {self.token}", **(headers or {})})
        return self.connection.getresponse()

    def ask(self, method, path, body=None, headers=None):
        answer = self.begin(method, path, body, headers)
        return answer.status, answer.read()

    def get(self, path):
        status, content = self.ask("GET", path)
        return status, json.loads(content) if content else {}

    def post(self, path, said):
        status, content = self.ask("POST", path, json.dumps(said),
                                   {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())})
        return status, json.loads(content) if content else {}

    def file(self, matter, content, name=None):
        line = "b" + uuid.uuid4().hex
        body = (f'--{line}\r\nContent-Disposition: form-data; name="about"\r\nContent-Type: application/json\r\n\r\n'.encode()
                + json.dumps({"name": name or uuid.uuid4().hex}).encode()
                + f'\r\n--{line}\r\nContent-Disposition: form-data; name="content"; filename="p"\r\n'
                  f'Content-Type: application/octet-stream\r\n\r\n'.encode() + content + f"\r\n--{line}--\r\n".encode())
        status, answer = self.ask("POST", f"/matters/{matter}/papers", body,
                                  {"Content-Type": f"multipart/form-data; boundary={line}", "Idempotency-Key": str(uuid.uuid4())})
        return status, json.loads(answer)


class Firm:
    def __init__(self, folder):
        self.folder = folder
        self.database = Database()
        self.nodes = []
        (folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")
        first = Node(folder / "node-a")
        founded = said_by(MUNIMENT, "init", "--home", first.home, "--firm", "Hartmann & Vale", "--database", self.database.url, "--packs",
                          folder / "packs", "--slot", folder / "slot-1", "--slot", folder / "slot-2", "--json")
        first.start()
        self.nodes.append(first)
        self.tokens = {}
        self.accept("admin", json.loads(founded)["invitation"])

    def join(self, name):
        node = Node(self.folder / name)
        said_by(MUNIMENT, "join", "--from", self.nodes[0].home, "--home", node.home)
        node.start()
        self.nodes.append(node)
        return node

    def client(self, who, *words):
        ran = said_by(CLI, *words, "--profile", who, "--json",
                      env={"MUNIMENT_CONFIG_DIR": str(self.folder / "config"), "PATH": "/usr/bin:/bin"})
        return json.loads(ran) if ran.strip() else {}

    def accept(self, who, invitation, node=None):
        node = node or self.nodes[0]
        known = ["--invitation", invitation, "--password-file", self.folder / "password"]
        secret = self.client(who, "accept", "--server", node.url, "--fingerprint", node.fingerprint, "--sign-in", who,
                             *known)["totp_secret"]
        code = said_by("oathtool", "--totp", "-b", secret).strip()
        self.client(who, "accept", "--confirm", "--code", code, *known)
        profiles = json.loads((self.folder / "config/client.json").read_text(encoding="utf-8"))["profiles"]
        self.tokens[who] = profiles[who]["token"]

    def caller(self, node, who, patience=30):
        return Caller(node, self.tokens[who], patience)

    def verify(self, node):
        report = json.loads(node.run("audit", "verify", "--rows"))
        expect(report["sound"], f"the record does not verify: {report}")
        return report

    def end(self):
        for node in self.nodes:
            if node.server and node.server.poll() is None:
                node.tell(signal.SIGCONT)
                node.kill()
        self.database.end()
