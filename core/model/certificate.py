"""Certificates as values: what was presented, and what is written in each one."""

from dataclasses import dataclass
from datetime import datetime


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
class Presented:
    """What a port presented, judged by nobody. `chain` is empty unless it sent certificates; then `failure` is "".

    `failure` is a reason code (not-tls, refused, no-answer, handshake-refused, unreachable, no-certificate);
    `detail` adds what was seen. `key_proved` is True only after a finished handshake.
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


def fingerprint(sha256: str) -> str:
    """Return a hex digest as people compare it: upper case, a colon after each byte."""
    text = sha256.upper()
    return ":".join(text[i : i + 2] for i in range(0, len(text), 2))
