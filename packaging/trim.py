"""What stays out of a bundle and why, and what has to be in it; pure.

Patterns are searched in the path that PyInstaller gives a file inside the bundle, with forward slashes.
"""

import re
from collections.abc import Iterable

DROPPED = (
    (r"PySide6/(Qt/)?translations/", "Qt's own words; ours come with their own catalogue"),
    (r"PySide6/(Qt/)?plugins/(egldeviceintegrations|generic)/", "embedded screens and raw input devices"),
    (r"PySide6/(Qt/)?plugins/platforms/(lib)?q(eglfs|linuxfb|vnc|minimal|minimalegl|vkkhrdisplay|direct2d)\b",
     "embedded and remote screens"),
    (r"PySide6/(Qt/)?plugins/imageformats/(lib)?q(gif|icns|jpeg|tga|tiff|wbmp|webp|pdf)\b", "the art is SVG and PNG"),
    (r"PySide6/(Qt/)?plugins/platformthemes/libqgtk3", "pulls in GTK; the portal theme gives native dialogs"),
    (r"PySide6/(Qt/)?plugins/(tls|networkinformation|sqldrivers|qmltooling|printsupport)/",
     "nothing here asks Qt for TLS, the network's state, SQL or paper"),
    (r"(^|/)lib(gtk-3|gdk-3|gdk_pixbuf|gio-2|pango|pangocairo|pangoft2|cairo|cairo-gobject|atk|atk-bridge|atspi|epoxy|"
     r"harfbuzz|thai|datrie|fribidi|pixman|rsvg|jpeg|mount|blkid|Xcursor|Xcomposite|Xdamage|Xinerama|Xrandr|Xi|"
     r"wayland-client|wayland-cursor|wayland-egl)[-.\d]", "only the GTK theme wants them, or they are the system's"),
    (r"(lib)?Qt6(Quick|Qml|Pdf|EglF[Ss]\w*|VirtualKeyboard)", "no QML here"),
    (r"(lib)?Qt6Network\b", "no network through Qt"),
    (r"(^|/)lib(gssapi_krb5|krb5|krb5support|k5crypto|com_err|keyutils)\.", "only Qt's network wants Kerberos"),
    (r"platforminputcontexts/(lib)?qtvirtualkeyboard", "an on-screen keyboard of QML"),
    (r"wayland-graphics-integration-server/", "a Wayland compositor's side"),
    (r"(^|/)opengl32sw\.dll$", "software OpenGL, 20 MB: widgets are painted without OpenGL"),
    (r"(^|/)(lib)?(tcl|tk)8", "no Tk here"),
    (r"(^|/)(setuptools|pkg_resources|pip|wheel)/", "build tools"),
    (r"(^|/)_?tests?/|(^|/)test_[^/]*\.py", "tests of others"),
)  # fmt: skip

KEPT = {
    "linux": (
        (r"plugins/platforms/libqxcb\.so", "the window on X"),
        (r"plugins/platforms/libqwayland", "the window on Wayland"),
        (r"plugins/platforms/libqoffscreen\.so", "the self-test"),
        (r"plugins/platforminputcontexts/", "dead keys, Compose and IBus"),
        (r"plugins/iconengines/libqsvgicon", "the icons"),
        (r"plugins/imageformats/libqsvg", "the icons"),
        (r"plugins/platformthemes/libqxdgdesktopportal", "native file dialogs"),
        (r"libdbus-1\.so", "the keychain and the desktop"),
    ),
    "windows": (
        (r"plugins/platforms/qwindows\.dll", "the window"), (r"plugins/platforms/qoffscreen\.dll", "the self-test"),
        (r"plugins/styles/", "the native style's metrics"), (r"plugins/iconengines/qsvgicon", "the icons"),
        (r"vcruntime140\.dll", "the C runtime"),
    ),
    "macos": ((r"plugins/platforms/libqcocoa", "the window"), (r"plugins/iconengines/libqsvgicon", "the icons")),
}  # fmt: skip

EXCLUDED = (
    "tkinter", "_tkinter", "lib2to3", "pydoc", "doctest", "unittest", "test", "idlelib", "ensurepip", "distutils",
    "setuptools", "pkg_resources", "pip", "wheel", "PyInstaller", "PIL", "numpy", "pytest", "_pytest", "mypy", "ruff",
    "hypothesis", "atheris", "IPython", "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtNetwork", "PySide6.QtSql",
    "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "PySide6.QtTest", "PySide6.QtPrintSupport", "PySide6.QtConcurrent",
    "PySide6.QtDesigner", "PySide6.QtHelp", "PySide6.QtUiTools", "PySide6.QtXml",
    "pygments", "markdown_it", "mdurl",  # rich shows sources and Markdown with them; here it shows tables
    "sqlalchemy.dialects.mssql", "sqlalchemy.dialects.mysql", "sqlalchemy.dialects.oracle",
    "sqlalchemy.dialects.postgresql",  # the history is SQLite
)  # fmt: skip
"""Modules that somebody imports on the side and that nothing here runs."""


def drops(path: str) -> str:
    """Return why a file stays out, or ""."""
    clean = path.replace("\\", "/")
    return next((reason for pattern, reason in DROPPED if re.search(pattern, clean)), "")


def missing(paths: Iterable[str], platform: str) -> list[str]:
    """Return what a bundle for the platform has to have and does not, with its use."""
    clean = [path.replace("\\", "/") for path in paths]
    wanted = KEPT[platform]
    return [
        f"{pattern} ({use})"
        for pattern, use in wanted
        if not any(re.search(pattern, path, re.IGNORECASE) for path in clean)
    ]
