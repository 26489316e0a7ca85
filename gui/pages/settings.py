"""The Settings page: every change applies at once; what is written in the file by hand stays as it is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.errors import DotlocalError
from core.model.text import display
from core.model.update import UpdateAnswer
from core.paths import build_note
from core.settings import Settings, Value
from gui.bridge import Bridge
from gui.i18n import tr
from gui.messages import problem_text, problem_title
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.controls import Button, Choice, TickBox
from gui.widgets.ground import Ground
from gui.widgets.scrolled import make_scrolled
from gui.widgets.surfaces import Banner, IconLabel, card, line
from gui.widgets.text import label

WIDTH, CONTROL = 760, 250


class SettingsPage(Ground):
    """Emits `changed` with the settings that are now in force; `network_changed` where discovery has to begin anew."""

    changed = Signal(object)
    saved = Signal(object)
    told = Signal(str)
    network_changed = Signal()
    folder_wanted = Signal()
    about_wanted = Signal()
    page_wanted = Signal(str)
    newer_known = Signal(int)

    def __init__(self, look: Look, bridge: Bridge, settings: Settings) -> None:
        super().__init__("window")
        self._look, self._bridge, self._settings, self._page = look, bridge, settings, ""
        self._banner = Banner(look, Tone.BAD, "circle-alert")
        self._banner.hide()
        self._fill: list[Callable[[Settings], None]] = []
        self._layout = make_scrolled(self, tr("Settings"))
        self._layout.addWidget(label(tr("Settings"), "title"))
        self._layout.addWidget(self._banner)
        self._newer = Banner(look, Tone.INFO, "sparkles")
        self._newer.setMaximumWidth(WIDTH)
        self._newer.hide()
        open_page = Button(look, tr("Open its page"), "external-link", small=True)
        open_page.clicked.connect(lambda: self.page_wanted.emit(self._page))
        self._newer.add_button(open_page)
        self._layout.addWidget(self._newer)
        self._add_appearance()
        self._add_alerts()
        self._add_network()
        self._add_updates()
        self._add_data()
        self._layout.addStretch(1)
        self.show_settings(settings)

    def _section(self, title: str) -> QVBoxLayout:
        self._layout.addWidget(label(title, "section"))
        frame = card()
        frame.setMaximumWidth(WIDTH)
        rows = QVBoxLayout(frame)
        rows.setContentsMargins(20, 6, 20, 6)
        rows.setSpacing(0)
        self._layout.addWidget(frame)
        return rows

    def _row(self, rows: QVBoxLayout, title: str, hint: str, control: QWidget, name: str = "") -> None:
        """Add a row; `name` is the setting that the control changes, as "section.name"."""
        if rows.count():
            rows.addWidget(line())
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 10, 0, 10)
        layout.setSpacing(16)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        heading = QHBoxLayout()
        heading.setSpacing(12)
        heading.addWidget(label(title, "body_strong"))
        texts.addLayout(heading)
        if hint:
            texts.addWidget(label(hint, "small", wrap=True))
        if not isinstance(control, Button):
            control.setAccessibleName(title)
        control.setAccessibleDescription(hint)
        if name:
            managed = Managed(self._look)
            heading.addWidget(managed)
            heading.addStretch(1)
            self._fill.append(lambda s: _let_change(control, managed, hint, name not in s.managed))
        layout.addLayout(texts, 1)
        layout.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        rows.addWidget(row)

    def _choice(
        self, rows: QVBoxLayout, section: str, name: str, title: str, hint: str, options: tuple[tuple[str, str], ...]
    ) -> None:
        choice = Choice(self._look)
        choice.setFixedWidth(CONTROL)
        for value, words in options:
            choice.addItem(words, value)
        choice.activated.connect(lambda _: self._save(section, name, str(choice.currentData())))
        self._fill.append(lambda s: choice.setCurrentIndex(choice.findData(getattr(getattr(s, section), name))))
        self._row(rows, title, hint, choice, f"{section}.{name}")

    def _tick(self, rows: QVBoxLayout, section: str, name: str, title: str, hint: str) -> None:
        tick = TickBox(self._look, "")
        tick.setFixedWidth(28)
        tick.clicked.connect(lambda: self._save(section, name, tick.isChecked()))
        self._fill.append(lambda s: tick.setChecked(bool(getattr(getattr(s, section), name))))
        self._row(rows, title, hint, tick, f"{section}.{name}")

    def _list(self, rows: QVBoxLayout, name: str, title: str, hint: str, placeholder: str) -> None:
        """Add a field of values with commas between."""
        field = QLineEdit()
        field.setFixedWidth(CONTROL)
        field.setPlaceholderText(placeholder)

        def save() -> None:
            if not field.isModified():
                return
            field.setModified(False)
            values = tuple(part.strip() for part in field.text().split(",") if part.strip())
            if values != getattr(self._settings.network, name):
                self._save("network", name, values)

        field.editingFinished.connect(save)
        self._fill.append(lambda s: _fill_in(field, ", ".join(getattr(s.network, name))))
        self._row(rows, title, hint, field, f"network.{name}")

    def _number(self, rows: QVBoxLayout, name: str, title: str, hint: str) -> None:
        field = QLineEdit()
        field.setFixedWidth(CONTROL)

        def save() -> None:
            if not field.isModified():
                return
            field.setModified(False)
            try:
                value = float(field.text().replace(",", "."))
            except ValueError:
                self.show_settings(self._settings)
                return
            if value != getattr(self._settings.network, name):
                self._save("network", name, value)

        field.editingFinished.connect(save)
        self._fill.append(lambda s: _fill_in(field, f"{getattr(s.network, name):g}"))
        self._row(rows, title, hint, field, f"network.{name}")

    def _add_appearance(self) -> None:
        rows = self._section(tr("Appearance"))
        self._choice(
            rows, "appearance", "theme", tr("Theme"), "",
            (("system", tr("As the system")), ("light", tr("Light")), ("dark", tr("Dark")),
             ("contrast", tr("High contrast"))),
        )  # fmt: skip
        self._choice(
            rows, "appearance", "density", tr("Rows of the device table"), "",
            (("comfortable", tr("Two lines")), ("compact", tr("One line"))),
        )  # fmt: skip
        self._choice(
            rows, "appearance", "language", tr("Language"), tr("Takes effect when Dotlocal is started again."),
            (("system", tr("As the system")), ("en", "English"), ("de", "Deutsch")),
        )  # fmt: skip
        self._tick(rows, "appearance", "system_font", tr("Use the system's font"),
                   tr("Takes effect when Dotlocal is started again."))  # fmt: skip
        self._tick(rows, "appearance", "tray", tr("Keep an icon in the tray"),
                   tr("Closing the window leaves Dotlocal listening, where the desktop has a tray."))  # fmt: skip

    def _add_alerts(self) -> None:
        rows = self._section(tr("Alerts"))
        self._tick(rows, "alerts", "new_devices", tr("Tell of new devices"),
                   tr("Off at first: on a busy network this is a lot."))  # fmt: skip
        self._tick(rows, "alerts", "desktop", tr("Show alerts on the desktop"),
                   tr("While the window is not in front, and where the desktop can show them."))  # fmt: skip

    def _add_network(self) -> None:
        rows = self._section(tr("Network"))
        self._tick(rows, "network", "probe", tr("Fetch certificates"),
                   tr("Dotlocal connects to TLS ports of the devices it finds. Off: it only listens and asks by "
                      "multicast."))  # fmt: skip
        self._choice(
            rows, "network", "probe_services", tr("From which services"), "",
            (("tls", tr("Those known to speak TLS")), ("all", tr("Every TCP service"))),
        )  # fmt: skip
        self._list(rows, "interfaces", tr("Interfaces"), tr("Empty: every one that people mean by “the network”."),
                   "eth0, 192.168.20.5")  # fmt: skip
        self._list(rows, "never_probe", tr("Leave in peace"), tr("Hosts that are never connected to."), "plc01.local")
        self._list(rows, "devices", tr("Devices by hand"), tr("Those that do not announce themselves."),
                   "plc01.local 443 10.0.0.5")  # fmt: skip
        self._number(rows, "probes_per_second", tr("Connections a second"), tr("In all, at most."))
        self._number(rows, "probe_timeout_s", tr("Seconds to wait for a device"), "")
        self._list(rows, "dns_servers", tr("DNS servers"), tr("Empty: those of the system."), "10.0.0.1")
        self._tick(rows, "network", "browse_search_domains", tr("Ask the DNS search domains for services"),
                   tr("RFC 6763 section 11: a site's DNS server may list devices of other networks."))  # fmt: skip

    def _add_updates(self) -> None:
        if not build_note().get("updates"):
            return  # this build was given no place to ask
        rows = self._section(tr("Updates"))
        self._tick(rows, "updates", "check", tr("Tell me of newer versions"),
                   tr("Asks once a day, and tells nothing about you. Nothing is ever downloaded."))  # fmt: skip
        ask = Button(self._look, tr("Ask now"), "refresh-cw", small=True)
        ask.clicked.connect(self._ask_for_updates)
        self._row(rows, tr("Newest version"), "", ask)
        self._newest = label("", "small", wrap=True)
        self._newest.hide()
        rows.addWidget(self._newest)
        rows.addSpacing(6)

    def _ask_for_updates(self) -> None:
        self._bridge.run(self, lambda core: core.updates.ask(), self.tell_update, self._fail)

    def tell_update(self, answer: UpdateAnswer | None) -> None:
        """Say what a question for newer versions gave; None where nothing was asked."""
        if answer is None:
            return
        said = tr("This is the newest version")
        if answer.newer:
            said = tr("Dotlocal %1 is out").replace("%1", answer.release.version)
            text = tr("You have %1. Nothing was downloaded; what is new, and the installers, are at %2")
            text = text.replace("%1", answer.current).replace("%2", answer.release.page)
            self._newer.show_state(Tone.INFO, "sparkles", said, text)
            self._page = answer.release.page
        self._newer.setVisible(answer.newer)
        self.newer_known.emit(int(answer.newer))
        self._newest.setText(said)
        self._newest.show()
        self.told.emit(said)

    def _add_data(self) -> None:
        rows = self._section(tr("Data"))
        folder = Button(self._look, tr("Open folder"), "folder-open", small=True)
        folder.clicked.connect(self.folder_wanted)
        self._row(rows, tr("Where everything is kept"),
                  tr("The history, the settings, the authority with its encrypted keys, the journal of changes."),
                  folder)  # fmt: skip
        about = Button(self._look, tr("About Dotlocal…"), "info", small=True)
        about.clicked.connect(self.about_wanted)
        self._row(rows, tr("Version and licences"), "", about)

    @property
    def settings(self) -> Settings:
        """Return the settings in force."""
        return self._settings

    def show_settings(self, settings: Settings) -> None:
        """Show what is in force."""
        self._settings = settings
        for fill in self._fill:
            fill(settings)

    def take(self, settings: Settings) -> None:
        """Show what is in force, and let the window follow."""
        self.show_settings(settings)
        self.changed.emit(settings)

    def change(self, section: str, name: str, value: Value, told: str = "") -> None:
        """Change a setting from elsewhere in the window; `told` is said once it is kept."""
        self._save(section, name, value, told)

    def _save(self, section: str, name: str, value: Value, told: str = "") -> None:
        if getattr(getattr(self._settings, section), name) == value:
            return
        if f"{section}.{name}" in self._settings.managed:
            self.told.emit(tr("Set for this computer"))
            self.show_settings(self._settings)
            return
        before = self._settings
        if section == "appearance":  # what is seen follows at once, the file a moment later
            changes: dict[str, Any] = {name: value}
            self._settings = replace(self._settings, appearance=replace(self._settings.appearance, **changes))
            self.changed.emit(self._settings)

        def saved(settings: Settings) -> None:
            self._banner.hide()
            self.take(settings)
            self.saved.emit(settings)
            if told:
                self.told.emit(told)
            begins_anew = section == "network" or (section, name) == ("alerts", "new_devices")
            if begins_anew or settings.managed != before.managed:  # a policy that came is in force at once
                self.network_changed.emit()

        def failed(problem: DotlocalError) -> None:
            if section == "appearance":
                self.take(before)
            self._fail(problem)

        self._bridge.run(self, lambda core: core.settings.change(section, name, value), saved, failed)

    def _fail(self, problem: DotlocalError) -> None:
        self._banner.show_state(Tone.BAD, "circle-alert", problem_title(problem), display(problem_text(problem), 600))
        self._banner.show()
        if not self.isVisible():
            self.told.emit(problem_text(problem))
        self.show_settings(self._settings)


class Managed(QWidget):
    """Says with a lock that an administrator set a value."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(IconLabel(look, "lock", 13))
        self.words = label(tr("Set for this computer"), "small")
        layout.addWidget(self.words)
        self.hide()


def _let_change(control: QWidget, managed: Managed, hint: str, may: bool) -> None:
    """Take away a control whose value an administrator set, and say so to eye and ear."""
    control.setEnabled(may)
    managed.setVisible(not may)
    control.setAccessibleDescription(hint if may else f"{managed.words.text()}. {hint}".strip())


def _fill_in(field: QLineEdit, text: str) -> None:
    """Show a value, unless somebody is typing another one."""
    if not (field.hasFocus() and field.isModified()):
        field.setText(text)
