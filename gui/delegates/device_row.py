"""Paint a device's row straight from its record: two lines, a pill, an icon tile; no layout work while scrolling."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.models.device_model import ADDRESS, CERTIFICATE, DEVICE, RECORD, SEEN, SERVICES, TRUST, DeviceModel
from gui.models.device_record import DeviceRecord
from gui.theme import paint
from gui.theme.look import Look
from gui.theme.tokens import PILL, ROW, Tone

_LEFT, _FIRST_LEFT, _RIGHT = 12, 16, 8
_UPPER, _LOWER = 23, 41


class DeviceRowDelegate(QStyledItemDelegate):
    """Draws every cell of the device table."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        record = index.data(RECORD)
        if not isinstance(record, DeviceRecord):
            return
        rect: QRect = option.rect
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setClipRect(rect)
        if selected:
            painter.fillRect(rect, self._look.colour("select"))
            if index.column() == DEVICE:
                painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), self._look.colour("select_edge"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self._look.colour("hover"))
        self._cell(painter, rect, record, index, selected=selected)
        paint.hairline(painter, self._look, rect)
        painter.restore()

    def _cell(
        self,
        painter: QPainter,
        rect: QRect,
        record: DeviceRecord,
        index: QModelIndex | QPersistentModelIndex,
        *,
        selected: bool,
    ) -> None:
        colours = self._look.colours
        dim = not record.device.online
        upper = colours.text3 if dim else colours.text
        lower = colours.text2 if selected else colours.text3
        x, width = rect.left() + _LEFT, rect.width() - _LEFT - _RIGHT
        column = index.column()
        if column == DEVICE:
            self._device(painter, rect, record, upper, lower)
        elif column == TRUST:
            y = rect.top() + (rect.height() - PILL) // 2
            state = record.state
            paint.draw_pill(painter, self._look, x, y, state.tone, state.icon, state.label, width)
        elif column == ADDRESS:
            both = bool(record.more_addresses)
            self._line(painter, x, rect.top() + (_UPPER if both else 32), record.address, "mono", upper, width)
            role = "mono_small" if ":" in record.more_addresses or "." in record.more_addresses else "small"
            self._line(painter, x, rect.top() + _LOWER, record.more_addresses, role, lower, width)
        elif column == SERVICES:
            self._line(painter, x, rect.top() + _UPPER, record.services, "body", upper, width)
            self._line(painter, x, rect.top() + _LOWER, record.ports, "mono_small", lower, width)
        elif column == CERTIFICATE:
            tone = record.certificate_tone
            colour = upper if tone is Tone.MUTE or dim else colours.tone(tone)
            both = bool(record.certificate_by)
            self._line(painter, x, rect.top() + (_UPPER if both else 32), record.certificate, "body", colour, width)
            self._line(painter, x, rect.top() + _LOWER, record.certificate_by, "small", lower, width)
        elif column == SEEN:
            model = index.model()
            text = model.seen_text(record) if isinstance(model, DeviceModel) else ""
            self._line(painter, x, rect.top() + 32, text, "small", lower, width)

    def _device(self, painter: QPainter, rect: QRect, record: DeviceRecord, upper: str, lower: str) -> None:
        colours = self._look.colours
        tile = QRectF(rect.left() + _FIRST_LEFT, rect.top() + (rect.height() - 34) / 2, 34, 34)
        ground = colours.raised if colours.dark else colours.window
        colour = colours.text3 if not record.device.online else colours.text2
        paint.draw_tile(painter, self._look, tile, record.icon, colour, ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        x = int(tile.right()) + 12
        width = rect.right() - x - _RIGHT
        self._line(painter, x, rect.top() + _UPPER, record.name, "body_strong", upper, width)
        self._line(painter, x, rect.top() + _LOWER, record.shown_host, "small", lower, width)

    @staticmethod
    def _line(painter: QPainter, x: int, baseline: int, text: str, role: str, colour: str, width: int) -> None:
        if text:
            paint.draw_text(painter, x, baseline, text, role, colour, max(1, width))
