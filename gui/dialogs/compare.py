"""Two certificates side by side: what differs first, what is the same below."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from core.model.text import display
from gui.dialogs.sheet import Sheet
from gui.i18n import tr
from gui.messages import field_name
from gui.theme.look import Look
from gui.widgets.surfaces import line
from gui.widgets.text import label

WIDTH, NAME_WIDTH, MOST, LONG = 860, 150, 400, 30


class CompareDialog(Sheet):
    """Shows (name, before, now) of every field; a field that differs is said to, not only coloured."""

    copied = Signal(str)

    def __init__(self, look: Look, parent: QWidget, before: bytes, now: bytes, titles: tuple[str, str]) -> None:
        super().__init__(look, parent, "compare", tr("Compare certificates"), " · ".join(titles), width=WIDTH)
        rows = compared(before, now)
        different = [row for row in rows if row[1] != row[2]]
        same = [row for row in rows if row[1] == row[2]]
        self.body.addWidget(label(tr("What differs"), "section"))
        self.body.addWidget(
            _grid(different, titles) if different else label(tr("Nothing: it is the same one."), "body2")
        )
        if same:
            self.body.addWidget(label(tr("What is the same"), "section"))
            self.body.addWidget(_grid(same, titles))
        self.cancel.setText(tr("Close"))
        self.cancel.setAccessibleName(tr("Close"))


def compared(before: bytes, now: bytes) -> list[tuple[str, str, str]]:
    """Return (field, value before, value now) for every field of two certificates; "–" where one lacks it."""
    from core.app.certificate_fields import fields_of  # needs cryptography, which the first paint must not wait for

    sides = [{f.name: display(f.value, MOST) for f in fields_of(der)} for der in (before, now)]
    names = dict.fromkeys((*sides[0], *sides[1]))
    return [(field_name(name), sides[0].get(name, "–"), sides[1].get(name, "–")) for name in names]


def _grid(rows: list[tuple[str, str, str]], titles: tuple[str, str]) -> QWidget:
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setColumnMinimumWidth(0, NAME_WIDTH)
    grid.setColumnStretch(1, 1)
    grid.setColumnStretch(2, 1)
    for column, title in enumerate(titles, start=1):
        grid.addWidget(label(title, "small_strong"), 0, column)
    for number, (name, before, now) in enumerate(rows, start=1):
        grid.addWidget(line(), number * 2, 0, 1, 3)
        grid.addWidget(label(name, "small", wrap=True), number * 2 + 1, 0)
        for column, value in ((1, before), (2, now)):
            shown = label(_breakable(value), "body", wrap=True)
            shown.setAccessibleName(f"{name}, {titles[column - 1]}: {value}")
            shown.setMinimumHeight(26)
            grid.addWidget(shown, number * 2 + 1, column)
    return made


def _breakable(value: str) -> str:
    """Let long values without spaces break: after colons, or anywhere where there are none."""
    if len(value) <= LONG or " " in value:
        return value
    if ":" in value:
        return value.replace(":", ":\u200b")
    return "\u200b".join(value[start : start + 8] for start in range(0, len(value), 8))
