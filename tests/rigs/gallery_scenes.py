"""What the pictures show: every page, every tab, every dialog, filled from values; no network, no engine."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractAnimation, QObject, QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from core.app.outside_chain import OutsideChain
from core.errors import StateUnwritable
from core.events import (
    AlertRaised,
    DeviceGone,
    DeviceNoted,
    DeviceSeen,
    NetworkFound,
    NetworkListening,
    TrafficCounted,
)
from core.model.alert import Alert, AlertCode
from core.model.authority import AuthorityView, Issued, LedgerEntry
from core.model.certificate import fingerprint
from core.model.device import Address, Device, Service
from core.model.device_history import CertificateSeen, DeviceHistory, Happening, HistoryEntry
from core.model.device_notes import DeviceNotes
from core.model.handoff import Shared
from core.model.link_traffic import LinkTraffic
from core.model.network_finding import Evidence, FindingCode, NetworkFinding, Weight
from core.model.plan import READ_BACK, Action, Outcome, Plan, Step, Touch
from core.model.store_state import StoreState, ToolSight
from core.model.txt import parse_txt
from core.model.verdict import Reason, Verdict
from core.settings import AppearanceSettings, Settings
from gui.bridge import Bridge
from gui.contents import Contents
from gui.dialogs.change_trust import ChangeTrustDialog
from gui.dialogs.crash import CrashDialog
from gui.dialogs.inspect import InspectDialog
from gui.dialogs.issue import IssueDialog
from gui.dialogs.share_root import ShareRootDialog
from gui.main_window import MainWindow
from gui.theme.look import Look
from gui.window_memory import WindowMemory
from tests.rigs.gallery import Variant
from tests.rigs.gallery_chains import NOW, facts, judged, kept

TXT = b"\x09txtvers=1\x10fw=4.2.0-release\x0eu=technician"[:26]
SEEN = NOW - timedelta(minutes=5)


class QuietBridge(Bridge):
    """A bridge whose engine never starts: what pages and dialogs ask for is given by the scenes themselves."""

    def run(self, owner: QObject, call: Any, done: Any, failed: Any) -> None:
        del owner, call, done, failed

    def post(self, call: Any) -> None:
        del call

    def restart(self) -> None:
        """There is nothing to start anew."""


def device(host: str, name: str, address: str, kinds: tuple[tuple[str, int], ...], **more: Any) -> Device:
    """Return a device of the pictures."""
    services = tuple(Service(kind, name, port, parse_txt(TXT), TXT) for kind, port in kinds)
    addresses = (Address(address, "lan0"), *more.pop("others", ()))
    return Device(host, name, addresses, services, online=True, first_seen=SEEN, last_seen=NOW, **more)


DEVICES = (
    device("boiler-gw.local", "Boiler gateway", "192.168.20.14", (("_https._tcp", 443),),
           others=(Address("fe80::6dff:fe0c", "lan0"),), vendor="Espressif", model="ESP32-S3", mac="24:6f:28:aa:bb:cc"),
    device("coldroom-3.local", "Cold room sensor 3", "192.168.20.73", (("_https._tcp", 443),)),
    device("esp32-cam-7f21.local", "Front door camera", "192.168.20.41", (("_http._tcp", 80), ("_rtsp._tcp", 554))),
    device("hvac-main.local", "HVAC controller", "192.168.20.9", (("_https._tcp", 443), ("_ssh._tcp", 22))),
    device("label-5c.local", "Label printer", "192.168.20.55", (("_ipps._tcp", 631), ("_ipp._tcp", 631))),
    device("lock-bay2.local", "Loading bay lock", "192.168.20.62", (("_https._tcp", 443),)),
    device("meter-bridge.local", "Meter bridge", "192.168.20.30", (("_https._tcp", 443), ("_modbus._tcp", 502))),
    device("shelly-plug-b4.local", "Plug, bench 4", "192.168.20.117", (("_http._tcp", 80), ("_shelly._tcp", 80))),
    device("nаs-staging.local", "Staging NAS", "192.168.20.6", (("_smb._tcp", 445), ("_ssh._tcp", 22))),
    device("router.local", "Site router", "192.168.20.1", (("_https._tcp", 443),)),
)  # fmt: skip
GONE = replace(
    device("mediawall.local", "Media wall", "192.168.20.88", (("_https._tcp", 443),)),
    online=False, last_seen=NOW - timedelta(minutes=26),
)  # fmt: skip
CHANGED = Reason("key-changed", 0, (("date", "2026-11-03"), ("old", "9f3a710ce25b8841"), ("new", "c41d02aa18ef7730")))


def events() -> list[Any]:
    """Return what fills the list of devices."""
    partly = judged("boiler-gw.local", "boiler-gw.local", trusting=())
    lock = judged("lock-bay2.local", "boiler-gw.local", address="192.168.20.62")
    lock = replace(lock, verdicts=tuple(replace(v, reasons=(CHANGED, *v.reasons)) for v in lock.verdicts))
    notes = DeviceNotes("esp32-cam-7f21.local", SEEN, is_new=True)
    mine = DeviceNotes("boiler-gw.local", SEEN - timedelta(days=23), note="Behind the door of hall 2; key at the desk.")
    return [
        NetworkListening(("lan0", "wlan0")), *(DeviceSeen(each) for each in DEVICES), DeviceGone(GONE),
        DeviceNoted(notes), DeviceNoted(mine), partly,
        judged("coldroom-3.local", "coldroom-3.local", address="192.168.20.73"),
        judged("hvac-main.local", "hvac.local", address="192.168.20.9"),
        judged("label-5c.local", "label-5c.local", address="192.168.20.55"), lock,
        judged("meter-bridge.local", "meter-bridge.local", address="192.168.20.30"),
        judged("router.local", "router.local", address="192.168.20.1"),
    ]  # fmt: skip


def alerts() -> list[AlertRaised]:
    """Return alerts of three days."""
    made = (
        (AlertCode.EXPIRES_IN_30_DAYS, "coldroom-3.local", 3 * 24 * 60, (("end", "2026-12-08"),), True),
        (AlertCode.NEW_DEVICE, "esp32-cam-7f21.local", 26 * 60, (("address", "192.168.20.41"),), True),
        (AlertCode.ROOT_MISSING, "os", 70, (("store", "This computer"),), False),
        (AlertCode.NAME_CLAIMED_TWICE, "router.local", 50, (("senders", "192.168.20.1, 192.168.20.66"),), False),
        (AlertCode.IDENTITY_CHANGED, "lock-bay2.local", 1, CHANGED.facts, False),
    )
    return [
        AlertRaised(Alert(number, code, subject, NOW - timedelta(minutes=ago), "", facts, read=read))
        for number, (code, subject, ago, facts, read) in enumerate(made, start=1)
    ]


def findings() -> list[NetworkFound]:
    """Return what was noticed on the network."""
    evidence = (
        Evidence("192.168.20.1", "A 192.168.20.1", NOW, "24:6f:28:00:00:01"),
        Evidence("192.168.20.66", "A 192.168.20.66", NOW),
    )  # fmt: skip
    found = (
        (FindingCode.TWO_SENDERS, Weight.ALARM, "router.local", "lan0", evidence, ("record", "A")),
        (FindingCode.PORT_TAKEN, Weight.NOTICE, "wlan0", "wlan0", (), ("family", "IPv4")),
        (FindingCode.SPEAKS_FOR_MANY, Weight.HINT, "192.168.20.2", "lan0", (), ("count", "7")),
    )
    return [
        NetworkFound(NetworkFinding(code, weight, subject, link, NOW, seen, (fact,)))
        for code, weight, subject, link, seen, fact in found
    ]


def history() -> DeviceHistory:
    """Return the history of the first device."""

    def at(days: int) -> Any:
        return NOW - timedelta(days=days)

    entries = (
        HistoryEntry(at(0), Happening.RETURNED), HistoryEntry(at(0), Happening.WENT),
        HistoryEntry(at(2), Happening.MOVED, "192.168.20.13", "192.168.20.14"),
        HistoryEntry(at(9), Happening.NEW_KEY, "9f3a710ce25b8841", "c41d02aa18ef7730"),
        HistoryEntry(at(9), Happening.NEW_ISSUER, "CN=Old CA", "CN=Workshop Devices CA 2"),
        HistoryEntry(at(23), Happening.FIRST_SEEN, "", "192.168.20.13"),
    )  # fmt: skip
    seen = [
        CertificateSeen(443, facts(name).sha256, "k", facts(name).issuer, kept()[name], at(days), at(last))
        for name, days, last in (("boiler-gw.local", 9, 0), ("boiler-gw.local before", 23, 9))
    ]
    return DeviceHistory("boiler-gw.local", entries, tuple(seen))


SILENT = NetworkFound(NetworkFinding(FindingCode.NOTHING_HEARD, Weight.HINT, "lan0", "lan0", NOW))
AUTHORITY = AuthorityView(
    "Workshop",
    facts("root"),
    facts("issuing"),
    ("local",),
    ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
    "keychain",
)
LEDGER = tuple(
    LedgerEntry(f"{number:02x}" * 10, "ab" * 32, (f"{host}.local",), NOW - timedelta(days=number),
                NOW + timedelta(days=200 - 40 * number), NOW - timedelta(days=number), "Workshop Devices CA 2", formats)
    for number, (host, formats) in enumerate(
        (("boiler-gw", ("pem", "esp32")), ("coldroom-3", ("esp32",)), ("router", ("pem", "p12"))), start=1
    )
)  # fmt: skip


def store(store_id: str, kind: str, label: str, where: str, **more: Any) -> StoreState:
    """Return a store as it was read."""
    return StoreState(store_id, kind, label, where, more.pop("available", True), **more)


STORES = (
    store("os", "os", "This computer", "/etc/ssl/certs", detail="curl, wget, OpenSSL", installed=True, trusted=True,
          needs_elevation=True),
    store("firefox:workshop", "firefox", "Firefox, workshop", "~/.mozilla", detail="Own store", installed=True,
          trusted=False),
    store("chromium", "chromium", "Chromium", "~/.pki/nssdb", detail="One database for the family", installed=False,
          trusted=False),
    store("java:21", "java", "Java 21, Temurin", "lib/security/cacerts", available=False, reason="locked",
          detail="The keystore has another password."),
)  # fmt: skip
TOOLS = (
    ToolSight("curl", "curl", "/etc/ssl/certs/ca-certificates.crt", True, "The bundle holds the root."),
    ToolSight("node", "Node.js", "its own list", False, "NODE_EXTRA_CA_CERTS is not set.",
              "export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt"),
)  # fmt: skip
SHARED = Shared("http://192.168.20.5:8080/a1b2", facts("root").sha256, fingerprint(facts("root").sha256),
                "Workshop Root CA", 10, signed=True)  # fmt: skip


class Stage:
    """A window with fixed data; one scene after the other is put on it and taken off."""

    def __init__(self, application: QApplication, variant: Variant) -> None:
        self.application, self.variant = application, variant
        self.look = Look(application, variant.theme)
        self.bridge = QuietBridge(application, sample=False)
        density = "compact" if variant.compact else "comfortable"
        self.settings = Settings(appearance=AppearanceSettings(theme=variant.theme, density=density))
        self.window, self.contents = self._open()

    def _open(self) -> tuple[MainWindow, Contents]:
        window = MainWindow(self.look, WindowMemory())
        contents = Contents.at_once(window, self.look, self.bridge, lambda: NOW, self.settings)
        window.resize(*self.variant.size)
        window.show()
        return window, contents

    def anew(self) -> Contents:
        """Begin with an empty window."""
        self.window.close()
        self.window.deleteLater()
        self.window, self.contents = self._open()
        return self.contents

    def filled(self) -> Contents:
        """Begin with a window that shows everything."""
        contents = self.anew()
        self.bridge.events.emit([*events(), *alerts(), TrafficCounted((traffic("lan0", 41), traffic("wlan0", 7)))])
        contents._show_authority(AUTHORITY)
        contents.authority._show_issued((LEDGER, ()))
        return contents

    def settle(self) -> None:
        """Let everything that waits happen."""
        for _ in range(12):
            self.application.processEvents()
        focused = self.application.focusWidget()
        if focused is not None and not self.application.activeModalWidget():
            focused.clearFocus()
        self.application.processEvents()
        while any(a.state() is a.State.Running for a in self.window.findChildren(QAbstractAnimation)):
            self.application.processEvents()  # a line edit fades its clear button in

    def picture(self) -> QImage:
        """Return the window with the dialog that is over it."""
        image = self.window.grab()
        sheet = self.application.activeModalWidget()
        if sheet is not None:
            with QPainter(image) as painter:
                painter.drawPixmap(self.window.mapFromGlobal(sheet.pos()) + QPoint(0, 0), sheet.grab())
        return image.toImage().convertToFormat(QImage.Format.Format_RGB32)

    def clear(self) -> None:
        """Close the dialogs."""
        while isinstance(sheet := self.application.activeModalWidget(), QWidget):
            sheet.close()
            sheet.deleteLater()
            self.application.processEvents()

    def close(self) -> None:
        """Take the window off."""
        self.window.close()


def traffic(name: str, received: int) -> LinkTraffic:
    """Return a second of an interface."""
    return LinkTraffic(name, received, 2, 1.0, (4, 6), ("192.168.20.5", "fe80::5"), shares_port=name != "wlan0")


def scenes(stage: Stage) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the name of each scene and what puts it on the stage."""
    yield from pages(stage)
    yield from dialogs(stage)


