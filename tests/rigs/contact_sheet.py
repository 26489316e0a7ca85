"""Put pictures side by side on one sheet, each with its name; and cut one out of a sheet again."""

import math
from collections.abc import Mapping

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

COLUMNS, WIDTH, HEIGHT, CAPTION = 5, 300, 188, 16


def sheet_of(pictures: Mapping[str, QImage]) -> QImage:
    """Return a sheet with every picture, in the order of their names."""
    rows = math.ceil(len(pictures) / COLUMNS)
    sheet = QImage(COLUMNS * WIDTH, rows * (HEIGHT + CAPTION), QImage.Format.Format_RGB32)
    sheet.fill(QColor("#808080"))
    font = QFont("Dotlocal Sans")
    font.setPixelSize(11)
    with QPainter(sheet) as painter:
        painter.setFont(font)
        for place, name in enumerate(sorted(pictures)):
            box = _box(place)
            painter.drawImage(box.topLeft(), small(pictures[name]))
            painter.setPen(QColor("#FFFFFF"))
            painter.drawText(box.left() + 6, box.bottom() + 13, name)
    return sheet


def small(picture: QImage) -> QImage:
    """Return a picture in the size that it has on a sheet."""
    smooth = Qt.TransformationMode.SmoothTransformation
    return picture.scaled(WIDTH, HEIGHT, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)


def cut(sheet: QImage, names: list[str], name: str) -> QImage:
    """Return one picture of a sheet, small as it is."""
    return sheet.copy(_box(sorted(names).index(name)))


def worst_difference(one: QImage, other: QImage) -> tuple[int, tuple[int, int]]:
    """Return the largest difference (0 to 255) of two small pictures' blocks of 3 x 3 px, and where it is."""
    smooth, size = Qt.TransformationMode.SmoothTransformation, (WIDTH // 3, HEIGHT // 3)
    blocks = [
        image.convertToFormat(QImage.Format.Format_RGB888).scaled(*size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
        for image in (one, other)
    ]
    worst, place = 0, (0, 0)
    for y in range(size[1]):
        lines = [bytes(image.constScanLine(y)[: size[0] * 3]) for image in blocks]
        if lines[0] == lines[1]:
            continue
        for x, (left, right) in enumerate(zip(*lines, strict=True)):
            if abs(left - right) > worst:
                worst, place = abs(left - right), (x // 3 * 3, y * 3)
    return worst, place


def _box(place: int) -> QRect:
    column, row = place % COLUMNS, place // COLUMNS
    return QRect(column * WIDTH, row * (HEIGHT + CAPTION), WIDTH, HEIGHT)
