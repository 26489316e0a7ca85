"""What is typed into the search field, read into words and tokens; says what is wrong with a token. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from gui.i18n import tr
from gui.models.device_record import DeviceRecord

Test = Callable[[DeviceRecord], bool]
PREFIXES = ("type:", "trust:", "ip:", "if:", "port:")
TRUST_WORDS = ("attention", "changed", "expired", "expiring", "new", "no-tls", "offline", "trusted", "unknown")
LONGEST = 300

_TRUST: dict[str, Test] = {
    "attention": lambda r: r.state.needs_attention,
    "changed": lambda r: r.state.key == "identity-changed",
    "expired": lambda r: r.state.key == "expired",
    "expiring": lambda r: r.state.key == "expires-soon",
    "new": lambda r: r.is_new,
    "no-tls": lambda r: r.state.key == "no-tls",
    "offline": lambda r: r.state.key == "offline",
    "trusted": lambda r: r.state.key == "trusted",
    "unknown": lambda r: r.state.key in {"unknown", "no-answer", "unproved", "not-checked", "checking"},
}


@dataclass(frozen=True, slots=True)
class Query:
    """Words that must all occur, tests that must all hold, and `problem` for a token that cannot be read.

    A token with a problem takes no part: a slip of the keyboard never empties the table.
    """

    words: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()
    problem: str = ""
    text: str = field(default="", compare=False)

    def fits(self, record: DeviceRecord) -> bool:
        """Say whether a record is shown."""
        haystack = record.haystack
        return all(word in haystack for word in self.words) and all(test(record) for test in self.tests)


EVERYTHING = Query()


def parse_query(text: str) -> Query:
    """Read a search: words, and tokens such as "type:ipp", "trust:expired", "ip:10.0.0.0/24", "if:eth0", "port:443"."""
    words: list[str] = []
    tests: list[Test] = []
    problem = ""
    for piece in text[:LONGEST].lower().split():
        prefix, colon, value = piece.partition(":")
        if not colon or f"{prefix}:" not in PREFIXES:
            words.append(piece)
            continue
        if not value:
            continue  # it is being typed
        found = _TOKENS[prefix](value)
        if isinstance(found, str):
            problem = problem or found
        else:
            tests.append(found)
    return Query(tuple(words), tuple(tests), problem, text)


def _type(value: str) -> Test:
    return lambda r: any(value in kind for kind in r.types)


def _trust(value: str) -> Test | str:
    test = _TRUST.get(value)
    if test is not None:
        return test
    if any(word.startswith(value) for word in TRUST_WORDS):
        fitting = tuple(_TRUST[word] for word in TRUST_WORDS if word.startswith(value))
        return lambda r: any(one(r) for one in fitting)
    return tr("trust: takes one of %1.").replace("%1", ", ".join(TRUST_WORDS))


def _ip(value: str) -> Test | str:
    if "/" in value:
        try:
            network = ip_network(value, strict=False)
        except ValueError:
            return tr("%1 is no network, such as 192.168.1.0/24.").replace("%1", value)
        return lambda r: any(address in network for address in _parsed(r))
    if not set(value) <= set("0123456789abcdef.:%"):
        return tr("%1 is no part of an address.").replace("%1", value)
    return lambda r: any(address.startswith(value) for address in r.addresses)


def _interface(value: str) -> Test:
    return lambda r: any(value in name.lower() for name in r.interfaces)


def _port(value: str) -> Test | str:
    if not (value.isascii() and value.isdigit() and 0 < int(value[:6]) < 65_536):
        return tr("port: takes a number from 1 to 65535.")
    return lambda r: value in r.port_list


_TOKENS: dict[str, Callable[[str], Test | str]] = {
    "type": _type, "trust": _trust, "ip": _ip, "if": _interface, "port": _port,
}  # fmt: skip


def _parsed(record: DeviceRecord) -> list[IPv4Address | IPv6Address]:
    return [found for text in record.addresses if (found := _address(text)) is not None]


@lru_cache(maxsize=40_000)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def completions(text: str, records: tuple[DeviceRecord, ...], most: int = 12) -> tuple[str, ...]:
    """Return whole search texts that the last word could become, such as "type:ipp" for "type:i"."""
    head, _, last = text.rpartition(" ")
    before = f"{head} " if head else ""
    last = last.lower()
    prefix, colon, value = last.partition(":")
    if not colon:
        return tuple(before + p for p in PREFIXES if last and p.startswith(last))
    values: dict[str, int] = {}
    if prefix == "trust":
        values = dict.fromkeys(TRUST_WORDS, 0)
    elif f"{prefix}:" in PREFIXES:
        for record in records[:2000]:
            for known in _values(record, prefix):
                values[known] = values.get(known, 0) - 1
    fitting = sorted((v for v in values if value in v and v != value and " " not in v), key=lambda v: (values[v], v))
    return tuple(f"{before}{prefix}:{v}" for v in fitting[:most])


def _values(record: DeviceRecord, prefix: str) -> tuple[str, ...]:
    if prefix == "type":
        return record.types
    if prefix == "if":
        return record.interfaces
    return record.port_list if prefix == "port" else record.addresses
