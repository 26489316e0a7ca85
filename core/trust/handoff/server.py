"""A small server for some minutes on one address: a page, two files, a check; nothing else can be reached."""

import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from core.trust.proof.listener import Credential, Listener, Visit

REQUEST_S = 10.0
CHECK_S = 90.0
PER_MINUTE, PER_CLIENT = 240, 40
CHECKS_AT_ONCE, CONNECTIONS_AT_ONCE = 8, 24
_HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"), ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Served:
    """One file: its type, its bytes, and the name that a download gets ("" for a page)."""

    type: str
    content: bytes
    name: str = ""


class HandoffServer:
    """Serves `files` by path until `close`. `mint` gives a fresh certificate for each check."""

    def __init__(
        self, address: str, port: int, files: dict[str, Served], mint: Callable[[], Credential], trusted_page: bytes,
        told: Callable[[Visit], None],
    ) -> None:  # fmt: skip
        self._address, self._files, self._mint, self._told = address, files, mint, told
        self._trusted_page = trusted_page
        self._seen: defaultdict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._checks: set[Listener] = set()
        self._threads: list[threading.Thread] = []
        self._slots = threading.BoundedSemaphore(CONNECTIONS_AT_ONCE)
        self._server = _Server((address, port), _handler_for(self), self._slots)
        self.port = int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return f"http://{self._address}:{self.port}/"

    def start(self) -> None:
        """Begin to answer, on threads of its own."""
        thread = threading.Thread(target=self._server.serve_forever, name="handoff", kwargs={"poll_interval": 0.1})
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Stop answering; every check that waits ends."""
        self._server.shutdown()
        self._server.server_close()
        with self._lock:
            checks = tuple(self._checks)
        for listener in checks:
            listener.close()
        for thread in self._threads:
            thread.join(REQUEST_S)

    def file(self, path: str) -> Served | None:
        """Return what stands at a path."""
        return self._files.get(path)

    def may_come_in(self, client: str) -> bool:
        """Count a request and say whether it is within the rate, of this client and of all."""
        now = time.monotonic()
        with self._lock:
            if client not in self._seen and len(self._seen) > PER_MINUTE:
                self._seen.clear()
            for key, most in (("", PER_MINUTE), (client, PER_CLIENT)):
                times = self._seen[key]
                while times and now - times[0] > 60:
                    times.popleft()
                if len(times) >= most:
                    return False
                times.append(now)
        return True

    def begin_check(self, client: str) -> str | None:
        """Open a fresh page under a fresh certificate for one client, and return its address; None if too many wait."""
        with self._lock:
            if len(self._checks) >= CHECKS_AT_ONCE:
                return None
        listener = Listener(self._address, self._mint(), self._trusted_page)
        with self._lock:
            self._checks.add(listener)
        thread = threading.Thread(target=self._wait, args=(listener, client), name="handoff-check")
        self._threads.append(thread)
        thread.start()
        return listener.url

    def _wait(self, listener: Listener, client: str) -> None:
        try:
            visit = listener.wait(CHECK_S, only_from=client)
        finally:
            listener.close()
            with self._lock:
                self._checks.discard(listener)
        if visit.client:
            self._told(visit)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 16

    def __init__(
        self, place: tuple[str, int], handler: type[BaseHTTPRequestHandler], slots: threading.BoundedSemaphore
    ) -> None:
        self._slots = slots
        super().__init__(place, handler)

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        if not self._slots.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Say nothing: a phone that walks away is no error."""


def _handler_for(owner: HandoffServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = REQUEST_S
        server_version, sys_version = "Dotlocal", ""

        def do_GET(self) -> None:
            client = str(self.client_address[0])
            if not owner.may_come_in(client):
                self._answer(429, Served("text/plain; charset=utf-8", b"Too many requests. Wait a minute."))
                return
            if self.path == "/check":
                self._check(client)
                return
            found = owner.file(self.path)
            missing = Served("text/plain; charset=utf-8", b"Not here.")
            self._answer(200 if found else 404, found or missing)

        def _check(self, client: str) -> None:
            target = owner.begin_check(client)
            if target is None:
                self._answer(503, Served("text/plain; charset=utf-8", b"Too many checks at once. Try again."))
                return
            self.send_response(302)
            self.send_header("Location", target)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _answer(self, status: int, served: Served) -> None:
            self.send_response(status)
            self.send_header("Content-Type", served.type)
            self.send_header("Content-Length", str(len(served.content)))
            if served.name:
                self.send_header("Content-Disposition", f'attachment; filename="{served.name}"')
            for name, value in _HEADERS:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(served.content)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  the base class's name
            """Log nothing: what is asked for comes from the network."""

    return Handler
