"""A time stamp authority by RFC 3161 on this computer's loopback; `openssl ts` makes its answers."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

CONFIGURATION = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384
ess_cert_id_chain = no
ess_cert_id_alg = sha256
accuracy = secs:1
"""


class TimeStamper(ThreadingHTTPServer):
    """Answers every request that is posted to it, and counts them; `certificate` is its own, a PEM file."""

    daemon_threads = False

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder, self.certificate, self.answered = folder, folder / "tsa.pem", 0
        folder.mkdir(parents=True)
        (folder / "serial").write_text("01")
        (folder / "openssl.conf").write_text(CONFIGURATION.format(folder=folder))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(folder / "key.pem"),
             "-out", str(self.certificate), "-days", "30", "-subj", "/CN=Test Time Stamp Authority",
             "-addext", "extendedKeyUsage=critical,timeStamping", "-addext", "keyUsage=critical,digitalSignature"],
            check=True, capture_output=True,
        )  # fmt: skip

    @property
    def address(self) -> str:
        """Return where it is asked."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def stamp(self, query: bytes) -> bytes:
        """Return the answer to one request, DER both."""
        asked = self.folder / f"query-{self.answered}"
        asked.write_bytes(query)
        self.answered += 1
        return subprocess.run(
            ["openssl", "ts", "-reply", "-queryfile", str(asked), "-signer", str(self.certificate), "-inkey",
             str(self.folder / "key.pem"), "-config", str(self.folder / "openssl.conf"), "-section", "own"],
            check=True, capture_output=True,
        ).stdout  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    server: TimeStamper

    def do_POST(self) -> None:
        answer = self.server.stamp(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def time_stamper(folder: Path) -> Iterator[TimeStamper]:
    """Run one for as long as the block lasts."""
    with TimeStamper(folder) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(10)
