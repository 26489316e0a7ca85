"""One application for all window tests, in the style and fonts of the product; nothing is left behind."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from gui.theme.fonts import load_fonts
from gui.theme.look import Look


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["dotlocal", "-style", "Fusion"]


@pytest.fixture(scope="session")
def qapp_prepared(qapp: QApplication) -> QApplication:
    load_fonts()
    qapp.setCursorFlashTime(0)
    return qapp


@pytest.fixture
def look(qapp_prepared: QApplication) -> Iterator[Look]:
    made = Look(qapp_prepared, "light")
    yield made
    made.deleteLater()


@pytest.fixture(autouse=True)
def nothing_is_left_open(qapp: QApplication) -> Iterator[None]:
    yield
    for widget in qapp.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    gc.collect()
    assert [w for w in qapp.topLevelWidgets() if w.isVisible()] == []
