#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small S3 server for tests, on loopback: what Muniment's driver asks of a bucket, and faults on demand. It checks every
signature (AWS Signature Version 4) and every body's SHA-256 as a real server does, with code that shares nothing with libcurl's.

    s3_double.py FOLDER [--port N] [--key ID] [--secret SECRET] [--bucket NAME] [--page N] [--certificate PEM --private-key PEM]

Prints "port N" and then answers each line of JSON on standard input with one line; it ends with its standard input. Objects lie as
files in FOLDER, so that another start finds them.

    {"fault": "503", "method": "PUT", "key": "[.]pack$", "times": 2, "after": 0}     the next two such requests
    {"none": true}                              no faults any more
    {"quota": 1000000}                          bytes that fit; null: any number
    {"count": "PUT", "key": "[.]pack$"}         how many such requests came, with those that had a fault
    {"uploads": true}                           how many uploads in parts are open

Faults: a status (503); "slow N" answers N seconds late; "cut" closes the connection in the middle of the answer's body, or of the
request's where it has one; "lose" does what was asked, and closes without an answer; "hold" does not answer until {"none": true};
"skew" believes that it is an hour later; "other-range" answers the range beside the one that was asked for.
"""
import argparse
import collections
import datetime
import email.utils
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import secrets
import shutil
import ssl
import sys
import threading
import time
import urllib.parse
from xml.sax.saxutils import escape

PART_BYTES_MIN = 5 * 1024 * 1024
SKEW_MAX = 900


class Refused(Exception):
    def __init__(self, status, code):
        super().__init__(code)
        self.status, self.code = status, code


class Dropped(Exception):
    """The connection ends here."""


class Faults:
    def __init__(self):
        self.lock = threading.Condition()
        self.rules, self.seen = [], collections.Counter()

    def ask(self, question):
        with self.lock:
            if "fault" in question:
                self.rules.append({"times": 1, "after": 0, "method": ".*", "key": "", **question})
            elif "none" in question:
                self.rules.clear()
                self.lock.notify_all()
            elif "count" in question:
                return sum(n for (method, key), n in self.seen.items()
                           if re.fullmatch(question["count"], method) and re.search(question.get("key", ""), key))
            return "ok"

    def next(self, method, target):
        with self.lock:
            self.seen[(method, target)] += 1
            for rule in self.rules:
                if not re.fullmatch(rule["method"], method) or not re.search(rule["key"], target):
                    continue
                if rule["after"] > 0:
                    rule["after"] -= 1
                elif rule["times"] > 0:
                    rule["times"] -= 1
                    return rule["fault"]
            return None

    def hold(self):
        with self.lock:
            self.lock.wait_for(lambda: not self.rules, timeout=60)


def hmac_sha256(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def check_signature(handler, body, now):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html"""
    said = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?"
                        r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})", handler.headers.get("Authorization", ""))
    if not said:
        raise Refused(403, "AccessDenied")
    key, day, region, signed, signature = said.groups()
    if key != handler.server.key:
        raise Refused(403, "InvalidAccessKeyId")
    stamp = handler.headers.get("x-amz-date", "")
    when = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc).timestamp()
    if stamp[:8] != day or abs(when - now) > SKEW_MAX:
        raise Refused(403, "RequestTimeTooSkewed")
    if region != handler.server.region:
        raise Refused(400, "AuthorizationHeaderMalformed")
    if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed.split(";")):
        raise Refused(403, "AccessDenied")
    if any(handler.headers.get(name) is None for name in signed.split(";")):
        raise Refused(403, "SignatureDoesNotMatch")    # signed, and it did not come
    path, _, query = handler.path.partition("?")
    pairs = sorted(tuple(pair.split("=", 1)) if "=" in pair else (pair, "") for pair in query.split("&") if pair)
    body_hash = handler.headers.get("x-amz-content-sha256", "")
    request = "\n".join([handler.command, path, "&".join(f"{name}={value}" for name, value in pairs)] +
                        [f"{name}:{' '.join(handler.headers.get(name, '').split())}" for name in signed.split(";")] +
                        ["", signed, body_hash])
    scope = f"{day}/{region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    signing = ("AWS4" + handler.server.secret).encode()
    for step in scope.split("/"):
        signing = hmac_sha256(signing, step)
    if not hmac.compare_digest(hmac_sha256(signing, text).hex(), signature):
        raise Refused(403, "SignatureDoesNotMatch")
    if hashlib.sha256(body).hexdigest() != body_hash:
        raise Refused(400, "XAmzContentSHA256Mismatch")


