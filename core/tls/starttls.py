"""Ask a service that begins in clear text to go over to TLS: SMTP, IMAP, POP3, FTP, LDAP, XMPP, PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable

Preface = Callable[[asyncio.StreamReader, asyncio.StreamWriter, str], Awaitable[None]]
MAX_LINES = 64
MAX_LINE = 4096
BY_PORT = {
    21: "ftp", 25: "smtp", 110: "pop3", 143: "imap", 389: "ldap", 587: "smtp", 5222: "xmpp", 5269: "xmpp",
    5432: "postgres",
}  # fmt: skip
_LDAP_OID = b"1.3.6.1.4.1.1466.20037"


class NoStartTls(Exception):
    """The service does not go over to TLS; the text says what it answered."""


async def _smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
    await _reply(reader, b"220")
    writer.write(b"EHLO dotlocal.invalid\r\n")
    await _reply(reader, b"250")
    writer.write(b"STARTTLS\r\n")
    await _reply(reader, b"220")


async def _ftp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
    await _reply(reader, b"220")
    writer.write(b"AUTH TLS\r\n")
    await _reply(reader, b"234")


async def _imap(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
    await _line(reader)
    writer.write(b"a STARTTLS\r\n")
    for _ in range(MAX_LINES):
        line = await _line(reader)
        if line.startswith(b"a "):
            _expect(line[2:].upper().startswith(b"OK"), line)
            return
    raise NoStartTls("too many lines")


async def _pop3(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
    line = await _line(reader)
    _expect(line.startswith(b"+OK"), line)
    writer.write(b"STLS\r\n")
    line = await _line(reader)
    _expect(line.startswith(b"+OK"), line)


async def _ldap(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
    operation = b"\x77" + bytes([len(_LDAP_OID) + 2]) + b"\x80" + bytes([len(_LDAP_OID)]) + _LDAP_OID
    message = b"\x02\x01\x01" + operation
    writer.write(b"\x30" + bytes([len(message)]) + message)
    head = await reader.readexactly(2)
    _expect(head[0] == 0x30, head)
    size = head[1]
    if size & 0x80:
        size = int.from_bytes(await reader.readexactly(size & 0x7F), "big")
    _expect(size <= MAX_LINE, head)
    body = await reader.readexactly(size)
    _expect(b"\x0a\x01\x00" in body, body)  # resultCode success (RFC 4511 4.1.9)


async def _xmpp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
    name = "".join(c for c in host if c.isalnum() or c in "-._")
    writer.write(
        b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0' to='" + name.encode("utf-8")
        + b"' xmlns:stream='http://etherx.jabber.org/streams'>"
    )  # fmt: skip
    await _until(reader, b"</stream:features>")
    writer.write(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    await _until(reader, b"<proceed", b">")


async def _postgres(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
    writer.write(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")  # SSLRequest
    answer = await reader.readexactly(1)
    _expect(answer == b"S", answer)


PREFACES: dict[str, Preface] = {
    "ftp": _ftp, "imap": _imap, "ldap": _ldap, "pop3": _pop3, "postgres": _postgres, "smtp": _smtp, "xmpp": _xmpp,
}  # fmt: skip


async def _line(reader: asyncio.StreamReader) -> bytes:
    line = await reader.readuntil(b"\n")
    _expect(len(line) <= MAX_LINE, line)
    return line


async def _reply(reader: asyncio.StreamReader, code: bytes) -> None:
    """Read a reply of one or more lines that must begin with this code."""
    for _ in range(MAX_LINES):
        line = await _line(reader)
        _expect(line.startswith(code), line)
        if line[3:4] != b"-":
            return
    raise NoStartTls("too many lines")


async def _until(reader: asyncio.StreamReader, *marks: bytes) -> None:
    for mark in marks:
        found = await reader.readuntil(mark)
        _expect(len(found) <= 16 * MAX_LINE, found)


def _expect(fits: bool, answer: bytes) -> None:
    if not fits:
        raise NoStartTls(answer[:60].decode("latin-1").strip() or "nothing")
