"""A thousand devices that want to fool or to break: nothing is markup, nothing hidden stays so, no file is opened."""

import os
import random
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from core.events import AlertRaised, DeviceChanged, DeviceGone, DeviceNoted, DeviceSeen, NetworkFound
from core.model.alert import Alert, AlertCode
from core.model.device_history import DeviceHistory, Happening, HistoryEntry
from core.model.device_notes import DeviceNotes
from core.model.network_finding import Evidence, FindingCode, NetworkFinding, Weight
from core.model.text import lookalike
from gui.models.device_columns import COLUMNS
from gui.models.device_export import FORMATS
from gui.models.device_query import completions, parse_query
from gui.models.device_words import report_of, row_text
from tests.rigs.gallery import VARIANTS
from tests.rigs.gallery_scenes import Stage
from tests.rigs.hostile import BIDI, CONTROLS, HIDDEN, LONG, MARKUP, NOW, TWINS, hostile_devices

FUZZ_S = float(os.environ.get("DOTLOCAL_FUZZ_S", "10"))
pytestmark = pytest.mark.timeout(200)


def is_fit(text: str) -> bool:
    """Say whether a text has nothing in it that is not seen for what it is."""
    return not any(unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs"} and c not in "\n\u200b" for c in text)


def unfit(top: QWidget) -> list[str]:
    found = []
    for widget in (top, *top.findChildren(QWidget)):
        texts = [widget.accessibleName(), widget.windowTitle()]
        if isinstance(widget, QLabel):
            assert widget.textFormat() == Qt.TextFormat.PlainText or widget.pixmap()
            texts.append(widget.text())
        found += [text for text in texts if not is_fit(text.replace("\u2068", "").replace("\u2069", ""))]
        if "<" in widget.toolTip().removeprefix("<p style='white-space:pre-wrap'>").replace("<br>", "").replace(
            "</p>", ""
        ):
            found.append(widget.toolTip())
    return found


def test_a_thousand_hostile_devices_are_shown_to_the_letter(stage: Stage, tmp_path: Path) -> None:
    contents = stage.anew()
    devices = hostile_devices()
    bridge = stage.bridge
    for start in range(0, len(devices), 200):
        bridge.events.emit([DeviceSeen(d) for d in devices[start : start + 200]])
    contents.model._settle_now()
    stage.settle()
    assert contents.model.rowCount() == len({d.id for d in devices})
    for record in contents.model.records():
        texts = (record.name, record.shown_host, record.services, record.made, *record.interfaces, record.address)
        assert all(map(is_fit, texts)), texts
        assert all(len(text) < 250 for text in texts)
        assert all(is_fit(column.text(record)) for column in COLUMNS)
        assert is_fit(row_text(record).replace("\t", ""))
        report_of(record)
        assert is_fit(record.host) or record.host != record.shown_host
        if any(lookalike(label) for label in record.device.host.split(".")):
            assert record.is_lookalike, record.shown_host
    for row in range(0, contents.model.rowCount(), 25):
        contents.devices.table.select(contents.model.host_at(row))
        stage.settle()
        for number in range(5):
            contents.devices.detail._tabs.setCurrentIndex(number)
        assert unfit(stage.window) == []
    for suffix, (_, write) in FORMATS.items():
        text = write(contents.model.records(), NOW)
        (tmp_path / f"devices.{suffix}").write_text(text, encoding="utf-8")
        if suffix == "csv":
            assert not any(line.lstrip('"').startswith(("=", "+", "@")) for line in text.splitlines())
    contents._show_commands()
    stage.settle()
    assert unfit(stage.window) == []


def test_alerts_findings_and_histories_show_hostile_text_to_the_letter(stage: Stage) -> None:
    contents = stage.filled()
    texts = (*MARKUP, *CONTROLS, *BIDI, *HIDDEN, *LONG)
    alerts = [
        Alert(number, code, text, NOW, "", tuple((key, text) for key in ("senders", "date", "end", "store")))
        for number, (text, code) in enumerate(((t, c) for t in texts for c in AlertCode), start=10)
    ]
    found = [
        NetworkFinding(FindingCode.TWO_SENDERS, Weight.ALARM, text, "lan0", NOW, (Evidence(text, text, NOW, text),))
        for text in texts
    ]
    notes = [DeviceNotes("boiler-gw.local", NOW, text, text) for text in texts]
    stage.bridge.events.emit([*map(AlertRaised, alerts), *map(NetworkFound, found), *map(DeviceNoted, notes)])
    contents.devices.table.select("boiler-gw.local")
    entries = tuple(HistoryEntry(NOW, what, text, text) for text in texts for what in Happening)
    contents.devices.detail.show_history(DeviceHistory("boiler-gw.local", entries))
    for page in ("devices", "alerts", "health"):
        contents.go(page)
        stage.settle()
        assert unfit(stage.window) == [], page
    model = contents.alert_model
    assert all(is_fit(str(model.data(model.index(row)))) for row in range(model.rowCount()))
    assert all(is_fit(m.spoken) for m in contents.devices.detail._timeline.moments())


def test_no_file_is_opened_for_what_a_device_says(tmp_path: Path) -> None:
    """Hostile names are shown by a process whose every open file is written down: none has a name from a device."""
    bait = tmp_path / "bait.png"
    bait.write_bytes(b"x")
    program = (
        "import sys; opened = []\n"
        "sys.addaudithook(lambda name, a: opened.append(str(a[0])) if name == 'open' else None)\n"
        "from tests.gui.test_hostile_devices import show_bait\n"
        f"show_bait({str(bait)!r})\n"
        "print(any('bait' in name for name in opened))\n"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "DOTLOCAL_HOME": str(tmp_path)}
    calls = tmp_path / "calls"
    traced = ["strace", "-f", "-e", "trace=%file,connect", "-o", str(calls)]
    done = subprocess.run(
        [*traced, sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "False"
    touched = [line for line in calls.read_text(errors="replace").splitlines() if "bait.png" in line]
    assert [line for line in touched if "execve" not in line] == []  # the program's own text names it
    assert len(calls.read_text(errors="replace")) > 10_000, "the calls were written down"


def show_bait(file: str) -> None:
    """Show devices whose every text names a file as markup does."""
    from gui.app import make_application

    stage = Stage(make_application(["bait"]), VARIANTS["light"])
    contents = stage.anew()
    bait = f"<img src='file://{file}'><img src='{file}'>"
    for device in hostile_devices(12):
        services = tuple(replace(s, instance=bait, txt=((bait, bait),)) for s in device.services)
        stage.bridge.events.emit([DeviceSeen(replace(device, name=bait, model=bait, vendor=bait, services=services))])
    for row in range(contents.model.rowCount()):
        contents.devices.table.select(contents.model.host_at(row))
        stage.settle()
        for number in range(5):
            contents.devices.detail._tabs.setCurrentIndex(number)
            stage.settle()
    stage.close()


def test_a_fuzzed_window_stays_whole(stage: Stage, report: Callable[[str], None]) -> None:
    """Random events, filters, sorts, searches and selections, for some seconds: rows and index agree all the time."""
    import time

    contents = stage.anew()
    seed = time.time_ns() % (1 << 30)
    chance = random.Random(seed)  # noqa: S311  told, so that a failure can be had again
    pool = hostile_devices(300, seed)
    model, page = contents.model, contents.devices
    texts = (
        *MARKUP,
        *TWINS,
        "type:",
        "type:ipp",
        "trust:att",
        "ip:10.",
        "ip:10.0.0.0/8",
        "port:443",
        "port:x",
        "if:lan",
    )

    def some_notes() -> None:
        notes = DeviceNotes(chance.choice(pool).id, NOW, "x", "y", hidden=chance.random() < 0.3)
        stage.bridge.events.emit([DeviceNoted(notes)])

    def some_events() -> None:
        kinds = (DeviceSeen, DeviceChanged, DeviceGone)
        stage.bridge.events.emit([chance.choice(kinds)(chance.choice(pool)) for _ in range(chance.randrange(1, 40))])

    doings: tuple[Callable[[], object], ...] = (
        some_events, some_events, some_events,
        lambda: model.search(chance.choice(texts)),
        lambda: page.filters.choose(chance.choice(list(page.filters.chips))),
        lambda: model.sort(chance.randrange(len(COLUMNS)), chance.choice(tuple(Qt.SortOrder))),
        lambda: model.group_by(chance.choice(("", "type", "interface", "issuer"))),
        lambda: page.table.select(model.host_at(chance.randrange(1 + model.rowCount()))),
        lambda: page.toggle_pause(), lambda: page.table.set_compact(compact=chance.random() < 0.5),
        lambda: page.table.show_column(chance.randrange(len(COLUMNS)), shown=chance.random() < 0.5),
        lambda: model.hold("pointer", held=chance.random() < 0.5), model.tick, page._escape,
        lambda: parse_query(chance.choice(texts)), lambda: completions(chance.choice(texts), model.records()),
        some_notes,
    )  # fmt: skip
    until, steps = time.monotonic() + FUZZ_S, 0
    while time.monotonic() < until:
        chance.choice(doings)()
        steps += 1
        if steps % 20 == 0:
            stage.application.processEvents()
            rows = [model.host_at(row) for row in range(model.rowCount())]
            assert all(model.row_of(host) == row for row, host in enumerate(rows) if host), f"seed {seed}"
            total = sum(not r.is_hidden for r in model.records())
            assert model.count("all") == total, f"seed {seed}"
    model.set_paused(paused=False)
    report(f"{steps} steps on the window, seed {seed}")