def pages(stage: Stage) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the pages in their states."""

    def on_devices(then: Callable[[Contents], object]) -> Callable[[], object]:
        def show() -> None:
            then(stage.filled())

        return show

    def tab(number: int) -> Callable[[Contents], object]:
        def show(contents: Contents) -> None:
            contents.devices.table.select("boiler-gw.local")
            contents.devices.detail.show_history(history())
            contents.devices.detail._tabs.setCurrentIndex(number)

        return show

    yield "first-run", stage.anew
    yield "first-run-silent", lambda: (stage.anew(), stage.bridge.events.emit([SILENT]))
    yield "devices", on_devices(lambda contents: None)
    for number, name in enumerate(("trust", "services", "addresses", "txt", "history")):
        yield f"pane-{name}", on_devices(tab(number))
    yield "pane-identity-changed", on_devices(lambda c: c.devices.table.select("lock-bay2.local"))
    yield "devices-notice", on_devices(lambda c: stage.bridge.events.emit(findings()[:1]))
    yield "devices-grouped", on_devices(lambda c: c.model.group_by("type"))
    yield "devices-no-match", on_devices(lambda c: (c.devices.search.setText("zebra"), c.devices._apply_search()))
    yield "devices-bad-token", on_devices(lambda c: (c.devices.search.setText("port:x"), c.devices._apply_search()))
    yield "devices-paused", on_devices(lambda c: (c.devices.toggle_pause(), stage.bridge.events.emit(events()[:4])))
    yield "trust-empty", lambda: stage.anew().go("trust")
    yield "trust", on_devices(show_trust)
    yield "authority-empty", lambda: stage.anew().go("authority")
    yield "authority", on_devices(lambda c: c.go("authority"))
    yield "alerts-empty", lambda: stage.anew().go("alerts")
    yield "alerts", on_devices(lambda c: (c.go("alerts"), c.alerts.list.setCurrentIndex(c.alert_model.index(1))))
    yield "health", on_devices(show_health)
    yield "settings", on_devices(lambda c: c.go("settings"))


def show_trust(contents: Contents) -> None:
    """Show the matrix with every kind of answer."""
    contents.go("trust")
    page = contents.trust
    page._states = STORES
    page._matrix.show()
    verdicts = (
        Verdict("os", True, (), "Checked by OpenSSL", NOW - timedelta(minutes=2)),
        Verdict("firefox:workshop", False, (Reason("untrusted-root"),), "Checked by NSS", NOW),
    )
    page._show_verdicts(verdicts)
    page._tools.show_tools(TOOLS)


def show_health(contents: Contents) -> None:
    """Show a minute of traffic and what was noticed."""
    contents.go("health")
    contents.health.take(
        [TrafficCounted((traffic("lan0", 20 + n * 7 % 23), traffic("wlan0", n % 5))) for n in range(60)]
    )
    contents.health.take(list(findings()))


def dialogs(stage: Stage) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the dialogs, each over the filled window."""
    contents = stage.filled()
    opener, look, bridge = contents.dialogs, stage.look, stage.bridge
    record = contents.model.record("boiler-gw.local")
    assert record is not None

    def change(action: Action) -> ChangeTrustDialog:
        sheet = ChangeTrustDialog(look, stage.window, bridge, action, ())
        sheet.present()
        return sheet

    def plan(number: int, steps: tuple[Step, ...], **more: Any) -> Plan:
        return Plan(STORES[number].id, STORES[number].label, Action.INSTALL, "ab" * 32, steps, **more)

    def planned() -> None:
        written = Step(
            Touch.WRITE, "/usr/local/share/ca-certificates", "Write /usr/local/share/ca-certificates/dotlocal.crt"
        )
        change(Action.INSTALL)._show_plans(
            (
                plan(0, (written, Step(Touch.RUN, "", "Run update-ca-certificates"), READ_BACK),
                     prompt="Asks for an administrator password", needs_elevation=True),
                plan(1, (Step(Touch.WRITE, "", "Add the root to the profile"), READ_BACK), asks_password=True),
                plan(2, ()),
            )
        )  # fmt: skip

    def outcomes() -> None:
        change(Action.INSTALL)._show_outcomes(
            (
                Outcome("os", "This computer", Action.INSTALL, STORES[0], True, done=True),
                Outcome("firefox:workshop", "Firefox, workshop", Action.INSTALL, STORES[1], False,
                        problem="The primary password is wrong.", hint="Type it again; nothing was changed there."),
            )
        )  # fmt: skip

    def issued() -> None:
        opener.issue("boiler-gw.local")
        sheet = stage.application.activeModalWidget()
        assert isinstance(sheet, IssueDialog)
        files = tuple(
            Path("/home/me/certificates/boiler-gw") / name for name in ("boiler-gw.crt.pem", "boiler-gw.key.pem")
        )
        sheet._finish(Issued(LEDGER[0], files), "pS3w-kk1")

    def inspected() -> None:
        opener.inspect()
        sheet = stage.application.activeModalWidget()
        assert isinstance(sheet, InspectDialog)
        sheet.target.setText("boiler.pem")
        judged_now = judged("boiler-gw.local", "boiler-gw.local", trusting=("os",))
        sheet._show(OutsideChain(DEVICES[0], judged_now, from_file=True))

    def shared() -> None:
        sheet = ShareRootDialog(look, stage.window, bridge)
        sheet.present()
        sheet._show_shared(SHARED)

    def crashed() -> None:
        sheet = CrashDialog(
            look, stage.window, "Dotlocal 0.1.0\nPython 3.11\n\nTraceback (most recent call last):\n  …\nValueError: no"
        )
        sheet.present()

    def failed() -> None:
        contents._fail(StateUnwritable("The disk is full: history.sqlite cannot grow."))

    def toast() -> None:
        contents.go("devices")
        contents.toast.tell("1 device hidden", undo=True)

    yield "create-authority", opener.create_authority
    yield "issue", lambda: opener.issue("boiler-gw.local")
    yield "issued", issued
    yield "install-plan", planned
    yield "install-outcomes", outcomes
    yield "share-root", shared
    yield "certificate", lambda: opener.show_certificate(facts("boiler-gw.local"))
    yield "compare", lambda: opener.compare(history().certificates[1], record)
    yield "review-identity", lambda: opener.review_identity("lock-bay2.local")
    yield "rename", lambda: contents.doings.rename("boiler-gw.local")
    yield "add-device", opener.add_device
    yield "inspect", inspected
    yield "palette", contents._show_commands
    yield "reasons-help", opener.explain_reasons
    yield "keys", opener.show_keys
    yield "crash", crashed
    yield "problem", failed
    yield "toast", toast
