"""Every reason code with its weight, its sentence and its mend, in English here and in German in resources/i18n."""

import tomllib
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from core.paths import resources_folder

LANGUAGES = ("en", "de")


class Severity(Enum):
    """How much a finding weighs: nobody accepts it, some refuse, it will fail later, or it is only said."""

    STOP = "stop"
    PART = "part"
    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The words of one reason code; `{}` places are filled from the reason's facts."""

    severity: Severity
    sentence: str
    mend: str


_STOP, _PART, _WARN, _NOTE = Severity.STOP, Severity.PART, Severity.WARN, Severity.NOTE

REASONS: dict[str, Explanation] = {
    "expired": Explanation(_STOP, "Expired {age} ago, on {date}.",
        "Issue a new one, or check this computer's clock."),
    "not-yet-valid": Explanation(_STOP,
        "Becomes valid in {delta}, on {date}. The clock was probably wrong when it was made.",
        "Set the clock of the device or of the CA, then issue again."),
    "expires-soon": Explanation(_WARN, "{days} days left.", "Renew before {date}."),
    "too-long": Explanation(_WARN, "Valid for {days} days. Apple devices refuse more than 825.",
        "Issue for 825 days or fewer."),
    "outlives-issuer": Explanation(_WARN, "Ends after the CA that signed it; it stops working on {date}.",
        "Renew the CA, then the device."),
    "clock-suspect": Explanation(_WARN,
        "The certificate starts on {date}, a default clock value. The device did not know the time.",
        "Give the device a time source, then issue again."),
    "this-clock-wrong": Explanation(_WARN,
        "This computer's clock says {now}, but its own root was made on {date}.",
        "Set this computer's clock; until then no date here can be believed."),
    "name-mismatch": Explanation(_STOP, "The certificate is for {names}, not for {visited}.",
        "Issue one that lists {visited}, or open the device by one of its names."),
    "cn-only": Explanation(_STOP, "{visited} stands only in the common name. Browsers read alternative names alone.",
        "Issue with {visited} as alternative name."),
    "ip-as-dns-name": Explanation(_STOP, "The address {visited} is written as a DNS name. It must be an IP entry.",
        "Issue with {visited} as IP address entry."),
    "wildcard-too-wide": Explanation(_STOP, "{pattern} covers a whole domain. Browsers refuse that.",
        "List each device name, or use a wildcard one level below."),
    "san-trailing-dot": Explanation(_PART, "The name {name} ends with a dot.", "Issue without the final dot."),
    "empty-subject": Explanation(_PART, "The subject is empty and the alternative names are not marked critical.",
        "Issue with a subject, or mark the names critical."),
    "self-signed": Explanation(_STOP, "The device signed its own certificate. Nobody vouches for it.",
        "Issue a certificate from your CA, or compare the fingerprint at the device."),
    "trusted-leaf-not-ca": Explanation(_PART,
        "This self-signed certificate is installed, but it is not marked as CA. Chromium refuses it.",
        "Issue from your CA instead."),
    "untrusted-root": Explanation(_STOP, "Ends in the root {name}, which is not installed in {store}.",
        "Install the root, after comparing its fingerprint."),
    "missing-intermediate": Explanation(_STOP, "The device did not send the certificate of its issuer {name}.",
        "Put the device's certificate and the issuing CA's certificate into one chain file on the device."),
    "unknown-issuer": Explanation(_STOP, "Signed by {name}, a CA that nobody here knows.",
        "Get the CA's certificate from whoever runs it, or issue from your CA."),
    "issuer-key-changed": Explanation(_STOP,
        "A CA named {name} is known, but another key signed this. The CA was probably made anew.",
        "Install the new root and remove the old one, or issue again."),
    "bad-signature": Explanation(_STOP, "The signature by {name} does not fit. The certificate is damaged or forged.",
        "Install the certificate again; if it stays, treat it as an attack."),
    "no-second-path": Explanation(_PART,
        "A sound path to a root exists, but OpenSSL takes the first issuer that fits by name, and looks no further.",
        "Leave the certificates that lead elsewhere out of the chain file."),
    "issuer-name-spelled": Explanation(_PART,
        "The name of the CA {name} is encoded differently in the CA and in what it signed. Firefox compares octets.",
        "Make the CA again, or issue with the name exactly as the CA has it."),
    "issuer-not-ca": Explanation(_STOP, "{name} signed it, but is not a CA.", "Issue from a CA."),
    "issuer-no-bc": Explanation(_STOP, "The CA {name} does not say that it is a CA (no basic constraints).",
        "Make the CA again with basic constraints."),
    "issuer-key-usage": Explanation(_STOP, "The CA {name} may not sign certificates (key usage).",
        "Make the CA again with certificate signing."),
    "issuer-no-ku": Explanation(_NOTE,
        "The CA {name} has no key usage. Strict clients such as Python 3.13 refuse it.",
        "Make the CA again with key usage."),
    "path-length": Explanation(_STOP, "{name} allows {allowed} CAs below it; there are {below}.",
        "Sign with a CA nearer to the root."),
    "policy-required": Explanation(_PART,
        "{name} demands a certificate policy of everything below it, and the chain does not have one throughout.",
        "Issue with the policies of that CA, or from a CA that demands none."),
    "chain-too-long": Explanation(_PART,
        "There are {count} CAs between the device and the root. Firefox follows {most} at most.",
        "Sign with a CA nearer to the root."),
    "name-constraint": Explanation(_STOP, "The CA {name} may not issue for {value}.",
        "Leave {value} out, or make a CA whose limits include it."),
    "wrong-eku": Explanation(_STOP, "Not meant for servers (extended key usage is {usage}).",
        "Issue with server authentication."),
    "no-eku": Explanation(_NOTE, "No extended key usage. Apple devices want server authentication.",
        "Issue with server authentication."),
    "eku-any": Explanation(_PART, 'The extended key usage is "any", not server authentication.',
        "Issue with server authentication."),
    "ca-as-leaf": Explanation(_PART,
        "The device shows a CA certificate as its own. Who has the device can sign for others.",
        "Issue a device certificate; revoke this one if your CA made it."),
    "key-usage": Explanation(_PART, "The key may not be used for signatures, which TLS needs.",
        "Issue with digital signature."),
    "weak-key": Explanation(_STOP, "RSA with {bits} bits is too short.",
        "Make a new key: P-256, or RSA 2,048 for old devices."),
    "short-key": Explanation(_PART, "RSA with {bits} bits is short. Apple devices and strict servers refuse it.",
        "Make a new key: P-256, or RSA 2,048 for old devices."),
    "key-type": Explanation(_PART, "Not every browser supports {type} keys.", "Make a P-256 key."),
    "key-unreadable": Explanation(_STOP, "The public key is of a kind that cannot be read ({oid}).",
        "Make a P-256 key."),
    "weak-signature": Explanation(_STOP, "Signed with {hash}, which clients no longer accept.",
        "Issue again with SHA-256."),
    "critical-extension": Explanation(_STOP, "Holds an extension that clients must understand but don't ({oid}).",
        "Issue without it."),
    "must-staple": Explanation(_PART,
        "Demands a fresh status answer in each connection, which devices don't send.", 'Issue without "must staple".'),
    "no-aki": Explanation(_NOTE, "Doesn't name its issuer's key. Python 3.13 and later refuse it.",
        "Issue with authority key identifier."),
    "aki-other-key": Explanation(_PART,
        "Says that another key of {name} signed it (authority key identifier). OpenSSL looks for that one.",
        "Issue again with the issuer's own key identifier."),
    "anchor-not-root": Explanation(_PART,
        "{name} is installed, but it is no root: another CA signed it. OpenSSL wants a chain up to a root.",
        "Install the root as well."),
    "odd-hostname": Explanation(_PART,
        "The name {visited} has an underscore. Some programs take no such name.",
        "Give the device a name of letters, digits and hyphens."),
    "bad-encoding": Explanation(_STOP, "Its {field} is not encoded by the rules: it {detail}.",
        "Issue again with another tool."),
    "odd-encoding": Explanation(_PART, "Its {field} is oddly encoded: it {detail}. Some libraries refuse that.",
        "Issue again with another tool."),
    "serial-odd": Explanation(_WARN, "The serial number is {kind}. Some libraries refuse it.", "Issue again."),
    "serial-reused": Explanation(_PART,
        "{other} shows a different certificate with the same issuer and serial number. Firefox refuses the second.",
        "Issue both again with random serial numbers."),
    "key-shared": Explanation(_WARN,
        "{count} devices use the same key ({others}). Who has one can impersonate all.",
        "Issue each device a key of its own."),
    "certificate-shared": Explanation(_WARN,
        "{count} devices show this same certificate ({others}). Who has one can impersonate all.",
        "Issue each device a certificate of its own."),
    "key-changed": Explanation(_WARN,
        "This device shows another key than on {date}: {new} instead of {old}.",
        "Accept the new key only if you replaced it."),
    "public-web-rule": Explanation(_PART, "Breaks a rule of the public web: {detail}.",
        "On a local network this does no harm; for public services issue by their rules."),
    "unreadable-certificate": Explanation(_STOP, "Entry {entry} of the chain is not a certificate ({size} bytes).",
        "Load the right file into the device."),
    "too-complex": Explanation(_STOP, "The chain is built so that checking it would take too long.",
        "Treat it as hostile."),
    "wrong-order": Explanation(_NOTE, "The chain is not in order. Browsers cope; some devices' own clients don't.",
        "Put the device's certificate first, then its issuer."),
    "duplicate-certificates": Explanation(_NOTE, "{count} certificates are sent twice.",
        "Remove the copies from the chain file."),
    "unrelated-certificates": Explanation(_NOTE, "{count} certificates don't belong to this chain.",
        "Remove them from the chain file."),
    "root-included": Explanation(_NOTE, "The root is sent along. It is not needed.",
        "Remove it from the chain file to save memory."),
    "key-not-proved": Explanation(_PART,
        "The device showed the certificate but did not finish the handshake, so it didn't prove that it has the key.",
        "Connect with a client that the device accepts."),
    "old-protocol": Explanation(_PART,
        "The device speaks only {version}. Current browsers refuse to connect.", "Update the firmware."),
    "client-certificate-wanted": Explanation(_NOTE, "The device asks its clients for a certificate.",
        "Import your client certificate in the browser."),
    "revoked": Explanation(_STOP, "{name} revoked it on {date}: {why}.", "Issue a new certificate."),
    "revocation-not-checked": Explanation(_NOTE,
        "Revocation was not checked: the certificate names no list, and none was at hand.", ""),
    "revocation-elsewhere": Explanation(_NOTE,
        "Revocation was not checked: the service that it names was not asked, or did not answer.",
        "Let it be asked: dotlocal inspect --ask-outside."),
    "revocation-checked": Explanation(_NOTE, "Not revoked by the list that {name} made on {date}.", ""),
    "system-verifier": Explanation(_STOP, "This computer's own verifier refuses it: {detail}.",
        "See the other reasons; if there is none, the system's own rules are stricter."),
    "verifier-not-asked": Explanation(_STOP, "This computer's own verifier could not be asked: {detail}.",
        "Try again. By Dotlocal's own rules nothing speaks against it; the system has the last word."),
    "not-tls": Explanation(_STOP, "Port {port} answers with {protocol}, not TLS.", "Turn on HTTPS in the device."),
    "no-certificate": Explanation(_STOP, "The device offers TLS without a certificate.",
        "Turn on certificates in the device, if it can."),
    "handshake-refused": Explanation(_STOP, "The device ended the handshake: {detail}.",
        "See what was tried; update the firmware."),
    "no-answer": Explanation(_STOP, "It didn't answer on port {port} within {seconds} s.",
        "Try again; check that the device is on."),
    "refused": Explanation(_STOP, "Nothing listens on port {port}.", "Check the port."),
    "unreachable": Explanation(_STOP, "No way to {address}: {detail}.", "Check the cable, Wi-Fi and VPN."),
    "no-address": Explanation(_STOP, "No address is known for {host}.",
        "Check that the device is on, or name one with --address."),
    "store-unreadable": Explanation(_STOP, "The store could not be read: {detail}.",
        "See the store's row on the Trust page."),
    "root-absent": Explanation(_STOP, "The root {name} is not installed in {store}.", "Install it."),
    "trust-flag-off": Explanation(_STOP, "{store} holds the root, but does not trust it for websites.",
        "Install it again: the flag is set then."),
    "no-verifier": Explanation(_STOP, "{store} holds the root and trusts it, but nothing could prove it: {detail}",
        "Prove it in the browser itself: dotlocal trust verify --browser."),
    "browser-refused": Explanation(_STOP, "{store} itself refused a page under this root: {detail}.",
        "Look at the store's own messages; another tool or a policy may limit it."),
    "verifier-refused": Explanation(_STOP, "The verifier of {store} refuses a test certificate: {detail}.",
        "Look at the store's own messages; another tool or a policy may limit it."),
}  # fmt: skip

_UNKNOWN = Explanation(_STOP, "Refused.", "")


def severity_of(code: str) -> Severity:
    """Return the weight of a code; an unknown code weighs most."""
    return REASONS.get(code, _UNKNOWN).severity


def explain(code: str, language: str = "en") -> Explanation:
    """Return the words of a code; an unknown code is named, and an unknown language gives English."""
    english = REASONS.get(code) or Explanation(_STOP, f"Refused ({code}).", "")
    words = _translations(language).get(code)
    if words is None:
        return english
    return Explanation(english.severity, words["sentence"], words.get("mend", ""))


@lru_cache(maxsize=4)
def _translations(language: str) -> dict[str, dict[str, str]]:
    if language == "en" or language not in LANGUAGES:
        return {}
    file = resources_folder() / "i18n" / f"reasons.{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def fill(template: str, facts: tuple[tuple[str, str], ...]) -> str:
    """Put facts into a template's places; a missing fact reads "?" and never fails."""
    return template.format_map(_Facts(facts))


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def in_general(template: str) -> str:
    """Return a template as it reads without any facts: an ellipsis in each place."""
    return template.format_map(_Anything())
