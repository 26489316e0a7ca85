"""Each reason with a certificate in which it is the only one; and the verdicts per client."""

import time
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address, ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from core.model.certificate import Presented
from core.model.verdict import Verdict
from core.tls import parse
from core.tls.verify import ClientRoots, Judgement, judge
from tests.rigs.minting import NOW, Minted, mint, mint_ca

HOST = "dev01.local"
INFORMING = {"revocation-not-checked", "revocation-elsewhere", "root-included", "no-eku", "no-aki", "issuer-no-ku"}
CLIENTS = ("os", "firefox:test", "chromium")


def present(*chain: Minted | bytes, host: str = HOST, proved: bool = True) -> Presented:
    ders = [c if isinstance(c, bytes) else c.der for c in chain]
    facts = tuple(parse.certificate_facts(der) for der in ders)
    return Presented(host, "192.168.1.5", 443, NOW, facts, "TLSv1.3", key_proved=proved)


def clients(*roots: Minted) -> list[ClientRoots]:
    return [ClientRoots(name, name, tuple(r.der for r in roots), "checked in a test") for name in CLIENTS]


def judged(chain: Presented, *roots: Minted, known: tuple[Minted, ...] = ()) -> Judgement:
    return judge(chain, clients(*roots), tuple(k.der for k in known), NOW)


def codes(verdict: Verdict) -> set[str]:
    return {r.code for r in verdict.reasons} - INFORMING


def by_client(judgement: Judgement) -> dict[str, Verdict]:
    return {v.client: v for v in judgement.verdicts}


def only_code(judgement: Judgement, code: str, link: int | None, refusing: set[str] | None = None) -> None:
    for client, verdict in by_client(judgement).items():
        refuses = refusing is None or client in refusing
        assert verdict.trusted is not refuses, (client, verdict)
        assert codes(verdict) == ({code} if refuses else set()), (client, verdict)
        if refuses:
            assert next(r for r in verdict.reasons if r.code == code).link == link


ROOT = mint_ca()
ISSUING = mint_ca("Test Issuing", ROOT, path_length=0)


def leaf(**fields: object) -> Minted:
    return mint(HOST, ISSUING, names=fields.pop("names", (HOST,)), **fields)  # type: ignore[arg-type]


def test_a_sound_chain_is_trusted_by_all() -> None:
    result = judged(present(leaf(), ISSUING), ROOT)
    assert all(v.trusted and not codes(v) for v in result.verdicts)
    assert [(p.role, p.sent) for p in result.path] == [("device", True), ("issuing", True), ("root", False)]
    assert result.path[-1].in_stores == CLIENTS


def test_no_client_trusts_without_its_own_root() -> None:
    stores = [*clients(ROOT)[:1], *clients()[1:]]
    result = judge(present(leaf(), ISSUING), stores, (), NOW)
    assert {v.client: v.trusted for v in result.verdicts} == {"os": True, "firefox:test": False, "chromium": False}
    assert codes(by_client(result)["chromium"]) == {"untrusted-root"}


def test_a_root_known_elsewhere_is_named_but_lends_no_trust() -> None:
    only_code(judged(present(leaf(), ISSUING), known=(ROOT,)), "untrusted-root", 2)


def test_an_unknown_issuer() -> None:
    only_code(judged(present(leaf(), ISSUING)), "unknown-issuer", 1)


def test_a_missing_intermediate_is_told_when_it_is_known_elsewhere() -> None:
    only_code(judged(present(leaf()), ROOT, known=(ISSUING,)), "missing-intermediate", 0)


def test_a_ca_made_anew_under_the_same_name() -> None:
    only_code(judged(present(leaf(), ISSUING), mint_ca()), "issuer-key-changed", 1)


def test_self_signed() -> None:
    own = mint(HOST, names=(HOST,), ca=None, key_usage=None, eku=None)
    only_code(judged(present(own), ROOT), "self-signed", 0)


def test_expired_is_said_with_its_date() -> None:
    old = leaf(begin=NOW - timedelta(days=400), days=397)
    result = judged(present(old, ISSUING), ROOT)
    only_code(result, "expired", 0)
    facts = dict(result.verdicts[0].reasons[0].facts)
    assert facts["age"] == "3 days"


def test_an_expired_issuer_is_found_at_its_link() -> None:
    old = mint_ca("Old Issuing", ROOT, begin=NOW - timedelta(days=100), days=99)
    only_code(judged(present(mint(HOST, old, names=(HOST,)), old), ROOT), "expired", 1)


def test_not_yet_valid() -> None:
    only_code(judged(present(leaf(begin=NOW + timedelta(hours=1)), ISSUING), ROOT), "not-yet-valid", 0)


