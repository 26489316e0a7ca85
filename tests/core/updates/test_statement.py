"""A statement about versions is believed only whole, signed, fresh, and never older than one that was seen."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UpdateRefused
from core.updates.statement import is_newer, read

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def statement(key: Ed25519PrivateKey = KEY, **changes: object) -> bytes:
    said = {
        "schema": "dotlocal.updates/1", "product": "Dotlocal", "version": "0.2.0", "day": "2026-12-01",
        "page": "https://dotlocal.example/0.2.0", "issued_at": "2026-12-01T08:00:00+00:00",
        "expires_at": "2027-01-01T00:00:00+00:00",
    } | changes  # fmt: skip
    signed = json.dumps(said).encode()
    both = {"signed": base64.b64encode(signed).decode(), "signature": base64.b64encode(key.sign(signed)).decode()}
    return json.dumps(both).encode()


def test_a_good_statement_is_read() -> None:
    release = read(statement(), PUBLIC, NOW)
    assert (release.version, release.day, release.page) == ("0.2.0", "2026-12-01", "https://dotlocal.example/0.2.0")


def test_a_strangers_signature_is_refused() -> None:
    with pytest.raises(UpdateRefused) as refused:
        read(statement(Ed25519PrivateKey.generate()), PUBLIC, NOW)
    assert refused.value.reason == "signature"


def test_a_changed_octet_is_refused() -> None:
    outer = json.loads(statement())
    inner = base64.b64decode(outer["signed"]).replace(b"0.2.0", b"9.9.9")
    forged = json.dumps(outer | {"signed": base64.b64encode(inner).decode()}).encode()
    with pytest.raises(UpdateRefused) as refused:
        read(forged, PUBLIC, NOW)
    assert refused.value.reason == "signature"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"expires_at": "2026-11-30T00:00:00+00:00"}, "stale"),
        ({"issued_at": "2026-12-09T00:00:00+00:00"}, "future"),
        ({"product": "Other"}, "malformed"), ({"schema": "dotlocal.updates/2"}, "malformed"),
        ({"version": "0.2.0; rm"}, "malformed"), ({"version": "<b>1.0</b>"}, "malformed"),
        ({"page": "http://dotlocal.example/"}, "malformed"), ({"page": "https://a@b.example/"}, "malformed"),
        ({"page": "javascript:alert(1)"}, "malformed"), ({"page": "https://[/"}, "malformed"),
        ({"day": "soon"}, "malformed"), ({"issued_at": "2026-12-01T08:00:00"}, "malformed"),
        ({"issued_at": 5}, "malformed"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_though_it_is_signed(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(UpdateRefused) as refused:
        read(statement(**changes), PUBLIC, NOW)
    assert refused.value.reason == reason


def test_an_older_statement_than_one_that_was_seen_is_a_replay() -> None:
    seen = datetime(2026, 12, 1, 9, tzinfo=UTC)
    with pytest.raises(UpdateRefused) as refused:
        read(statement(), PUBLIC, NOW, seen)
    assert refused.value.reason == "replayed"
    assert read(statement(), PUBLIC, NOW, seen - timedelta(hours=1)).version == "0.2.0"


@given(st.binary(max_size=300))
def test_no_octets_raise_anything_else(octets: bytes) -> None:
    with pytest.raises(UpdateRefused):
        read(octets, PUBLIC, NOW)


@pytest.mark.parametrize("octets", [b"[" * 60_000, b'{"signed": 5, "signature": null}', b"x" * 70_000, b"[]", b"null"])
def test_odd_json_is_refused(octets: bytes) -> None:
    with pytest.raises(UpdateRefused):
        read(octets, PUBLIC, NOW)


@pytest.mark.parametrize(
    ("version", "than", "newer"),
    [
        ("0.2.0", "0.1.9", True), ("0.10.0", "0.9.0", True), ("1.0", "1.0.0", False), ("0.1.0", "0.1.0rc1", True),
        ("0.1.0rc1", "0.1.0", False), ("0.1.0rc2", "0.1.0rc1", True), ("0.1.0", "0.2.0", False), ("x", "0.1.0", False),
    ],
)  # fmt: skip
def test_versions_are_compared_by_their_numbers(version: str, than: str, newer: bool) -> None:
    assert is_newer(version, than) is newer
