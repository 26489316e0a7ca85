"""Animals that Python's own TLS serves: real handshakes with certificates that tests mint."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.rigs.minting import Minted, mint, mint_ca
from tests.rigs.odd_servers import serving, stay, tls_context
from tests.rigs.zoo.animal import Animal

HOST = "dev01.local"
_CA = mint_ca()
_P256, _OTHER = mint(HOST, _CA, names=(HOST,)), mint("default", _CA, names=("default",))
_RSA = mint(HOST, _CA, names=(HOST,), key=rsa.generate_private_key(65537, 2048))
_P384 = mint(HOST, _CA, names=(HOST,), key=ec.generate_private_key(ec.SECP384R1()))
V = ssl.TLSVersion
Start = Callable[[Path], AbstractAsyncContextManager[int]]


def real(
    *chain: Minted, lowest: V | None = None, highest: V | None = None, ciphers: str = "", mutual: bool = False,
    groups: str = "", sni: str = "",
) -> Start:  # fmt: skip
    """Serve by a real handshake."""

    @asynccontextmanager
    async def start(folder: Path) -> AsyncIterator[int]:
        context = tls_context(folder, chain[0], *chain[1:], highest=highest)
        if lowest is not None:
            context.minimum_version = lowest
        if ciphers:
            context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
        if groups:
            context.set_ecdh_curve(groups)
        if mutual:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=_CA.der)
        if sni:
            context.sni_callback = lambda _, name, __: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME if name else None
        async with serving(stay, context) as port:
            yield port

    return start


def after(preface: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]) -> Start:
    """Serve a clear-text beginning, then go over to TLS."""

    @asynccontextmanager
    async def start(folder: Path) -> AsyncIterator[int]:
        context = tls_context(folder, _P256, _CA)

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await preface(reader, writer)  # type: ignore[misc]
            with suppress(ssl.SSLError, OSError):
                await writer.start_tls(context)
                await reader.read()

        async with serving(handler) as port:
            yield port

    return start


def lines(*dialogue: tuple[bytes, bytes]) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]:
    """Send what stands first, wait for what stands second, and so on."""

    async def preface(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for said, awaited in dialogue:
            writer.write(said)
            if awaited:
                await reader.readuntil(awaited)

    return preface


PREFACES = {
    "smtp": after(lines((b"220 mail\r\n", b"\r\n"), (b"250-mail\r\n250 STARTTLS\r\n", b"STARTTLS\r\n"),
                        (b"220 go\r\n", b""))),
    "imap": after(lines((b"* OK ready\r\n", b"STARTTLS\r\n"), (b"* CAPABILITY\r\na OK go\r\n", b""))),
    "pop3": after(lines((b"+OK ready\r\n", b"STLS\r\n"), (b"+OK go\r\n", b""))),
    "ftp": after(lines((b"220-hello\r\n220 ready\r\n", b"AUTH TLS\r\n"), (b"234 go\r\n", b""))),
    "ldap": after(lines((b"", b"1.3.6.1.4.1.1466.20037"), (bytes.fromhex("300c02010178070a010004000400"), b""))),
    "xmpp": after(lines((b"", b"streams'>"), (b"<stream:features><starttls/></stream:features>", b"/>"),
                        (b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", b""))),
    "postgres": after(lines((b"", b"\x04\xd2\x16\x2f"), (b"S", b""))),
}  # fmt: skip
_TWO, _ONE = (_P256.der, _CA.der), (_P256.der,)
BY_PYTHON = [
    Animal("TLS 1.3, P-256", real(_P256, _CA), _TWO, proved=True, protocol="TLSv1.3", client_certificate=False),
    Animal("TLS 1.3, RSA-2048", real(_RSA, lowest=V.TLSv1_3), (_RSA.der,), proved=True, protocol="TLSv1.3"),
    Animal("TLS 1.3, P-384", real(_P384, lowest=V.TLSv1_3), (_P384.der,), proved=True),
    Animal("TLS 1.3, retry to P-521", real(_P256, lowest=V.TLSv1_3, groups="secp521r1"), _ONE, proved=True),
    Animal("TLS 1.2, P-256", real(_P256, _CA, highest=V.TLSv1_2), _TWO, proved=True, protocol="TLSv1.2"),
    Animal("wrong order", real(_P256, mint_ca("Other"), _CA), count=3, proved=True),
    Animal("duplicates", real(_P256, _CA, _CA, _CA), count=4, proved=True),
    Animal("TLS 1.1", real(_RSA, lowest=V.TLSv1_1, highest=V.TLSv1_1), (_RSA.der,), proved=True, protocol="TLSv1.1"),
    Animal("TLS 1.0", real(_RSA, lowest=V.TLSv1, highest=V.TLSv1), (_RSA.der,), proved=True, protocol="TLSv1"),
    Animal("mutual TLS 1.3", real(_P256, mutual=True), _TWO, proved=True, client_certificate=True),
    Animal("mutual TLS 1.2", real(_P256, mutual=True, highest=V.TLSv1_2), _TWO, proved=True, client_certificate=True),
    Animal("unrecognized_name, then a default", real(_OTHER, sni="fatal"), (_OTHER.der,)),
    Animal("RSA key exchange alone", real(_RSA, highest=V.TLSv1_2, ciphers="AES128-SHA"), (_RSA.der,), proved=True),
    Animal("Camellia alone", real(_RSA, highest=V.TLSv1_2, ciphers="CAMELLIA128-SHA"), (_RSA.der,), proved=True),
    Animal("NULL cipher", real(_RSA, highest=V.TLSv1_2, ciphers="NULL-SHA"), (_RSA.der,), proved=True),
    Animal("DHE alone", real(_RSA, highest=V.TLSv1_2, ciphers="DHE-RSA-AES128-SHA"),
           failure="handshake-refused"),
    Animal("CCM-8 alone", real(_P256, highest=V.TLSv1_2, ciphers="ECDHE-ECDSA-AES128-CCM8"), _ONE, proved=True),
    Animal("anonymous", real(_RSA, highest=V.TLSv1_2, ciphers="AECDH-AES128-SHA"), failure="no-certificate",
           detail="anonymous"),
]  # fmt: skip


def openssl(*arguments: str, key: str, digest: str = "-sha256") -> Start:
    """Serve by `openssl s_server` with a key of a kind that Python cannot make or serve."""

    @asynccontextmanager
    async def start(folder: Path) -> AsyncIterator[int]:
        files = [str(folder / name) for name in ("key.pem", "crt.pem")]
        if key:
            await asyncio.to_thread(_run, "genpkey", "-out", files[0], *key.split())
            await asyncio.to_thread(
                _run, "req", "-x509", "-new", "-key", files[0], "-out", files[1], "-subj", "/CN=dev01.local", digest
            )
            arguments_for_key = ["-key", files[0], "-cert", files[1]]
        else:
            arguments_for_key = ["-nocert"]
        process = await asyncio.create_subprocess_exec(
            "openssl", "s_server", "-accept", "127.0.0.1:0", *arguments_for_key, *arguments, "-cipher",
            "PSK:@SECLEVEL=0" if "-psk" in arguments else "ALL:@SECLEVEL=0",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            async with asyncio.timeout(10):
                while not (line := await process.stdout.readline()).startswith(b"ACCEPT"):
                    assert line, "openssl s_server ended"
            yield int(line.rpartition(b":")[2])
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    return start


def _run(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


_RSA_OF = "-algorithm RSA -pkeyopt rsa_keygen_bits:"
_EC = "-algorithm EC -pkeyopt ec_paramgen_curve:"
BY_OPENSSL = [
    Animal("Ed25519, TLS 1.3", openssl("-tls1_3", key="-algorithm ed25519"), count=1, proved=True),
    Animal("Ed448, TLS 1.3", openssl("-tls1_3", key="-algorithm ed448"), count=1, proved=True),
    Animal("RSA-PSS key", openssl("-tls1_3", key="-algorithm rsa-pss -pkeyopt rsa_keygen_bits:2048"), count=1,
           proved=True),
    Animal("X448 alone", openssl("-tls1_3", "-groups", "X448", key=_EC + "P-256"), count=1),
    Animal("ffdhe2048 alone", openssl("-tls1_3", "-groups", "ffdhe2048", key=_EC + "P-256"), count=1),
    Animal("P-384 alone", openssl("-tls1_3", "-groups", "P-384", key=_EC + "P-256"), count=1),
    Animal("CCM alone, TLS 1.3", openssl("-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256", key=_EC + "P-256"),
           count=1),
    Animal("CCM-8 alone, TLS 1.3", openssl("-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_8_SHA256", key=_EC + "P-256"),
           count=1),
    Animal("ChaCha20 alone", openssl("-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256", key=_EC + "P-256"),
           count=1),
    Animal("RSA-1024, SHA-1", openssl("-tls1_2", key=_RSA_OF + "1024", digest="-sha1"), count=1, proved=True),
    Animal("RSA-512", openssl("-tls1_2", key=_RSA_OF + "512"), count=1),
    Animal("RSA-768, MD5", openssl("-tls1_2", key=_RSA_OF + "768", digest="-md5"), count=1),
    Animal("brainpoolP256r1", openssl("-tls1_2", key=_EC + "brainpoolP256r1"), count=1),
    Animal("secp256k1", openssl("-tls1_2", key=_EC + "secp256k1"), count=1),
    Animal("P-224", openssl("-tls1_2", "-groups", "P-224:P-256", key=_EC + "P-224"), count=1),
    Animal("P-192", openssl("-tls1_2", key=_EC + "P-192"), count=1),
    Animal("explicit curve", openssl("-tls1_2", key=_EC + "P-256 -pkeyopt ec_param_enc:explicit"), count=1),
    Animal("pre-shared key alone", openssl("-tls1_2", "-psk", "1a2b3c", key=""), failure="no-certificate",
           detail="pre-shared key"),
    Animal("TLS 1.2, no renegotiation_info", openssl("-tls1_2", "-legacy_renegotiation", key=_EC + "P-256"),
           count=1),
]  # fmt: skip
