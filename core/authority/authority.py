"""The site authority on disk: create it, open it, issue with it."""

import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from core.authority import export, keys, ledger, minting, profiles
from core.authority.brief import BriefIssuer
from core.clock import Clock
from core.errors import AuthorityExists, AuthorityMissing, FileExists, InputProblem, StateCorrupt, StateUnwritable
from core.model.authority import Issued, IssueRequest, LedgerEntry
from core.model.text import file_stem
from core.paths import take_the_place
from core.secrets import Passphrases

_SETTINGS, _ROOT, _ISSUING = "authority.json", "root.crt.pem", "issuing.crt.pem"
_ROOT_KEY, _ISSUING_KEY, _PROBE = "root.p12", "issuing.p12", "probe.crt.pem"
PROBE_NAME = "dotlocal-trust-check.local"
MAX_SITE_NAME = 40


@dataclass(frozen=True)
class Authority:
    """The public side of the authority in a folder; keys are opened for one call and dropped."""

    folder: Path
    name: str
    root: x509.Certificate
    issuing: x509.Certificate
    limits: profiles.Limits
    kept_in: str
    probe: tuple[x509.Certificate, ...]
    """A certificate of this authority whose key was thrown away: stores are proven with it, without a passphrase."""

    def issue(self, request: IssueRequest, passphrases: Passphrases, now: datetime) -> Issued:
        """Issue a device certificate and write its files, all of them or none.

        Raises: BadName, BadAddress, OutsideLimits, FileExists, PassphraseWrong, KeychainMissing, StateUnwritable.
        """
        names = tuple(dict.fromkeys(profiles.device_name(name) for name in request.names))
        addresses = tuple(dict.fromkeys(profiles.device_address(address) for address in request.addresses))
        if not names:
            raise InputProblem("A device needs at least one name.", hint="Name it like dev01.local.")
        self.limits.check(names, addresses)
        formats = export.check_formats(request.formats)
        stem = file_stem(names[0].removeprefix("*.").removesuffix(".local"))
        _refuse_existing(request.folder, export.file_names(stem, formats))
        issuer_certificate = self.root if request.from_root else self.issuing
        end = profiles.device_end(now, request.days, issuer_certificate.not_valid_after_utc)
        passphrase = passphrases.find(minting.sha256_of(self.root)).text
        signer = keys.unseal(self.folder / (_ROOT_KEY if request.from_root else _ISSUING_KEY), passphrase)
        key = minting.new_key()
        certificate = minting.mint_device(names, addresses, signer, key, end, now)
        chain = () if request.from_root else (self.issuing,)
        material = export.Material(stem, certificate, key, chain, request.p12_password)
        contents = export.export(material, formats)
        entry = _ledger_entry(certificate, names, addresses, now, formats)
        files = _write_all(request.folder, contents)
        try:
            ledger.append(self.folder, entry)
        except StateUnwritable:  # what is not on record is not given out
            for file in files:
                file.unlink(missing_ok=True)
            raise
        return Issued(entry, files)

    def brief_issuer(self, passphrases: Passphrases, clock: Clock) -> BriefIssuer:
        """Open the issuing CA for certificates that live for a day and stay in memory.

        Raises: PassphraseWrong, KeychainMissing, StateCorrupt.
        """
        passphrase = passphrases.find(minting.sha256_of(self.root)).text
        signer = keys.unseal(self.folder / _ISSUING_KEY, passphrase)
        return BriefIssuer(signer, self.root.public_bytes(Encoding.DER), self.limits, clock)

    def issued(self) -> tuple[tuple[LedgerEntry, ...], tuple[StateCorrupt, ...]]:
        """Return what was issued, oldest first, and the ledger's unreadable lines."""
        return ledger.read(self.folder)


