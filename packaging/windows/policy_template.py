"""The administrative template (ADMX, ADML) of every setting, for Group Policy; made from the settings' own tree.

Its words lie in `policy_words`, a file a language: sections, the options of choices, title and help of each setting.
"""

import tomllib
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import product

from core.policy_places import POLICIES
from core.settings import names, value_of
from core.settings.tree import CHOICES, DEFAULTS, SECTIONS

SCHEMA = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
WORDS = Path(__file__).with_name("policy_words")
LANGUAGES = tuple(sorted(file.stem for file in WORDS.glob("*.toml")))
"""Of the texts, as Windows names them; English is shown where there is no other."""


def template() -> bytes:
    """Return the ADMX file."""
    root = Element("policyDefinitions", xmlns=SCHEMA, revision="1.0", schemaVersion="1.0")
    spaces = SubElement(root, "policyNamespaces")
    SubElement(spaces, "target", prefix="dotlocal", namespace="Dotlocal.Policies.Dotlocal")
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


def words(language: str) -> bytes:
    """Return the ADML file with the texts in a language, such as "en-US"."""
    said = tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))
    root = Element("policyDefinitionResources", xmlns=SCHEMA, revision="1.0", schemaVersion="1.0")
    SubElement(root, "displayName").text = product.NAME
    SubElement(root, "description").text = said["description"]
    resources = SubElement(root, "resources")
    strings, forms = SubElement(resources, "stringTable"), SubElement(resources, "presentationTable")
    _say(strings, "any", said["any"])
    _say(strings, "dotlocal", product.NAME)
    for section in SECTIONS:
        _say(strings, section, said["sections"][section])
    for name in names():
        plain, value = _identifier(name), value_of(DEFAULTS, name)
        title, explained = said["settings"][name]
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
                _say(strings, f"{plain}_{option}", said["options"][option])
        else:
            SubElement(SubElement(form, "textBox", refId=plain), "label").text = title
    return _written(root)


def _identifier(name: str) -> str:
    return name.replace(".", "_")


def _say(table: Element, name: str, text: str) -> None:
    SubElement(table, "string", id=name).text = text


def _written(root: Element) -> bytes:
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
