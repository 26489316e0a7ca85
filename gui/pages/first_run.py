"""What the Devices page shows before there is a device: the three first steps."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.model.network_finding import FindingCode, NetworkFinding
from core.model.network_words import mend, sentence
from gui.i18n import tr
from gui.messages import language
from gui.theme import paint
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.controls import Button
from gui.widgets.surfaces import card, line
from gui.widgets.text import label, set_text, set_tone

_SATELLITES = (
    (132, 112, "thermometer"),
    (132, 68, "router"),
    (132, 27, "lightbulb"),
    (92, 143, "cctv"),
    (92, 52, "printer"),
)
_USUALLY = "Devices appear here as soon as they announce themselves, usually within a few seconds."
ABOUT_SILENCE = frozenset(
    {
        FindingCode.NOTHING_HEARD, FindingCode.NOT_HEARD, FindingCode.ONLY_UNICAST, FindingCode.ONLY_OTHERS,
        FindingCode.CANNOT_SEND, FindingCode.CANNOT_SEND_AT_ALL, FindingCode.PORT_TAKEN,
    }
)  # fmt: skip
RINGS = ((52, 140), (92, 82), (132, 41))


class Rings(QWidget):
    """A laptop that listens: rings, and kinds of devices on them."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFixedSize(300, 168)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        import math

        colours = self._look.colours
        centre = QPointF(self.width() / 2, 148)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for radius, strength in RINGS:
                colour = QColor(colours.accent)
                colour.setAlpha(strength)
                painter.setPen(QPen(colour, 1.6))
                box = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
                painter.drawArc(box, 0, 180 * 16)
            for radius, degrees, icon in _SATELLITES:
                angle = math.radians(degrees)
                at = QPointF(centre.x() + radius * math.cos(angle), centre.y() - radius * math.sin(angle))
                painter.setPen(QPen(QColor(colours.border), 1))
                painter.setBrush(QColor(colours.surface))
                painter.drawEllipse(at, 16, 16)
                paint.draw_icon(painter, icon, colours.text2, at.x() - 8, at.y() - 8, 16)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(QRectF(centre.x() - 26, centre.y() - 34, 52, 52), 13, 13)
            paint.draw_icon(painter, "laptop", colours.on_accent, centre.x() - 12, centre.y() - 20, 24)


class StepIcon(QWidget):
    """The round icon of a step: an icon to do, a tick when done."""

    def __init__(self, look: Look, icon: str) -> None:
        super().__init__()
        self._look, self._icon, self.done = look, icon, False
        self.setFixedSize(34, 34)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._look.colours
        tone = Tone.OK if self.done else Tone.INFO
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.tint(tone)))
            painter.drawEllipse(self.rect())
            paint.draw_icon(painter, "check" if self.done else self._icon, colours.tone(tone), 8, 8, 18)


class Step(QWidget):
    """One step: what it does, and its button or its result."""

    def __init__(self, look: Look, icon: str, title: str, text: str, button: Button | None) -> None:
        super().__init__()
        self._icon = StepIcon(look, icon)
        self.title, self.text = label(title, "body_strong"), label(text, "small", wrap=True)
        self.button = button
        self.result: QLabel = label("", "small_strong")
        set_tone(self.result, "ok")
        texts = QVBoxLayout()
        texts.setSpacing(3)
        texts.addWidget(self.title)
        texts.addWidget(self.text)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 14, 0, 14)
        layout.setSpacing(14)
        layout.addWidget(self._icon)
        layout.addLayout(texts, 1)
        layout.addWidget(self.result)
        if button is not None:
            layout.addWidget(button)

    def show_done(self, result: str, *, done: bool) -> None:
        """Show the step as done with a word for it, or as still to do."""
        self._icon.done = done
        self._icon.update()
        set_text(self.result, result)
        if self.button is not None:
            self.button.setVisible(not done)


