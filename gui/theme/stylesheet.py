"""One generated style sheet for the plain widgets; rows, pills and paths are painted."""

from gui.theme.tokens import HEADER, RADIUS_CARD, RADIUS_CONTROL, RADIUS_DIALOG, ROLES, Colours, Tone


def stylesheet(colours: Colours) -> str:
    """Return the style sheet for a theme."""
    return "\n".join(
        [
            _labels(colours),
            _frames(colours),
            _buttons(colours),
            _fields(colours),
            _scroll_bars(colours),
            _tabs(colours),
            _strong_edges(colours) if colours.high_contrast else "",
        ]
    )


def _labels(colours: Colours) -> str:
    rules = ["QLabel { background: transparent; }"]
    for name, role in ROLES.items():
        rules.append(f'QLabel[role="{name}"] {{ color: {getattr(colours, role.colour)}; }}')
    rules += [f'QLabel[tone="{tone.value}"] {{ color: {colours.tone(tone)}; }}' for tone in Tone]
    rules.append(f'QLabel[tone="text2"] {{ color: {colours.text2}; }}')
    return "\n".join(rules)


def _frames(colours: Colours) -> str:
    banners = "\n".join(
        f'QFrame[banner="{tone.value}"] {{ background: {colours.tint(tone)}; border-radius: {RADIUS_CARD}px; }}'
        for tone in Tone
    )
    return f"""
    QWidget[ground="window"] {{ background: {colours.window}; }}
    QWidget[ground="rail"] {{ background: {colours.rail}; border-right: 1px solid {colours.border}; }}
    QWidget[ground="pane"] {{ background: {colours.surface}; border-left: 1px solid {colours.border}; }}
    QFrame[card="true"] {{ background: {colours.surface}; border: 1px solid {colours.border};
        border-radius: {RADIUS_CARD}px; }}
    QFrame[dialog="true"] {{ background: {colours.surface}; border: 1px solid {colours.border};
        border-radius: {RADIUS_DIALOG}px; }}
    QFrame[line="true"] {{ background: {colours.border}; border: none; }}
    QFrame[row="true"] {{ background: transparent; border: none; border-top: 1px solid {colours.border}; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
    QToolTip {{ background: {colours.raised}; color: {colours.text}; border: 1px solid {colours.border_strong};
        padding: 6px 8px; }}
    {banners}
    """


def _buttons(colours: Colours) -> str:
    bad = colours.tone(Tone.BAD)
    return f"""
    QPushButton {{ border-radius: {RADIUS_CONTROL}px; padding: 0 12px; font-weight: 600; color: {colours.text};
        background: {colours.raised}; border: 1px solid {colours.border_strong}; }}
    QPushButton:hover {{ background: {colours.hover}; }}
    QPushButton:focus {{ border: 2px solid {colours.accent}; padding: 0 11px; }}
    QPushButton:disabled {{ color: {colours.text3}; background: {colours.window}; border-color: {colours.border}; }}
    QPushButton[kind="primary"] {{ background: {colours.accent}; color: {colours.on_accent};
        border: 1px solid {colours.accent}; }}
    QPushButton[kind="primary"]:hover {{ background: {colours.accent_hover}; }}
    QPushButton[kind="primary"]:focus {{ border: 2px solid {colours.text}; }}
    QPushButton[kind="primary"]:disabled {{ background: {colours.border}; color: {colours.text3};
        border-color: {colours.border}; }}
    QPushButton[kind="ghost"] {{ background: transparent; border: 1px solid transparent; color: {colours.text2}; }}
    QPushButton[kind="ghost"]:hover {{ background: {colours.hover}; }}
    QPushButton[kind="ghost"]:focus {{ border: 2px solid {colours.accent}; }}
    QPushButton[kind="danger"] {{ color: {bad}; border: 1px solid {bad}; }}
    QToolButton {{ border: none; border-radius: {RADIUS_CONTROL}px; background: transparent; }}
    QToolButton:hover {{ background: {colours.hover}; }}
    QToolButton::menu-indicator {{ image: none; }}
    QToolButton:focus {{ border: 2px solid {colours.accent}; }}
    """


def _fields(colours: Colours) -> str:
    return f"""
    QLineEdit, QComboBox, QSpinBox {{ background: {colours.surface}; color: {colours.text};
        border: 1px solid {colours.border_strong}; border-radius: {RADIUS_CONTROL}px; padding: 0 10px; min-height: 32px;
        selection-background-color: {colours.accent}; selection-color: {colours.on_accent}; }}
    QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled {{ background: {colours.window}; color: {colours.text3};
        border-color: {colours.border}; }}
    QLineEdit:focus, QComboBox:focus, QSpinBox:focus {{ border: 2px solid {colours.accent}; padding: 0 9px; }}
    QComboBox::drop-down {{ border: none; width: 30px; }}
    QComboBox::down-arrow {{ image: none; }}
    QComboBox QAbstractItemView {{ background: {colours.raised}; color: {colours.text}; outline: none;
        border: 1px solid {colours.border_strong}; selection-background-color: {colours.select};
        selection-color: {colours.text}; }}
    QCheckBox {{ color: {colours.text}; font-weight: 600; spacing: 8px; }}
    QLineEdit[wrong="true"] {{ border: 2px solid {colours.tone(Tone.BAD)}; padding: 0 9px; }}
    QLineEdit[search="true"] {{ padding-left: 32px; }}
    QPlainTextEdit {{ background: {colours.window}; color: {colours.text}; border: 1px solid {colours.border};
        border-radius: {RADIUS_CONTROL}px; padding: 6px; }}
    QMenu {{ background: {colours.raised}; color: {colours.text}; border: 1px solid {colours.border_strong};
        padding: 4px; }}
    QMenu::item {{ padding: 6px 20px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {colours.select}; color: {colours.text}; }}
    """


def _scroll_bars(colours: Colours) -> str:
    return f"""
    QTableView {{ background: {colours.surface}; border: none; outline: none; }}
    QListView, QTreeView {{ background: {colours.surface}; color: {colours.text}; border: none; outline: none; }}
    QHeaderView {{ background: {colours.surface}; border: none; }}
    QHeaderView::section {{ background: {colours.surface}; color: {colours.text2}; border: none; padding: 4px 8px; }}
    QScrollBar:vertical {{ width: 10px; background: transparent; margin: 2px; }}
    QTableView QScrollBar:vertical {{ margin: {HEADER + 2}px 2px 8px 2px; }}
    QScrollBar:horizontal {{ height: 10px; background: transparent; margin: 2px; }}
    QScrollBar::handle {{ background: {colours.border_strong}; border-radius: 3px; min-height: 32px; min-width: 32px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """


def _strong_edges(colours: Colours) -> str:
    """Draw the edges of controls twice as strong."""
    return f"""
    QPushButton, QLineEdit, QComboBox, QSpinBox, QPlainTextEdit {{ border: 2px solid {colours.text3}; }}
    QPushButton[kind="ghost"] {{ border: 1px solid {colours.text3}; }}
    """


def _tabs(colours: Colours) -> str:
    return f"""
    QTabBar {{ background: transparent; font-weight: 600; }}
    QTabBar::tab {{ background: transparent; color: {colours.text3}; padding: 0 0 0 0; margin-right: 22px;
        min-height: 35px; border: none; border-bottom: 3px solid transparent; }}
    QTabBar::tab:selected {{ color: {colours.text}; border-bottom: 3px solid {colours.accent}; }}
    QTabBar QToolButton {{ background: {colours.surface}; border: none; }}
    QTabBar::tab:focus {{ color: {colours.accent}; }}
    """
