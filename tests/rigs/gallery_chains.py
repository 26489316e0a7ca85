"""The chains of the pictures: made once and kept, so that every picture shows the same keys.

python -m tests.rigs.gallery_chains      makes them anew (then every picture with a fingerprint changes)
"""

import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from core.events import ChainJudged
from core.model.certificate import Certificate, Presented
from core.tls import parse
from core.tls.verify import ClientRoots, judge
from tests.rigs.minting import mint, mint_ca

KEPT = Path(__file__).with_suffix(".json")
NOW = datetime(2026, 11, 26, 9, 14, tzinfo=UTC)
CLIENTS = ("os", "firefox:workshop", "chromium")


def make() -> None:
    """Mint root, issuing CA and device certificates, and keep them as hexadecimal DER."""
    root = mint_ca("Workshop Root CA", begin=datetime(2026, 11, 3, tzinfo=UTC), days=3652)
    issuing = mint_ca("Workshop Devices CA 2", root, begin=datetime(2026, 11, 3, tzinfo=UTC), days=1826, path_length=0)
    begin = datetime(2026, 11, 3, tzinfo=UTC)
    made = {"root": root, "issuing": issuing}
    for name, days, when in (
        ("boiler-gw.local", 221, begin), ("boiler-gw.local before", 300, datetime(2026, 5, 1, tzinfo=UTC)),
        ("router.local", 221, begin), ("coldroom-3.local", 35, begin), ("hvac.local", 221, begin),
        ("meter-bridge.local", 20, begin),
    ):  # fmt: skip
        host = name.partition(" ")[0]
        made[name] = mint(host, issuing, names=(host,), begin=when, days=days)
    made["label-5c.local"] = mint("label-5c.local", names=("label-5c.local",), begin=begin, days=3650)
    held = {name: m.certificate.public_bytes(Encoding.DER).hex() for name, m in made.items()}
    KEPT.write_text(json.dumps(held, indent=0) + "\n", encoding="utf-8")


@lru_cache(maxsize=1)
def kept() -> dict[str, bytes]:
    """Return every certificate by its name, as DER."""
    return {name: bytes.fromhex(text) for name, text in json.loads(KEPT.read_text(encoding="utf-8")).items()}


def facts(name: str) -> Certificate:
    """Return what is written in one of them."""
    return parse.certificate_facts(kept()[name])


def judged(host: str, leaf: str, *, trusting: tuple[str, ...] = CLIENTS, address: str = "192.168.20.14") -> ChainJudged:
    """Return what each client makes of a chain, judged by the real rules; `trusting` have the root."""
    chain = (facts(leaf),) if leaf == "label-5c.local" else (facts(leaf), facts("issuing"))
    presented = Presented(host, address, 443, NOW, chain, "TLSv1.3", key_proved=True)
    clients = [
        ClientRoots(
            client, client, (kept()["root"],) if client in trusting else (), "Checked by its rules, not by a visit"
        )
        for client in CLIENTS
    ]
    judgement = judge(presented, clients, (kept()["root"], kept()["issuing"]), NOW)
    return ChainJudged(host, presented, judgement.verdicts, judgement.path)


if __name__ == "__main__":
    make()