class FirstRun(QWidget):
    """The empty state with its three steps."""

    create_wanted = Signal()
    install_wanted = Signal()
    health_wanted = Signal()
    add_wanted = Signal()
    sample_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._create = Button(look, tr("Create root CA…"), kind="primary")
        self._install = Button(look, tr("Install…"))
        listen = tr("Dotlocal uses multicast DNS on this network and connects only to the devices it finds here.")
        create = tr("One key that signs your devices, limited to .local names and private addresses.")
        trust = tr("Shows first what will be written to each store, then proves that it took.")
        self._listen_step = Step(look, "radio", tr("Listen on your network"), listen, None)
        self._create_step = Step(look, "stamp", tr("Create your root CA"), create, self._create)
        self._trust_step = Step(look, "shield-plus", tr("Trust it on this computer"), trust, self._install)
        self._create.clicked.connect(self.create_wanted)
        self._install.clicked.connect(self.install_wanted)
        steps = card()
        steps.setFixedWidth(660)
        inside = QVBoxLayout(steps)
        inside.setContentsMargins(16, 4, 16, 4)
        inside.setSpacing(0)
        for number, step in enumerate((self._listen_step, self._create_step, self._trust_step)):
            if number:
                inside.addWidget(_inset_line())
            inside.addWidget(step)
        nothing = Button(look, tr("Nothing appears?"), "info", "ghost")
        nothing.clicked.connect(self.health_wanted)
        add = Button(look, tr("Add by address…"), "plus", "ghost")
        add.clicked.connect(self.add_wanted)
        sample = Button(look, tr("Show sample network"), "eye", "ghost")
        sample.clicked.connect(self.sample_wanted)
        offers = QHBoxLayout()
        offers.addStretch(1)
        offers.addWidget(nothing)
        offers.addWidget(add)
        offers.addWidget(sample)
        offers.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addStretch(3)
        layout.addWidget(Rings(look), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(6)
        self._heading = label(tr("No devices yet"), "title")
        self._under = label(tr(_USUALLY), "body2", wrap=True)
        self._under.setFixedWidth(660)
        self._under.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._heading, 0, Qt.AlignmentFlag.AlignHCenter)
        under = QHBoxLayout()
        under.addStretch(1)
        under.addWidget(self._under)
        under.addStretch(1)
        layout.addLayout(under)
        layout.addSpacing(16)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(steps)
        middle.addStretch(1)
        layout.addLayout(middle)
        layout.addSpacing(8)
        layout.addLayout(offers)
        layout.addStretch(4)
        self.show_network(listening=False, text="")
        self.show_authority(exists=False, trusted=False)

    def show_network(self, *, listening: bool, text: str) -> None:
        """Say whether the network is listened to, or why not."""
        self._listen_step.show_done(tr("On") if listening else tr("Off") if text else tr("Starting"), done=listening)
        set_tone(self._listen_step.result, "ok" if listening else "mute" if not text else "bad")
        if text and not listening:
            set_text(self._listen_step.text, text)

    def show_finding(self, finding: NetworkFinding) -> None:
        """Say why nothing may appear, as far as the engine can tell."""
        if finding.code not in ABOUT_SILENCE:
            return
        if finding.over:
            set_text(self._heading, tr("No devices yet"))
            set_text(self._under, tr(_USUALLY))
            return
        set_text(self._heading, tr("Nothing has announced itself yet"))
        set_text(self._under, f"{sentence(finding, language())} {mend(finding, language())}")

    def show_authority(self, *, exists: bool, trusted: bool) -> None:
        """Say how far the second and third step are."""
        self._create_step.show_done(tr("Created") if exists else "", done=exists)
        self._trust_step.show_done(tr("Installed") if trusted else "", done=trusted)
        self._install.setEnabled(exists)
        self._install.set_kind("primary" if exists else "secondary")


def _inset_line() -> QFrame:
    made = line()
    made.setContentsMargins(48, 0, 0, 0)
    return made
