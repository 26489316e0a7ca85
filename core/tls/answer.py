"""Read a device's answer to a hello up to its Certificate message, TLS 1.3's encrypted part too; judges nothing."""

from dataclasses import dataclass, field

from core.tls.hello import ClientHello
from core.tls.traffic import ServerTraffic, transcript_hash

MAX_RECORD = 18_432
MAX_WARNINGS = 16
MAX_ENTRIES = 10_000
MOST_MESSAGES = 64
MOST_PRIME = 4096 // 8
MOST_COOKIE = 8 * 1024
MAX_MESSAGE = 8 * 1024 * 1024
CHANGE_CIPHER, ALERT, HANDSHAKE, APPLICATION = 20, 21, 22, 23
SERVER_HELLO, CERTIFICATE, KEY_EXCHANGE, REQUEST, HELLO_DONE = 2, 11, 12, 13, 14
_RETRY_RANDOM = bytes.fromhex("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C")
_ALERTS = {
    0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 22: "record_overflow", 40: "handshake_failure",
    42: "bad_certificate", 43: "unsupported_certificate", 45: "certificate_expired", 46: "certificate_unknown",
    47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error", 51: "decrypt_error",
    70: "protocol_version", 71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback",
    90: "user_canceled", 109: "missing_extension", 110: "unsupported_extension", 112: "unrecognized_name",
    113: "bad_certificate_status_response", 116: "certificate_required", 120: "no_application_protocol",
}  # fmt: skip
_VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}
_FINITE_FIELD = frozenset({
    0x0033, 0x0039, 0x0067, 0x006B, 0x009E, 0x009F, 0xCCAA, 0x0016, 0x0013, 0x0032, 0x0038, 0x0040, 0x006A, 0x00A2,
    0x00A3, 0x0045, 0x0088, 0x0015, 0x0012, 0x0014, 0x0044, 0x0087, 0x00BE, 0x00C4, 0xC09E, 0xC09F, 0xC0A2, 0xC0A3,
})  # fmt: skip
"""Suites with a Diffie-Hellman group that the device chooses itself."""
_WITHOUT_CERTIFICATE = frozenset(
    {0x0034, 0x003A, 0x006C, 0x006D, 0x00A6, 0x00A7, 0x0018, 0x001B, *range(0xC015, 0xC01A)}
)


class NotTls(Exception):
    """The first bytes are not a TLS record."""


class HelloRefused(Exception):
    """The device ended the handshake; the text names its alert."""


