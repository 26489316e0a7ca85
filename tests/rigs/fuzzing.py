"""Fuzz what reads the network's octets, guided by coverage (atheris); run as a program.

python -m tests.rigs.fuzzing hello|certificate|path SECONDS FOLDER      FOLDER keeps the inputs found
"""

import contextlib
import sys
from datetime import UTC, datetime
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["core"]):
    from core.model.certificate import Presented
    from core.tls import fields, parse
    from core.tls.answer import AnswerReader, HelloRefused, NotTls
    from core.tls.certificate import forget_certificates, try_parse
    from core.tls.hello import ClientHello, Offer
    from core.tls.verify import ClientRoots, judge

from tests.rigs.minting import mint, mint_ca
from tests.rigs.odd_servers import server_flight
from tests.rigs.zoo.scripted import certificate, records, server_hello

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROOT = mint_ca()
ISSUING = mint_ca("Issuing", ROOT, path_length=0)
LEAF = mint("dev01.local", ISSUING, names=("dev01.local",))
SIGNED = {try_parse(c.der).tbs for c in (LEAF, ISSUING, ROOT)}  # type: ignore[union-attr]
CLIENTS = [
    ClientRoots(name, name, (ROOT.der,), "fuzzed")
    for name in ("chromium", "firefox", "openssl", "java", "webpki", "os", "site")
]


def hello(octets: bytes) -> None:
    """Feed an answer in two parts, to a client of our own and to an onlooker."""
    offers = (Offer.TLS13, Offer.TLS12, None)
    offer = offers[octets[0] % 3] if octets else None
    reader = AnswerReader(ClientHello.of(offer, b"dev01.local") if offer else None)
    middle = octets[1] if len(octets) > 1 else 0
    with contextlib.suppress(NotTls, HelloRefused):
        reader.feed(octets[2 : 2 + middle])
        reader.feed(octets[2 + middle :])
        reader.take_secret(octets[:32])
    assert reader.chain is None or sum(map(len, reader.chain)) <= len(octets)


def certificate_octets(octets: bytes) -> None:
    """Read one certificate in every way that there is."""
    forget_certificates()
    parse.certificate_facts(octets)
    fields.certificate_fields(octets)


def path(octets: bytes) -> None:
    """Judge a chain of up to four parts, some of them good; only what was signed may be trusted."""
    forget_certificates()
    parts, rest = [], octets
    while rest and len(parts) < 4:
        size = int.from_bytes(rest[:2], "big")
        parts.append(rest[2 : 2 + size])
        rest = rest[2 + size :]
    chain = [{b"": LEAF.der, b"i": ISSUING.der, b"r": ROOT.der}.get(part, part) for part in parts] or [b""]
    shown = tuple(map(parse.certificate_facts, chain))
    host = ("dev01.local", "192.168.1.5", "fd00::1", "my_dev.local")[len(octets) % 4]
    presented = Presented(host, "", 443, NOW, shown, "TLSv1.3", key_proved=True)
    for verdict in judge(presented, CLIENTS, (ISSUING.der,), NOW).verdicts:
        leaf = try_parse(chain[0])
        assert not verdict.trusted or (leaf is not None and leaf.tbs in SIGNED), verdict


TARGETS = {"hello": hello, "certificate": certificate_octets, "path": path}


def seeds(target: str) -> list[bytes]:
    """Return inputs to begin with."""
    ders = [LEAF.der, ISSUING.der, ROOT.der]
    if target == "certificate":
        return ders
    if target == "path":
        return [b"".join(len(d).to_bytes(2, "big") + d for d in ders), b"\x00\x00\x00\x01i", b"\x00\x00"]
    flight = server_flight(ders)
    retry = server_hello(b"\x03\x03", 0x1301, b"\x00\x2b\x00\x02\x03\x04\x00\x33\x00\x02\x00\x17")
    return [bytes([n, 200]) + octets for n in range(3) for octets in (flight, records(retry), records(certificate(())))]


def main(target: str, seconds: str, folder: str) -> None:
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (place / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-max_len=20000",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={place}/crash-", str(place)], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
