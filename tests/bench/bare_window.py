"""A bare QtWidgets window that says when it was painted: what a start costs at the least."""

import sys

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow


class Bare(QMainWindow):
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        QTimer.singleShot(0, tell)


def tell() -> None:
    sys.stderr.write("bare: window painted\n")
    sys.stderr.flush()


if __name__ == "__main__":
    application = QApplication(sys.argv)
    window = Bare()
    window.resize(1440, 900)
    window.show()
    sys.exit(application.exec())