@dataclass
class AnswerReader:
    """Feeds on received bytes; `chain` is None until the Certificate message has come whole.

    With the hello that was sent it computes TLS 1.3's keys itself and asks for `to_send` after a HelloRetryRequest;
    without one it looks on while another client shakes hands, which gives the traffic secret to `take_secret`.
    """

    hello: ClientHello | None = None
    chain: tuple[bytes, ...] | None = None
    protocol: str = ""
    suite: int | None = None
    client_certificate: bool = False
    without_certificate: str = ""
    trailing: int = 0
    alert: str = ""
    to_send: bytes = b""
    finished: bool = False
    huge_group: bool = False
    _records: bytearray = field(default_factory=bytearray)
    _messages: bytearray = field(default_factory=bytearray)
    _sealed: list[bytes] = field(default_factory=list)
    _transcript: list[bytes] = field(default_factory=list)
    _traffic: ServerTraffic | None = None
    _warnings: int = 0
    _blind: bool = False
    _retried: bool = False
    _count: int = 0

    def feed(self, received: bytes) -> None:
        """Take more bytes.

        Raises: NotTls, or HelloRefused with the alert's name.
        """
        self._records += received
        while not self.finished and len(self._records) >= 5:
            kind, major, size = self._records[0], self._records[1], int.from_bytes(self._records[3:5], "big")
            if kind not in range(20, 25) or major != 3 or size > MAX_RECORD:
                raise NotTls
            if len(self._records) < 5 + size:
                return
            record = bytes(self._records[: 5 + size])
            del self._records[: 5 + size]
            self._take(kind, record)

    def take_secret(self, secret: bytes) -> None:
        """Take the server's handshake traffic secret and read what is waiting."""
        if self.suite is not None and self._traffic is None:
            self._traffic = ServerTraffic(self.suite, secret)
            waiting, self._sealed = self._sealed, []
            for record in waiting:
                self._open(record)

    def _take(self, kind: int, record: bytes) -> None:
        body = record[5:]
        if kind == ALERT and self._traffic is None:
            self._read_alert(body)
        elif kind == HANDSHAKE and not self._blind:
            self._messages += body
            self._read_messages()
        elif kind == APPLICATION and self.protocol == "TLSv1.3":
            if self._traffic is None:
                self._sealed.append(record)
                if len(self._sealed) > MAX_WARNINGS * 64:
                    self.finished = True
            else:
                self._open(record)
        elif kind == CHANGE_CIPHER and self.protocol not in {"", "TLSv1.3"}:
            self._blind = True  # what follows below TLS 1.3 is encrypted

    def _open(self, record: bytes) -> None:
        assert self._traffic is not None  # noqa: S101  the callers looked
        opened = None if self.finished else self._traffic.open(record)
        if opened is None:
            self.finished = True
            return
        kind, content = opened
        if kind == ALERT:
            self._read_alert(content)
        elif kind == HANDSHAKE:
            self._messages += content
            self._read_messages()

    def _read_alert(self, body: bytes) -> None:
        if len(body) < 2:
            raise HelloRefused("a broken alert")
        self._warnings += 1
        self.alert = _ALERTS.get(body[1], f"alert {body[1]}")
        if body[0] == 2 or body[1] == 0 or self._warnings > MAX_WARNINGS:
            raise HelloRefused(self.alert)

    def _read_messages(self) -> None:
        while not self.finished and len(self._messages) >= 4:
            size = int.from_bytes(self._messages[1:4], "big")
            if size > MAX_MESSAGE:
                raise HelloRefused("it announces a message that is too long")
            if len(self._messages) < 4 + size:
                return
            self._count += 1
            if self._count > MOST_MESSAGES:
                raise HelloRefused("it sends messages without end")
            message = bytes(self._messages[: 4 + size])
            del self._messages[: 4 + size]
            if self._traffic is None and self.hello is not None:
                self._transcript.append(message)
            self._read_message(message[0], message)

    def _read_message(self, kind: int, message: bytes) -> None:
        body = message[4:]
        if kind == SERVER_HELLO:
            self._read_server_hello(body)
        elif kind == CERTIFICATE and self.chain is None:
            self.chain, self.trailing = _certificates(body, thirteen=self.protocol == "TLSv1.3")
            self.finished = self.hello is not None or self.protocol == "TLSv1.3"
        elif kind == KEY_EXCHANGE and self.suite in _FINITE_FIELD:
            self.huge_group = int.from_bytes(body[:2], "big") > MOST_PRIME
        elif kind == REQUEST:
            self.client_certificate = True
        elif kind == HELLO_DONE:
            self.finished = True
            if self.chain is None:
                self.without_certificate = "anonymous" if self.suite in _WITHOUT_CERTIFICATE else "pre-shared key"

    def _read_server_hello(self, body: bytes) -> None:
        if len(body) < 38:
            raise HelloRefused("its hello is cut short")
        position = 35 + body[34]
        self.suite = int.from_bytes(body[position : position + 2], "big")
        extensions = _extensions(body[position + 3 :])
        version = int.from_bytes(extensions.get(43, body[:2])[:2], "big")
        self.protocol = _VERSIONS.get(version, f"0x{version:04x}")
        if version != 0x0304:
            return
        self._messages.clear()
        if body[2:34] == _RETRY_RANDOM:
            self._answer_retry(extensions)
        elif self.hello is not None:
            self._derive(extensions.get(51, b""))

    def _answer_retry(self, extensions: dict[int, bytes]) -> None:
        if self.hello is None:
            return
        if self._retried or len(extensions.get(44, b"")) > MOST_COOKIE:
            raise HelloRefused("it asks again for another hello, or for one that is too long")
        self._retried = True
        group = int.from_bytes(extensions[51][:2], "big") if 51 in extensions else None
        try:
            second = self.hello.retry(group, extensions.get(44, b"")[2:])
        except ValueError as error:
            raise HelloRefused(f"it wants another key share: {error}") from error
        digest = transcript_hash(self.suite or 0, self.hello.message)
        replaced = b"\xfe" + len(digest).to_bytes(3, "big") + digest
        self._transcript = [replaced, self._transcript[-1], second.message]
        self.hello, self.to_send = second, second.record(second=True)

    def _derive(self, share: bytes) -> None:
        assert self.hello is not None  # noqa: S101  the caller looked
        group, theirs = int.from_bytes(share[:2], "big"), share[4:]
        own = next((s for s in self.hello.shares if s.group == group), None)
        if own is None or self.suite is None:
            raise HelloRefused("it answers with a key share that was not offered")
        first = [] if self._transcript[0][:1] == b"\xfe" else [self.hello.message]
        try:
            secret = own.join(theirs)
        except ValueError as error:
            raise HelloRefused("its key share cannot be used") from error
        self._traffic = ServerTraffic.derived(self.suite, secret, b"".join([*first, *self._transcript]))


def _extensions(content: bytes) -> dict[int, bytes]:
    """Return the extensions of a hello, as many as are whole."""
    found: dict[int, bytes] = {}
    position = 2
    while position + 4 <= len(content) and len(found) < 64:
        size = int.from_bytes(content[position + 2 : position + 4], "big")
        found[int.from_bytes(content[position : position + 2], "big")] = content[position + 4 : position + 4 + size]
        position += 4 + size
    return found


def _certificates(body: bytes, *, thirteen: bool) -> tuple[tuple[bytes, ...], int]:
    """Return the entries of a Certificate message, as many as are whole, and how many bytes are left over."""
    position = (1 + body[0] if thirteen and body else 0) + 3
    end = min(len(body), position + int.from_bytes(body[position - 3 : position], "big"))
    entries: list[bytes] = []
    while position + 3 <= end and len(entries) < MAX_ENTRIES:
        size = int.from_bytes(body[position : position + 3], "big")
        entry = body[position + 3 : position + 3 + size]
        if len(entry) < size:
            break
        entries.append(entry)
        position += 3 + size
        if thirteen:
            position += 2 + int.from_bytes(body[position : position + 2], "big")
    return tuple(entries), max(0, len(body) - position)


def name_protocol(first: bytes) -> str:
    """Return what a port speaks, by its first bytes; "something else" where that cannot be told."""
    openings = (
        (b"HTTP/", "HTTP"), (b"SSH-", "SSH"), (b"220", "SMTP or FTP"), (b"* OK", "IMAP"), (b"+OK", "POP3"),
        (b"RFB ", "VNC"), (b"<?xml", "XMPP"), (b"<stream", "XMPP"), (b"\x00\x00\x00", "a binary protocol"),
    )  # fmt: skip
    for opening, protocol in openings:
        if first.startswith(opening):
            return protocol
    return "HTTP" if b"<html" in first.lower() or b"<!doctype" in first.lower() else "something else"