def create(folder: Path, name: str, limits: profiles.Limits, passphrases: Passphrases, now: datetime) -> Authority:
    """Make a new authority in `folder`, whole or not at all.

    Raises: InputProblem for the name, AuthorityExists, KeychainMissing, StateUnwritable.
    """
    name = " ".join(name.split())
    if not name or len(name) > MAX_SITE_NAME or not name.isprintable():
        raise InputProblem(f"The name needs 1 to {MAX_SITE_NAME} printable characters.", hint='For example "Workshop".')
    if (folder / _SETTINGS).exists():
        raise AuthorityExists(f"There is an authority in {folder} already.")
    root = minting.mint_root(name, limits, now)
    issuing = minting.mint_issuing(name, root, limits, now)
    # As long as its issuer: no device shows it, so no client's limit on lifetimes is met.
    probe_end = issuing.certificate.not_valid_after_utc
    probe = minting.mint_device((PROBE_NAME,), (), issuing, minting.new_key(), probe_end, now)
    secret = passphrases.make_new(minting.sha256_of(root.certificate))
    settings = {
        "schema": "dotlocal.authority/1",
        "name": name,
        "created": now.isoformat(),
        "permitted_names": list(limits.names),
        "permitted_networks": [str(n) for n in limits.networks],
        "key_kept_in": secret.kept_in,
    }
    contents = {
        _ROOT: root.certificate.public_bytes(Encoding.PEM),
        _ISSUING: issuing.certificate.public_bytes(Encoding.PEM),
        _PROBE: export.chain_pem((probe, issuing.certificate)),
        _ROOT_KEY: keys.seal(root, secret.text),
        _ISSUING_KEY: keys.seal(issuing, secret.text),
        _SETTINGS: json.dumps(settings, indent=2).encode() + b"\n",
    }
    _write_folder(folder, contents)
    return open_authority(folder)


def exists(folder: Path) -> bool:
    """Say whether there is an authority in `folder`, readable or not."""
    return (folder / _SETTINGS).exists()


def root_file(folder: Path) -> Path:
    """Return the file with the public root of the authority in `folder`."""
    return folder / _ROOT


def open_authority(folder: Path) -> Authority:
    """Return the authority of a folder.

    Raises: AuthorityMissing; StateCorrupt, naming the file and the field.
    """
    file = folder / _SETTINGS
    if not file.exists():
        raise AuthorityMissing("There is no authority yet.")
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
        name, kept_in = str(settings["name"]), str(settings["key_kept_in"])
        names = tuple(str(n) for n in settings["permitted_names"])
        limits = profiles.Limits(names, ()).with_networks(tuple(settings["permitted_networks"]))
    except KeyError as error:
        raise StateCorrupt(f"{file}: field {error.args[0]!r} is missing", file=str(file)) from error
    except (OSError, ValueError, TypeError, InputProblem) as error:
        raise StateCorrupt(f"{file}: {error}", file=str(file)) from error
    root, issuing = _read_one(folder / _ROOT), _read_one(folder / _ISSUING)
    probe = tuple(_read_all(folder / _PROBE)) if (folder / _PROBE).exists() else ()
    return Authority(folder, name, root, issuing, limits, kept_in, probe)


def _read_all(file: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except OSError as error:
        raise StateCorrupt(f"{file}: {error.strerror or error}", file=str(file)) from error
    except ValueError as error:
        raise StateCorrupt(f"{file}: it holds no certificate in PEM form", file=str(file)) from error


def _read_one(file: Path) -> x509.Certificate:
    return _read_all(file)[0]


def _write_folder(folder: Path, contents: dict[str, bytes]) -> None:
    """Write all files into a new folder beside the final place, then put it there in one step."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists() and not any(folder.iterdir()):
            folder.rmdir()
        staging = Path(tempfile.mkdtemp(prefix=".authority-", dir=folder.parent))
    except OSError as error:
        raise StateUnwritable(f"{folder} cannot be made: {error.strerror or error}.") from error
    try:
        for name, content in contents.items():
            keys.write_new(staging / name, content, private=True)
        take_the_place(staging, folder)
    except OSError as error:
        raise StateUnwritable(f"{folder} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _refuse_existing(folder: Path, names: tuple[str, ...]) -> None:
    for name in names:
        if (folder / name).exists() or (folder / name).is_symlink():
            raise FileExists(f"{folder / name} is there already. Nothing was issued.")


def _write_all(folder: Path, contents: tuple[export.ExportFile, ...]) -> tuple[Path, ...]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateUnwritable(f"{folder} cannot be made: {error.strerror or error}.") from error
    written: list[Path] = []
    try:
        for file in contents:
            keys.write_new(folder / file.name, file.content, private=file.private)
            written.append(folder / file.name)
    except (FileExists, StateUnwritable):
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return tuple(written)


def _ledger_entry(
    certificate: x509.Certificate,
    names: tuple[str, ...],
    addresses: tuple[profiles.IpAddress, ...],
    now: datetime,
    formats: tuple[str, ...],
) -> LedgerEntry:
    issuer = certificate.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    return LedgerEntry(
        serial=f"{certificate.serial_number:x}",
        sha256=minting.sha256_of(certificate),
        names=(*names, *(str(a) for a in addresses)),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        issued_at=now,
        issuer=str(issuer),
        formats=formats,
    )
