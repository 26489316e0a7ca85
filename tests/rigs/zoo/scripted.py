"""Animals that follow a script: octets that no library would send, or that none can any more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import x25519

from core.tls import traffic
from tests.rigs.minting import mint, mint_ca
from tests.rigs.odd_servers import alert, record, serving
from tests.rigs.zoo.animal import Animal

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]
HOST = "dev01.local"
_CA = mint_ca()
LEAF, CA = mint(HOST, _CA, names=(HOST,)).der, _CA.der
GOOD = (LEAF, CA)
BIG = tuple(mint_ca(f"Big {n}").der for n in range(20)) * 350  # 3 MB


def scripted(script: Script) -> Callable[[Path], AbstractAsyncContextManager[int]]:
    """Serve by a script that gets the first record that came, the client's hello."""

    @asynccontextmanager
    async def start(_: Path) -> AsyncIterator[int]:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readexactly(5)
            await script(reader, writer, head + await reader.readexactly(int.from_bytes(head[3:5], "big")))

        async with serving(handler) as port:
            yield port

    return start


def at_once(script: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Serve by a script that does not wait for the client."""

    @asynccontextmanager
    async def start(_: Path) -> AsyncIterator[int]:
        async with serving(script) as port:
            yield port

    return start


def server_hello(version: bytes, suite: int, extensions: bytes | None = None, random: bytes = b"S" * 32) -> bytes:
    body = version + random + b"\x00" + suite.to_bytes(2, "big") + b"\x00"
    if extensions is not None:
        body += len(extensions).to_bytes(2, "big") + extensions
    return b"\x02" + len(body).to_bytes(3, "big") + body


def certificate(entries: tuple[bytes, ...], after: bytes = b"") -> bytes:
    chain = b"".join(len(e).to_bytes(3, "big") + e for e in entries)
    body = len(chain).to_bytes(3, "big") + chain + after
    return b"\x0b" + len(body).to_bytes(3, "big") + body


def records(messages: bytes, version: bytes = b"\x03\x03", size: int = 16_000) -> bytes:
    parts = [messages[i : i + size] for i in range(0, len(messages), size)]
    return b"".join(b"\x16" + version + len(part).to_bytes(2, "big") + part for part in parts)


def flight(
    entries: tuple[bytes, ...],
    version: bytes = b"\x03\x03",
    suite: int = 0xC02F,
    size: int = 16_000,
    after: bytes = b"",
) -> bytes:
    return records(server_hello(version, suite) + certificate(entries, after), version, size)


def below_13(answer: Callable[[bytes], bytes], *, ending: str = "wait") -> Script:
    """Answer a hello with octets; hellos that ask for TLS 1.3 get them too."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: bytes) -> None:
        writer.write(answer(hello))
        await writer.drain()
        if ending == "wait":
            await asyncio.sleep(30)
        elif ending == "reset":
            writer.get_extra_info("socket").setsockopt(1, 13, b"\x01\x00\x00\x00\x00\x00\x00\x00")  # SO_LINGER 0

    return script


def intolerant(kills: Callable[[bytes], bool], *, says: bytes = b"") -> Script:
    """Die of a hello of some kind; answer any other with a chain."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: bytes) -> None:
        if kills(hello):
            writer.write(says)
            return
        writer.write(flight(GOOD))
        await writer.drain()
        await asyncio.sleep(30)

    return script


def slowly(octets: bytes, each: int, pause_s: float) -> Script:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: bytes) -> None:
        for start in range(0, len(octets), each):
            writer.write(octets[start : start + each])
            await writer.drain()
            await asyncio.sleep(pause_s)

    return script


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: bytes) -> None:
    while True:
        writer.write(record(22, b"\x0b\x7f\xff\xff" + b"x" * 16_000))
        await writer.drain()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def talking(octets: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN201
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(octets)
        await writer.drain()
        await asyncio.sleep(30)

    return at_once(script)


def _key_share(hello: bytes) -> bytes:
    """Return the X25519 share of a hello."""
    place = hello.index(b"\x00\x1d\x00\x20")
    return hello[place + 4 : place + 36]


def thirteen(entries: tuple[bytes, ...], *, retry: bool = False, request: bool = False) -> Script:
    """Speak TLS 1.3 up to Certificate by hand, with any octets as certificates."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: bytes) -> None:
        if b"\x03\x04\x03\x03" not in hello:
            writer.write(alert(70))
            return
        messages = hello[5:]
        session = hello[44 : 44 + 32]
        if retry:
            retry_random = bytes.fromhex("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C")
            asked = b"\x00\x2b\x00\x02\x03\x04" + b"\x00\x2c\x00\x05\x00\x03abc"
            asking = _hello13(session, asked, retry_random)
            writer.write(records(asking))
            head = await reader.readexactly(5)
            while head[0] == 20:  # a change of cipher that means nothing
                await reader.readexactly(int.from_bytes(head[3:5], "big"))
                head = await reader.readexactly(5)
            if head[0] != 22:
                return
            second = head + await reader.readexactly(int.from_bytes(head[3:5], "big"))
            digest = traffic.transcript_hash(0x1301, messages)
            messages = b"\xfe\x00\x00" + bytes([len(digest)]) + digest + asking + second[5:]
            hello = second
        own = x25519.X25519PrivateKey.generate()
        share = own.public_key().public_bytes_raw()
        answered = b"\x00\x2b\x00\x02\x03\x04" + b"\x00\x33\x00\x24\x00\x1d\x00\x20" + share
        ours = _hello13(session, answered, b"S" * 32)
        writer.write(records(ours))
        secret = own.exchange(x25519.X25519PublicKey.from_public_bytes(_key_share(hello)))
        sealer = _Sealer(secret, messages + ours)
        listed = b"".join(len(e).to_bytes(3, "big") + e + b"\x00\x00" for e in entries)
        body = b"\x00" + len(listed).to_bytes(3, "big") + listed
        sealed = b"\x08\x00\x00\x02\x00\x00"
        if request:
            sealed += b"\x0d\x00\x00\x0b\x00\x00\x08\x00\x0d\x00\x04\x00\x02\x04\x03"
        sealed += b"\x0b" + len(body).to_bytes(3, "big") + body
        for start in range(0, len(sealed), 16_000):
            writer.write(sealer.seal(sealed[start : start + 16_000]))
            await writer.drain()
        await asyncio.sleep(30)

    return script


def _hello13(session: bytes, extensions: bytes, random: bytes) -> bytes:
    body = b"\x03\x03" + random + bytes([len(session)]) + session + b"\x13\x01\x00"
    body += len(extensions).to_bytes(2, "big") + extensions
    return b"\x02" + len(body).to_bytes(3, "big") + body


class _Sealer:
    """Encrypts as the server does; the mirror of core.tls.traffic.ServerTraffic."""

    def __init__(self, secret: bytes, transcript: bytes) -> None:
        self._opener = traffic.ServerTraffic.derived(0x1301, secret, transcript)
        self._count = 0

    def seal(self, content: bytes) -> bytes:
        inner = content + b"\x16"
        head = b"\x17\x03\x03" + (len(inner) + 16).to_bytes(2, "big")
        nonce = (self._opener._iv ^ self._count).to_bytes(12, "big")
        self._count += 1
        return head + self._opener._cipher.encrypt(nonce, inner, head)


def _wants_13(hello: bytes) -> bool:
    return b"\x00\x2b" in hello[100:] and b"\x03\x04" in hello[100:]


TLS10, SSL3 = b"\x03\x01", b"\x03\x00"
_CHAINS = {
    "SSL 3 alone, RC4": below_13(lambda _: flight(GOOD, SSL3, 0x0005)),
    "3DES alone, TLS 1.0": below_13(lambda _: flight(GOOD, TLS10, 0x000A)),
    "RC4 alone, TLS 1.2": below_13(lambda _: flight(GOOD, suite=0x0005)),
    "export cipher, TLS 1.0": below_13(lambda _: flight(GOOD, TLS10, 0x0003)),
    "a suite that nobody knows": below_13(lambda _: flight(GOOD, suite=0xFEED)),
    "hangs up after Certificate": below_13(lambda _: flight(GOOD), ending="close"),
    "resets after Certificate": below_13(lambda _: flight(GOOD), ending="reset"),
    "alert after Certificate": below_13(lambda _: flight(GOOD) + alert(80), ending="close"),
    "silent after Certificate": below_13(lambda _: flight(GOOD)),
    "one octet a record": below_13(lambda _: flight(GOOD, size=1)),
    "a warning first": below_13(lambda _: alert(112, level=1) + flight(GOOD)),
    "1,000 octets a second": slowly(flight(GOOD), 100, 0.1),
    "dies of a hello over 512 octets": intolerant(lambda hello: len(hello) > 512),
    "dies of extensions": intolerant(lambda hello: len(hello) > 200),
    "dies of TLS 1.3 in the hello": intolerant(_wants_13),
    "protocol_version for TLS 1.3 in the hello": intolerant(_wants_13, says=alert(70)),
    "unrecognized_name for any name": intolerant(lambda hello: HOST.encode() in hello, says=alert(112)),
    "TLS 1.3, retry with a cookie": thirteen(GOOD, retry=True),
    "TLS 1.3 that asks for a certificate": thirteen(GOOD, request=True),
}
_ODD_CHAINS = {
    "garbage as leaf": (b"garbage", CA), "garbage as issuer": (LEAF, b"\x30\x82\xff\xff"),
    "an empty entry": (LEAF, b"", CA), "a leaf cut short": (LEAF[:-20], CA), "3 MB": BIG[:6000],
}  # fmt: skip
SCRIPTED = [
    *(Animal(name, scripted(script), chain=GOOD, proved=False) for name, script in _CHAINS.items()),
    *(
        Animal(f"{name}, TLS 1.2", scripted(below_13(lambda _, e=entries: flight(e))), chain=entries, proved=False)  # type: ignore[misc]
        for name, entries in _ODD_CHAINS.items()
    ),
    *(Animal(f"{name}, TLS 1.3", scripted(thirteen(e)), chain=e, proved=False) for name, e in _ODD_CHAINS.items()),
    Animal("octets after the list", scripted(below_13(lambda _: flight(GOOD, after=b"xyz"))), chain=GOOD),
    Animal("silent", at_once(silent), failure="no-answer"),
    Animal("closes at once", at_once(hang_up), failure="handshake-refused", detail="it hung up"),
    Animal("50 octets a second", scripted(slowly(flight(GOOD), 5, 0.1)), failure="no-answer"),
    Animal("endless sender", scripted(endless), failure="handshake-refused"),
    Animal("empty Certificate", scripted(below_13(lambda _: flight(()))), failure="no-certificate"),
    Animal("handshake_failure", scripted(below_13(lambda _: alert(40), ending="close")),
           failure="handshake-refused", detail="handshake_failure"),
    Animal("protocol_version", scripted(below_13(lambda _: alert(70), ending="close")),
           failure="handshake-refused", detail="protocol_version"),
    Animal("internal_error", scripted(below_13(lambda _: alert(80), ending="close")),
           failure="handshake-refused", detail="internal_error"),
    Animal("a flood of warnings", scripted(below_13(lambda _: alert(90, level=1) * 500)), failure="handshake-refused"),
    Animal("a message that is too long", scripted(below_13(lambda _: record(22, b"\x0b\xff\xff\xff"))),
           failure="handshake-refused"),
    Animal("a broken alert", scripted(below_13(lambda _: record(21, b"\x02"), ending="close")),
           failure="handshake-refused"),
    Animal("HTTP", talking(b"HTTP/1.1 400 Bad Request\r\n\r\n"), failure="not-tls", detail="HTTP"),
    Animal("an HTML page", talking(b"<html><body>no</body></html>"), failure="not-tls", detail="HTTP"),
    Animal("SSH", talking(b"SSH-2.0-dropbear\r\n"), failure="not-tls", detail="SSH"),
    Animal("SMTP", talking(b"220 mail ready\r\n"), failure="not-tls", detail="SMTP or FTP"),
    Animal("IMAP", talking(b"* OK ready\r\n"), failure="not-tls", detail="IMAP"),
    Animal("POP3", talking(b"+OK ready\r\n"), failure="not-tls", detail="POP3"),
    Animal("VNC", talking(b"RFB 003.008\n"), failure="not-tls", detail="VNC"),
    Animal("noise", talking(bytes(range(200, 256)) * 5), failure="not-tls", detail="something else"),
    Animal("a record that is too long", talking(b"\x16\x03\x03\xff\xff" + b"x" * 1000), failure="not-tls"),
]  # fmt: skip
