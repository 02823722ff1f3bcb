#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The configuration of a running server: what `config check` and `config show` say, what counts at the start, and what SIGHUP does.

    reload.py MUNIMENT
"""
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

MUNIMENT = os.path.abspath(sys.argv[1])
WAIT_SECONDS = 60


def fail(what):
    sys.exit(f"FAILED: {what}")


def check(holds, what):
    if not holds:
        fail(what)


class Firm:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.home = self.folder / "home"
        self.file = self.folder / "muniment.toml"
        self.log = self.folder / "log"
        self.server = None
        self.environment = {**os.environ, "MUNIMENT_CONFIG": str(self.file)}
        self.environment.pop("MUNIMENT_HOME", None)

    def write(self, text):
        self.file.write_text(f'home = "{self.home}"\n' + text)

    def run(self, *words, code=0):
        done = subprocess.run([MUNIMENT, *words], env=self.environment, capture_output=True, text=True, timeout=WAIT_SECONDS)
        if done.returncode != code:
            fail(f"muniment {' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def said(self):
        return self.log.read_text()

    def wait_for(self, words, since=0):
        for _ in range(WAIT_SECONDS * 20):
            if words in self.said()[since:]:
                return self.said()[since:]
            if self.server.poll() is not None:
                break
            time.sleep(0.05)
        fail(f"'{words}' was not said:\n{self.said()[since:]}")

    def start(self):
        with self.log.open("w") as log:
            self.server = subprocess.Popen([MUNIMENT, "serve"], env=self.environment, stdout=log, stderr=log)
        self.wait_for("There is no backup")
        line = next(line for line in self.said().splitlines() if " at https://" in line)
        return int(line.rsplit(":", 1)[1])

    def hang_up(self, words):
        """SIGHUP, and what the server said until those words."""
        since = len(self.said())
        self.server.send_signal(signal.SIGHUP)
        return self.wait_for(words, since)

    def stop(self):
        if self.server and self.server.poll() is None:
            self.server.terminate()
            check(self.server.wait(WAIT_SECONDS) == 0, "the server did not end in order")


def shown_by(port):
    """The certificate that a handshake gets."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), WAIT_SECONDS) as plain, context.wrap_socket(plain) as tls:
        return tls.getpeercert(binary_form=True)


