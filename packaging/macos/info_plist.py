"""The Info.plist of the app: among it what macOS asks before it lets a program hear the local network."""

import product

from core.discovery.names import ENUMERATION
from core.discovery.service_types import COMMON_TYPES
from core.model.service_catalogue import CATALOGUE

OLDEST_SYSTEM = "13.0"  # Qt 6.11 and the wheels of CPython 3.13 run from there on
LOCAL_NETWORK = {
    "en": "Dotlocal finds the devices on your local network by multicast DNS and reads the certificates they present.",
    "de": "Dotlocal findet die Geräte im lokalen Netz per Multicast-DNS und liest die Zertifikate, die sie zeigen.",
}
"""What macOS shows when it asks whether the program may use the local network."""


def bonjour_services() -> list[str]:
    """Return every service type that is asked for by name, from the tables that the engine asks by, sorted."""
    asked = {name.removesuffix(".").removesuffix(".local").lower() for name in (*COMMON_TYPES, ENUMERATION, *CATALOGUE)}
    return sorted(asked)


def values() -> dict[str, object]:
    """Return the keys and values; without the two about the network, macOS 15 denies it in silence."""
    return {
        "CFBundleIdentifier": product.IDENTIFIER,
        "CFBundleName": product.NAME,
        "CFBundleDisplayName": product.NAME,
        "CFBundleExecutable": "dotlocal-gui",
        "CFBundleIconFile": "Dotlocal.icns",
        "CFBundlePackageType": "APPL",
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleShortVersionString": product.numeric_version(product.VERSION, 3),
        "CFBundleVersion": product.numeric_version(product.VERSION, 3),
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": list(LOCAL_NETWORK),
        "LSBackgroundOnly": False,  # PyInstaller would say yes: the last program that it collects is the command line
        "LSApplicationCategoryType": "public.app-category.utilities",
        "LSMinimumSystemVersion": OLDEST_SYSTEM,
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": product.COPYRIGHT,
        "NSLocalNetworkUsageDescription": LOCAL_NETWORK["en"],
        "NSBonjourServices": bonjour_services(),
    }


def strings(language: str) -> str:
    """Return InfoPlist.strings of a language, for `LANGUAGE.lproj` in the app's resources."""
    words = LOCAL_NETWORK[language].replace("\\", "\\\\").replace('"', '\\"')
    return f'"NSLocalNetworkUsageDescription" = "{words}";\n'
