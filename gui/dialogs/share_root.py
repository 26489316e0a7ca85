"""Share the root with a phone: a QR code, the fingerprint to compare, the steps, and who was seen to trust it."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.errors import DotlocalError
from core.events import Event, PhoneChecked
from core.model.handoff import Shared
from core.model.text import display
from gui.bridge import Bridge
from gui.dialogs.sheet import Sheet, clear_layout
from gui.i18n import tr
from gui.theme.look import Look
from gui.theme.tokens import Tone
from gui.widgets.controls import Button
from gui.widgets.qr_code import QrCode
from gui.widgets.surfaces import Banner
from gui.widgets.text import label, set_text

STEPS = (
    "Scan the code with the phone's camera; it has to be on this network.",
    "Compare the fingerprint on both screens. If they differ, stop.",
    "iPhone, iPad: get the profile, install it in Settings, then switch the root on under General, About, "
    "Certificate Trust Settings.",
    "Android: get the certificate, then install it in Settings as a CA certificate.",
    "Press “Does this device trust it?” on the phone. What came of it stands here.",
)


class ShareRootDialog(Sheet):
    """Nothing is served before the button is pressed; closing the sheet closes the page."""

    def __init__(self, look: Look, parent: QWidget, bridge: Bridge) -> None:
        under = tr("Dotlocal shows one page on this network for ten minutes: the public root, and a check. No key.")
        super().__init__(look, parent, "share-root", tr("Share the root with a phone"), under, width=700)
        self._bridge = bridge
        self._passphrase = QLineEdit()
        self._passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self._passphrase.setPlaceholderText(tr("Passphrase of the authority"))
        self._passphrase.setAccessibleName(tr("Passphrase of the authority"))
        self._passphrase.setMaximumWidth(320)
        self._passphrase.hide()
        self._seen = label("", "body_strong", wrap=True)
        self.body.addWidget(label(tr("The check signs a certificate for a day, so it needs the issuing key."), "body2"))
        self.body.addWidget(self._passphrase)
        self._start = Button(look, tr("Start sharing"), "qr-code", "primary")
        self._start.clicked.connect(self._share)
        self.footer.addWidget(self._start)
        bridge.events.connect(self._take)
        bridge.run(self, lambda core: core.authority.needs_new_passphrase(), self._passphrase.setVisible, self._fail)
        self.finished.connect(self._stop)

    def _share(self) -> None:
        typed = self._passphrase.text()
        self._start.setEnabled(False)
        self.clear_problem()
        self._bridge.run(
            self,
            lambda core: core.share_root(passphrases=core.authority.with_typed(typed) if typed else None),
            self._show_shared, self._fail,
        )  # fmt: skip

    def _show_shared(self, shared: Shared) -> None:
        clear_layout(self.body)
        self._start.hide()
        code = QrCode()
        code.show_text(shared.url)
        texts = QVBoxLayout()
        texts.setSpacing(8)
        texts.addWidget(label(shared.url, "mono"))
        texts.addWidget(label(display(shared.name, 60), "body_strong"))
        half = len(shared.fingerprint) // 2 + 1
        texts.addWidget(label(shared.fingerprint[:half].rstrip(":"), "mono"))
        texts.addWidget(label(shared.fingerprint[half:].lstrip(":"), "mono"))
        for number, step in enumerate(STEPS, start=1):
            texts.addWidget(label(f"{number}. {tr(step)}", "small", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(code)
        row.addLayout(texts, 1)
        self.body.addLayout(row)
        self._seen = label(tr("No device has checked yet."), "body2", wrap=True)
        self.body.addWidget(self._seen)
        self.cancel.setText(tr("Stop sharing"))
        self.cancel.setAccessibleName(tr("Stop sharing"))
        self.place()
        self._bridge.run(self, lambda core: core.shared_until_over(), self._over, self._fail)

    @Slot(object)
    def _take(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, PhoneChecked):
                tone, icon, word = {
                    True: (Tone.OK, "circle-check", tr("%1 trusts the root")),
                    False: (Tone.BAD, "circle-x", tr("%1 does not trust the root")),
                    None: (Tone.WARN, "circle-alert", tr("%1 could not be told; check again")),
                }[event.trusted]
                set_text(self._seen, "")
                title = word.replace("%1", display(event.client, 60))
                self.body.addWidget(Banner(self.look, tone, icon, title, display(event.said, 200)))
                self.place()

    def _over(self, _: object) -> None:
        set_text(self._seen, tr("The time is over: the page is closed."))
        self.cancel.setText(tr("Close"))

    def _fail(self, problem: DotlocalError) -> None:
        self._start.setEnabled(True)
        self.show_problem(problem)

    def _stop(self) -> None:
        self._bridge.run(self._bridge, lambda core: core.stop_sharing(), _nothing, _nothing)


def _nothing(_: object) -> None:
    """Take what nobody waits for."""
