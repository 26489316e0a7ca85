"""A page that only a client which trusts the root can open at its first try; whatever comes later proves nothing.

Each listener has a certificate and a port of its own. An exception that a person clicks through can only follow a
refusal, and the refusal is a connection of its own: so the first connection that decides anything is the answer, and
there is no second chance. A connection that ends without an alert and without a request decides nothing (browsers
open some on a guess), but only what follows within a second counts: no person clicks a warning away so fast.
"""

import secrets
import select
import socket
import ssl
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from core.model.certificate import pem_of

REQUEST_S = 10.0
SECOND_TRY_S = 1.0
MAX_REQUEST = 8 * 1024
_PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n"
    b"Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nCache-Control: no-store\r\n"
    b"X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n%s"
)


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate chain, leaf first, and its key, in memory alone."""

    chain: tuple[bytes, ...]
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Visit:
    """Who came and what the client decided: `trusted` is True only for a page opened at the first connection.

    None means that nobody came in time, or that it cannot be told; `said` says what was seen.
    """

    trusted: bool | None
    said: str
    client: str = ""


class Listener:
    """One page on one address and a free port; close it, or use it as a context manager."""

    def __init__(self, address: str, credential: Credential, page: bytes, host: str = "") -> None:
        self._context = server_context(credential)
        self._page = _PAGE % (len(page), page)
        self._token = secrets.token_urlsafe(16)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.bind((address, 0))
        self._socket.listen(4)
        self._host = host or (f"[{address}]" if ":" in address else address)
        self.port: int = self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return f"https://{self._host}:{self.port}/{self._token}"

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Listen no longer."""
        self._socket.close()

    def wait(self, timeout_s: float, *, only_from: str = "") -> Visit:
        """Wait for the first connection (from one address, if it is named) and return what came of it. Blocking."""
        deadline = time.monotonic() + timeout_s
        last = Visit(None, "nobody opened the page in time")
        while (left := deadline - time.monotonic()) > 0:
            try:
                if not select.select([self._socket], [], [], min(left, 0.5))[0]:
                    continue
                connection, peer = self._socket.accept()
            except (OSError, ValueError):
                break  # it was closed meanwhile
            with connection:
                if only_from and peer[0] != only_from:
                    continue  # a stranger decides nothing
                last = self._judge(connection, str(peer[0]))
            if last.trusted is not None:
                return last
            deadline = min(deadline, time.monotonic() + SECOND_TRY_S)
        return last

    def _judge(self, connection: socket.socket, client: str) -> Visit:
        connection.settimeout(REQUEST_S)
        try:
            with self._context.wrap_socket(connection, server_side=True) as secured:
                return self._answer(secured, client)
        except ssl.SSLError as error:
            reason = str(error.reason or error).replace("_", " ").lower()
            return Visit(False if "alert" in reason else None, f"it ended the handshake ({reason})", client)
        except OSError as error:
            return Visit(None, f"it ended the connection before it asked for anything ({error})", client)

    def _answer(self, secured: ssl.SSLSocket, client: str) -> Visit:
        request = b""
        while b"\r\n\r\n" not in request and len(request) < MAX_REQUEST:
            received = secured.recv(2048)
            if not received:
                return Visit(None, "it ended the connection before it asked for anything", client)
            request += received
        line = request.split(b"\r\n", 1)[0].split(b" ")
        if len(line) != 3 or line[0] != b"GET" or not secrets.compare_digest(line[1], b"/" + self._token.encode()):
            return Visit(None, "it asked for something else", client)
        with suppress(OSError):
            secured.sendall(self._page)
            secured.unwrap()
        return Visit(True, "it opened the page at its first try", client)


def server_context(credential: Credential) -> ssl.SSLContext:
    """Return a server's TLS context. The key passes through a file that is encrypted and gone at once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    password = secrets.token_bytes(32).hex()
    encryption = BestAvailableEncryption(password.encode())
    with tempfile.TemporaryDirectory(prefix="dotlocal-") as folder:
        chain, key = Path(folder) / "chain.pem", Path(folder) / "key.pem"
        chain.write_text("".join(pem_of(der) for der in credential.chain), encoding="ascii")
        key.write_bytes(credential.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
        context.load_cert_chain(chain, key, password)
    return context
