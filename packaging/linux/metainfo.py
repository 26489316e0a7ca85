"""The AppStream metadata: what a software centre shows, with the version and the day from the one place."""

from xml.sax.saxutils import escape

import product

FEATURES = (
    "Shows every .local device, live: names, addresses, services, presence and history",
    "Shows each certificate chain, whether this computer, Firefox and Chromium would trust it, and what mends it",
    "Runs the site's own authority, limited to .local and private addresses",
    "Installs the root into the stores of this computer, reads it back, and removes it without residue",
)
_FORM = """<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>{identifier}</id>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>{licence}</project_license>
  <name>{name}</name>
  <summary>{summary}</summary>
  <developer id="io.github.dotlocal"><name>{publisher}</name></developer>
  <developer_name>{publisher}</developer_name>
  <description>
    <p>{sentence}</p>
    <p>For the people who bring devices to life on networks without DNS and without public certificates.</p>
    <ul>
{features}
    </ul>
    <p>Installing the program trusts nothing, and removing it removes no root: both are done inside, where they are
      shown first.</p>
  </description>
  <launchable type="desktop-id">{identifier}.desktop</launchable>
  <icon type="stock">{identifier}</icon>
  <categories><category>Network</category><category>Utility</category></categories>
  <provides><binary>dotlocal</binary><binary>dotlocal-gui</binary></provides>
  <content_rating type="oars-1.1"/>
  <releases><release version="{version}" date="{day}"/></releases>
</component>
"""


def text() -> str:
    """Return the metadata as XML."""
    features = "\n".join(f"      <li>{escape(feature)}</li>" for feature in FEATURES)
    return _FORM.format(
        identifier=product.IDENTIFIER, licence=product.LICENCE, name=product.NAME, summary=escape(product.SUMMARY),
        publisher=escape(product.PUBLISHER), sentence=escape(product.SENTENCE), features=features,
        version=product.VERSION, day=product.source_day(),
    )  # fmt: skip
