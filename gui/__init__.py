"""The window: PySide6 widgets over core.app."""
