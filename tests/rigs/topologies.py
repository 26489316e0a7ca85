"""Chains of other shapes than device, issuing CA, root: what stands where, and which of it is installed."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.rigs.drafts import (
    BASIC,
    EXTENDED,
    LIMITS,
    NAMES,
    USAGE,
    Draft,
    Key,
    authority_draft,
    basic,
    bits,
    common_name,
    device_draft,
    dns,
    integer,
    oid,
    seq,
    tlv,
    utc,
)
from tests.rigs.variant_names import HOST

Shown = tuple[str, str, tuple[bytes, ...], Key, bytes]
"""Name of the shape, visited host, what is sent, the device's key, the installed root."""


def shapes(now: datetime) -> Iterator[Shown]:
    """Yield every shape."""
    maker = _Shapes(now)
    yield from maker.self_signed()
    yield from maker.anchors()
    yield from maker.several_paths()
    yield from maker.deep()
    yield from maker.limits_of_several()
    yield from maker.many_names()


class _Shapes:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def _ca(self, issuer: tuple[Draft, Key] | None = None, name: str = "", days: int = 1825) -> tuple[Draft, Key]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = name or f"C {secrets.token_hex(4)}"
        over, signer = (issuer[0].subject, issuer[1]) if issuer else (common_name(subject), key)
        draft = authority_draft(key, subject, over, signer, self._now, days)
        return replace(draft, serial=_serial()), key

    def _leaf(self, issuer: tuple[Draft, Key], host: str = HOST) -> tuple[Draft, Key]:
        key = ec.generate_private_key(ec.SECP256R1())
        return replace(device_draft(key, host, issuer[0].subject, issuer[1], self._now), serial=_serial()), key

    def self_signed(self) -> Iterator[Shown]:
        """Yield certificates that signed themselves and are installed."""
        changes: dict[str, Callable[[Draft], Draft]] = {
            "plain": lambda d: d,
            "ca": lambda d: d.with_extension(BASIC, True, basic(ca=True)),
            "ca-signing": lambda d: d.with_extension(BASIC, True, basic(ca=True)).with_extension(
                USAGE, True, bits(0, 5)
            ),
            "no-bc": lambda d: d.without(BASIC),
            "no-extensions-but-name": lambda d: replace(d, extensions=tuple(e for e in d.extensions if e[0] == NAMES)),
            "no-extensions": lambda d: replace(d, extensions=()),
            "expired": lambda d: replace(d, not_after=utc(self._now - timedelta(days=1))),
            "client-only": lambda d: d.with_extension(EXTENDED, False, seq(oid("1.3.6.1.5.5.7.3.2"))),
            "other-name": lambda d: d.with_extension(NAMES, False, dns("other.local")),
            "unknown-critical": lambda d: d.with_extension("1.3.6.1.4.1.99999.1", True, b"\x05\x00"),
            "ca-unknown-critical": lambda d: d.with_extension(BASIC, True, basic(ca=True)).with_extension(
                "1.3.6.1.4.1.99999.1", True, b"\x05\x00"
            ),
            "ca-pathlen-0": lambda d: d.with_extension(BASIC, True, basic(ca=True, path_length=0)),
        }
        for name, change in changes.items():
            key = ec.generate_private_key(ec.SECP256R1())
            subject = common_name(f"S {secrets.token_hex(4)}")
            draft = replace(device_draft(key, HOST, subject, key, self._now), subject=subject, serial=_serial())
            der = change(draft).signed(key)
            yield f"self-{name}", HOST, (der,), key, der
        short = rsa.generate_private_key(65537, 2048)
        subject = common_name(f"S {secrets.token_hex(4)}")
        draft = replace(device_draft(short, HOST, subject, short, self._now), subject=subject, serial=_serial())
        draft = replace(draft, inner=seq(oid("1.2.840.113549.1.1.11"), b"\x05\x00"))
        der = draft.with_extension(BASIC, True, basic(ca=True)).signed(short)
        yield "self-ca-rsa", HOST, (der,), short, der

    def anchors(self) -> Iterator[Shown]:
        """Yield chains whose installed certificate stands elsewhere than at the top."""
        for name in (
            "anchor-is-issuing", "anchor-is-issuing-not-sent", "anchor-is-leaf", "direct", "direct-root-sent",
            "root-expired-installed-new-sent", "root-new-installed-expired-sent", "namesake-installed",
        ):  # fmt: skip
            yield self._anchored(name)

    def _anchored(self, name: str) -> Shown:
        """Make one of these; each has names and keys of its own, for all are installed at once."""
        root = self._ca()
        inter = self._ca(root)
        leaf = self._leaf(root if name.startswith("direct") else inter)
        root_der, inter_der = root[0].signed(root[1]), inter[0].signed(root[1])
        leaf_der = leaf[0].signed(root[1] if name.startswith("direct") else inter[1])
        old = replace(root[0], serial=_serial(), not_after=utc(self._now - timedelta(days=1))).signed(root[1])
        other = self._ca()
        namesake = replace(other[0], subject=root[0].subject, issuer=root[0].subject).signed(other[1])
        sent, installed = {
            "anchor-is-issuing": ((leaf_der, inter_der), inter_der),
            "anchor-is-issuing-not-sent": ((leaf_der,), inter_der),
            "anchor-is-leaf": ((leaf_der, inter_der), leaf_der),
            "direct": ((leaf_der,), root_der),
            "direct-root-sent": ((leaf_der, root_der), root_der),
            "root-expired-installed-new-sent": ((leaf_der, inter_der, root_der), old),
            "root-new-installed-expired-sent": ((leaf_der, inter_der, old), root_der),
            "namesake-installed": ((leaf_der, inter_der), namesake),
        }[name]
        return name, HOST, sent, leaf[1], installed

    def several_paths(self) -> Iterator[Shown]:
        """Yield chains with a second certificate of the same issuing CA that is worse or better than the first."""
        changes: dict[str, Callable[[Draft], Draft]] = {
            "expired": lambda d: replace(d, not_after=utc(self._now - timedelta(days=1))),
            "client-only": lambda d: d.with_extension(EXTENDED, False, seq(oid("1.3.6.1.5.5.7.3.2"))),
            "limited": lambda d: d.with_extension(LIMITS, True, seq(tlv(0xA0, seq(tlv(0x82, b"lan"))))),
            "not-ca": lambda d: d.with_extension(BASIC, True, seq()),
            "unknown-critical": lambda d: d.with_extension("1.3.6.1.4.1.99999.1", True, b"\x05\x00"),
        }
        for name, change in changes.items():
            root = self._ca()
            inter = self._ca(root)
            leaf = self._leaf(inter)
            good = inter[0].signed(root[1])
            bad = change(replace(inter[0], serial=_serial())).signed(root[1])
            leaf_der, root_der = leaf[0].signed(inter[1]), root[0].signed(root[1])
            yield f"two-paths-{name}-first", HOST, (leaf_der, bad, good), leaf[1], root_der
            yield f"two-paths-{name}-last", HOST, (leaf_der, good, bad), leaf[1], root_der
        root, foreign = self._ca(), self._ca()
        inter = self._ca(root)
        crossed = replace(inter[0], issuer=foreign[0].subject, serial=_serial())
        leaf = self._leaf(inter)
        sent = (leaf[0].signed(inter[1]), crossed.signed(foreign[1]), inter[0].signed(root[1]))
        yield "crossed", HOST, sent, leaf[1], root[0].signed(root[1])

    def deep(self) -> Iterator[Shown]:
        """Yield chains with many CAs, and path lengths along them."""
        for depth, limit in ((3, None), (5, None), (8, None), (3, 1), (3, 2), (4, 0)):
            root = self._ca()
            if limit is not None:
                root = (root[0].with_extension(BASIC, True, basic(ca=True, path_length=limit)), root[1])
            above, sent = root, []
            for _ in range(depth - 1):
                below = self._ca(above)
                sent.append(below[0].signed(above[1]))
                above = below
            leaf = self._leaf(above)
            chain = (leaf[0].signed(above[1]), *reversed(sent))
            yield f"deep-{depth}-limit-{limit}", HOST, chain, leaf[1], root[0].signed(root[1])

    def limits_of_several(self) -> Iterator[Shown]:
        """Yield chains where root and issuing CA both limit names."""
        tree = {name: seq(tlv(0xA0, seq(tlv(0x82, name.encode())))) for name in ("local", "dev.local", "lan")}
        outside = seq(tlv(0xA1, seq(tlv(0x82, b"dev.local"))))
        for name, above, below in (
            ("narrowed", tree["local"], tree["dev.local"]), ("widened", tree["dev.local"], tree["local"]),
            ("apart", tree["local"], tree["lan"]), ("excluded-below", tree["local"], outside),
        ):  # fmt: skip
            root = self._ca()
            root = (root[0].with_extension(LIMITS, False, above), root[1])
            inter = self._ca(root)
            inter = (inter[0].with_extension(LIMITS, False, below), inter[1])
            leaf = self._leaf(inter)
            sent = (leaf[0].signed(inter[1]), inter[0].signed(root[1]))
            yield f"limits-{name}", HOST, sent, leaf[1], root[0].signed(root[1])
        root = self._ca()
        root = (root[0].with_extension(LIMITS, True, tree["local"]), root[1])
        inter = self._ca(root)
        inter = (inter[0].with_extension(NAMES, False, dns("ca.example")), inter[1])
        leaf = self._leaf(inter)
        sent = (leaf[0].signed(inter[1]), inter[0].signed(root[1]))
        yield "limits-issuing-ca-has-other-name", HOST, sent, leaf[1], root[0].signed(root[1])

    def many_names(self) -> Iterator[Shown]:
        """Yield certificates with many names."""
        for count in (100, 1000):
            root = self._ca()
            leaf = self._leaf(root)
            names = dns(*(f"n{n}.local" for n in range(count)), HOST)
            der = leaf[0].with_extension(NAMES, False, names).signed(root[1])
            yield f"names-{count}", HOST, (der,), leaf[1], root[0].signed(root[1])


def _serial() -> bytes:
    return integer(int.from_bytes(b"\x01" + secrets.token_bytes(15), "big"))
