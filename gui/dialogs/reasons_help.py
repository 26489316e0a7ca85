"""Help: every reason that Dotlocal gives, what it means and what mends it; searched as it is typed."""

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from core.model.reasons import REASONS, Severity, explain, in_general
from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.messages import language
from gui.theme.look import Look

_WEIGHTS = {
    Severity.STOP: "most or all refuse it", Severity.PART: "some refuse it", Severity.WARN: "a warning",
    Severity.NOTE: "only said",
}  # fmt: skip
HEIGHT = 380


class ReasonsHelp(Sheet):
    """Shows the reasons as plain text, with a field that narrows them."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        subtitle = tr("What Dotlocal finds in a chain, and the next step. Also: dotlocal explain CODE")
        super().__init__(look, parent, "reasons-help", tr("Reasons explained"), subtitle, width=640)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search, such as name or expired"))
        self.search.setAccessibleName(tr("Search the reasons"))
        self.search.setFixedHeight(34)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(tr("Reasons and what mends them"))
        self.text.setMinimumHeight(HEIGHT)
        self.body.addWidget(self.search)
        self.body.addWidget(self.text)
        self.search.textChanged.connect(self._narrow)
        self.cancel.setText(tr("Close"))
        self.cancel.setAccessibleName(tr("Close"))
        self._narrow("")
        self.search.setFocus()

    def _narrow(self, wanted: str) -> None:
        entries = [_entry(code) for code in REASONS]
        words = wanted.casefold().split()
        fitting = [entry for entry in entries if all(word in entry.casefold() for word in words)]
        self.text.setPlainText("\n\n".join(fitting) or tr("No reason has these words."))


def _entry(code: str) -> str:
    words = explain(code, language())
    weight = tr(_WEIGHTS[words.severity])
    parts = [f"{code} ({weight})", in_general(words.sentence), in_general(words.mend)]
    return "\n".join(part for part in parts if part)
