"""The archive for those who manage many computers: templates for Group Policy, a profile for Macs, a file for Linux."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import product

_README = """Settings of Dotlocal for many computers

windows  Copy dotlocal.admx and the folders beside it to PolicyDefinitions (of this computer, or the central store).
         The values land in HKLM or HKCU, Software\\Policies\\Dotlocal. What is written by hand to
         HKLM\\Software\\Policies\\Dotlocal\\Recommended in the same way counts only where a person chose nothing.
macos    Take out what people may choose, and hand the profile to the device management.
         Recommendations: /Library/Preferences/io.github.dotlocal.Dotlocal.plist
linux    /etc/dotlocal/settings.toml is in force, /etc/dotlocal/defaults.toml recommends.

"dotlocal settings" shows on each computer every value and where it comes from; "dotlocal settings --json" for scripts.
An installation by MSI does not ask for newer versions unless a policy enables it.
"""


def make(out: Path, _: Path | None = None) -> list[Path]:
    """Write the archive, the same bytes each time, and return it."""
    from macos import profile
    from windows import policy_template

    linux = product.ROOT / "packaging/linux/settings.toml"
    content = {
        "README.txt": _README.encode("utf-8"),
        "linux/settings.toml": linux.read_bytes(),
        f"macos/{product.NAME}.mobileconfig": profile.text(),
        "windows/dotlocal.admx": policy_template.template(),
    }
    for language in policy_template.LANGUAGES:
        content[f"windows/{language}/dotlocal.adml"] = policy_template.words(language)
    result = out / f"dotlocal-{product.VERSION}-fleet.zip"
    moment = datetime.fromtimestamp(product.source_date(), UTC).timetuple()[:6]
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in content.items():
            entry = zipfile.ZipInfo(name, moment)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, octets, zipfile.ZIP_DEFLATED)
    return [result]
