"""Write a ClientHello and read a device's clear-text answer up to its Certificate message; pure, TLS 1.2 and below."""

import os
import struct
from dataclasses import dataclass, field

MAX_RECORD = 18_432
MAX_WARNINGS = 16
MAX_ENTRIES = 64
_SUITES = bytes.fromhex(
    "C02BC02FC02CC030CCA9CCA8C0ACC0AEC0A0C09CC009C013C00AC014C023C027C024C028009C009D002F0035003C003D009E009F00330039"
    "0067006BCCAA003200380040006A00A200A3C008C012000A00160013C007C011000500040041008400450088000900150012000300080006"
    "0014003B00020001C006C010C004C00EC005C00F00FF"
)
_GROUPS = bytes.fromhex("001D001700180019001E001A001B001C0016001301000101")
_SIGNATURES = bytes.fromhex(
    "040308040401050308050501060308060601080708080809080A080B081A081B081C0904090509060203020102020301030304020101"
)
_ALERTS = {
    0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 40: "handshake_failure", 42: "bad_certificate",
    46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca", 50: "decode_error", 51: "decrypt_error",
    70: "protocol_version", 71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback",
    109: "missing_extension", 112: "unrecognized_name", 116: "certificate_required", 120: "no_application_protocol",
}  # fmt: skip
_VERSIONS = {0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2"}


class NotTls(Exception):
    """The first bytes are not a TLS record."""


class HelloRefused(Exception):
    """The device ended the handshake; the text names its alert."""


def client_hello(server_name: bytes | None) -> bytes:
    """Return one record with a ClientHello that offers TLS 1.2 and below and all that a device could pick."""
    extensions = b""
    if server_name:
        extensions += _extension(0, _vector(b"\x00" + _vector(server_name)))
    extensions += _extension(10, _vector(_GROUPS)) + _extension(11, b"\x01\x00")
    extensions += _extension(13, _vector(_SIGNATURES)) + _extension(23, b"") + _extension(0xFF01, b"\x00")
    body = struct.pack(">H", 0x0303) + os.urandom(32) + b"\x00" + _vector(_SUITES) + b"\x01\x00" + _vector(extensions)
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + _vector(message)


def _vector(content: bytes) -> bytes:
    return struct.pack(">H", len(content)) + content


def _extension(kind: int, content: bytes) -> bytes:
    return struct.pack(">H", kind) + _vector(content)


@dataclass
class AnswerReader:
    """Feeds on received bytes; `chain` is None until the Certificate message has come whole."""

    chain: list[bytes] | None = None
    protocol: str = ""
    _records: bytearray = field(default_factory=bytearray)
    _messages: bytearray = field(default_factory=bytearray)
    _warnings: int = 0

    def feed(self, data: bytes) -> None:
        """Take more bytes.

        Raises: NotTls, or HelloRefused with the alert's name.
        """
        self._records += data
        while self.chain is None and len(self._records) >= 5:
            kind, major, size = self._records[0], self._records[1], int.from_bytes(self._records[3:5], "big")
            if kind not in range(20, 25) or major != 3 or size > MAX_RECORD:
                raise NotTls
            if len(self._records) < 5 + size:
                return
            body = bytes(self._records[5 : 5 + size])
            del self._records[: 5 + size]
            if kind == 21:
                self._alert(body)
            elif kind == 22:
                self._messages += body
                self._read_messages()

    def _alert(self, body: bytes) -> None:
        if len(body) < 2:
            raise HelloRefused("a broken alert")
        self._warnings += 1
        if body[0] == 2 or body[1] == 0 or self._warnings > MAX_WARNINGS:
            raise HelloRefused(_ALERTS.get(body[1], f"alert {body[1]}"))

    def _read_messages(self) -> None:
        while self.chain is None and len(self._messages) >= 4:
            size = int.from_bytes(self._messages[1:4], "big")
            if len(self._messages) < 4 + size:
                return
            kind, body = self._messages[0], bytes(self._messages[4 : 4 + size])
            del self._messages[: 4 + size]
            if kind == 2 and len(body) >= 2:
                version = int.from_bytes(body[:2], "big")
                self.protocol = _VERSIONS.get(version, f"0x{version:04x}")
            elif kind == 11:
                self.chain = _certificates(body)
            elif kind == 14:
                raise HelloRefused("it offers TLS without a certificate")


def _certificates(body: bytes) -> list[bytes]:
    """Return the entries of a Certificate message, as many as are whole; lengths that lie end the list."""
    position = 3
    entries: list[bytes] = []
    while position + 3 <= len(body) and len(entries) < MAX_ENTRIES:
        size = int.from_bytes(body[position : position + 3], "big")
        entry = body[position + 3 : position + 3 + size]
        if len(entry) < size:
            break
        entries.append(entry)
        position += 3 + size
    return entries


def name_protocol(first: bytes) -> str:
    """Return what a port speaks, by its first bytes; "something else" where that cannot be told."""
    openings = ((b"HTTP/", "HTTP"), (b"SSH-", "SSH"), (b"220", "SMTP or FTP"), (b"* OK", "IMAP"), (b"+OK", "POP3"),
                (b"RFB ", "VNC"))  # fmt: skip
    for opening, protocol in openings:
        if first.startswith(opening):
            return protocol
    return "HTTP" if b"<html" in first.lower() else "something else"
