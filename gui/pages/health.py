"""The Network health page: what each interface carries, and what was noticed on the network with its evidence."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from core.events import Event, NetworkFound, NetworkListening, TrafficCounted
from core.model.link_traffic import LinkTraffic
from core.model.network_finding import Findings, NetworkFinding, Weight
from core.model.network_words import evidence_lines, mend, sentence
from core.model.text import display
from gui.i18n import counted, tr
from gui.messages import language
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.controls import Button
from gui.widgets.ground import Ground
from gui.widgets.scrolled import make_scrolled
from gui.widgets.sparkline import Sparkline
from gui.widgets.surfaces import Banner, Tile
from gui.widgets.text import label, set_text, tip

MOST_SHOWN = 60
_TONES = {Weight.ALARM: (Tone.BAD, "triangle-alert"), Weight.NOTICE: (Tone.WARN, "triangle-alert"),
          Weight.HINT: (Tone.INFO, "info")}  # fmt: skip
_ORDER = list(_TONES)


class LinkCard(QFrame):
    """One interface: its addresses, families, who has port 5353, and packets a second."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._facts, self._rate, self._port = label("", "mono_small"), label("", "head"), label("", "small")
        self._line = Sparkline(look, tr("Packets a second on %1").replace("%1", name))
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(label(name, "body_strong"))
        names.addWidget(self._facts)
        names.addWidget(self._port)
        figures = QVBoxLayout()
        figures.setSpacing(0)
        figures.addWidget(self._rate, 0, Qt.AlignmentFlag.AlignRight)
        figures.addWidget(label(tr("packets/s"), "caption"), 0, Qt.AlignmentFlag.AlignRight)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 12, 18, 12)
        layout.setSpacing(16)
        layout.addWidget(Tile(look, "ethernet-port", 34, 18), 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(names, 1)
        layout.addWidget(self._line, 1)
        layout.addLayout(figures)

    def show_traffic(self, traffic: LinkTraffic) -> None:
        """Show the newest count."""
        families = " + ".join(f"IPv{family}" for family in sorted(traffic.families)) or tr("closed")
        set_text(self._facts, "  ".join((families, *traffic.addresses[:3])))
        tip(self._facts, "\n".join(traffic.addresses))
        shares = tr("Port 5353 is shared") if traffic.shares_port else tr("Another program keeps port 5353 for itself")
        sent = tr("%1 sent a second").replace("%1", f"{traffic.sent / traffic.seconds if traffic.seconds else 0:.0f}")
        set_text(self._port, f"{shares} · {sent}")
        set_text(self._rate, f"{traffic.rate:.0f}")
        self._line.add(traffic.rate)


class HealthPage(Ground):
    """Shows traffic and findings."""

    refresh_wanted = Signal()
    copied = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__("window")
        self._look = look
        self._findings = Findings(200)
        self._cards: dict[str, LinkCard] = {}
        self._banners: dict[tuple[str, str, str], Banner] = {}
        self._summary = label("", "body2")
        self._none = label(
            tr("Nothing was noticed. Two senders for one name, strangers' goodbyes, floods, a firewall that keeps "
               "answers out and a port that is taken would appear here."), "body2", wrap=True,
        )  # fmt: skip
        self._links = QVBoxLayout()
        self._links.setSpacing(8)
        self._found = QVBoxLayout()
        self._found.setSpacing(8)
        layout = make_scrolled(self, tr("Network health"))
        layout.addLayout(self._make_head(look))
        layout.addLayout(self._links)
        layout.addWidget(label(tr("What was noticed"), "section"))
        layout.addWidget(self._none)
        layout.addLayout(self._found)
        layout.addStretch(1)
        self._show_summary(())

    def _make_head(self, look: Look) -> QHBoxLayout:
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(label(tr("Network health"), "title"))
        titles.addWidget(self._summary)
        again = Button(look, tr("Ask the network again"), "refresh-cw")
        again.clicked.connect(self.refresh_wanted)
        copy = Button(look, tr("Copy report"), "copy")
        copy.clicked.connect(self._copy)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(titles, 1)
        head.addWidget(copy)
        head.addWidget(again)
        return head

    def take(self, events: list[Event]) -> None:
        """Take a batch of core events in."""
        changed = False
        for event in events:
            if isinstance(event, TrafficCounted):
                self._count(event.links)
            elif isinstance(event, NetworkListening):
                self._show_summary(event.interfaces, event.problem)
            elif isinstance(event, NetworkFound):
                self._findings.take(event.finding)
                changed = True
        if changed:
            self._show_findings()

    def _count(self, links: tuple[LinkTraffic, ...]) -> None:
        for traffic in links:
            held = self._cards.get(traffic.interface)
            if held is None:
                held = self._cards[traffic.interface] = LinkCard(self._look, display(traffic.interface, 40))
                self._links.addWidget(held)
            held.show_traffic(traffic)
        for name in self._cards.keys() - {traffic.interface for traffic in links}:
            gone = self._cards.pop(name)
            gone.hide()
            gone.deleteLater()

    def _show_summary(self, interfaces: tuple[str, ...], problem: str = "") -> None:
        if problem or not interfaces:
            set_text(self._summary, display(problem, 300) or tr("Not listening yet"))
            return
        names = ", ".join(display(name, 40) for name in interfaces)
        words = counted(len(interfaces), tr("Listening on 1 interface"), tr("Listening on %1 interfaces"))
        set_text(self._summary, f"{words}: {names}")

    def _worst_first(self) -> list[NetworkFinding]:
        newest = list(reversed(self._findings.all()))
        return sorted(newest, key=lambda f: _ORDER.index(f.weight))[:MOST_SHOWN]

    def _show_findings(self) -> None:
        shown = self._worst_first()
        self._none.setVisible(not shown)
        wanted = [(f.code.value, f.subject, f.interface) for f in shown]
        for key in self._banners.keys() - set(wanted):
            gone = self._banners.pop(key)
            self._found.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, (key, finding) in enumerate(zip(wanted, shown, strict=True)):
            tone, icon = _TONES[finding.weight]
            banner = self._banners.get(key)
            if banner is None:
                banner = self._banners[key] = Banner(self._look, tone, icon)
            if self._found.indexOf(banner) != place:
                self._found.insertWidget(place, banner)
            banner.show_state(
                tone,
                icon,
                sentence(finding, language()),
                "\n".join((mend(finding, language()), *evidence_lines(finding, tr)[:6])),
            )

    def findings(self) -> tuple[NetworkFinding, ...]:
        """Return what is shown, worst first."""
        return tuple(self._worst_first())

    def _copy(self) -> None:
        lines = [self._summary.text()]
        for finding in self._worst_first():
            lines += ["", sentence(finding, language()), mend(finding, language()), *evidence_lines(finding, tr)]
        self.copied.emit("\n".join(lines) + "\n")
