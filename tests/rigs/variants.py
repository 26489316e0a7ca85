"""Variants of a LAN chain, each sound but for one oddity: every field, every extension, every link of the chain."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.rigs import drafts
from tests.rigs.drafts import (
    AUTHORITY_KEY,
    BASIC,
    EXTENDED,
    LIMITS,
    NAMES,
    SERVER_AUTH,
    SUBJECT_KEY,
    USAGE,
    Draft,
    Key,
    authority_draft,
    basic,
    bits,
    common_name,
    device_draft,
    generalized,
    integer,
    oid,
    seq,
    tlv,
    utc,
)
from tests.rigs.topologies import shapes
from tests.rigs.variant_names import HOST, odd_limits, odd_names

Change = Callable[[Draft], Draft]


@dataclass(frozen=True)
class Variant:
    """One chain to show: who visits which name, what is sent, and the root to be installed."""

    id: str
    name: str
    presented: tuple[bytes, ...]
    key: Key
    root: bytes


def variants(now: datetime) -> Iterator[Variant]:
    """Yield every variant."""
    maker = _Maker(now)
    yield maker.variant("good")
    for target in ("leaf", "inter", "root"):
        for name, change in {**_fields(now), **_extensions(target)}.items():
            yield maker.variant(f"{target}-{name}", **{target: change})
    for name, change in _device(now).items():
        yield maker.variant(f"leaf-{name}", leaf=change)
    for name, names, visited in odd_names():
        yield maker.variant(f"san-{name}", leaf=lambda d, n=names: d.with_extension(NAMES, False, n), visited=visited)
    for name, (visited, names, limits) in odd_limits().items():
        for target in ("inter", "root"):
            yield maker.variant(
                f"nc-{target}-{name}", visited=visited,
                leaf=lambda d, n=names: d.with_extension(NAMES, False, n),
                **{target: lambda d, v=limits: d.with_extension(LIMITS, True, v)},
            )  # fmt: skip
    yield from maker.keys()
    yield from maker.salts()
    yield from maker.chains()
    for shape in shapes(now):
        yield Variant(*shape)


class _Maker:
    def __init__(self, now: datetime) -> None:
        self._now = now
        self._device, self._inter, self._root = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        self._rsa = {bits: rsa.generate_private_key(65537, bits) for bits in (1024, 2048)}

    def variant(
        self, identity: str, *, leaf: Change | None = None, inter: Change | None = None, root: Change | None = None,
        visited: str = HOST,
    ) -> Variant:  # fmt: skip
        """Return a chain of three with its changes; each has a root and an issuing CA of its own."""
        mark = secrets.token_hex(4)
        root_draft = _fresh(
            authority_draft(self._root, f"R {mark}", common_name(f"R {mark}"), self._root, self._now, 3650)
        )
        if root is not None:
            root_draft = root(root_draft)
        inter_draft = _fresh(authority_draft(self._inter, f"I {mark}", root_draft.subject, self._root, self._now, 1825))
        if inter is not None:
            inter_draft = inter(inter_draft)
        leaf_draft = _fresh(device_draft(self._device, HOST, inter_draft.subject, self._inter, self._now))
        if leaf is not None:
            leaf_draft = leaf(leaf_draft)
        if root is not None and root_draft.issuer != root_draft.subject and "issuer" not in identity:
            root_draft = replace(root_draft, issuer=root_draft.subject)
        chain = (leaf_draft.signed(self._inter), inter_draft.signed(self._root))
        return Variant(identity, visited, chain, self._device, root_draft.signed(self._root))

    def keys(self) -> Iterator[Variant]:
        """Yield chains whose keys and signatures are odd."""
        made: dict[str, Key] = {
            "rsa2048": self._rsa[2048], "rsa1024": self._rsa[1024], "p384": ec.generate_private_key(ec.SECP384R1()),
            "p521": ec.generate_private_key(ec.SECP521R1()), "p224": ec.generate_private_key(ec.SECP224R1()),
            "secp256k1": ec.generate_private_key(ec.SECP256K1()), "ed25519": ed25519.Ed25519PrivateKey.generate(),
            "rsa3072-e3": rsa.generate_private_key(3, 3072), "rsa1536": rsa.generate_private_key(65537, 1536),
        }  # fmt: skip
        for name, key in made.items():
            device = self._device
            self._device = key  # type: ignore[assignment]
            yield self.variant(f"key-leaf-{name}")
            self._device = device
        for name, key in made.items():
            for target in ("_inter", "_root"):
                kept = getattr(self, target)
                setattr(self, target, key)
                signing = _algorithm(key)
                below = "leaf" if target == "_inter" else "inter"
                changes: dict[str, Change] = {below: lambda d, a=signing: replace(d, inner=a)}
                if target == "_root":
                    changes["root"] = lambda d, a=signing: replace(d, inner=a)
                yield self.variant(f"key{target}-{name}", **changes)  # type: ignore[arg-type]
                setattr(self, target, kept)
        for name, digest, suffix in (
            ("sha1", hashes.SHA1(), "1"), ("sha224", hashes.SHA224(), "3.1"),  # noqa: S303  to see it refused
            ("sha384", hashes.SHA384(), "3.3"),
            ("sha512", hashes.SHA512(), "3.4"),
        ):  # fmt: skip
            algorithm = seq(oid(f"1.2.840.10045.4.{suffix}"))
            yield self._signed_with(f"hash-leaf-{name}", digest, algorithm, 0)
            yield self._signed_with(f"hash-inter-{name}", digest, algorithm, 1)

    def salts(self) -> Iterator[Variant]:
        """Yield chains whose issuing CA signs by RSA-PSS with salts of several lengths."""
        kept = self._inter
        self._inter = self._rsa[2048]  # type: ignore[assignment]
        for salt in (0, 20, 32, 64, 222):
            algorithm = drafts.pss_sha256(salt)
            yield self.variant(f"pss-salt-{salt}", leaf=lambda d, a=algorithm, n=salt: replace(d, inner=a, salt=n))
        self._inter = kept

    def _signed_with(self, identity: str, digest: hashes.HashAlgorithm, algorithm: bytes, link: int) -> Variant:
        made = self.variant(identity)
        mark = secrets.token_hex(4)
        root = _fresh(authority_draft(self._root, f"R {mark}", common_name(f"R {mark}"), self._root, self._now, 3650))
        inter = _fresh(authority_draft(self._inter, f"I {mark}", root.subject, self._root, self._now, 1825))
        leaf = _fresh(device_draft(self._device, HOST, inter.subject, self._inter, self._now))
        if link == 0:
            leaf = replace(leaf, inner=algorithm)
        else:
            inter = replace(inter, inner=algorithm)
        chain = (
            leaf.signed(self._inter, digest if link == 0 else None),
            inter.signed(self._root, digest if link == 1 else None),
        )
        return replace(made, presented=chain, root=root.signed(self._root))

    def chains(self) -> Iterator[Variant]:
        """Yield chains that are sent oddly."""
        good = self.variant("chain")
        leaf, inter = good.presented
        other = self.variant("other")
        sent = {
            "root-sent": (leaf, inter, good.root), "reversed": (leaf, good.root, inter),
            "unrelated": (leaf, other.presented[1], inter), "twice": (leaf, inter, inter),
            "leaf-twice": (leaf, leaf, inter),
            "missing": (leaf,), "wrong-inter": (leaf, other.presented[1]),
        }  # fmt: skip
        for name, presented in sent.items():
            yield replace(good, id=f"chain-{name}", presented=presented)
        yield replace(good, id="chain-bad-signature", presented=(_flipped(leaf), inter))
        yield replace(good, id="chain-bad-inter-signature", presented=(leaf, _flipped(inter)))
        limited: Change = lambda d: d.with_extension(BASIC, True, basic(ca=True, path_length=0))  # noqa: E731
        yield self.variant("pathlen-root-0", root=limited)
        yield self.variant("pathlen-inter-0", inter=limited)
        yield self._self_issued("pathlen-self-issued")

    def _self_issued(self, identity: str) -> Variant:
        """Put a self-issued CA below an issuing CA that allows none: RFC 5280 6.1.4 does not count it."""
        made = self.variant(identity, inter=lambda d: d.with_extension(BASIC, True, basic(ca=True, path_length=0)))
        mark = secrets.token_hex(4)
        second = ec.generate_private_key(ec.SECP256R1())
        root = _fresh(authority_draft(self._root, f"R {mark}", common_name(f"R {mark}"), self._root, self._now, 3650))
        inter = _fresh(authority_draft(self._inter, f"I {mark}", root.subject, self._root, self._now, 1825))
        inter = inter.with_extension(BASIC, True, basic(ca=True, path_length=0))
        same = _fresh(authority_draft(second, f"I {mark}", inter.subject, self._inter, self._now, 1800))
        leaf = _fresh(device_draft(self._device, HOST, same.subject, second, self._now))
        chain = (leaf.signed(second), same.signed(self._inter), inter.signed(self._root))
        return replace(made, presented=chain, root=root.signed(self._root))


def _fresh(draft: Draft) -> Draft:
    return replace(draft, serial=integer(int.from_bytes(b"\x01" + secrets.token_bytes(15), "big")))


def _algorithm(key: Key) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return drafts.RSA_SHA256
    return drafts.ED25519 if isinstance(key, ed25519.Ed25519PrivateKey) else drafts.ECDSA_SHA256


def _flipped(der: bytes) -> bytes:
    return der[:-5] + bytes([der[-5] ^ 1]) + der[-4:]


def _folded(name: bytes) -> bytes:
    """Turn the case of the last letters of a name: still the same name to RFC 5280 7.1."""
    return name[:-8] + name[-8:].swapcase()


def _fields(now: datetime) -> dict[str, Change]:
    begin, end = now - timedelta(days=5), now + timedelta(days=250)

    def printed(letters: str) -> bytes:
        return seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(0x13, (letters + secrets.token_hex(3)).encode()))))

    return {
        "version-1": lambda d: replace(d, version=b"", extensions=()),
        "version-1-explicit": lambda d: replace(d, version=tlv(0xA0, integer(0)), extensions=()),
        "version-1-with-extensions": lambda d: replace(d, version=b""),
        "version-2-with-extensions": lambda d: replace(d, version=tlv(0xA0, integer(1))),
        "version-4": lambda d: replace(d, version=tlv(0xA0, integer(3))),
        "serial-0": lambda d: replace(d, serial=integer(0)),
        "serial-negative": lambda d: replace(d, serial=integer(-secrets.randbits(60))),
        "serial-21-octets": lambda d: replace(d, serial=integer(secrets.randbits(166) | 1 << 166)),
        "serial-not-shortest": lambda d: replace(d, serial=tlv(0x02, b"\x00\x00", secrets.token_bytes(8))),
        "inner-rsa-outer-ecdsa": lambda d: replace(d, inner=drafts.RSA_SHA256, outer=drafts.ECDSA_SHA256),
        "ecdsa-with-null": lambda d: replace(d, inner=seq(oid("1.2.840.10045.4.3.2"), b"\x05\x00")),
        "outer-null-only": lambda d: replace(d, outer=seq(oid("1.2.840.10045.4.3.2"), b"\x05\x00")),
        "utc-without-seconds": lambda d: replace(d, not_before=tlv(0x17, begin.strftime("%y%m%d%H%MZ").encode())),
        "utc-with-offset": lambda d: replace(d, not_before=tlv(0x17, begin.strftime("%y%m%d%H%M%S+0000").encode())),
        "generalized-before-2050": lambda d: replace(d, not_before=generalized(begin), not_after=generalized(end)),
        "generalized-with-fraction": lambda d: replace(
            d, not_after=tlv(0x18, end.strftime("%Y%m%d%H%M%S.5Z").encode())
        ),
        "ends-2051": lambda d: replace(d, not_after=generalized(datetime(2051, 1, 1, tzinfo=now.tzinfo))),
        "ends-9999": lambda d: replace(d, not_after=tlv(0x18, b"99991231235959Z")),
        "time-impossible": lambda d: replace(d, not_after=tlv(0x17, b"301332000000Z")),
        "expired": lambda d: replace(d, not_before=utc(now - timedelta(days=50)), not_after=utc(now - timedelta(1))),
        "future": lambda d: replace(d, not_before=utc(now + timedelta(days=1))),
        **{
            f"subject-printed-{word}": lambda d, c=letter: replace(d, subject=printed(c))
            for word, letter in (("star", "*"), ("at", "@"), ("underscore", "_"), ("and", "&"), ("quote", '"'))
        },
        "subject-ia5": lambda d: replace(d, subject=common_name("Ia5 " + secrets.token_hex(3), 0x16)),
        "subject-bmp": lambda d: replace(
            d, subject=seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(0x1E, secrets.token_hex(3).encode("utf-16-be")))))
        ),
        "subject-numeric": lambda d: replace(d, subject=common_name(str(secrets.randbits(40)), 0x12)),
        "subject-many-parts": lambda d: replace(
            d,
            subject=seq(
                *(tlv(0x31, seq(oid(f"2.5.4.{n}"), tlv(0x0C, secrets.token_hex(2).encode()))) for n in (10, 11, 3))
            ),
        ),
        "issuer-folded": lambda d: replace(d, issuer=_folded(d.issuer)),
        "subject-empty": lambda d: replace(d, subject=seq()),
        "subject-empty-rdn": lambda d: replace(d, subject=seq(tlv(0x31))),
        "subject-bad-utf8": lambda d: replace(
            d, subject=seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(0x0C, b"\xff\xfe" + secrets.token_bytes(4)))))
        ),
        "subject-teletex": lambda d: replace(d, subject=common_name("Tele " + secrets.token_hex(3), 0x14)),
        "unique-id": lambda d: replace(d, unique=tlv(0x81, b"\x00\x01")),
        "trailing-in-tbs": lambda d: replace(d, after=b"\x05\x00"),
        "extension-unknown": lambda d: d.with_extension("1.3.6.1.4.1.99999.1", False, b"\x05\x00"),
        "extension-unknown-critical": lambda d: d.with_extension("1.3.6.1.4.1.99999.1", True, b"\x05\x00"),
        "extension-unknown-twice": lambda d: replace(
            d, extensions=(*d.extensions, *[("1.3.6.1.4.1.99999.1", False, b"\x05\x00")] * 2)
        ),
        "extension-default-written": lambda d: d.with_extension("1.3.6.1.4.1.99999.1", None, b"\x05\x00"),
        "extensions-none": lambda d: replace(d, extensions=()),
        "issuer-other-string": lambda d: replace(d, issuer=d.issuer.replace(b"\x0c", b"\x13", 1)),
    }


_ALL = {
    "bc": BASIC, "ku": USAGE, "eku": EXTENDED, "san": NAMES, "ski": SUBJECT_KEY, "aki": AUTHORITY_KEY,
}  # fmt: skip
_MORE = {
    "nc": (LIMITS, seq(tlv(0xA0, seq(tlv(0x82, b"local"))))),
    "policies": ("2.5.29.32", seq(seq(oid("2.5.29.32.0")))),
    "policy-constraints": ("2.5.29.36", seq(tlv(0x81, b"\x05"))),
    "require-policy": ("2.5.29.36", seq(tlv(0x80, b"\x00"))),
    "policy-mappings": ("2.5.29.33", seq(seq(oid("1.2.3.4"), oid("1.2.3.5")))),
    "inhibit-any": ("2.5.29.54", integer(5)),
    "crl-points": ("2.5.29.31", seq(seq(tlv(0xA0, tlv(0xA0, tlv(0x86, b"http://crl.local/x")))))),
    "aia": ("1.3.6.1.5.5.7.1.1", seq(seq(oid("1.3.6.1.5.5.7.48.2"), tlv(0x86, b"http://ca.local/x")))),
    "tls-feature-other": ("1.3.6.1.5.5.7.1.24", seq(integer(17))),
    "issuer-alt": ("2.5.29.18", seq(tlv(0x82, b"ca.local"))),
    "netscape-type": ("2.16.840.1.113730.1.1", bits(1)),
    "ocsp-no-check": ("1.3.6.1.5.5.7.48.1.5", b"\x05\x00"),
    "ms-template": ("1.3.6.1.4.1.311.20.2", tlv(0x1E, b"\x00W\x00e\x00b")),
}


def _extensions(target: str) -> dict[str, Change]:
    """Return changes of each extension: left out, criticality turned, cut short, empty, twice, with bytes too many."""
    found: dict[str, Change] = {}
    for name, identity in _ALL.items():
        if target != "leaf" and name in {"eku", "san"}:
            continue
        found[f"{name}-absent"] = lambda d, i=identity: d.without(i)
        found[f"{name}-critical-turned"] = lambda d, i=identity: _mapped(d, i, lambda c, v: (not c, v))
        found[f"{name}-cut"] = lambda d, i=identity: _mapped(d, i, lambda c, v: (c, v[:-1] or b"\x30"))
        found[f"{name}-trailing"] = lambda d, i=identity: _mapped(d, i, lambda c, v: (c, v + b"\x00"))
        found[f"{name}-empty"] = lambda d, i=identity: _mapped(d, i, lambda c, _: (c, b""))
        found[f"{name}-twice"] = lambda d, i=identity: replace(
            d, extensions=(*d.extensions, next(e for e in d.extensions if e[0] == i))
        )
    for name, (identity, value) in _MORE.items():
        if target == "leaf" and name == "nc":
            continue
        found[f"{name}-plain"] = lambda d, i=identity, v=value: d.with_extension(i, False, v)
        found[f"{name}-critical"] = lambda d, i=identity, v=value: d.with_extension(i, True, v)
        found[f"{name}-cut"] = lambda d, i=identity, v=value: d.with_extension(i, False, v[:-1])
    if target != "leaf":
        found["eku-server"] = lambda d: d.with_extension(EXTENDED, False, seq(oid(SERVER_AUTH)))
        found["eku-client"] = lambda d: d.with_extension(EXTENDED, False, seq(oid("1.3.6.1.5.5.7.3.2")))
        found["eku-any"] = lambda d: d.with_extension(EXTENDED, False, seq(oid("2.5.29.37.0")))
        found["bc-not-ca"] = lambda d: d.with_extension(BASIC, True, seq())
        found["ku-crl-only"] = lambda d: d.with_extension(USAGE, True, bits(6))
        found["aki-other-key"] = lambda d: d.with_extension(AUTHORITY_KEY, False, seq(tlv(0x80, b"other key id")))
        found["ski-other-key"] = lambda d: d.with_extension(SUBJECT_KEY, False, tlv(0x04, b"other key id"))
    return found


def _mapped(draft: Draft, identity: str, change: Callable[[bool | None, bytes], tuple[bool | None, bytes]]) -> Draft:
    found = tuple((i, *change(c, v)) if i == identity else (i, c, v) for i, c, v in draft.extensions)
    return replace(draft, extensions=found)


def _device(now: datetime) -> dict[str, Change]:
    one, four = "1.3.6.1.5.5.7.3.", seq(tlv(0x82, HOST.encode()))
    usages = {str(bit): bits(bit) for bit in range(9)} | {"0-2": bits(0, 2), "0-5": bits(0, 5), "none": bits()}
    extended = {
        "server-ocsp": (SERVER_AUTH, one + "9"), "ocsp": (one + "9",), "client": (one + "2",), "any": ("2.5.29.37.0",),
        "server-any": (SERVER_AUTH, "2.5.29.37.0"), "step-up": ("2.16.840.1.113730.4.1",), "email": (one + "4",),
        "server-code": (SERVER_AUTH, one + "3"), "unknown": ("1.3.6.1.4.1.99999.2",),
    }  # fmt: skip
    return {
        **{f"ku-{n}": lambda d, v=v: d.with_extension(USAGE, True, v) for n, v in usages.items()},
        **{
            f"eku-{n}": lambda d, v=v: d.with_extension(EXTENDED, False, seq(*map(oid, v)))
            for n, v in extended.items()
        },
        "eku-no-usage": lambda d: d.with_extension(EXTENDED, False, seq()),
        "ca": lambda d: d.with_extension(BASIC, True, basic(ca=True)),
        "bc-pathlen": lambda d: d.with_extension(BASIC, True, basic(ca=False, path_length=0)),
        "bc-false-written": lambda d: d.with_extension(BASIC, True, seq(b"\x01\x01\x00")),
        "ns-type-client": lambda d: d.with_extension("2.16.840.1.113730.1.1", False, bits(0)),
        "ns-type-server": lambda d: d.with_extension("2.16.840.1.113730.1.1", False, bits(1)),
        "compressed-point": lambda d: replace(d, spki=drafts.compressed(d.key)),  # type: ignore[arg-type]
        "aki-of-an-older-ca": lambda d: _mapped(
            d, AUTHORITY_KEY,
            lambda c, v: (c, seq(v[2:], tlv(0xA1, tlv(0xA4, common_name("Old"))), tlv(0x82, b"\x05"))),
        ),
        "must-staple": lambda d: d.with_extension("1.3.6.1.5.5.7.1.24", False, seq(integer(5))),
        "no-subject-critical-san": lambda d: replace(d, subject=seq()).with_extension(NAMES, True, four),
        "nc": lambda d: d.with_extension(LIMITS, False, seq(tlv(0xA0, seq(tlv(0x82, b"example"))))),
        "life-10-years": lambda d: replace(d, not_after=utc(now + timedelta(days=3649))),
        "aki-other-key": lambda d: d.with_extension(AUTHORITY_KEY, False, seq(tlv(0x80, b"other key id"))),
        "aki-serial": lambda d: d.with_extension(
            AUTHORITY_KEY, False, seq(tlv(0xA1, tlv(0xA4, common_name("Nobody"))), tlv(0x82, b"\x05"))
        ),
    }  # fmt: skip
