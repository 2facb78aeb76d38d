"""Private keys of seals: files that only their owner may read, in a directory of the installation's own.

`PLIMSOLL_SEAL_KEYS` names the directory. A key never enters the database, a log or an export.
"""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from ledger.domain.seals import key_id_of
from ledger.services.refusals import LedgerRefusal, SealKeyMissing


class KeyFileOpen(LedgerRefusal):
    """The file of a private key may be read by others than its owner."""

    code = "seal_key_file_open"


def create_key_file() -> tuple[str, bytes]:
    """Make a new private key and keep it in a file of its own; return its name and its public key.

    Touches no database.
    """
    private_key = Ed25519PrivateKey.generate()
    public_key = private_key.public_key().public_bytes_raw()
    key_id = key_id_of(public_key)
    directory = _directory()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(_file(key_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return key_id, public_key


def private_key_of(*, key_id: str) -> Ed25519PrivateKey:
    """Return the private key.

    :raises SealKeyMissing: there is no file of it here, or it holds something else.
    :raises KeyFileOpen: others than its owner may read it.
    """
    file = _file(key_id)
    try:
        mode = file.stat().st_mode
        content = file.read_bytes()
    except OSError as error:
        raise SealKeyMissing(f"{key_id}: {error.strerror}") from error
    if mode & 0o077:
        raise KeyFileOpen(f"{key_id}: chmod 600")
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise SealKeyMissing(f"{key_id}: the file holds no private key") from error
    if not isinstance(key, Ed25519PrivateKey) or key_id_of(key.public_key().public_bytes_raw()) != key_id:
        raise SealKeyMissing(f"{key_id}: the file holds another key")
    return key


def key_files() -> list[str]:
    """Return the names of the private keys at hand."""
    return sorted(path.stem for path in _directory().glob("*.pem"))


def _directory() -> Path:
    return Path(settings.SEAL_KEYS_DIRECTORY)


def _file(key_id: str) -> Path:
    return _directory() / f"{key_id}.pem"
