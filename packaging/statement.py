"""The signed statement about the newest version, which the update check of released builds asks for.

`DOTLOCAL_UPDATE_PRIVATE_KEY_FILE` names an Ed25519 key (PKCS#8, PEM), `DOTLOCAL_UPDATE_PAGE` the https page that
describes the version. Make a key:  openssl genpkey -algorithm ed25519 -out key.pem
"""

import base64
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bundle
import product

from core.updates.statement import PRODUCT, SCHEMA, read

COUNTS_FOR = timedelta(days=120)


def make(out: Path, _: Path | None = None) -> list[Path]:
    """Sign the statement, read it back as the program would, and return its file.

    Raises: BuildFailed, UpdateRefused.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key_file, page = os.environ.get("DOTLOCAL_UPDATE_PRIVATE_KEY_FILE"), os.environ.get("DOTLOCAL_UPDATE_PAGE")
    if not key_file or not page:
        raise bundle.BuildFailed("DOTLOCAL_UPDATE_PRIVATE_KEY_FILE and DOTLOCAL_UPDATE_PAGE have to be set.")
    key = load_pem_private_key(Path(key_file).read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise bundle.BuildFailed(f"{key_file} holds no Ed25519 key")
    now = datetime.now(UTC).replace(microsecond=0)
    said = {
        "schema": SCHEMA, "product": PRODUCT, "version": product.VERSION, "day": product.source_day(), "page": page,
        "issued_at": now.isoformat(), "expires_at": (now + COUNTS_FOR).isoformat(),
    }  # fmt: skip
    signed = json.dumps(said, sort_keys=True).encode("utf-8")
    both = {
        name: base64.b64encode(octets).decode()
        for name, octets in (("signed", signed), ("signature", key.sign(signed)))
    }
    octets = json.dumps(both).encode("utf-8")
    read(octets, key.public_key().public_bytes_raw(), now)
    result = out / "updates.json"
    result.write_bytes(octets)
    return [result]
