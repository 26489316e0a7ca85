"""Each reason with a certificate in which nothing else is refused, and the same one beside a second fault."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from core.app.verify_chain import given_clients
from core.model.certificate import Presented
from core.model.reasons import REASONS, Severity
from core.model.verdict import Verdict
from core.tls import parse
from core.tls.verify import judge
from tests.rigs import drafts
from tests.rigs.drafts import (
    AUTHORITY_KEY,
    BASIC,
    NAMES,
    SUBJECT_KEY,
    USAGE,
    Draft,
    authority_draft,
    basic,
    bits,
    common_name,
    device_draft,
    dns,
    integer,
    seq,
    tlv,
    utc,
)
from tests.rigs.minting import NOW

HOST = "dev.local"
CLIENTS = ("chromium", "firefox", "openssl", "java", "webpki")
DEVICE, ISSUING, ROOT = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
EXPIRED_AT = NOW + timedelta(days=320)
Change = Callable[[Draft], Draft]


def same(draft: Draft) -> Draft:
    return draft


def chain(
    leaf: Change = same, inter: Change = same, root: Change = same, key: object = DEVICE
) -> tuple[list[bytes], bytes]:
    """Return what is sent (device, issuing CA) and the root."""
    top = root(authority_draft(ROOT, "Root", common_name("Root"), ROOT, NOW, 3650))
    middle = inter(authority_draft(ISSUING, "Issuing", top.subject, ROOT, NOW, 1825))
    bottom = leaf(device_draft(key, HOST, middle.subject, ISSUING, NOW))  # type: ignore[arg-type]
    return [bottom.signed(ISSUING), middle.signed(ROOT)], top.signed(ROOT)


def verdicts(
    sent: list[bytes], root: bytes, host: str = HOST, at: datetime = NOW, **seen: object
) -> dict[str, Verdict]:
    shown = tuple(map(parse.certificate_facts, sent))
    presented = replace(Presented(host, "", 443, at, shown, "TLSv1.3", key_proved=True), **seen)
    return {v.client: v for v in judge(presented, given_clients(CLIENTS, [root]), (), at).verdicts}


def flipped(der: bytes) -> bytes:
    return der[:-3] + bytes([der[-3] ^ 1]) + der[-2:]


def cross_signed() -> tuple[list[bytes], bytes]:
    """Put a certificate of the issuing CA by a stranger before the right one."""
    sent, root = chain()
    stranger = ec.generate_private_key(ec.SECP256R1())
    crossed = authority_draft(ISSUING, "Issuing", common_name("Stranger"), stranger, NOW, 1825)
    return [sent[0], replace(crossed, serial=integer(77)).signed(stranger), sent[1]], root


def deep() -> tuple[list[bytes], bytes]:
    """Put seven CAs between device and root."""
    above, key, sent = common_name("Root"), ROOT, []
    for number in range(7):
        own = ec.generate_private_key(ec.SECP256R1())
        sent.append(authority_draft(own, f"C{number}", above, key, NOW, 1825).signed(key))
        above, key = common_name(f"C{number}"), own
    leaf = device_draft(DEVICE, HOST, above, key, NOW).signed(key)
    return [leaf, *reversed(sent)], authority_draft(ROOT, "Root", common_name("Root"), ROOT, NOW, 3650).signed(ROOT)


def lone(change: Change = same) -> tuple[list[bytes], bytes]:
    """Return a certificate that signed itself, installed as it is."""
    draft = change(replace(device_draft(DEVICE, HOST, common_name("Lone"), DEVICE, NOW), subject=common_name("Lone")))
    der = draft.signed(DEVICE)
    return [der], der


def _rsa_768() -> bytes:
    number = tlv(0x02, b"\x00" + (2**767 + 9).to_bytes(96, "big"))
    key = seq(number, integer(65537))
    return seq(seq(drafts.oid("1.2.840.113549.1.1.1"), b"\x05\x00"), tlv(0x03, b"\x00", key))


GOOD, GOOD_ROOT = chain()
ALL, NONE = frozenset(CLIENTS), frozenset[str]()
CASES: dict[str, tuple[tuple[list[bytes], bytes], set[str] | frozenset[str]]] = {
    "too-long": (chain(leaf=lambda d: replace(d, not_after=utc(NOW + timedelta(days=900)))), NONE),
    "outlives-issuer": (chain(inter=lambda d: replace(d, not_after=utc(NOW + timedelta(days=100)))), NONE),
    "clock-suspect": (chain(leaf=lambda d: replace(d, not_before=b"\x17\x0d700101000000Z")), NONE),
    "san-trailing-dot": (chain(leaf=lambda d: d.with_extension(NAMES, False, dns("dev.local."))), ALL - {"chromium"}),
    "empty-subject": (chain(leaf=lambda d: replace(d, subject=seq())), {"chromium", "java", "webpki"}),
    "trusted-leaf-not-ca": (lone(), {"chromium"}),
    "bad-signature": (([flipped(GOOD[0]), GOOD[1]], GOOD_ROOT), ALL),
    "no-second-path": (cross_signed(), {"openssl"}),
    "issuer-name-spelled": (
        chain(leaf=lambda d: replace(d, issuer=d.issuer.replace(b"\x0c", b"\x13", 1))), {"firefox", "webpki"}
    ),
    "issuer-no-bc": (chain(root=lambda d: d.without(BASIC)), {"firefox", "java", "webpki"}),
    "chain-too-long": (deep(), {"firefox"}),
    "weak-key": (chain(key=rsa.generate_private_key(65537, 1024), leaf=lambda d: replace(d, spki=_rsa_768())), ALL),
    "key-unreadable": (
        chain(leaf=lambda d: replace(d, spki=seq(seq(drafts.oid("1.2.3.4")), tlv(0x03, b"\x00\x01")))), ALL
    ),
    "aki-other-key": (
        chain(leaf=lambda d: d.with_extension(AUTHORITY_KEY, False, seq(tlv(0x80, b"another key")))), {"openssl"}
    ),
    "odd-encoding": (
        chain(leaf=lambda d: replace(d, subject=common_name("a@b", 0x13))), {"chromium", "webpki"}
    ),
    "bad-encoding": (
        chain(leaf=lambda d: d.with_extension(SUBJECT_KEY, False, b"\x04\x02x")), {"chromium", "openssl", "webpki"}
    ),
    "serial-odd": (chain(leaf=lambda d: replace(d, serial=integer(0))), {"webpki"}),
    "public-web-rule": (chain(leaf=lambda d: d.with_extension(NAMES, True, dns(HOST))), {"webpki"}),
    "wrong-order": (([GOOD[0], GOOD_ROOT, GOOD[1]], GOOD_ROOT), NONE),
    "duplicate-certificates": (([*GOOD, GOOD[1]], GOOD_ROOT), NONE),
    "unrelated-certificates": (([*GOOD, lone()[1]], GOOD_ROOT), NONE),
    "key-usage": (chain(leaf=lambda d: d.with_extension(USAGE, True, bits(2))), {"chromium", "java"}),
    "path-length": (
        chain(root=lambda d: d.with_extension(BASIC, True, basic(ca=True, path_length=0))), ALL - {"java"}
    ),
}  # fmt: skip
NOTES = {code for code, words in REASONS.items() if words.severity in {Severity.WARN, Severity.NOTE}}


@pytest.mark.parametrize("code", CASES)
def test_the_reason_stands_alone_and_names_who_refuses(code: str) -> None:
    (sent, root), refusing = CASES[code]
    found = verdicts(sent, root)
    assert {client for client, verdict in found.items() if not verdict.trusted} == set(refusing), found
    for client, verdict in found.items():
        told = {r.code for r in verdict.reasons} - NOTES
        expected = {code} if client in refusing and code not in NOTES else set()
        assert told - {"public-web-rule"} == expected - {"public-web-rule"}, (client, verdict)
    everything = {r.code for verdict in found.values() for r in verdict.reasons}
    assert code in everything


@pytest.mark.parametrize(
    "code", [code for code in CASES if code not in {"clock-suspect", "too-long", "outlives-issuer", "no-second-path"}]
)
def test_the_reason_stands_beside_a_second_fault(code: str) -> None:
    (sent, root), _ = CASES[code]
    found = verdicts(sent, root, at=EXPIRED_AT)
    everything = {r.code for verdict in found.values() for r in verdict.reasons}
    assert {code, "expired"} <= everything


def test_a_name_with_an_underscore_is_refused_by_java_alone() -> None:
    sent, root = chain(leaf=lambda d: d.with_extension(NAMES, False, dns("my_dev.local")))
    found = verdicts(sent, root, host="my_dev.local")
    assert {c for c, v in found.items() if not v.trusted} == {"java", "webpki"}
    assert "odd-hostname" in {r.code for r in found["java"].reasons}


def test_an_installed_issuing_ca_is_no_root_to_openssl() -> None:
    sent, _ = chain()
    found = verdicts(sent, sent[1])
    assert {c for c, v in found.items() if not v.trusted} == {"openssl"}
    assert "anchor-not-root" in {r.code for r in found["openssl"].reasons}


def test_a_wanted_client_certificate_is_said() -> None:
    sent, root = chain()
    found = verdicts(sent, root, client_certificate=True)
    assert all(v.trusted for v in found.values())
    assert "client-certificate-wanted" in {r.code for r in found["chromium"].reasons}


def test_a_sent_root_that_nobody_installed_is_no_end_of_the_way_for_openssl() -> None:
    found = verdicts([*GOOD, GOOD_ROOT], GOOD[1])
    assert not found["openssl"].trusted
    assert found["chromium"].trusted


@pytest.mark.parametrize(
    ("time", "trusted"),
    [(b"\x17\x0b2612010000Z", True), (b"\x17\x0b2511010000Z", False), (b"\x18\x12" + b"20251101000000.50Z", False)],
)
def test_a_time_that_java_alone_reads_is_judged_for_it(time: bytes, trusted: bool) -> None:
    sent, root = chain(leaf=lambda d: replace(d, not_after=time))
    found = verdicts(sent, root)
    assert found["java"].trusted is trusted
    assert not any(v.trusted for c, v in found.items() if c != "java")


def test_a_wildcard_below_a_public_suffix_stays_too_wide_for_an_odd_name() -> None:
    sent, root = chain(leaf=lambda d: d.with_extension(NAMES, False, dns("*.home.arpa")))
    found = verdicts(sent, root, host="a_b.home.arpa")
    assert not found["chromium"].trusted
    assert not found["openssl"].trusted