def make_pair(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem", "-subj", "/CN=x",
                    "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    return ssl.PEM_cert_to_DER_cert((folder / f"{name}.pem").read_text())


def before_the_start(firm):
    firm.write("[listen]\nprot = 1\nport = \"x\"\n[lgo]\nlevel = 1\n")
    said = firm.run("config", "check", code=1)
    for line, words in ((3, "there is no key listen.prot; was listen.port meant?"), (4, "listen.port is text"),
                        (5, "there is no section [lgo]; was log meant?")):
        check(f"{firm.file}:{line}: {words}" in said, f"line {line} is not named in: {said}")
    check("cannot count" in firm.run("serve", code=1), "a server started on a broken file")
    firm.write('[listen]\nport = 0\nnames = ["localhost", "firm.example"]\n')
    firm.run("init", "--trial")
    check("nothing is wrong" in firm.run("config", "check"), "a good file is not said to be one")
    shown = firm.run("config", "show", "--origin", "--workers", "7")
    for words in (f"# {firm.file}:3", "work.workers = 7", "# --workers", "# default"):
        check(words in shown, f"'{words}' is not in: {shown}")
    settings = json.loads(firm.run("config", "show", "--json"))["settings"]
    check(settings["listen.names"] == {"value": ["localhost", "firm.example"], "from": "file", "line": 4}, f"shown: {settings}")
    firm.write('[listen]\nport = 0\nnames = ["other.example"]\n')
    check("does not speak for other.example" in firm.run("config", "check", code=1), "a name that the certificate lacks goes unsaid")


def while_it_runs(firm):
    base = f'[control]\nsocket = "{firm.folder}/socket"\n[listen]\nport = 0\n'
    firm.write(base)
    port = firm.start()
    check("State: open" in firm.run("keys", "status"), "the control socket is not where the file says")
    first = shown_by(port)

    firm.write(base + 'address = "::1"\n[log]\nlevel = "debug"\n')
    said = firm.hang_up('"event":"config.reloaded","key":"log.level"')
    check('"event":"config.needs-restart","key":"listen.address"' in said, f"what needs a restart goes unsaid: {said}")
    check('"event":"certificate.reloaded"' in said and shown_by(port) == first, "the certificate")

    # What is right in a file with something wrong does not count either.
    second = make_pair(firm.folder, "second")
    pair = f'[tls]\ncertificate = "{firm.folder}/second.pem"\nkey = "{firm.folder}/second.key"\n'
    firm.write(base + "nonsense = 1\n[work]\ncheck_seconds = 30\n" + pair)
    since = len(firm.said())
    said = firm.hang_up('"event":"config.refused"')
    check('"findings":1,"line":6' in said and "there is no key listen.nonsense" in said, f"the finding is not said: {said}")
    firm.write(base + 'address = "::1"\n[log]\nlevel = "debug"\n')
    firm.hang_up('"event":"config.needs-restart"')
    said = firm.said()[since:]
    check('"config.reloaded"' not in said and said.count('"certificate.reloaded"') == 1 and shown_by(port) == first,
          f"a broken file changed something: {said}")

    firm.write(base + f'[tls]\ncertificate = "{firm.folder}/second.pem"\n[work]\ncheck_seconds = 60\n')
    said = firm.hang_up('"key":"work.check_seconds"')
    check('"event":"certificate.refused"' in said and "is not the key of the certificate" in said, f"a key of another: {said}")
    check('"key":"tls.certificate"' not in said and shown_by(port) == first, "a certificate without its key is shown")

    firm.write(base + 'names = ["firm.example"]\n' + pair)
    said = firm.hang_up('"key":"tls.key"')
    check(shown_by(port) == second, "the new certificate is not shown")
    check('"event":"certificate.lacks-a-name"' in said, f"a name that it lacks goes unsaid: {said}")

    (firm.folder / "second.key").chmod(0o604)
    check("can be read by others" in firm.run("config", "check", code=1), "a key that others can read is taken")
    firm.stop()
    check("can be read by others" in firm.run("serve", code=1), "a server started with a key that others can read")
    (firm.folder / "second.key").write_text("no key\n")
    (firm.folder / "second.key").chmod(0o600)
    check("second.key cannot be used" in firm.run("serve", code=1), "a server started without a key")


def passphrase_by_credential(firm):
    """As systemd hands one over: a file in $CREDENTIALS_DIRECTORY."""
    credentials = firm.folder / "credentials"
    credentials.mkdir()
    (credentials / "unlock").write_text("four words of a passphrase\n")
    firm.home = firm.folder / "second-home"
    firm.write('[listen]\nport = 0\n[unlock]\npassphrase = "systemd:unlock"\n')
    firm.run("init", "--trial", "--passphrase-file", str(credentials / "unlock"))
    firm.start()
    check("LOCKED" in firm.said() and "systemd gave no credentials" in firm.said(), "unlocked without its credential")
    firm.stop()
    firm.environment["CREDENTIALS_DIRECTORY"] = str(credentials)
    firm.start()
    check("Muniment is open at" in firm.said(), "the credential did not unlock")
    firm.stop()


def main():
    with tempfile.TemporaryDirectory() as folder:
        firm = Firm(folder)
        try:
            before_the_start(firm)
            while_it_runs(firm)
            passphrase_by_credential(firm)
        finally:
            if firm.server and firm.server.poll() is None:
                firm.server.kill()
                firm.server.wait()
    print("The configuration is read, shown, reloaded and refused as documented.")


if __name__ == "__main__":
    main()