class Store:
    """Objects and uploads as files. A key's slashes are folders."""

    def __init__(self, folder, bucket):
        self.objects, self.parts, self.bucket = folder / "objects", folder / "uploads", bucket
        self.lock = threading.Lock()
        self.quota = None
        for made in (self.objects, self.parts):
            made.mkdir(parents=True, exist_ok=True)

    def file(self, key):
        if ".." in key.split("/") or key.startswith("/"):
            raise Refused(400, "InvalidURI")
        return self.objects / key

    def keys(self):
        return sorted(str(path.relative_to(self.objects)) for path in self.objects.rglob("*")
                      if path.is_file() and path.suffix != ".new")

    def put(self, key, body, only_new):
        with self.lock:
            file = self.file(key)
            if only_new and file.exists():
                raise Refused(412, "PreconditionFailed")
            used = sum(self.file(other).stat().st_size for other in self.keys()) if self.quota is not None else 0
            if self.quota is not None and used + len(body) > self.quota:
                raise Refused(403, "QuotaExceeded")
            file.parent.mkdir(parents=True, exist_ok=True)
            beside = file.with_name(file.name + ".new")
            beside.write_bytes(body)
            beside.rename(file)

    def upload(self, upload):
        if not re.fullmatch(r"2~[0-9a-f]{32}", upload) or not (self.parts / upload).is_dir():
            raise Refused(404, "NoSuchUpload")
        return self.parts / upload

    def uploads(self):
        return [(folder.joinpath("key").read_text(), folder.name, folder.joinpath("key").stat().st_mtime)
                for folder in sorted(self.parts.iterdir()) if folder.joinpath("key").exists()]

    def complete(self, upload, wanted):
        folder, body = self.upload(upload), b""
        for position, (number, etag) in enumerate(wanted):
            part = (folder / number).read_bytes() if (folder / number).exists() else None
            if part is None or hashlib.md5(part).hexdigest() != etag:
                raise Refused(400, "InvalidPart")
            if len(part) < PART_BYTES_MIN and position + 1 < len(wanted):
                raise Refused(400, "EntityTooSmall")
            body += part
        self.put(folder.joinpath("key").read_text(), body, only_new=False)
        shutil.rmtree(folder)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rbufsize = 1024 * 1024
    timeout = 60

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response_only(status)
        self.send_header("Date", email.utils.formatdate(self.now, usegmt=True))
        for name, value in headers:
            self.send_header(name, value)
        if "Content-Length" not in dict(headers):
            self.send_header("Content-Length", str(len(body)))
        if self.fault == "cut":
            self.end_headers()
            self.wfile.write(body[:len(body) // 2])
            raise Dropped
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def xml(self, root, inside, status=200):
        xml = f'<?xml version="1.0" encoding="UTF-8"?><{root}>{inside}</{root}>'
        self.answer(status, xml.encode(), [("Content-Type", "application/xml")])

    def do(self):
        length = int(self.headers.get("Content-Length", 0))
        path, _, query = self.path.partition("?")
        asked = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.fault, self.now = self.server.faults.next(self.command, self.path), time.time()
        try:
            if self.fault == "cut" and length:
                self.rfile.read(length // 2)
                raise Dropped
            body = self.rfile.read(length)
            if len(body) < length:
                raise Dropped
            if self.fault == "hold":
                self.server.faults.hold()
            elif self.fault and self.fault.startswith("slow"):
                time.sleep(float(self.fault.split()[1]))
            elif self.fault == "skew":
                self.now += 3600
            elif self.fault and self.fault.isdigit():
                raise Refused(int(self.fault), {"503": "SlowDown", "500": "InternalError"}.get(self.fault, "Fault"))
            check_signature(self, body, self.now)
            bucket, _, key = urllib.parse.unquote(path[1:]).partition("/")
            if bucket != self.server.store.bucket:
                raise Refused(404, "NoSuchBucket")
            if self.fault == "lose":
                self.answer = lambda *_, **__: None
            self.act(key, asked, body)
            if self.fault == "lose":
                raise Dropped
        except Refused as refused:
            inside = f"<Code>{refused.code}</Code><Message></Message>"
            self.xml("Error", "" if self.command == "HEAD" else inside, refused.status)
        except (Dropped, BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True
        self.__dict__.pop("answer", None)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do

    def act(self, key, asked, body):
        if not key:
            return self.of_bucket(asked)
        if "uploads" in asked or "uploadId" in asked:
            return self.of_upload(key, asked, body)
        file = self.server.store.file(key)
        if self.command == "PUT":
            self.server.store.put(key, body, self.headers.get("If-None-Match") == "*")
            return self.answer(200, headers=[("ETag", f'"{hashlib.md5(body).hexdigest()}"')])
        if self.command == "DELETE":
            file.unlink(missing_ok=True)
            return self.answer(204)
        if not file.is_file():
            raise Refused(404, "NoSuchKey")
        return self.give(file)

    def give(self, file):
        total = file.stat().st_size
        if self.command == "HEAD":
            return self.answer(200, headers=[("Content-Length", str(total))])
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not asked:
            return self.answer(200, file.read_bytes())
        first, last = int(asked[1]), min(int(asked[2]), total - 1)
        if first > last:
            raise Refused(416, "InvalidRange")
        if self.fault == "other-range":
            first, last = first + 1, last
        with file.open("rb") as opened:
            opened.seek(first)
            body = opened.read(last - first + 1)
        return self.answer(206, body, [("Content-Range", f"bytes {first}-{last}/{total}")])

    def of_bucket(self, asked):
        if self.command != "GET":
            raise Refused(405, "MethodNotAllowed")
        if "versioning" in asked:
            return self.xml("VersioningConfiguration", "")
        if "object-lock" in asked:
            raise Refused(404, "ObjectLockConfigurationNotFoundError")
        page, prefix = self.server.page, asked.get("prefix", "")
        if "uploads" in asked:
            return self.list_uploads(prefix, (asked.get("key-marker", ""), asked.get("upload-id-marker", "")))
        after = asked.get("continuation-token", "")
        found = [key for key in self.server.store.keys() if key.startswith(prefix) and key > after]
        inside = "".join(f"<Contents><Key>{escape(key)}</Key><Size>1</Size></Contents>" for key in found[:page])
        if len(found) > page:
            inside += f"<NextContinuationToken>{escape(found[page - 1])}</NextContinuationToken>"
        return self.xml("ListBucketResult", inside + f"<IsTruncated>{str(len(found) > page).lower()}</IsTruncated>")

    def list_uploads(self, prefix, after):
        page = self.server.page
        found = sorted(upload for upload in self.server.store.uploads() if upload[0].startswith(prefix) and upload[:2] > after)
        inside = ""
        for key, upload, when in found[:page]:
            initiated = datetime.datetime.fromtimestamp(when, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            inside += f"<Upload><Key>{escape(key)}</Key><UploadId>{upload}</UploadId><Initiated>{initiated}</Initiated></Upload>"
        if len(found) > page:
            key, upload, _ = found[page - 1]
            inside += f"<NextKeyMarker>{escape(key)}</NextKeyMarker><NextUploadIdMarker>{upload}</NextUploadIdMarker>"
        self.xml("ListMultipartUploadsResult", inside + f"<IsTruncated>{str(len(found) > page).lower()}</IsTruncated>")

    def of_upload(self, key, asked, body):
        store = self.server.store
        if "uploads" in asked and self.command == "POST":
            upload = "2~" + secrets.token_hex(16)
            (store.parts / upload).mkdir()
            (store.parts / upload / "key").write_text(key)
            return self.xml("InitiateMultipartUploadResult", f"<UploadId>{upload}</UploadId>")
        folder = store.upload(asked["uploadId"])
        if self.command == "PUT":
            (folder / str(int(asked["partNumber"]))).write_bytes(body)
            return self.answer(200, headers=[("ETag", f'"{hashlib.md5(body).hexdigest()}"')])
        if self.command == "POST":
            parts = re.findall(r'<PartNumber>(\d+)</PartNumber><ETag>"?([0-9a-f]+)"?</ETag>', body.decode())
            store.complete(asked["uploadId"], parts)
            return self.xml("CompleteMultipartUploadResult", f"<Key>{escape(key)}</Key>")
        if self.command == "DELETE":
            shutil.rmtree(folder)
            return self.answer(204)
        raise Refused(405, "MethodNotAllowed")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError, TimeoutError)):
            super().handle_error(request, client_address)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--key", default="double-key")
    options.add_argument("--secret", default="double-secret")
    options.add_argument("--region", default="us-east-1")
    options.add_argument("--bucket", default="packs")
    options.add_argument("--certificate")
    options.add_argument("--private-key")
    options.add_argument("--page", type=int, default=1000)
    given = options.parse_args()
    server = Server(("127.0.0.1", given.port), Handler)
    server.key, server.secret, server.region, server.page = given.key, given.secret, given.region, given.page
    server.store, server.faults = Store(given.folder, given.bucket), Faults()
    if given.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(given.certificate, given.private_key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"port {server.server_port}", flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        if "quota" in question:
            server.store.quota = question["quota"]
        said = len(server.store.uploads()) if "uploads" in question else server.faults.ask(question)
        print(said, flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
