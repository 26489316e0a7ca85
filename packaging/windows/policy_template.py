"""The administrative template (ADMX, ADML) of every setting, for Group Policy; made from the settings' own tree."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

import product

from core.policy_places import POLICIES
from core.settings import names, value_of
from core.settings.tree import CHOICES, DEFAULTS, SECTIONS

SCHEMA = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
SECTION_TITLES = {
    "network": "Network", "appearance": "Appearance", "alerts": "Alerts", "updates": "Updates",
}  # fmt: skip
WORDS = {
    "network.interfaces": ("Interfaces", "Names or addresses of the interfaces to listen on; none means every one."),
    "network.probe": ("Fetch certificates", "Connect to TLS ports of the devices found. Disabled: only listen."),
    "network.probe_services": ("Services to fetch from", "Those known to speak TLS, or every TCP service."),
    "network.never_probe": ("Hosts to leave in peace", "Hosts that are never connected to, such as plc01.local."),
    "network.never_probe_on": ("Interfaces to leave in peace", "Devices that are seen there alone are left in peace."),
    "network.probe_timeout_s": ("Seconds to wait for a device", "As a number, such as 6.0."),
    "network.probes_per_second": ("Connections a second", "New connections in all, at most, as a number."),
    "network.probes_per_subnet": ("Connections a second for one subnet", "New connections, at most, as a number."),
    "network.browse_domains": ("DNS domains to browse", "Domains whose services DNS lists; none: the search domains."),
    "network.browse_search_domains": ("Browse the DNS search domains", "Ask them for services (RFC 6763 section 11)."),
    "network.dns_servers": ("DNS servers", "In place of the system's, such as 10.0.0.1 or 10.0.0.1#5300."),
    "network.devices": ("Devices by hand", "Such as: plc01.local 443 10.0.0.5"),
    "appearance.theme": ("Theme", "How the window looks."),
    "appearance.density": ("Rows of the device table", "Two lines or one."),
    "appearance.language": ("Language", "Of the window."),
    "appearance.system_font": ("Use the system's font", "In place of the own one."),
    "appearance.tray": ("Keep an icon in the tray", "Closing the window leaves the program listening."),
    "alerts.new_devices": ("Tell of new devices", "On a busy network this is a lot."),
    "alerts.desktop": ("Show alerts on the desktop", "While the window is not in front."),
    "updates.check": ("Ask for newer versions", "Once a day. It only tells; nothing is ever downloaded. An installation"
                      " by MSI does not ask unless this is enabled."),
}  # fmt: skip


def template() -> bytes:
    """Return the ADMX file."""
    root = Element("policyDefinitions", xmlns=SCHEMA, revision="1.0", schemaVersion="1.0")
    spaces = SubElement(root, "policyNamespaces")
    SubElement(spaces, "target", prefix="dotlocal", namespace="Dotlocal.Policies.Dotlocal")
    SubElement(spaces, "using", prefix="windows", namespace="Microsoft.Policies.Windows")
    SubElement(root, "resources", minRequiredRevision="1.0")
    supported = SubElement(SubElement(root, "supportedOn"), "definitions")
    SubElement(supported, "definition", name="any", displayName="$(string.any)")
    categories = SubElement(root, "categories")
    SubElement(categories, "category", name="dotlocal", displayName="$(string.dotlocal)")
    for section in SECTIONS:
        category = SubElement(categories, "category", name=section, displayName=f"$(string.{section})")
        SubElement(category, "parentCategory", ref="dotlocal")
    policies = SubElement(root, "policies")
    for name in names():
        _add_policy(policies, name)
    return _written(root)


def _add_policy(policies: Element, name: str) -> None:
    section, _, item = name.partition(".")
    value, key = value_of(DEFAULTS, name), rf"{POLICIES}\{section}"
    plain = _identifier(name)
    facts = {
        "name": plain, "class": "Both", "displayName": f"$(string.{plain})", "explainText": f"$(string.{plain}_help)",
        "key": key,
    }  # fmt: skip
    if isinstance(value, bool):
        facts["valueName"] = item
    else:
        facts["presentation"] = f"$(presentation.{plain})"
    policy = SubElement(policies, "policy", facts)
    SubElement(policy, "parentCategory", ref=section)
    SubElement(policy, "supportedOn", ref="any")
    if isinstance(value, bool):
        SubElement(SubElement(policy, "enabledValue"), "decimal", value="1")
        SubElement(SubElement(policy, "disabledValue"), "decimal", value="0")
        return
    elements = SubElement(policy, "elements")
    if isinstance(value, tuple):
        SubElement(elements, "list", id=plain, key=rf"{key}\{item}", valuePrefix="")
    elif name in CHOICES:
        chosen = SubElement(elements, "enum", id=plain, valueName=item, required="true")
        for option in CHOICES[name]:
            shown = SubElement(chosen, "item", displayName=f"$(string.{plain}_{option})")
            SubElement(SubElement(shown, "value"), "string").text = option
    else:
        SubElement(elements, "text", id=plain, valueName=item, required="true", maxLength="20")


def words() -> bytes:
    """Return the ADML file with the English texts."""
    root = Element("policyDefinitionResources", xmlns=SCHEMA, revision="1.0", schemaVersion="1.0")
    SubElement(root, "displayName").text = product.NAME
    SubElement(root, "description").text = f"Settings of {product.NAME}"
    resources = SubElement(root, "resources")
    strings, forms = SubElement(resources, "stringTable"), SubElement(resources, "presentationTable")
    _say(strings, "any", "Windows 10 or newer")
    _say(strings, "dotlocal", product.NAME)
    for section in SECTIONS:
        _say(strings, section, SECTION_TITLES[section])
    for name in names():
        plain, value = _identifier(name), value_of(DEFAULTS, name)
        title, explained = WORDS[name]
        _say(strings, plain, title)
        _say(strings, f"{plain}_help", explained)
        if isinstance(value, bool):
            continue
        form = SubElement(forms, "presentation", id=plain)
        if isinstance(value, tuple):
            SubElement(form, "listBox", refId=plain).text = title
        elif name in CHOICES:
            SubElement(form, "dropdownList", refId=plain, noSort="true").text = title
            for option in CHOICES[name]:
                _say(strings, f"{plain}_{option}", option.capitalize())
        else:
            SubElement(SubElement(form, "textBox", refId=plain), "label").text = title
    return _written(root)


def _identifier(name: str) -> str:
    return name.replace(".", "_")


def _say(table: Element, name: str, words: str) -> None:
    SubElement(table, "string", id=name).text = words


def _written(root: Element) -> bytes:
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