def test_an_end_that_is_near_informs_and_does_not_refuse() -> None:
    result = judged(present(leaf(days=22), ISSUING), ROOT)
    assert all(v.trusted and codes(v) == {"expires-soon"} for v in result.verdicts)


@pytest.mark.parametrize(
    ("names", "host", "code"),
    [
        (("other.local",), HOST, "name-mismatch"),
        ((x509.IPAddress(ip_address("192.168.1.9")),), "192.168.1.5", "name-mismatch"),
        (("192.168.1.5",), "192.168.1.5", "ip-as-dns-name"),
        (("*.local",), HOST, "wildcard-too-wide"),
        (("*.dev.local",), "a.b.dev.local", "name-mismatch"),
    ],
)
def test_names_that_do_not_cover(names: tuple[x509.GeneralName | str, ...], host: str, code: str) -> None:
    result = judged(present(mint("x", ISSUING, names=names), ISSUING, host=host), ROOT)
    only_code(result, code, 0)


@pytest.mark.parametrize(
    ("names", "host"),
    [
        (("DEV01.local",), HOST),
        (("*.dev.local",), "a.dev.local"),
        ((x509.IPAddress(ip_address("192.168.1.5")),), "192.168.1.5"),
        ((x509.IPAddress(ip_address("fe80::1")),), "fe80::1%lan0"),
    ],
)
def test_names_that_cover(names: tuple[x509.GeneralName | str, ...], host: str) -> None:
    result = judged(present(mint("x", ISSUING, names=names), ISSUING, host=host), ROOT)
    assert all(v.trusted for v in result.verdicts)


def test_a_name_in_the_common_name_alone() -> None:
    only_code(judged(present(mint(HOST, ISSUING), ISSUING), ROOT), "cn-only", 0)


def test_a_name_outside_the_limits_of_any_ca() -> None:
    limits = x509.NameConstraints([x509.DNSName("local"), x509.IPAddress(ip_network("192.168.0.0/16"))], None)
    for limited_root in (True, False):
        root = mint_ca("Limited", constraints=limits if limited_root else None)
        issuing = mint_ca("Issuing", root, constraints=None if limited_root else limits)
        good = mint(HOST, issuing, names=(HOST, x509.IPAddress(ip_address("192.168.1.5"))))
        assert all(v.trusted for v in judged(present(good, issuing), root).verdicts)
        bad = mint(HOST, issuing, names=(HOST, "google.com"))
        only_code(judged(present(bad, issuing), root), "name-constraint", 2 if limited_root else 1)
        public = mint(HOST, issuing, names=(HOST, x509.IPAddress(ip_address("8.8.8.8"))))
        only_code(judged(present(public, issuing), root), "name-constraint", 2 if limited_root else 1)


def test_a_ca_deeper_than_the_path_allows() -> None:
    deeper = mint_ca("Too Deep", ISSUING)
    only_code(judged(present(mint(HOST, deeper, names=(HOST,)), deeper, ISSUING), ROOT), "path-length", 2)


def test_an_issuer_that_is_no_ca() -> None:
    not_ca = mint("Not A CA", ROOT, names=("x.local",), key_usage=None, eku=None)
    only_code(judged(present(mint(HOST, not_ca, names=(HOST,)), not_ca), ROOT), "issuer-not-ca", 1)


def test_an_issuer_that_may_not_sign() -> None:
    weak = mint_ca("May Not", ROOT, key_usage=frozenset({"crl_sign"}))
    only_code(judged(present(mint(HOST, weak, names=(HOST,)), weak), ROOT), "issuer-key-usage", 1)


def test_usages_that_are_not_for_servers() -> None:
    client_only = leaf(eku=(ExtendedKeyUsageOID.CLIENT_AUTH,))
    only_code(judged(present(client_only, ISSUING), ROOT), "wrong-eku", 0)
    anything = leaf(eku=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,))
    only_code(judged(present(anything, ISSUING), ROOT), "eku-any", 0, {"firefox:test", "os"})


def test_a_ca_certificate_as_the_devices_own_is_refused_by_firefox() -> None:
    as_ca = leaf(ca=True)
    only_code(judged(present(as_ca, ISSUING), ROOT), "ca-as-leaf", 0, {"firefox:test"})


def test_a_key_that_may_not_sign_is_refused_by_chromium() -> None:
    only_code(
        judged(present(leaf(key_usage=frozenset({"key_encipherment"})), ISSUING), ROOT), "key-usage", 0, {"chromium"}
    )


