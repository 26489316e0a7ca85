"""Alternative names and name constraints that are odd, for the variants of a chain."""

from tests.rigs.drafts import common_name, dns, oid, seq, tlv

HOST = "dev.local"


def odd_names() -> list[tuple[str, bytes, str]]:
    ip4, ip6 = bytes([127, 0, 0, 1]), bytes(15) + b"\x01"
    return [
        ("edge-hyphen", dns("dev-.local"), "dev-.local"), ("sharp-s", dns("xn--strae-oqa.local"), "stra\u00dfe.local"),
        ("sharp-s-folded", dns("strasse.local"), "stra\u00dfe.local"), ("final-dot-visited", dns(HOST), HOST + "."),
        ("upper", dns("DEV.LOCAL"), HOST), ("other", dns("other.local"), HOST), ("dot", dns("dev.local."), HOST),
        ("star-local", dns("*.local"), HOST), ("star-below", dns("*.dev.local"), "a.dev.local"),
        ("star-two-below", dns("*.dev.local"), "a.b.dev.local"), ("star-part", dns("d*.dev.local"), "dx.dev.local"),
        ("star-middle", dns("a.*.local"), "a.dev.local"), ("star-alone", dns("*"), HOST),
        ("star-own", dns("*.dev.local"), HOST),
        ("star-home-arpa", dns("*.home.arpa"), "dev.home.arpa"), ("star-lan", dns("*.lan"), "dev.lan"),
        ("star-twice", dns("*.*.local"), "a.b.local"), ("star-underscore", dns("*.dev.local"), "a_b.dev.local"),
        ("underscore", dns("my_dev.local"), "my_dev.local"), ("single", dns("printer"), "printer"),
        ("empty-beside", dns("", HOST), HOST), ("space-beside", dns("a b", HOST), HOST),
        ("nul-inside", dns("dev.local\0.evil"), HOST), ("latin-beside", dns("d\xe9v.local", HOST), HOST),
        ("digits", dns("1.2.3"), "dev.local"), ("puny", dns("xn--dv-bja.local"), "xn--dv-bja.local"),
        ("hyphen", dns("-dev.local"), "dev.local"), ("leading-dot", dns(".dev.local"), HOST),
        ("uri", seq(tlv(0x86, b"https://dev.local/")), HOST), ("mail", seq(tlv(0x81, b"a@dev.local")), HOST),
        ("ip", seq(tlv(0x87, ip4)), "127.0.0.1"), ("ip-and-dns", seq(tlv(0x87, ip4), tlv(0x82, b"dev.local")), HOST),
        ("ip6", seq(tlv(0x87, ip6)), "[::1]"), ("ip-as-dns", dns("127.0.0.1"), "127.0.0.1"),
        ("ip-3-octets", seq(tlv(0x87, ip4[:3]), tlv(0x82, b"dev.local")), HOST),
        ("ip-mapped", seq(tlv(0x87, bytes(10) + b"\xff\xff" + ip4)), "127.0.0.1"),
        ("ip-8-octets", seq(tlv(0x87, ip4 * 2), tlv(0x82, b"dev.local")), HOST),
        ("other-name", seq(tlv(0xA0, oid("1.2.3"), tlv(0xA0, tlv(0x0C, b"x"))), tlv(0x82, b"dev.local")), HOST),
        ("directory", seq(tlv(0xA4, common_name("x")), tlv(0x82, b"dev.local")), HOST),
        ("bad-tag", seq(tlv(0x8B, b"x"), tlv(0x82, b"dev.local")), HOST), ("none", seq(), HOST),
        ("mail-latin", seq(tlv(0x81, b"\xe9@x"), tlv(0x82, b"dev.local")), HOST),
        ("registered", seq(tlv(0x88, b"\x2a\x03"), tlv(0x82, b"dev.local")), HOST),
    ]  # fmt: skip


