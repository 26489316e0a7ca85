"""The desktop window.

PySide6 puts a function of its own before every `import`: it looks for `from __feature__ import ...`, which nothing here
has, and to do so it reads the source of each module that is loaded, and keeps it: a tenth of the start, and 19 MB. The
import from before is put back as soon as Qt is there, ahead of everything else that is imported.
"""

import builtins

import PySide6.QtCore  # noqa: F401  installs that function

if builtins.__import__ is getattr(builtins, "__feature_import__", None):
    builtins.__import__ = vars(builtins)["__orig_import__"]
