"""The look in force: the colours of the theme, told to everyone when it changes."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from gui.theme.fonts import font
from gui.theme.stylesheet import stylesheet
from gui.theme.tokens import DARK, DARK_CONTRAST, LIGHT, LIGHT_CONTRAST, Colours

THEMES = ("system", "light", "dark", "contrast")


class Look(QObject):
    """Holds the colours in force and applies them to the application."""

    changed = Signal()

    def __init__(self, application: QApplication, theme: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self.theme = theme
        self.colours: Colours = LIGHT
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self.set_theme(theme)

    def set_theme(self, theme: str) -> None:
        """Take "system", "light", "dark" or "contrast" (the strong form of what the system has) into force."""
        self.theme = theme
        hints = QGuiApplication.styleHints()
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        hints.setColorScheme(schemes.get(theme, Qt.ColorScheme.Unknown))
        dark = theme == "dark" or (theme in {"system", "contrast"} and hints.colorScheme() == Qt.ColorScheme.Dark)
        strong = theme == "contrast" or _system_wants_contrast()
        self.colours = (DARK_CONTRAST if strong else DARK) if dark else (LIGHT_CONTRAST if strong else LIGHT)
        self._application.setPalette(_palette(self.colours))
        self._application.setFont(font("body"))
        self._application.setStyleSheet(stylesheet(self.colours))
        self.changed.emit()

    def _follow_system(self) -> None:
        if self.theme in {"system", "contrast"}:
            self.set_theme(self.theme)

    def colour(self, name: str) -> QColor:
        """Return a named colour ("text2", "accent"...) of the theme in force."""
        return QColor(getattr(self.colours, name))


def _system_wants_contrast() -> bool:
    """Say whether the system asks for high contrast; older Qt cannot tell."""
    accessibility = getattr(QGuiApplication.styleHints(), "accessibility", None)
    if accessibility is None:
        return False
    return bool(accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast)


def _palette(colours: Colours) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: colours.window, QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Text: colours.text, QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.ToolTipText: colours.text, QPalette.ColorRole.Base: colours.surface,
        QPalette.ColorRole.AlternateBase: colours.hover, QPalette.ColorRole.Button: colours.raised,
        QPalette.ColorRole.Light: colours.raised, QPalette.ColorRole.ToolTipBase: colours.raised,
        QPalette.ColorRole.Highlight: colours.accent, QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Link: colours.accent, QPalette.ColorRole.PlaceholderText: colours.text3,
        QPalette.ColorRole.Mid: colours.border, QPalette.ColorRole.Dark: colours.border_strong,
        QPalette.ColorRole.Accent: colours.accent,
    }  # fmt: skip
    palette = QPalette()
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.text3))
    return palette
