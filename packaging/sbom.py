"""The list of parts as CycloneDX 1.6, from what the bundle lists: each with version, licence and origin.

What is linked into a part without being a file of its own (OpenSSL in cryptography, say) is not in it.
"""

import hashlib
import json
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import bundle
import product

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "sbom.dotlocal.invalid")
_PURL = {
    "pypi": "pkg:pypi/{name}@{version}",
    "debian": "pkg:deb/{distribution}/{name}@{version}?distro={distribution}-{release}",
    "npm": "pkg:npm/{name}@{version}", "python": "pkg:generic/cpython@{version}", "microsoft": "",
    "own": "pkg:generic/dotlocal@{version}",
}  # fmt: skip
_NPM = {
    "Inter": "%40fontsource/inter", "JetBrains Mono": "%40fontsource/jetbrains-mono", "Lucide": "lucide-static",
}  # fmt: skip
_SPDX = re.compile(r"(Apache-2\.0|BSD-[23]-Clause|MIT(-0)?|ISC|PSF-2\.0|LGPL-(2\.1|3\.0)-(only|or-later)|OFL-1\.1)")


def make(out: Path, made: Path | None) -> list[Path]:
    """Write the list for a bundle and return its file.

    Raises: BuildFailed.
    """
    if made is None:
        raise bundle.BuildFailed("The list of parts is of a bundle: build one before, or name it by --bundle.")
    note = bundle.note_of(made)
    parts_file = min(made.glob("**/resources/licences/parts.json"))  # an app for macOS links to it once more
    parts = json.loads(parts_file.read_text(encoding="utf-8"))
    told = [{"name": f"dotlocal:{key}", "value": str(value)} for key, value in sorted(note.items()) if key != "updates"]
    components = [_component(part, note) for part in parts if part["origin"] != "own"]
    content = json.dumps(components, sort_keys=True)
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, content)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(product.source_date(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application", "name": product.NAME, "version": product.VERSION,
                "bom-ref": f"pkg:generic/dotlocal@{product.VERSION}", "purl": f"pkg:generic/dotlocal@{product.VERSION}",
                "licenses": [{"license": {"id": product.LICENCE}}],
            },
            "properties": told,
        },
        "components": components,
        "dependencies": [
            {"ref": f"pkg:generic/dotlocal@{product.VERSION}", "dependsOn": [c["bom-ref"] for c in components]}
        ],
    }  # fmt: skip
    result = out / f"dotlocal-{product.VERSION}-{note['platform']}-{note['machine']}.cdx.json"
    result.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return [result]


def _component(part: dict[str, str], note: dict[str, object]) -> dict[str, object]:
    name, version, origin = part["name"], part["version"], part["origin"]
    distribution, _, release = str(note.get("distribution") or "debian-").partition("-")
    purl = _PURL[origin].format(
        name=_NPM.get(name, quote(name)), version=quote(version), distribution=distribution, release=release
    )
    reference = purl or f"{origin}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    found: dict[str, object] = {"type": "library", "bom-ref": reference, "name": name, "version": version}
    if purl:
        found["purl"] = purl
    known = _SPDX.fullmatch(part["licence"])
    found["licenses"] = [{"license": {"id": part["licence"]} if known else {"name": part["licence"]}}]
    return found