def odd_limits() -> dict[str, tuple[str, bytes, bytes]]:
    def tree(tag: int, *names: bytes) -> bytes:
        return tlv(tag, *(seq(name) for name in names))

    other = tlv(0xA0, oid("1.2.3"), tlv(0xA0, tlv(0x0C, b"x")))
    named, registered = tlv(0x82, HOST.encode()), tlv(0x88, b"\x2a\x03")
    host, dot = dns(HOST), tlv(0x82, b".local")
    local, lan = tlv(0x82, b"local"), tlv(0x82, b"lan")
    ten, loop = tlv(0x87, bytes([10, 0, 0, 0, 255, 0, 0, 0])), tlv(0x87, bytes([127, 0, 0, 0, 255, 0, 0, 0]))
    address = seq(tlv(0x82, HOST.encode()), tlv(0x87, bytes([127, 0, 0, 1])))
    wild = dns("*.dev.local", HOST)
    return {
        "dns-dot-bare": (HOST, host, seq(tree(0xA0, tlv(0x82, b".dev.local")))),
        "dns-dot-bare-excluded": (HOST, host, seq(tree(0xA1, tlv(0x82, b".dev.local")))),
        "other-name-both": (HOST, seq(named, other), seq(tree(0xA0, local, other))),
        "registered-both": (HOST, seq(named, registered), seq(tree(0xA0, local, registered))),
        "uri-both": (
            HOST, seq(named, tlv(0x86, b"https://dev.local/")), seq(tree(0xA0, local, tlv(0x86, b"dev.local"))),
        ),
        "directory-excluded": (HOST, host, seq(tree(0xA1, tlv(0xA4, common_name("Nobody"))))),
        "directory-case": (HOST, host, seq(tree(0xA0, tlv(0xA4, common_name("DEV.LOCAL"))))),
        "directory-same": (HOST, host, seq(tree(0xA0, tlv(0xA4, common_name(HOST))))),
        "ill-formed-beside": (HOST, dns(HOST, "My Printer.local"), seq(tree(0xA0, local))),
        "edge-hyphen-beside": (HOST, dns(HOST, "dev-.local"), seq(tree(0xA0, local))),
        "dns-ok": (HOST, host, seq(tree(0xA0, local))), "dns-dot": (HOST, host, seq(tree(0xA0, dot))),
        "dns-other": (HOST, host, seq(tree(0xA0, lan))), "dns-excluded": (HOST, host, seq(tree(0xA1, local))),
        "dns-excluded-other": (HOST, host, seq(tree(0xA1, lan))), "dns-empty": (HOST, host, seq(tree(0xA0, tlv(0x82)))),
        "dns-excluded-all": (HOST, host, seq(tree(0xA1, tlv(0x82)))),
        "ip-only-other": (HOST, address, seq(tree(0xA0, ten))), "ip-ok": (HOST, address, seq(tree(0xA0, loop))),
        "ip-unused": (HOST, host, seq(tree(0xA0, ten))), "ip-excluded": (HOST, address, seq(tree(0xA1, loop))),
        "both-ok": (HOST, address, seq(tree(0xA0, local, loop))),
        "mail-unused": (HOST, host, seq(tree(0xA0, tlv(0x81, b"x.y")))),
        "directory-other": (HOST, host, seq(tree(0xA0, tlv(0xA4, common_name("Nobody"))))),
        "directory-ok": (HOST, host, seq(tree(0xA0, tlv(0xA4, seq())))),
        "uri-unused": (HOST, host, seq(tree(0xA0, tlv(0x86, b".local")))),
        "empty": (HOST, host, seq()), "empty-list": (HOST, host, seq(tlv(0xA0))),
        "ip-4-octets": (HOST, host, seq(tree(0xA0, tlv(0x87, bytes(4))))),
        "ip-odd-mask": (HOST, address, seq(tree(0xA0, tlv(0x87, bytes([127, 0, 0, 0, 255, 0, 255, 0]))))),
        "wildcard-ok": (HOST, wild, seq(tree(0xA0, local))),
        "wildcard-excluded": (HOST, wild, seq(tree(0xA1, tlv(0x82, b"a.dev.local")))),
        "wildcard-tree": (HOST, host, seq(tree(0xA0, tlv(0x82, b"*.local")))),
        "literal-beside": (HOST, dns(HOST, "10.0.0.1"), seq(tree(0xA0, local, tlv(0x82, b"10.0.0.1")))),
        "star-local-beside": (HOST, dns(HOST, "*.local"), seq(tree(0xA0, local))),
        "upper": (HOST, host, seq(tree(0xA0, tlv(0x82, b"LOCAL")))),
        "own": (HOST, host, seq(tree(0xA0, tlv(0x82, b"dev.local")))),
        "partial-label": (HOST, host, seq(tree(0xA0, tlv(0x82, b"ocal")))),
        "minimum-0": (HOST, host, seq(tlv(0xA0, seq(local, tlv(0x80, b"\x00"))))),
        "minimum-1": (HOST, host, seq(tlv(0xA0, seq(local, tlv(0x80, b"\x01"))))),
        "other-name": (HOST, host, seq(tree(0xA0, local, tlv(0xA0, oid("1.2.3"), tlv(0xA0, tlv(0x0C, b"x")))))),
        "excluded-v6": (HOST, address, seq(tree(0xA1, tlv(0x87, bytes(32))))),
    }  # fmt: skip
