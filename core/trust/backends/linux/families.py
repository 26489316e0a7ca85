"""Which way of keeping trust anchors this Linux has, told by its folders and tools, never by its name alone."""

import sys
from dataclasses import dataclass
from pathlib import Path

_TOOL_FOLDERS = ("usr/sbin", "usr/bin", "sbin", "bin")
_PRIVATE_TOOL = "/usr/sbin/update-ca-certificates"


@dataclass(frozen=True)
class Layout:
    """Where one machine keeps its anchors, and the tool that makes the bundle of them.

    `published` is the folder of links of the Debian family; `hooks` hear of each change there. A `private` layout is
    a complete copy for samples and tests, which needs no rights. `root` stands before every path of a fake root.
    """

    family: str
    anchors: Path
    suffix: str
    bundle: Path
    tool: tuple[str, ...]
    published: Path | None = None
    hooks: Path | None = None
    private: bool = False
    label: str = ""

    @property
    def tool_name(self) -> str:
        """Return the tool's name for people."""
        return Path(self.tool[0]).name


@dataclass(frozen=True)
class _Family:
    """A row of the table: it is there if the tool and the marker folder are."""

    name: str
    marker: str
    anchors: str
    suffix: str
    tool: str
    bundles: tuple[str, ...]
    tool_says: bytes = b""


# update-ca-trust(8) of Fedora and of Arch; /usr/sbin/update-ca-certificates of SUSE, Debian and Alpine. The order
# goes from the narrow marker to the wide one. Debian's is a script that knows --hooksdir; Alpine's is a program.
_FAMILIES = (
    _Family("fedora", "etc/pki/ca-trust/source", "etc/pki/ca-trust/source/anchors", ".pem", "update-ca-trust",
            ("etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",)),
    _Family("arch", "etc/ca-certificates/trust-source", "etc/ca-certificates/trust-source/anchors", ".crt",
            "update-ca-trust",
            ("etc/ca-certificates/extracted/tls-ca-bundle.pem", "etc/ssl/certs/ca-certificates.crt")),
    _Family("suse", "etc/pki/trust", "etc/pki/trust/anchors", ".pem", "update-ca-certificates",
            ("var/lib/ca-certificates/ca-bundle.pem", "etc/ssl/ca-bundle.pem")),
    _Family("debian", "etc/ssl/certs", "usr/local/share/ca-certificates", ".crt", "update-ca-certificates",
            ("etc/ssl/certs/ca-certificates.crt",), b"--hooksdir"),
    _Family("alpine", "etc/ssl/certs", "usr/local/share/ca-certificates", ".crt", "update-ca-certificates",
            ("etc/ssl/certs/ca-certificates.crt",)),
)  # fmt: skip


def detect(root: Path = Path("/")) -> Layout | None:
    """Return the layout of the file system below `root`, or None where none of the known ones is there."""
    for family in _FAMILIES:
        tool = _find_tool(root, family)
        if tool is not None and (root / family.marker).is_dir():
            return _layout(root, family, tool)
    return None


def unknown_layout() -> Layout:
    """Return what is said of a machine without a known layout: the Debian family's, whose tool is missing."""
    return _layout(Path("/"), _FAMILIES[3], Path("/usr/sbin/update-ca-certificates"))


def has_private_tool() -> bool:
    """Say whether the tool that works on a private store is here: Debian's, not another of the same name."""
    try:
        return sys.platform.startswith("linux") and b"--localcertsdir" in Path(_PRIVATE_TOOL).read_bytes()
    except OSError:
        return False


def private_layout(folder: Path) -> Layout:
    """Return a complete private store of the Debian family below `folder`, worked on by the real tool."""
    anchors, published, hooks = folder / "anchors", folder / "certs", folder / "hooks"
    for needed in (anchors, published, hooks):
        needed.mkdir(parents=True, exist_ok=True)
    tool = (_PRIVATE_TOOL, "--localcertsdir", str(anchors), "--etccertsdir", str(published))
    return Layout("debian", anchors, ".crt", published / "ca-certificates.crt", tool, published, hooks, private=True)


def _layout(root: Path, family: _Family, tool: Path) -> Layout:
    bundle = next((root / b for b in family.bundles if (root / b).exists()), root / family.bundles[0])
    debian = family.name == "debian"
    return Layout(
        family.name, root / family.anchors, family.suffix, bundle, (str(tool),),
        published=root / "etc/ssl/certs" if family.name in {"debian", "alpine"} else None,
        hooks=root / "etc/ca-certificates/update.d" if debian else None,
        private=root != Path("/"),
    )  # fmt: skip


def _find_tool(root: Path, family: _Family) -> Path | None:
    for folder in _TOOL_FOLDERS:
        tool = root / folder / family.tool
        try:
            if tool.is_file() and family.tool_says in tool.read_bytes():
                return tool
        except OSError:
            continue
    return None
