"""The one place that makes labels, tooltips and message texts: always plain text, never markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from gui.theme.fonts import font

if TYPE_CHECKING:
    from PySide6.QtWidgets import QSystemTrayIcon, QWidget

TOOLTIP_LINES = 20


def label(text: str, role: str = "body", *, wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """Return a label in a text role; `text` is shown to the letter."""
    made = QLabel(parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setFont(font(role))
    made.setWordWrap(wrap)
    made.setText(text)
    if wrap:
        from PySide6.QtWidgets import QSizePolicy

        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    return made


def set_text(target: QLabel, text: str) -> None:
    """Change a label's text, to the letter; nothing happens when it is the same."""
    if target.text() != text:
        target.setText(text)


def set_tone(target: QWidget, tone: str) -> None:
    """Give a widget the colour of a tone ("" for its role's own)."""
    if target.property("tone") != tone:
        target.setProperty("tone", tone)
        target.style().unpolish(target)
        target.style().polish(target)


def tray_tip(target: QSystemTrayIcon, text: str) -> None:
    """Give an icon in the tray a tooltip; desktops differ in what they read as markup, so there is none in it."""
    target.setToolTip(without_markup(text, 160))


def without_markup(text: str, limit: int) -> str:
    """Return text with nothing in it that a notification or a tooltip of the desktop could read as markup."""
    from core.model.text import display

    return display(text, limit).replace("<", "‹").replace(">", "›").replace("&", "+")


def tip(target: QWidget, text: str) -> None:
    """Give a widget a tooltip that shows `text` to the letter."""
    import html  # here, as the next: the first paint shows no tooltip

    from core.model.text import display

    lines = [html.escape(display(line, 600)) for line in text.split("\n")[:TOOLTIP_LINES]]
    target.setToolTip(f"<p style='white-space:pre-wrap'>{'<br>'.join(lines)}</p>")
