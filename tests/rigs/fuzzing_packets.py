"""Fuzz what reads multicast DNS, guided by coverage (atheris); run as a program.

python -m tests.rigs.fuzzing_packets SECONDS FOLDER      FOLDER keeps the inputs found
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["core"]):
    import core.discovery.board
    import core.discovery.link  # noqa: F401  instrumented before the rig imports it

from tests.rigs.simulated_link import Responder, SimulatedLink, address, location, pointer, response, text

GOOD = Responder("10.0.0.7", "good.local", "10.0.0.7", "Good")
SENDERS = ("10.0.0.66", "10.0.0.7", "fe80::66", "192.0.2.66")


def datagrams(octets: bytes) -> None:
    """Let up to six datagrams arrive, with time between them; the good device stays as it is."""
    link = SimulatedLink(responders=[GOOD])
    link.announce(GOOD)
    rest = octets
    for _ in range(6):
        if len(rest) < 3:
            break
        size = int.from_bytes(rest[:2], "big")
        how, datagram, rest = rest[2], rest[3 : 3 + size], rest[3 + size :]
        sender = SENDERS[how & 3]
        link.send(datagram, sender if sender != GOOD.source else "10.0.0.68", unicast=bool(how & 4))
        link.run(0.1 + 2.0 * bool(how & 8))
    link.run(2.0)
    good = link.device("good.local")
    assert good is not None
    assert good.online, link.findings
    assert link.addresses("good.local") >= {"10.0.0.7"}


def packed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(2, "big") + b"\x00" + part for part in parts)


def seeds() -> list[bytes]:
    """Return inputs to begin with."""
    other = Responder("10.0.0.66", "evil.local", "10.0.0.66", "Good", 443)
    question = b"\0\0\0\0\0\1\0\0\0\0\0\0\5_http\4_tcp\5local\0\0\x0c\0\1"
    return [
        packed(response(other.records()), response(other.records(0)), question),
        packed(response([address("good.local", "10.0.0.66")]), response([address("good.local", "10.0.0.7", 0)])),
        packed(response([pointer("Good", 0), location("Good", "evil.local"), text("Good", (b"u=x", b"\xff=\xff"))])),
        packed(question[:5] + b"\1" + question[6:9] + b"\1" + question[10:] + address("good.local", "10.0.0.66")),
    ]


def main(seconds: str, folder: str) -> None:
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (place / f"seed-{number}").write_bytes(seed)
    options = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=4000"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={place}/crash-", str(place)], datagrams)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
