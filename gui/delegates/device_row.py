"""Paint a device's row straight from its record: two lines or one, a pill, a tile; no layout work while scrolling."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.i18n import date_text, tr
from gui.models.device_columns import (
    ADDRESS,
    CERTIFICATE,
    DEVICE,
    FINGERPRINT,
    FIRST_SEEN,
    INTERFACE,
    MADE,
    SEEN,
    SERVICES,
    TRUST,
)
from gui.models.device_model import HEADING, RECORD, DeviceModel
from gui.models.device_record import DeviceRecord
from gui.models.row_order import GroupHeading
from gui.theme import paint
from gui.theme.look import Look
from gui.theme.paint import Leading
from gui.theme.tokens import PILL, ROW, ROW_COMPACT, Tone

_LEFT, _FIRST_LEFT, _RIGHT, _TAG_GAP = 12, 16, 8, 8
_UPPER, _LOWER, _SINGLE, _COMPACT = 23, 41, 32, 20


class DeviceRowDelegate(QStyledItemDelegate):
    """Draws every cell of the device table, in two densities."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self.compact = False

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, ROW_COMPACT if self.compact else ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        record = index.data(RECORD)
        cell = Leading(painter, rect, rtl=option.direction == Qt.LayoutDirection.RightToLeft)
        if not isinstance(record, DeviceRecord):
            self._heading(cell, index)
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setClipRect(rect)
        if selected:
            painter.fillRect(rect, self._look.colour("select"))
            if index.column() == DEVICE:
                cell.fill(0, 3, self._look.colour("select_edge"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self._look.colour("hover"))
        self._cell(cell, record, index, selected=selected)
        paint.hairline(painter, self._look, rect)
        painter.restore()

    def _heading(self, cell: Leading, index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw the name of a group; its cells join into one band."""
        heading = index.data(HEADING)
        cell.painter.fillRect(cell.rect, self._look.colour("hover"))
        paint.hairline(cell.painter, self._look, cell.rect)
        if index.column() == DEVICE and isinstance(heading, GroupHeading):
            baseline = _COMPACT if self.compact else _SINGLE
            width = cell.rect.width() - _FIRST_LEFT - 40
            wide = cell.text(_FIRST_LEFT, baseline, heading.title, "small_strong", self._look.colours.text2, width)
            count = str(heading.count)
            cell.text(_FIRST_LEFT + wide + 8, baseline, count, "small", self._look.colours.text2, 40)

    def _cell(
        self, cell: Leading, record: DeviceRecord, index: QModelIndex | QPersistentModelIndex, *, selected: bool
    ) -> None:
        colours = self._look.colours
        dim = not record.device.online
        upper = colours.text3 if dim else colours.text
        lower = colours.text2 if selected else colours.text3
        column, width = index.column(), cell.rect.width() - _LEFT - _RIGHT
        if column == DEVICE:
            self._device(cell, record, upper, lower)
        elif column == TRUST:
            state = record.state
            edge = cell.x(_LEFT, 0)
            y = cell.rect.top() + (cell.rect.height() - PILL) // 2
            paint.draw_pill(cell.painter, self._look, edge, y, state.tone, state.icon, state.label, width, rtl=cell.rtl)
        elif column == CERTIFICATE:
            tone = record.certificate_tone
            colour = upper if tone is Tone.MUTE or dim else colours.tone(tone)
            self._lines(cell, (record.certificate, "body", colour), (record.certificate_by, "small", lower))
        elif column == SEEN:
            model = index.model()
            text = model.seen_text(record) if isinstance(model, DeviceModel) else ""
            self._lines(cell, (text, "small", lower), ("", "small", lower))
        else:
            self._lines(cell, *_texts(record, column, upper, lower))

    def _lines(self, cell: Leading, first: tuple[str, str, str], second: tuple[str, str, str]) -> None:
        """Draw (text, role, colour) twice, one above the other; the first alone in the middle where that is all."""
        width = cell.rect.width() - _LEFT - _RIGHT
        text, role, colour = first
        if self.compact:
            cell.text(_LEFT, _COMPACT, text, role, colour, width)
            return
        cell.text(_LEFT, _UPPER if second[0] else _SINGLE, text, role, colour, width)
        cell.text(_LEFT, _LOWER, *second, width)

    def _device(self, cell: Leading, record: DeviceRecord, upper: str, lower: str) -> None:
        colours = self._look.colours
        side = 24 if self.compact else 34
        left = cell.x(_FIRST_LEFT, side)
        tile = QRectF(left, cell.rect.top() + (cell.rect.height() - side) / 2, side, side)
        ground = colours.raised if colours.dark else colours.window
        colour = colours.text2 if record.device.online else colours.text3
        paint.draw_tile(cell.painter, self._look, tile, record.icon, colour, ground, 14 if self.compact else 18)
        cell.painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        offset = _FIRST_LEFT + side + 12
        width = cell.rect.width() - offset - _RIGHT
        baseline = _COMPACT if self.compact else _UPPER
        tag = self._tag_width(record)
        wide = cell.text(offset, baseline, record.name, "body_strong", upper, width - tag)
        if tag:
            self._tags(cell, record, offset + wide + _TAG_GAP, baseline)
        if self.compact:
            left_over = int(width - wide - tag - 10)
            if left_over > 40 and record.shown_host != record.name:
                cell.text(offset + wide + tag + 10, baseline, record.shown_host, "small", lower, left_over)
            return
        cell.text(offset, _LOWER, record.shown_host, "small", lower, width)

    def _tag_width(self, record: DeviceRecord) -> int:
        new = int(paint.advance(tr("New"), "caption")) + 12 + _TAG_GAP if record.is_new else 0
        return new + (14 + _TAG_GAP if record.is_lookalike else 0)

    def _tags(self, cell: Leading, record: DeviceRecord, offset: float, baseline: int) -> None:
        """Draw the warning of a look-alike name and the tag of a new device."""
        colours = self._look.colours
        if record.is_lookalike:
            cell.icon("triangle-alert", colours.tone(Tone.WARN), offset, baseline - 12, 14, 2.0)
            offset += 14 + _TAG_GAP
        if record.is_new:
            wide = paint.advance(tr("New"), "caption") + 12
            painter = cell.painter
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(paint.ink(colours.tint(Tone.INFO)))
            painter.drawRoundedRect(QRectF(cell.x(offset, wide), cell.rect.top() + baseline - 12, wide, 16), 8, 8)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            cell.text(offset + 6, baseline, tr("New"), "caption", colours.tone(Tone.INFO), int(wide))


def _texts(
    record: DeviceRecord, column: int, upper: str, lower: str
) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Return the two lines of a plain cell."""
    if column == ADDRESS:
        role = "mono_small" if ":" in record.more_addresses or "." in record.more_addresses else "small"
        return (record.address, "mono", upper), (record.more_addresses, role, lower)
    if column == SERVICES:
        return (record.services, "body", upper), (record.ports, "mono_small", lower)
    plain = {
        MADE: (record.made, "body"), INTERFACE: (", ".join(record.interfaces), "mono"),
        FIRST_SEEN: (date_text(record.first_seen), "small"), FINGERPRINT: (record.fingerprint, "mono_small"),
    }  # fmt: skip
    text, role = plain[column]
    return (text, role, upper), ("", "small", lower)
