"""A stand-in for macOS's /usr/bin/security: keeps state, answers and refuses as Apple's source says the real one does.

    python security_stand_in.py STATE_FOLDER VERB ...     `STATE_FOLDER/mood` is ok, cancel, headless or denied

What it knows comes from SecurityTool's sources (trusted_cert_add.c, trusted_cert_dump.c, keychain_find.c,
keychain_delete.c, verify_cert.c). It judges chains by OpenSSL with what its settings trust. It was never compared with
a Mac here; the macOS job of the workflow runs the real tool.
"""

import base64
import hashlib
import json
import plistlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SSL = bytes.fromhex("2a864886f763640103")
BASIC = bytes.fromhex("2a864886f763640102")
POLICIES = {"ssl": SSL, "basic": BASIC}
REFUSALS = {
    "cancel": "The authorization was canceled by the user.",
    "headless": "The authorization was denied since no user interaction was possible.",
    "denied": "The authorization was denied.",
}


class Mac:
    """The keychains and the two trust domains in one folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "mac.json"
        self.mood = (folder / "mood").read_text().strip() if (folder / "mood").exists() else "ok"
        self.state = json.loads(self._file.read_text()) if self._file.exists() else {"keychains": {}, "trust": {}}

    def save(self) -> None:
        self._file.write_text(json.dumps(self.state))

    def keychain(self, name: str) -> list[str]:
        return self.state["keychains"].setdefault(name, [])

    def domain(self, admin: bool) -> dict[str, list[dict[str, object]]] | None:
        return self.state["trust"].get("admin" if admin else "user")


def der_of(text: str) -> bytes:
    body = re.search("BEGIN CERTIFICATE-----(.+?)-----END", text, re.DOTALL)
    return base64.b64decode(body.group(1)) if body else b""


def pem_of(der: bytes) -> str:
    body = base64.encodebytes(der).decode().replace("\n", "")
    lines = [body[i : i + 64] for i in range(0, len(body), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def sha1(der: bytes) -> str:
    return hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()


def fail(text: str, code: int = 1, end: str = "\n") -> int:
    sys.stderr.write(text + end)
    return code


def options(words: list[str], flags: str, valued: str) -> tuple[dict[str, list[str]], list[str]] | None:
    """Read words as getopt does; None is a usage error."""
    found: dict[str, list[str]] = {}
    rest = list(words)
    while rest and rest[0].startswith("-") and len(rest[0]) == 2:
        name = rest.pop(0)[1]
        if name in flags:
            found.setdefault(name, []).append("")
        elif name in valued and rest:
            found.setdefault(name, []).append(rest.pop(0))
        else:
            return None
    return found, rest


def add_trusted_cert(mac: Mac, words: list[str]) -> int:
    read = options(words, "d", "rpk")
    if read is None or len(read[1]) != 1:
        return fail("Usage: add-trusted-cert [<options>] [certFile]", 2)
    chosen, [file] = read
    der = der_of(Path(file).read_text())
    if not der:
        return fail(f"Error reading file {file}")
    for keychain in chosen.get("k", []):  # the certificate goes in before anybody is asked
        held = mac.keychain(keychain)
        if der.hex() not in held:
            held.append(der.hex())
    mac.save()
    if mac.mood in REFUSALS:
        return fail(f"SecTrustSettingsSetTrustSettings: {REFUSALS[mac.mood]}")
    if chosen.get("r", ["trustRoot"]) != ["trustRoot"]:
        return fail("SecTrustSettingsSetTrustSettings: One or more parameters passed to a function were not valid.")
    rules = [{"policy": POLICIES[p].hex(), "name": p} for p in chosen.get("p", []) if p in POLICIES]
    domain = mac.state["trust"].setdefault("admin" if "d" in chosen else "user", {})
    domain[sha1(der)] = rules
    mac.state["prompts"] = mac.state.get("prompts", 0) + 1  # the record is written again each time
    mac.save()
    return 0


def remove_trusted_cert(mac: Mac, words: list[str]) -> int:
    read = options(words, "d", "")
    if read is None or len(read[1]) != 1:
        return fail("Usage: remove-trusted-cert [-d] [certFile]", 2)
    chosen, [file] = read
    domain = mac.domain("d" in chosen)
    fingerprint = sha1(der_of(Path(file).read_text()))
    if domain is None:
        return fail("SecTrustSettingsRemoveTrustSettings: No Trust Settings were found.")
    if fingerprint not in domain:
        return fail("SecTrustSettingsRemoveTrustSettings: The specified item could not be found in the keychain.")
    if mac.mood in REFUSALS:
        return fail(f"SecTrustSettingsRemoveTrustSettings: {REFUSALS[mac.mood]}")
    del domain[fingerprint]
    mac.save()
    return 0


def delete_certificate(mac: Mac, words: list[str]) -> int:
    read = options(words, "t", "cZ")
    if read is None or not {"c", "Z"} & set(read[0]):
        return fail("Usage: delete-certificate [-c name] [-Z hash] [-t] [keychain...]", 2)
    chosen, keychains = read
    if "t" in chosen and mac.domain(False) is None:
        return fail("security: SecTrustSettingsRemoveTrustSettings (user): No Trust Settings were found.", 81)
    wanted = chosen["Z"][0].upper()
    for name in keychains or list(mac.state["keychains"]):
        for held in mac.keychain(name):
            der = bytes.fromhex(held)
            if wanted in {sha1(der), hashlib.sha256(der).hexdigest().upper()}:
                mac.keychain(name).remove(held)
                mac.save()
                return 0
    return fail(f'Unable to delete certificate matching "{chosen["Z"][0]}"', 1, "")


def find_certificate(mac: Mac, words: list[str]) -> int:
    read = options(words, "aZp", "c")
    if read is None:
        return fail("Usage: find-certificate", 2)
    chosen, keychains = read
    found = [bytes.fromhex(h) for name in keychains or list(mac.state["keychains"]) for h in mac.keychain(name)]
    if not found and "a" not in chosen:
        return fail("security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain.", 44)
    for der in found:
        if "Z" in chosen:
            print(f"SHA-256 hash: {hashlib.sha256(der).hexdigest().upper()}")
            print(f"SHA-1 hash: {sha1(der)}")
        print(pem_of(der), end="")
    return 0


def trust_settings_export(mac: Mac, words: list[str]) -> int:
    read = options(words, "ds", "")
    if read is None or len(read[1]) != 1:
        return fail("Usage: trust-settings-export [-d] settings_file", 2)
    chosen, [file] = read
    domain = mac.domain("d" in chosen)
    if domain is None:
        return fail("SecTrustSettingsCreateExternalRepresentation: No Trust Settings were found.")
    listed = {
        fingerprint: {
            "trustSettings": [
                {"kSecTrustSettingsPolicy": bytes.fromhex(str(r["policy"])), "kSecTrustSettingsPolicyName": r["name"],
                 **({"kSecTrustSettingsResult": r["result"]} if "result" in r else {})}
                for r in rules
            ]
        }
        for fingerprint, rules in domain.items()
    }  # fmt: skip
    Path(file).write_bytes(plistlib.dumps({"trustList": listed, "trustVersion": 1}))
    print("...Trust Settings exported successfully.")
    return 0


def verify_cert(mac: Mac, words: list[str]) -> int:
    read = options(words, "lLqN", "crpsnk")
    if read is None or read[1]:
        return fail("Usage: verify-cert", 2)
    chosen, _ = read
    chain = [der_of(Path(file).read_text()) for file in chosen["c"]]
    trusted = {f for domain in mac.state["trust"].values() for f, rules in domain.items() if not denied(rules)}
    held = {bytes.fromhex(h) for name in mac.state["keychains"] for h in mac.keychain(name)}
    anchors = [der for der in held if sha1(der) in trusted]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "leaf.pem").write_text(pem_of(chain[0]))
        (place / "chain.pem").write_text("".join(pem_of(der) for der in chain[1:]))
        (place / "anchors.pem").write_text("".join(pem_of(der) for der in anchors))
        command = ["openssl", "verify", "-no-CAfile", "-no-CApath", "-partial_chain"]
        command += ["-CAfile", str(place / "anchors.pem")] if anchors else []
        command += ["-untrusted", str(place / "chain.pem")] if chain[1:] else []
        command += ["-verify_hostname", chosen["s"][0]] if "s" in chosen else []
        done = subprocess.run([*command, str(place / "leaf.pem")], capture_output=True, text=True, check=False)
    if done.returncode:
        return fail("Cert Verify Result: CSSMERR_TP_NOT_TRUSTED")
    print("...certificate verification successful.")
    return 0


def denied(rules: list[dict[str, object]]) -> bool:
    return any(r.get("result") == 3 for r in rules)


VERBS = {
    "add-trusted-cert": add_trusted_cert, "remove-trusted-cert": remove_trusted_cert,
    "delete-certificate": delete_certificate, "find-certificate": find_certificate,
    "trust-settings-export": trust_settings_export, "verify-cert": verify_cert,
}  # fmt: skip


if __name__ == "__main__":
    verb = VERBS.get(sys.argv[2])
    sys.exit(fail(f"unknown command: {sys.argv[2]}", 2) if verb is None else verb(Mac(Path(sys.argv[1])), sys.argv[3:]))