@pytest.mark.parametrize(
    ("key", "code", "refusing"),
    [
        (rsa.generate_private_key(65537, 1024), "short-key", {"os"}),
        (ec.generate_private_key(ec.SECP521R1()), "key-type", {"chromium"}),
        (ec.generate_private_key(ec.SECP256K1()), "key-type", {"chromium", "firefox:test"}),
        (ed25519.Ed25519PrivateKey.generate(), "key-type", {"chromium", "firefox:test"}),
    ],
)
def test_keys_that_clients_refuse(key: object, code: str, refusing: set[str]) -> None:
    only_code(judged(present(leaf(key=key), ISSUING), ROOT), code, 0, refusing)


def test_a_weak_signature_is_told_from_a_wrong_issuer() -> None:
    weak = judged(present(leaf(hash_algorithm=hashes.SHA224()), ISSUING), ROOT)
    only_code(weak, "weak-signature", 0, {"firefox:test", "chromium"})  # OpenSSL's level 2 takes 112 bits


def test_an_unknown_critical_extension() -> None:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    only_code(judged(present(leaf(extra=((odd, True),)), ISSUING), ROOT), "critical-extension", 0)


def test_must_staple_is_refused_by_firefox() -> None:
    feature = x509.TLSFeature([x509.TLSFeatureType.status_request])
    only_code(judged(present(leaf(extra=((feature, False),)), ISSUING), ROOT), "must-staple", 0, {"firefox:test"})


def test_every_reason_is_told_at_once_worst_first() -> None:
    bad = mint("x", names=("other.local",), begin=NOW - timedelta(days=900), days=800, ca=None, eku=None)
    reasons = judged(present(bad), ROOT).verdicts[0].reasons
    assert {r.code for r in reasons} >= {"self-signed", "expired", "name-mismatch"}
    assert reasons[-1].code in INFORMING


def test_bytes_that_are_no_certificate_are_refused_by_all() -> None:
    only_code(judged(present(b"garbage"), ROOT), "unreadable-certificate", 0)


def test_a_store_that_cannot_be_read_is_never_trusted() -> None:
    broken = [ClientRoots("os", "os", (ROOT.der,), "checked", problem="no such file")]
    verdict = judge(present(leaf(), ISSUING), broken, (), NOW).verdicts[0]
    assert (verdict.trusted, verdict.reasons[0].code) == (False, "store-unreadable")


@pytest.mark.parametrize("failure", ["no-answer", "refused", "not-tls", "handshake-refused", "unreachable"])
def test_a_port_without_a_chain_is_never_trusted(failure: str) -> None:
    presented = replace(present(), failure=failure, detail="x")
    assert {(v.trusted, v.reasons[0].code) for v in judged(presented, ROOT).verdicts} == {(False, failure)}


def test_an_unfinished_handshake_is_said() -> None:
    verdict = judged(present(leaf(), ISSUING, proved=False), ROOT).verdicts[0]
    assert (verdict.trusted, verdict.reasons[0].code) == (False, "key-not-proved")


def test_an_old_protocol_is_refused_by_the_browsers() -> None:
    old = replace(present(leaf(), ISSUING), protocol="TLSv1")
    only_code(judged(old, ROOT), "old-protocol", None, {"firefox:test", "chromium"})


def test_many_paths_through_huge_limits_end_in_time() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    trees = [x509.DNSName(f"n{i}.example") for i in range(490)]
    limits = x509.NameConstraints(None, trees)
    cas = [mint_ca("Same", None, key=key, days=3000 + i, constraints=limits) for i in range(8)]
    bottom = mint(HOST, cas[0], names=tuple(f"h{i}.local" for i in range(500)))
    began = time.monotonic()
    result = judged(present(bottom, *cas), ROOT)
    assert time.monotonic() - began < 20
    assert not any(v.trusted for v in result.verdicts)


def test_wrong_order_duplicates_and_strangers_do_not_matter() -> None:
    chain = present(leaf(), mint_ca("Stranger"), ROOT, ISSUING, ISSUING)
    assert all(v.trusted for v in judged(chain, ROOT).verdicts)


def test_a_maze_of_cas_ends_in_refusal_and_in_time() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    maze = [mint_ca("Maze", None, key=key, days=3000 + i) for i in range(40)]
    bottom = mint(HOST, maze[0], names=(HOST,))
    result = judged(present(bottom, *maze), ROOT)
    assert not any(v.trusted for v in result.verdicts)


def test_many_names_against_many_limits_end_in_refusal() -> None:
    trees = [x509.DNSName(f"n{i}.local") for i in range(3000)]
    root = mint_ca("Huge", constraints=x509.NameConstraints(trees, None))
    many = mint(HOST, root, names=tuple(f"h{i}.local" for i in range(200)))
    assert "too-complex" in codes(judged(present(many), root).verdicts[0])
