"""Certificates as values: what was presented, and what is written in each one."""

import base64
import re
from dataclasses import dataclass
from datetime import datetime

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Certificate:
    """The facts of one certificate. Where DER could not be parsed, `problem` says why and names are empty."""

    der: bytes
    sha256: str
    subject: str = ""
    issuer: str = ""
    common_name: str = ""
    issuer_common_name: str = ""
    names: tuple[str, ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    key: str = ""
    serial: str = ""
    is_ca: bool = False
    self_issued: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a certificate for people; `mono` marks octets and digests."""

    name: str
    value: str
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Presented:
    """What a port presented, judged by nobody. `chain` is empty unless it sent certificates; then `failure` is "".

    `address` is the one that was used. `failure` is a reason code (not-tls, refused, no-answer, handshake-refused,
    unreachable, no-certificate, no-address); `detail` adds what was seen, `tried` each attempt with its outcome.
    `key_proved` is True only where the device showed that it has the key.
    `client_certificate` says that it asked for one; `starttls` names what was spoken before TLS.
    """

    host: str
    address: str
    port: int
    seen_at: datetime
    chain: tuple[Certificate, ...] = ()
    protocol: str = ""
    key_proved: bool = False
    failure: str = ""
    detail: str = ""
    tried: tuple[str, ...] = ()
    client_certificate: bool = False
    suite: str = ""
    starttls: str = ""


def fingerprint(sha256: str) -> str:
    """Return a hex digest as people compare it: upper case, a colon after each byte."""
    text = sha256.upper()
    return ":".join(text[i : i + 2] for i in range(0, len(text), 2))


def pem_of(der: bytes) -> str:
    """Return bytes as a PEM certificate, also where no library could parse them."""
    body = base64.b64encode(der).decode("ascii")
    lines = [body[i : i + 64] for i in range(0, len(body), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def ders_in(content: bytes) -> list[bytes]:
    """Return the DER of each PEM certificate block, in order; broken blocks are left out."""
    found = []
    for match in _PEM.finditer(content):
        try:
            found.append(base64.b64decode(b"".join(match.group(1).split()), validate=True))
        except ValueError:
            continue
    return found
