#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A client that means harm, and what each kind of harm may cost.

    hostile_client.py requests|silent|whole URL PID TOKEN PAPER

Sends requests of each hostile kind to the server at URL and looks at three things: the answer (or that the connection is closed
in time), that exactly as many answers come as there were requests, and that the process PID stays small and goes on answering an
honest client. PAPER is the path of a content larger than 8 MiB that TOKEN may read. `requests` are all kinds of them, `silent`
are connections that say nothing; `whole` is all of it, with the slow kinds at their full limits and 10,000 connections."""
import http.client
import resource
import socket
import ssl
import sys
import threading
import time

# The limits of src/base/limits.hpp that a client meets.
HEADER_BYTES, TARGET_BYTES, STRANGERS_BYTES = 16 * 1024, 4 * 1024, 16 * 1024
HANDSHAKE_WAIT, HEADER_WAIT, STALL_WAIT, LINGER_WAIT = 10, 15, 30, 2
PER_SOURCE = 1024
GROWTH_MIB = 64               # of what is in memory, over what it was before the first hostile request
SLACK = 4                     # seconds, on a busy machine
SURPLUS_WAIT = 0.15           # seconds in which an answer too many would have come

CONTEXT = ssl._create_unverified_context()


class Hostile:
    def __init__(self, url, pid, token, paper):
        self.host, self.port = url.removeprefix("https://").split(":")
        self.port, self.pid, self.token, self.paper = int(self.port), int(pid), token, paper
        self.resident_at_first = self.resident()
        self.resident_max = self.resident_at_first
        self.failures = []
        self.checked = 0

    def resident(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def plain(self, source="127.0.0.1", wait=10):
        return socket.create_connection((self.host, self.port), timeout=wait, source_address=(source, 0))

    def connect(self, source="127.0.0.1", wait=10):
        return CONTEXT.wrap_socket(self.plain(source, wait), server_hostname="localhost")

    def honest(self, source="127.0.0.2"):
        """What an honest client meets meanwhile: an answer, soon."""
        begun = time.monotonic()
        with self.connect(source) as tls:
            tls.sendall(self.get("/healthz"))
            assert self.answers(tls, wait=5) == [200], "an honest client is not served"
        return time.monotonic() - begun

    def get(self, path, *fields, method="GET", body=b""):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", *fields]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body

    def post(self, path, *fields, body=b""):
        return self.get(path, "Content-Type: application/json", *fields, method="POST", body=body)

    def make_client(self, *fields, body):
        """POST /api/v1/clients, by somebody who may."""
        return self.post("/api/v1/clients", f"Authorization: Bearer {self.token}", "Idempotency-Key: a", *fields, body=body)

    def signed(self, path, *fields, **more):
        return self.get(path, f"Authorization: Bearer {self.token}", *fields, **more)

    @staticmethod
    def everything(tls, wait, enough=lambda got: False):
        """What comes until the other side closes, or it is enough, or nothing comes for so long. Second: whether it closed."""
        tls.settimeout(wait)
        got = b""
        try:
            while piece := tls.recv(65536):
                got += piece
                if enough(got):
                    tls.settimeout(SURPLUS_WAIT)     # a moment for what must not come
        except TimeoutError:
            return got, False
        except (ConnectionError, ssl.SSLError, OSError):
            pass
        return got, True

    @staticmethod
    def statuses(got, bodies=True):
        """The status of each whole answer in it."""
        came = []
        while got:
            head, end, got = got.partition(b"\r\n\r\n")
            lines = head.split(b"\r\n")
            if not end or not lines[0].startswith(b"HTTP/1.1 "):
                return came + [-1]
            came.append(int(lines[0].split(b" ")[1]))
            lengths = [int(line[15:]) for line in lines if line.lower().startswith(b"content-length:")]
            if bodies and lengths:
                if len(got) < lengths[0]:
                    return came + [-1]
                got = got[lengths[0]:]
        return came

    def answers(self, tls, wait=2, expected=1, bodies=True):
        enough = lambda got: len(self.statuses(got, bodies)) >= expected
        got, self.closed = self.everything(tls, wait, enough)
        return self.statuses(got, bodies)

    def check(self, name, holds, why=""):
        self.checked += 1
        self.resident_max = max(self.resident_max, self.resident())
        if not holds:
            self.failures.append(f"{name}: {why}")
            print("BOUND BROKEN:", self.failures[-1], flush=True)

    def expect(self, name, sent, statuses, wait=2, closes=None, source="127.0.0.1"):
        """One connection: exactly these statuses come back, in this order."""
        with self.connect(source) as tls:
            try:
                tls.sendall(sent)
            except OSError:
                pass                                   # refused before it was all sent: the answer says why
            came = self.answers(tls, wait, len(statuses))
            self.check(name, came == statuses and closes in (None, self.closed), f"{came}, closed: {self.closed}, not {statuses}")

    # What is too large.

    def too_large(self):
        self.expect("a long header", self.get("/healthz", "X: " + "a" * 2 * HEADER_BYTES), [413], closes=True)
        self.expect("many headers", self.get("/healthz", *[f"X-{i}: a" for i in range(3000)]), [413], closes=True)
        self.expect("a long address", self.get("/" + "a" * (TARGET_BYTES + 1)), [413], closes=True)
        self.expect("many parameters", self.signed("/api/v1/matters?" + "&".join(f"a{i}=1" for i in range(65))), [400])
        self.expect("an announced body", self.make_client(f"Content-Length: {2**63}", body=b""), [413], closes=True)
        body = b" " * (STRANGERS_BYTES + 1)
        self.expect("a stranger's body", self.post("/api/v1/sessions", f"Content-Length: {len(body)}", body=body), [413])

    def json(self):
        def sent(body):
            return self.make_client(f"Content-Length: {len(body)}", body=body)

        self.expect("deep JSON", sent(b"[" * 100_000), [400])
        self.expect("deep objects", sent(b'{"a":' * 40_000), [400])
        self.expect("a long list", sent(b'{"name":[' + b"1," * 100_000 + b"1]}"), [400])
        self.expect("many fields", sent(b"{" + b",".join(b'"%d":1' % i for i in range(20_000)) + b"}"), [400])
        self.expect("a large number", sent(b'{"name":' + b"9" * 200_000 + b"}"), [400])
        self.expect("a long string", sent(b'{"name":"' + b"a" * 200_000 + b'"}'), [413])
        self.expect("broken UTF-8", sent(b'{"name":"\xff\xfe"}'), [400])

    # What never ends. How much of it was taken is counted, not believed.

    def endless(self, name, head, piece, statuses):
        sent = 0
        with self.connect() as tls:
            tls.sendall(head)
            tls.settimeout(5)
            begun, slowest = time.monotonic(), 0
            try:
                while time.monotonic() - begun < LINGER_WAIT + SLACK:
                    tls.sendall(piece)
                    sent += len(piece)
                    if sent % (len(piece) * 256) == 0:
                        slowest = max(slowest, self.honest())
                closed = False
            except OSError:
                closed = True
            came = self.answers(tls)
        # After the answer the rest is thrown away for a moment, so that the client can read why; others do not wait for that.
        self.check(name, closed and came in (statuses, []), f"{sent} bytes, closed: {closed}, then {came}")
        self.check(f"an honest client beside {name}", slowest < 1 + SLACK / 4, f"it waited {slowest:.1f} s")

    def endless_bodies(self):
        head = self.make_client("Transfer-Encoding: chunked", body=b"")
        chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
        self.endless("an endless body", head, chunk, [413])
        self.endless("an endless chunk extension", head, b"1;" + b"a" * 0x4000, [400])
        self.endless("an endless chunk size", head, b"0" * 0x4000, [400])
        self.endless("an endless trailer", head + b"2\r\n{}\r\n0\r\n", b"a: " + b"a" * 0x4000, [400])
        self.endless("endless trailers", head + b"2\r\n{}\r\n0\r\n", b"a: a\r\n" * 0x1000, [400])
        self.endless("an endless request line", b"", b"a" * 0x4000, [413])

    # What two readers could take for different requests: refused, closed, and what follows is never read as a request.

    def smuggling(self):
        hidden = self.get("/healthz")
        length, chunked = f"Content-Length: {len(hidden)}", "Transfer-Encoding: chunked"
        cases = {
            "length and chunked": [length, chunked], "chunked and length": [chunked, length],
            "two lengths": [length, "Content-Length: 0"],
            "one length twice": [length, length], "a list of lengths": [f"Content-Length: {len(hidden)}, {len(hidden)}"],
            "a signed length": [f"Content-Length: +{len(hidden)}"], "a length in hexadecimal": ["Content-Length: 0x10"],
            "an empty length": ["Content-Length: "], "chunked twice": [chunked, chunked],
            "identity": ["Transfer-Encoding: identity"],
            "gzip, chunked": ["Transfer-Encoding: gzip, chunked"], "chunked, identity": ["Transfer-Encoding: chunked, identity"],
            "xchunked": ["Transfer-Encoding: xchunked"], "a quoted encoding": ['Transfer-Encoding: "chunked"'],
            "a blank before the colon": ["Transfer-Encoding : chunked"], "a tab before the colon": ["Content-Length\t: 5"],
            "a folded line": ["X: a", " Transfer-Encoding: chunked"], "a folded encoding": ["Transfer-Encoding:", " chunked"],
            "a bare CR": ["X: a\rTransfer-Encoding: chunked"], "a bare LF": ["X: a\nTransfer-Encoding: chunked"],
            "a zero byte": ["X: a\0Transfer-Encoding: chunked"], "a vertical tab": ["Transfer-Encoding:\x0bchunked"],
            "two hosts": [f"Host: {self.host}"], "no field": ["Transfer-Encoding"],
            "a control in a name": ["Transfer\x01-Encoding: chunked"],
        }
        for name, fields in cases.items():
            self.expect(name, self.post("/api/v1/sessions", *fields, body=b"0\r\n\r\n" + hidden), [400], closes=True)
        health = "/healthz"
        for name, line in {"HTTP/1.0": f"GET {health} HTTP/1.0", "HTTP/2.0": f"GET {health} HTTP/2.0",
                           "two blanks": f"GET  {health} HTTP/1.1", "no version": f"GET {health}",
                           "lower case": f"get {health} HTTP/1.1", "the preface of HTTP/2": "PRI * HTTP/2.0",
                           "an absolute address of another": "GET https://elsewhere/ HTTP/1.1",
                           "no slash": "GET healthz HTTP/1.1",
                           "an encoded slash": "GET /api%2Fv1/session HTTP/1.1", "dot segments": "GET /api/../healthz HTTP/1.1",
                           "encoded dots": "GET /api/%2e%2e/api HTTP/1.1", "a zero in it": "GET /%00 HTTP/1.1"}.items():
            with self.connect() as tls:
                tls.sendall(f"{line}\r\nHost: {self.host}:{self.port}\r\n\r\n".encode())
                came = self.answers(tls)
                self.check(name, len(came) == 1 and came[0] in (400, 405), f"{came}")
        # A chunked body whose sizes lie, with a request where the lie would put it.
        for name, body in {"a size with a sign": b"+2\r\n{}\r\n0\r\n\r\n",
                           "a size of 17 digits": b"1" + b"0" * 16 + b"\r\n{}\r\n0\r\n\r\n",
                           "a size with 0x": b"0x2\r\n{}\r\n0\r\n\r\n", "no CRLF behind a chunk": b"2\r\n{}0\r\n\r\n",
                           "LF alone": b"2\n{}\n0\n\n", "a chunk that is longer": b"2\r\n{}{}\r\n0\r\n\r\n"}.items():
            self.expect(name, self.make_client(chunked, body=body + hidden), [400], closes=True)

    def pieces(self):
        """A good body, cut at each place, and byte by byte: read all the same."""
        for body in (b"0\r\n\r\n", b"2\r\n{}\r\n0\r\n\r\n", b"2;a=b\r\n{}\r\n0\r\nX: y\r\n\r\n"):
            for cuts in [[i] for i in range(1, len(body))] + [range(1, len(body))]:
                with self.connect() as tls:
                    tls.sendall(self.post("/api/v1/sessions", "Transfer-Encoding: chunked"))
                    for begin, end in zip([0, *cuts], [*cuts, len(body)]):
                        tls.sendall(body[begin:end])       # a record each, and so a step each
                    came = self.answers(tls)
                    self.check(f"{body} cut at {list(cuts)}", came == [400], f"{came}")

    def pipelining(self):
        count = 500
        with self.connect() as tls:
            sender = threading.Thread(target=lambda: tls.sendall(self.get("/healthz") * count))
            sender.start()
            came = self.answers(tls, expected=count)
            sender.join()
        self.check("pipelining", came == [200] * count, f"{len(came)} answers")

    def half_closed(self):
        # TLS's close_notify behind the request, and a socket shut for writing: the answer still comes, and then the end.
        with self.connect() as tls:
            tls.sendall(self.get("/healthz"))
            socket.socket.shutdown(tls, socket.SHUT_WR)
            came = self.answers(tls, wait=5)
            self.check("half closed after a request", came in ([200], []) and self.closed, f"{came}, closed: {self.closed}")
        with self.connect() as tls:
            tls.sendall(self.post("/api/v1/sessions", "Content-Length: 100", body=b"{"))
            socket.socket.shutdown(tls, socket.SHUT_WR)
            self.answers(tls, wait=5)
            self.check("half closed inside a body", self.closed, "it stays open")

    def ranges(self):
        many = "Range: bytes=" + ",".join(f"{i}-{i}" for i in range(1000))
        with self.connect() as tls:
            tls.sendall(self.signed(self.paper, many, "Connection: close", method="HEAD"))
            came = self.answers(tls, bodies=False)
            self.check("a thousand ranges", came == [200], f"{came}")
        self.expect("a range beyond the end", self.signed(self.paper, "Range: bytes=99999999999-", "Connection: close"), [416])

    # What is slow: closed in time, and no honest client waits.

    def slow(self, name, first, drip, every, closed_within, tls_first=True):
        begun = time.monotonic()
        try:
            with (self.connect(wait=closed_within + SLACK) if tls_first else self.plain(wait=closed_within + SLACK)) as line:
                line.sendall(first)
                line.settimeout(every)
                while time.monotonic() - begun < closed_within + SLACK:
                    try:
                        if not line.recv(65536):
                            break
                    except TimeoutError:
                        line.sendall(drip)
        except OSError:
            pass
        took = time.monotonic() - begun
        self.check(name, took < closed_within + SLACK, f"still open after {took:.0f} s")

    def slow_reading(self):
        """Asks for a large paper and does not read it: cut after the stall, and meanwhile two steps in memory."""
        with self.plain(wait=STALL_WAIT + SLACK) as raw:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            tls = CONTEXT.wrap_socket(raw, server_hostname="localhost")
            tls.sendall(self.signed(self.paper))
            time.sleep(2)
            begun = self.established(tls)
            time.sleep(STALL_WAIT + SLACK)
            self.check("slow reading", begun and not self.established(tls), f"begun: {begun}, and not given up")

    def established(self, line):
        """Whether the server still holds its end. (What its kernel took already comes to us after that, as slowly as we read.)"""
        ours = line.getsockname()[1]
        with open("/proc/net/tcp", encoding="ascii") as table:
            ends = [row.split()[1:4] for row in list(table)[1:]]
        return any(local.endswith(f":{self.port:04X}") and peer.endswith(f":{ours:04X}") and state == "01"
                   for local, peer, state in ends)

    def all_slow(self, whole):
        kinds = [("a slow head", b"GET / HTTP/1.1\r\n", b"X: a\r\n", 0.5, HEADER_WAIT, True),
                 ("a slow handshake", b"\x16\x03\x01\x02\x00", b"\x01", 1, HANDSHAKE_WAIT, False),
                 ("no handshake", b"", b"", 30, HANDSHAKE_WAIT, False)]
        if whole:
            body = self.post("/api/v1/sessions", "Content-Length: 10000", body=b"{")
            kinds.append(("a slow body", body, b" ", 0.5, STALL_WAIT, True))
        threads = [threading.Thread(target=self.slow, args=kind) for kind in kinds]
        if whole:
            threads.append(threading.Thread(target=self.slow_reading))
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            self.check("an honest client meanwhile", self.honest() < 2 + SLACK, "it waited too long")
            time.sleep(1)
        for thread in threads:
            thread.join()

    # Connections that say nothing.

    def silent(self, count, sources):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, count + 1000)), hard))
        lines, begun = [], time.monotonic()
        for i in range(count):
            try:
                lines.append(self.plain(sources[i % len(sources)], wait=5))
            except OSError:
                pass
        # The first seconds are the ones that count: after handshake_wait all of them are gone by themselves.
        waited = self.honest("127.0.0.99") if len(sources) == 1 else None
        still = 0
        for line in lines:
            line.setblocking(False)
            try:
                still += line.recv(1) != b""
            except BlockingIOError:
                still += 1
            except OSError:
                pass
        took = time.monotonic() - begun
        self.check(f"{count} silent connections", took > HANDSHAKE_WAIT or still <= PER_SOURCE * len(sources),
                   f"{still} were let in, at most {PER_SOURCE} a source may be")
        self.check("an honest client among silent ones", waited is None or waited < 2 + SLACK, f"it waited {waited} s")
        for line in lines:
            line.close()
        print(f"  {len(lines)} silent connections in {took:.1f} s from {len(sources)} addresses, {still} still open; "
              f"{self.resident():.0f} MiB" + (f"; an honest client waited {waited:.2f} s" if waited else ""))

    def requests(self):
        for kind in (self.too_large, self.json, self.endless_bodies, self.smuggling, self.pieces, self.pipelining,
                     self.half_closed, self.ranges):
            before = len(self.failures)
            kind()
            waited = self.honest()
            self.check(f"an honest client after {kind.__name__}", waited < 2 + SLACK, f"it waited {waited:.1f} s")
            print(f"  {kind.__name__}: {self.resident():.0f} MiB, {len(self.failures) - before} failures", flush=True)

    def ten_thousand(self):
        for sources in (["127.0.0.1"], [f"127.0.0.{i}" for i in range(10, 20)]):
            self.silent(10_000, sources)
            time.sleep(HANDSHAKE_WAIT + 1)
            self.check("an honest client after silent ones", self.honest() < 2 + SLACK, "it waited too long")

    def verdict(self):
        grown = self.resident_max - self.resident_at_first
        self.check("memory", grown < GROWTH_MIB, f"grew by {grown:.0f} MiB")
        print(f"  {self.checked} checks; {self.resident_at_first:.0f} MiB before, {self.resident_max:.0f} MiB at most")
        return 1 if self.failures else 0


def main():
    what, rest = sys.argv[1:2], sys.argv[2:]
    if what not in (["requests"], ["silent"], ["whole"]) or len(rest) != 4:
        sys.exit(__doc__)
    hostile = Hostile(*rest)
    if what == ["silent"]:
        hostile.silent(2_500, ["127.0.0.1"])
    else:
        hostile.requests()
        hostile.all_slow(whole=what == ["whole"])
    if what == ["whole"]:
        hostile.ten_thousand()
    return hostile.verdict()


if __name__ == "__main__":
    sys.exit(main())
