"""The stream of requests: an answer for each line, in order, whatever a line holds."""

import json
import time
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from core.app import verify_batch
from core.app.verify_batch import answers, child_argv
from core.app.verify_chain import Batch
from tests.rigs.minting import NOW, Minted, mint, mint_ca

ROOT = mint_ca()


def pem(minted: Minted) -> str:
    return minted.certificate.public_bytes(Encoding.PEM).decode()


def request(identity: str, **changes: object) -> bytes:
    leaf = mint("dev01.local", ROOT, names=("dev01.local",))
    fields = {
        "id": identity, "presented": [pem(leaf)], "extra": [], "roots": [pem(ROOT)], "name": "dev01.local",
        "at": NOW.isoformat(), "clients": ["chromium", "firefox", "openssl", "java", "webpki"],
    }  # fmt: skip
    return json.dumps({**fields, **changes}).encode()


def test_every_client_answers_in_the_order_asked() -> None:
    answer = Batch().answer(request("a"))
    verdicts = answer["verdicts"]
    assert [v["client"] for v in verdicts] == ["chromium", "firefox", "openssl", "java", "webpki"]  # type: ignore[attr-defined]
    assert all(v["trusted"] for v in verdicts)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"not json", None),
        (b"[1, 2]", None),
        (request("x", presented=[]), "presented"),
        (request("x", presented="text"), "presented"),
        (request("x", name=""), "name"),
        (request("x", name=7), "name"),
        (request("x", clients=["netscape"]), "clients"),
        (request("x", at=12), "at"),
        (request("x", at="yesterday"), None),
        (b'{"id": ' + b"[" * 100_000, None),
    ],
)
def test_a_bad_line_is_answered_and_names_its_field(line: bytes, field: str | None) -> None:
    answer = Batch().answer(line)
    assert answer["verdicts"] == []
    assert answer["error"].get("field") == field  # type: ignore[attr-defined]


def test_a_presented_entry_that_is_no_certificate_is_refused_by_all() -> None:
    answer = Batch().answer(request("a", presented=["garbage"]))
    assert {v["reasons"][0]["code"] for v in answer["verdicts"]} == {"unreadable-certificate"}  # type: ignore[attr-defined]
    assert not any(v["trusted"] for v in answer["verdicts"])  # type: ignore[attr-defined]


def test_each_answer_comes_before_the_next_line_is_read() -> None:
    read: list[str] = []

    def lines() -> Iterator[bytes]:
        for identity in ("one", "two", "three"):
            read.append(identity)
            yield request(identity)

    for number, answer in enumerate(answers(lines()), start=1):
        assert answer["id"] == read[-1]
        assert len(read) == number


def test_a_request_that_takes_too_long_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_batch, "LONGEST_S", 1.0)
    stubborn = "import sys,time\nsys.stdout.write('ready\\n')\nsys.stdout.flush()\ntime.sleep(60)"
    starts = iter([("python3", "-c", stubborn), child_argv()])
    begun = time.monotonic()
    found = list(answers([request("slow"), b"", request("fine")], lambda: verify_batch.Judging(next(starts))))
    assert [a["id"] for a in found] == ["slow", "fine"]
    assert found[0]["error"]["code"] == "too-complex"  # type: ignore[index]
    assert found[1]["verdicts"][0]["trusted"]  # type: ignore[index]
    assert time.monotonic() - begun < 30


def test_firefox_remembers_a_serial_number_that_it_met_before() -> None:
    batch = Batch()
    first = mint("dev01.local", ROOT, names=("dev01.local",))
    serial = first.certificate.serial_number
    second = mint("dev01.local", ROOT, names=("dev01.local",), serial=serial)
    for minted, accepted in ((first, True), (first, True), (second, False)):
        answer = batch.answer(request("x", presented=[pem(minted)]))
        trusted = {v["client"]: v["trusted"] for v in answer["verdicts"]}  # type: ignore[attr-defined]
        assert trusted["firefox"] is accepted
        assert trusted["chromium"]


@pytest.mark.parametrize(
    ("identity", "told"),
    [("7", 7), ('"x"', "x"), ("true", True), ("NaN", None), ("1e400", None), ("[1]", None), ("null", None)],
)
def test_an_id_is_given_back_as_json_knows_it(identity: str, told: object) -> None:
    answer = Batch().answer(b'{"id": ' + identity.encode() + b', "presented": ["x"], "name": "a", "clients": null}')
    assert answer["id"] == told
    assert len(answer["verdicts"]) == 5  # type: ignore[arg-type]
    json.loads(json.dumps(answer, allow_nan=False))


def test_a_nest_without_end_stops_no_other() -> None:
    lines = [
        b'{"id": ' + b"[" * depth + b"]" * depth + b', "presented": ["x"], "name": "a"}' for depth in (980, 986, 5000)
    ]
    found = list(answers([*lines, request("fine")]))
    assert len(found) == 4
    assert found[-1]["id"] == "fine"
    assert found[-1]["verdicts"][0]["trusted"]  # type: ignore[index]
