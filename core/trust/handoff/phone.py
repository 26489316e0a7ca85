"""What a phone or tablet gets: the root, a configuration profile, and a page that says what to do; pure, no I/O."""

import hashlib
import html
import plistlib
import uuid
from dataclasses import dataclass

from core.model.certificate import fingerprint

PROFILE_TYPE = "application/x-apple-aspen-config"
CERTIFICATE_TYPE = "application/x-x509-ca-cert"
_SPACE = uuid.UUID("6f0b8a52-5d8e-4d0a-9f2a-3f6f5d6c1d10")  # ours, fixed: the same root gives the same profile again
_STYLE = """body{font:17px/1.5 system-ui,sans-serif;margin:0 auto;max-width:34em;padding:1.2em}
body{color:#17191c;background:#fff}
h1{font-size:1.4em}h2{font-size:1.1em;margin-top:1.6em}code{font:15px/1.6 ui-monospace,monospace;word-break:break-all}
a.b{display:inline-block;padding:.6em 1em;border-radius:.5em;background:#2754d8;color:#fff;text-decoration:none}
.w{background:#fff0d6;padding:.8em 1em;border-radius:.5em}
@media(prefers-color-scheme:dark){body{color:#e8eaed;background:#15171a}.w{background:#3a2d12}}"""


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one system, as sentences."""

    system: str
    steps: tuple[str, ...]


# The names of menus are those of iOS 17 and Android 14; makers of phones rename some.
STEPS = (
    Steps("iPhone and iPad", (
        "Open this page in Safari and get the profile.",
        "Open Settings: Profile Downloaded stands at the top. Install it.",
        "Go to Settings, General, About, Certificate Trust Settings, and switch the root on.",
        "Come back to this page and check.",
    )),
    Steps("Android", (
        "Get the certificate.",
        "Open Settings and search for “CA certificate” (Security, Encryption and credentials, Install a certificate).",
        "Choose CA certificate, confirm, and pick the file that was downloaded.",
        "Come back to this page and check. Apps of your own need to allow user certificates; Firefox too has a switch.",
    )),
)  # fmt: skip


def profile(der: bytes, name: str) -> bytes:
    """Return an unsigned configuration profile (.mobileconfig) with the root alone; one root, one profile."""
    digest = hashlib.sha256(der).hexdigest()
    identity = f"local.dotlocal.root.{digest[:16]}"
    payload = {
        "PayloadType": "com.apple.security.root", "PayloadVersion": 1, "PayloadIdentifier": f"{identity}.certificate",
        "PayloadUUID": str(uuid.uuid5(_SPACE, f"certificate {digest}")).upper(), "PayloadDisplayName": name,
        "PayloadCertificateFileName": "dotlocal-root.crt", "PayloadContent": der,
    }  # fmt: skip
    return plistlib.dumps({
        "PayloadType": "Configuration", "PayloadVersion": 1, "PayloadIdentifier": identity,
        "PayloadUUID": str(uuid.uuid5(_SPACE, f"profile {digest}")).upper(), "PayloadDisplayName": name,
        "PayloadDescription": "Lets this device trust the certificates that the site signs for its own devices.",
        "PayloadRemovalDisallowed": False, "PayloadContent": [payload],
    })  # fmt: skip


def page(name: str, sha256: str) -> bytes:
    """Return the page with the two files, the fingerprint to compare, the steps and the check; no script."""
    parts = "".join(
        f"<h2>{html.escape(s.system)}</h2><ol>{''.join(f'<li>{html.escape(step)}</li>' for step in s.steps)}</ol>"
        for s in STEPS
    )
    return _document(
        f"<h1>{html.escape(name)}</h1>"
        '<p class="w">Compare this fingerprint with the one on the computer’s screen first. If they differ, stop.</p>'
        f"<p><code>{fingerprint(sha256)}</code></p>"
        '<p><a class="b" href="/dotlocal-root.mobileconfig">Profile for iPhone and iPad</a></p>'
        '<p><a class="b" href="/dotlocal-root.crt">Certificate for Android</a></p>'
        f'{parts}<h2>Check</h2><p><a class="b" href="/check">Does this device trust it?</a></p>'
        "<p>If a warning appears, it does not: go back. Clicking the warning away proves nothing and is told apart.</p>"
    )


def trusted_page() -> bytes:
    """Return what a device sees that opened the check at its first try."""
    return _document(
        "<h1>This device trusts the root.</h1><p>The computer has seen it too. You can close this page.</p>"
    )


def _document(body: str) -> bytes:
    head = '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return f"{head}<title>Dotlocal</title><style>{_STYLE}</style>{body}".encode()
