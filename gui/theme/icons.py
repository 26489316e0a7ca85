"""Lucide icons, coloured and sized; rendered on first use and kept."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core.paths import resources_folder
from gui.theme.tokens import ICON_STROKE

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int, ratio: float = 1.0, stroke: float = ICON_STROKE) -> QPixmap:
    """Return an icon as a pixmap of `size` logical pixels."""
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        _renderer(name, colour, stroke).render(painter, QRectF(0, 0, size, size))
    return image


def icon(name: str, colour: str, size: int = 16, gap: int = 0) -> QIcon:
    """Return an icon for buttons, sharp at ratios 1 and 2, with `gap` empty pixels between it and the text."""
    from PySide6.QtGui import QIcon  # here: the first paint needs none

    made = QIcon()
    for ratio in (1.0, 2.0):
        drawn = pixmap(name, colour, size, ratio)
        if gap:
            padded = QPixmap(round((size + gap) * ratio), round(size * ratio))
            padded.setDevicePixelRatio(ratio)
            padded.fill(Qt.GlobalColor.transparent)
            with QPainter(padded) as painter:
                painter.drawPixmap(gap if QGuiApplication.isRightToLeft() else 0, 0, drawn)
            drawn = padded
        made.addPixmap(drawn)
    return made


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str, stroke: float) -> QSvgRenderer:
    source = (resources_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    source = source.replace("currentColor", colour)
    source = re.sub(r'stroke-width="2"', f'stroke-width="{stroke}"', source, count=1)
    return QSvgRenderer(source.encode())
