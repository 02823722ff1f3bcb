# SPDX-License-Identifier: Apache-2.0
"""What Muniment is measured against: rclone's WebDAV over a crypt remote, and nginx's DAV. Both speak TLS with the same certificate,
on loopback; neither syncs what it takes, and nginx does not seal it."""
import pathlib
import shutil
import socket
import subprocess
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Peer:
    def __init__(self, folder, certificate, key):
        self.folder = pathlib.Path(folder)
        self.store = self.folder / "store"
        self.store.mkdir(parents=True)
        self.certificate, self.key, self.port = certificate, key, free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.server = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL, stderr=(self.folder / "stderr").open("w"))
        self._wait()

    def _wait(self):
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"{self.name} does not answer: " + (self.folder / "stderr").read_text(encoding="utf-8"))

    def empty(self):
        for path in self.store.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait(timeout=30)


class Rclone(Peer):
    name = "rclone"

    def command(self):
        password = subprocess.run(["rclone", "obscure", "granite-plum-wharf-64"], check=True, capture_output=True, text=True).stdout.strip()
        config = self.folder / "rclone.conf"
        config.write_text(f"[sealed]\ntype = crypt\nremote = {self.store}\npassword = {password}\n", encoding="utf-8")
        return ["rclone", "--config", config, "serve", "webdav", "sealed:", "--addr", f"127.0.0.1:{self.port}",
                "--cert", self.certificate, "--key", self.key]


class Nginx(Peer):
    name = "nginx"

    def command(self):
        config = self.folder / "nginx.conf"
        config.write_text(f"""
daemon off; user root; worker_processes auto; pid {self.folder}/pid; error_log {self.folder}/errors;
events {{ worker_connections 256; }}
http {{
    access_log off; client_max_body_size 0; client_body_temp_path {self.folder}/incoming; sendfile on;
    proxy_temp_path {self.folder}/t1; fastcgi_temp_path {self.folder}/t2; uwsgi_temp_path {self.folder}/t3; scgi_temp_path {self.folder}/t4;
    server {{
        listen 127.0.0.1:{self.port} ssl; ssl_certificate {self.certificate}; ssl_certificate_key {self.key}; ssl_protocols TLSv1.3;
        location / {{ root {self.store}; dav_methods PUT DELETE; }}
    }}
}}
""", encoding="utf-8")
        return ["nginx", "-c", config, "-e", self.folder / "errors"]


def make_certificate(folder):
    certificate, key = folder / "peer.pem", folder / "peer.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key
