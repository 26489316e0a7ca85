"""What service types are, and what their TXT says."""

from core.model.device import Service
from core.model.service_catalogue import CATALOGUE, decoded, words_for
from core.model.txt import parse_txt


def test_known_keys_have_a_meaning_and_codes_have_words() -> None:
    octets = b"".join(bytes([len(e)]) + e for e in (b"ci=17", b"sf=1", b"md=Cam 2", b"xx=\xff", b"bare"))
    service = Service("_hap._tcp", "Cam", 80, parse_txt(octets), octets)
    assert decoded(service) == (
        ("ci", "Category", "17 (camera)"), ("sf", "Pairing", "1 (not paired)"), ("md", "Model", "Cam 2"),
        ("xx", "", "ff"), ("bare", "", "present"),
    )  # fmt: skip


def test_keys_are_compared_without_case_and_the_first_counts() -> None:
    octets = b"\x06TY=One\x06ty=Two"
    assert decoded(Service("_ipp._tcp", "P", 631, parse_txt(octets))) == (("TY", "Model", "One"),)


def test_what_the_device_says_is_never_translated() -> None:
    octets = b"".join(bytes([len(e)]) + e for e in (b"ci=17", b"ci2=camera", b"Model=Name"))
    told: list[str] = []

    def tell(text: str) -> str:
        told.append(text)
        return text.upper()

    service = Service("_hap._tcp", "Cam", 80, parse_txt(octets), octets)
    assert [row[1:] for row in decoded(service, tell)] == [("CATEGORY", "17 (CAMERA)"), ("", "camera"), ("", "Name")]
    assert set(told) == {"Category", "camera", ""}
    assert words_for("_made-up._udp", tell) == "made-up"
    assert words_for("_ipp._tcp", tell) == "PRINTING"


def test_an_unknown_type_is_its_bare_name() -> None:
    assert words_for("_made-up._udp") == "made-up"
    assert words_for("_ipp._tcp") == "Printing"


def test_the_catalogue_is_keyed_as_types_are_written() -> None:
    assert all(
        kind.startswith("_") and kind.endswith(("._tcp", "._udp")) and kind == kind.lower() for kind in CATALOGUE
    )
    assert all(key == key.lower() for known in CATALOGUE.values() for key in known.keys)
