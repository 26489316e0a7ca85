"""What several devices' certificates say together."""

from core.tls.across import Neighbourhood, UsedSerials
from core.tls.certificate import parse_certificate
from tests.rigs.minting import Minted, mint, mint_ca

ROOT = mint_ca()
ISSUING = mint_ca("Issuing", ROOT)


def known(**chains: tuple[Minted, ...]) -> Neighbourhood:
    found = Neighbourhood()
    for host, chain in chains.items():
        found.remember(host, [parse_certificate(m.der) for m in chain])
    return found


def told(neighbours: Neighbourhood, host: str) -> dict[str, dict[str, str]]:
    return {f.reason.code: dict(f.reason.facts) for f in neighbours.findings(host)}


def test_one_key_in_several_certificates_is_told_with_the_others() -> None:
    first = mint("a.local", ISSUING, names=("a.local",))
    second = mint("b.local", ISSUING, names=("b.local",), key=first.key)
    assert told(known(a=(first,), b=(second,)), "a") == {"key-shared": {"count": "2", "others": "b"}}


def test_one_certificate_on_several_devices_is_told() -> None:
    same = mint("a.local", ISSUING, names=("a.local",))
    neighbours = known(**dict.fromkeys(("a", "b", "c", "d", "e"), (same,)))
    assert told(neighbours, "a") == {"certificate-shared": {"count": "5", "others": "b, c, d and 1 more"}}
    neighbours.forget("b")
    assert told(neighbours, "a")["certificate-shared"]["count"] == "4"


def test_a_serial_number_used_twice_is_refused_by_firefox() -> None:
    first = mint("a.local", ISSUING, names=("a.local",))
    second = mint("b.local", ISSUING, names=("b.local",), serial=first.certificate.serial_number)
    [finding] = known(a=(first,), b=(second,)).findings("b")
    assert finding.reason.code == "serial-reused"
    assert finding.refuses("firefox")
    assert not finding.refuses("chromium")


def test_cas_that_any_device_presents_are_known() -> None:
    leaf = mint("a.local", ISSUING, names=("a.local",))
    assert known(a=(leaf, ISSUING), b=(leaf,)).authorities() == (ISSUING.der,)


def test_different_devices_say_nothing_of_one_another() -> None:
    one, other = (mint(f"{n}.local", ISSUING, names=(f"{n}.local",)) for n in "ab")
    assert told(known(a=(one,), b=(other,)), "a") == {}


def test_serials_are_remembered_by_issuer() -> None:
    serials = UsedSerials()
    first = parse_certificate(mint("a.local", ISSUING).der)
    elsewhere = parse_certificate(mint("a.local", ROOT, serial=first.serial).der)
    assert not serials.findings("a", [first])
    assert not serials.findings("b", [first, None, elsewhere])
