"""The list of a bundle's files as Windows Installer takes it: one component a file, the same identity in each build.

A file is another component in each build: Windows Installer lays no component whose file it has already in a higher
version, and decides that before the old product, and the file with it, is removed. Our upgrades remove the old first.
"""

import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

import product

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "installer.dotlocal.invalid")
"""Never changed: what is no file keeps its component over all versions, and Windows Installer counts on that."""


def component_guid(place: str) -> str:
    """Return the identity of the component with what is at a place."""
    return str(uuid.uuid5(NAMESPACE, place.replace("\\", "/").lower())).upper()


def identifier(kind: str, place: str) -> str:
    """Return a name for a table's key: begins with a letter, at most 72 characters."""
    return f"{kind}{hashlib.sha256(place.replace(chr(92), '/').encode()).hexdigest()[:32]}"


def add_files(folder: Element, feature: Element, bundle: Path) -> int:
    """Add every file of a bundle below a Directory element, and each component to a feature; return their number.

    Sources are relative to the bundle: wixl finds no absolute ones.
    """
    known: dict[Path, Element] = {Path(): folder}
    build = f"{product.VERSION}/{product.source_date()}"
    count = 0
    for file in files_in(bundle):
        place = file.relative_to(bundle)
        parent = _directory(known, place.parent)
        component = SubElement(
            parent, "Component", Id=identifier("c", str(place)), Win64="yes",
            Guid=component_guid(f"{build}/{place}"),
        )  # fmt: skip
        SubElement(
            component, "File", Id=identifier("f", str(place)), Name=place.name, Source=place.as_posix(), KeyPath="yes"
        )
        SubElement(feature, "ComponentRef", Id=component.attrib["Id"])
        count += 1
    return count


def files_in(bundle: Path) -> Iterator[Path]:
    """Yield every file of a bundle, in order."""
    yield from sorted(file for file in bundle.rglob("*") if file.is_file())


def _directory(known: dict[Path, Element], place: Path) -> Element:
    if place not in known:
        above = _directory(known, place.parent)
        known[place] = SubElement(above, "Directory", Id=identifier("d", str(place)), Name=place.name)
    return known[place]
