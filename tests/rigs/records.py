"""Devices and judgements for window tests, without a network."""

from datetime import timedelta

from core.events import ChainJudged
from core.model.certificate import Presented
from core.model.device import Address, Device, Service, TxtValue
from core.tls import parse
from core.tls.verify import ClientRoots, judge
from tests.rigs.minting import NOW, Minted


def device(
    host: str = "dev01.local",
    name: str = "dev01",
    *,
    address: str = "192.168.1.5",
    online: bool = True,
    port: int = 443,
    txt: tuple[tuple[str, TxtValue], ...] = (),
    kind: str = "_https._tcp",
) -> Device:
    """Return a device with one service."""
    service = Service(kind, name, port, txt)
    return Device(host, name, (Address(address, "lan0"),), (service,), online, NOW - timedelta(minutes=5), NOW)


def judged(host: str, chain: tuple[Minted, ...], roots: dict[str, tuple[Minted, ...]]) -> ChainJudged:
    """Return what each client in `roots` makes of a chain."""
    facts = tuple(parse.certificate_facts(m.der) for m in chain)
    presented = Presented(host, "192.168.1.5", 443, NOW, facts, "TLSv1.3", key_proved=True)
    clients = [ClientRoots(c, c, tuple(r.der for r in held), "checked in a test") for c, held in roots.items()]
    judgement = judge(presented, clients, (), NOW)
    return ChainJudged(host, presented, judgement.verdicts, judgement.path)


def silent(host: str, failure: str = "no-answer", detail: str = "5") -> ChainJudged:
    """Return a check that gave no chain."""
    presented = Presented(host, "192.168.1.5", 443, NOW, failure=failure, detail=detail)
    judgement = judge(presented, [ClientRoots("os", "os", (), "checked in a test")], (), NOW)
    return ChainJudged(host, presented, judgement.verdicts, ())
