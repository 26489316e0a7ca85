"""The tree that is installed, as a folder: what the Flatpak's manifest copies."""

from pathlib import Path

from linux.staging import settle, stage


def make(made: Path, out: Path, _: str = "tree") -> list[Path]:
    """Lay the tree into `out`/tree and return it."""
    tree = stage(made, out / "tree")
    settle(tree)
    return [tree]
