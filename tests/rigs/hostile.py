"""Devices as somebody would make them who wants to fool or to break whoever looks: names, TXT, services, addresses."""

import random
from datetime import UTC, datetime

from core.model.device import Address, Device, Presence, Service
from core.model.txt import parse_txt

NOW = datetime(2026, 11, 26, 9, 14, tzinfo=UTC)
MARKUP = (
    "<b>Trusted</b>", "<img src='file:///etc/passwd'>", "<a href='https://evil.example'>click</a>", "&lt;b&gt;",
    "<table><tr><td>x", "%1 %2 %s {0} {name}", "\\\\host\\share", "javascript:alert(1)", "=cmd|'/c calc'!A1", "../../x",
)  # fmt: skip
CONTROLS = ("a\nb", "a\rb", "a\x00b", "\x1b[31mred\x1b[0m", "tab\there", "\x7f", "\x85", "\u2028line", "\ufeffbom")
BIDI = ("\u202egnp.exe", "\u2066iso\u2069", "\u200fרשת", "abc\u202ddef", "\u061c")
HIDDEN = ("pay\u200bpal", "\u3164", "a\u00adb", "\U000e0041tag", "e" + "\u0301" * 300, "👨‍👩‍👧‍👦", "\ud800")
TWINS = ("rоuter", "раураl", "ｎａｓ", "ѕсоре", "xn--80ak6aa92e", "gооgle", "ρrinter")
LONG = ("x" * 63, "é" * 126, "漢" * 84, "A" * 1000, "🙂" * 500, " " * 253)


def hostile_devices(count: int = 1000, seed: int = 1) -> list[Device]:
    """Return devices, every kind of malice among them, many with the same name."""
    chance = random.Random(seed)  # noqa: S311  the same each time
    texts = (*MARKUP, *CONTROLS, *BIDI, *HIDDEN, *TWINS, *LONG)
    made = []
    for number in range(count):
        name = chance.choice(texts) if number % 7 else "same name"
        host = f"{chance.choice(TWINS if number % 3 == 0 else texts)[:60]}-{number}.local".lower()
        octets = _txt(chance)
        kinds = ("_https._tcp", "_ipp._tcp", f"_{chance.choice(texts)[:15]}._tcp")
        services = tuple(
            Service(chance.choice(kinds), chance.choice(texts), chance.choice((0, 80, 443, 65535)), parse_txt(octets),
                    octets, (chance.choice(texts)[:20],))
            for _ in range(chance.choice((0, 1, 3, 40)))
        )  # fmt: skip
        places = ("10.0.0.1", "fe80::1", "0.0.0.0", "::", "255.255.255.255")
        addresses = tuple(
            Address(chance.choice(places), chance.choice(("lan0", "\u202e<b>")))
            for _ in range(chance.choice((0, 1, 2, 60)))
        )
        made.append(
            Device(host, name, addresses, services, online=number % 5 != 0, first_seen=NOW, last_seen=NOW,
                   presence=chance.choice(tuple(Presence)), vendor=chance.choice(texts), model=chance.choice(texts),
                   mac="<i>", through=chance.choice(("", *BIDI)), kind=chance.choice(("", "printer", "<b>")))
        )  # fmt: skip
    return made


def _txt(chance: random.Random) -> bytes:
    """Return a TXT record: small, huge, or broken off."""
    pieces = []
    for _ in range(chance.choice((0, 2, 30, 200))):
        size = chance.choice((0, 5, 255))
        pieces.append(bytes((size,)) + chance.randbytes(size))
    whole = b"".join(pieces)
    return whole[: -chance.choice((0, 1, 3)) or None]
