"""The folder of a ledger's secrets: signing keys, the signer's memory, and the secrets of sealed batches.

    ledger.key          PRIVATE+KEY+…, signs checkpoints
    receipt.key         Ed25519, PKCS #8 PEM, signs receipts; never the key of the checkpoints
    signer.checkpoint   the last checkpoint that was committed: what stops the signer from signing a fork
    open.tiles          hashes that spare the signer rehashing full tiles; no secret, may be deleted
    batches/UUID        32 bytes each

Folders have mode 0700 and files 0600; laxer ones are refused, because others could have read them.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.ledger.errors import EntryAbsent, InvalidEntry, LedgerExists, NoteInvalid, ReadOnly
from governance.ledger.failures import file_error
from governance.ledger.note import SigningKey

LEDGER_KEY, RECEIPT_KEY, SIGNER_CHECKPOINT, OPEN_TILES, BATCHES = (
    "ledger.key",
    "receipt.key",
    "signer.checkpoint",
    "open.tiles",
    "batches",
)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class KeyFolder:
    """A ledger's secrets. The folder need not exist: then the ledger can be read but not written.

    Args:
        path: of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self, ledger_key: SigningKey, receipt_key: Ed25519PrivateKey) -> None:
        """Fill a new folder.

        Raises:
            LedgerExists: there are keys in it already.
        """
        self._folder(self.path)
        if any((self.path / name).exists() for name in (LEDGER_KEY, RECEIPT_KEY, SIGNER_CHECKPOINT)):
            raise LedgerExists(f"There are keys in {self.path} already.", remedy="Name another folder.")
        self._write(LEDGER_KEY, ledger_key.to_text().encode() + b"\n")
        self._write(
            RECEIPT_KEY,
            receipt_key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )

    def ledger_key(self) -> SigningKey:
        """Return the key that signs checkpoints.

        Raises:
            ReadOnly: it is not there, damaged, or others could read it.
        """
        try:
            return SigningKey.from_text(self._secret(LEDGER_KEY).decode())
        except (NoteInvalid, UnicodeDecodeError) as error:
            raise self._damaged(LEDGER_KEY) from error

    def receipt_key(self) -> Ed25519PrivateKey:
        """Return the key that signs receipts.

        Raises:
            ReadOnly: it is not there, damaged, or others could read it.
        """
        try:
            key = serialization.load_pem_private_key(self._secret(RECEIPT_KEY), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise self._damaged(RECEIPT_KEY) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise self._damaged(RECEIPT_KEY)
        return key

    def signer_checkpoint(self) -> str | None:
        """Return the last checkpoint that the signer committed; None where none is remembered."""
        try:
            return (self.path / SIGNER_CHECKPOINT).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise self._damaged(SIGNER_CHECKPOINT) from error

    def save_signer_checkpoint(self, text: str) -> None:
        """Remember a committed checkpoint; called under the ledger's lock, so that it never goes back.

        The file's bytes are durable before it takes its name. The name itself need not be: after a power cut an
        older checkpoint stands there, which the longer ledger is consistent with.

        Raises:
            DiskFull: no room; the old one stays.
        """
        self._write(SIGNER_CHECKPOINT, text.encode(), durable_name=False)

    def open_tiles(self) -> str | None:
        """Return what `save_open_tiles` kept, if it can be read; it is to be checked, and can be done without."""
        try:
            return (self.path / OPEN_TILES).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return None

    def save_open_tiles(self, text: str) -> None:
        """Keep hashes of open tiles, which spare rehashing; not durable, since they can be done without.

        Raises:
            DiskFull: no room; the old ones stay.
        """
        self._write(OPEN_TILES, text.encode(), durable=False, durable_name=False)

    def save_batch_secret(self, batch: str, secret: bytes, /) -> None:
        """Keep the secret of a sealed batch; it is durable when this returns.

        Raises:
            InvalidEntry: not a batch's UUID.
            LedgerExists: another secret is kept for it.
        """
        name = self._batch(batch)
        self._folder(self.path)
        self._folder(self.path / BATCHES)
        if (self.path / name).exists() and self._secret(name) != secret:
            raise LedgerExists(f"There is another secret for batch {batch} in {self.path}.")
        self._write(name, secret)

    def batch_secret(self, batch: str, /) -> bytes:
        """Return the secret of a sealed batch.

        Raises:
            EntryAbsent: it is not kept here, or was destroyed.
        """
        name = self._batch(batch)
        if not (self.path / name).exists():
            raise EntryAbsent(
                f"The secret of batch {batch} is not in {self.path}.",
                remedy="Use the machine that sealed the batch; without its secret no row can be proved.",
            )
        return self._secret(name)

    def destroy_batch_secret(self, batch: str, /) -> None:
        """Delete the secret of a sealed batch, if it is there."""
        (self.path / self._batch(batch)).unlink(missing_ok=True)

    @staticmethod
    def _batch(batch: str) -> str:
        if not _UUID.fullmatch(batch):
            raise InvalidEntry(f"{batch!r} is not the UUID of a batch.")
        return f"{BATCHES}/{batch}"

    def _secret(self, name: str) -> bytes:
        path = self.path / name
        try:
            for one in (self.path, path):
                if stat.S_IMODE(one.stat().st_mode) & 0o077:
                    raise ReadOnly(
                        f"Others than its owner may use {one}; what signs must be secret.",
                        remedy=f"Run: chmod go-rwx {one}; and think of who could have read it.",
                        reason="no-key",
                    )
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise ReadOnly(
                f"There is no {name} in {self.path}, so this ledger can only be read.",
                remedy="Name the folder of its keys: GOVERN_KEYS or --keys.",
                reason="no-key",
            ) from None
        except PermissionError:
            raise ReadOnly(
                f"{path} can't be read by this account, so this ledger can only be read.",
                remedy="Use the account that owns the ledger's keys.",
                reason="no-key",
            ) from None

    def _damaged(self, name: str) -> ReadOnly:
        return ReadOnly(
            f"{self.path / name} can't be read as what it should be.",
            remedy="Put it back from a backup of the key folder.",
            reason="no-key",
        )

    @staticmethod
    def _folder(path: Path) -> None:
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except FileExistsError:
            raise LedgerExists(f"{path} is a file, not a folder.", remedy="Name another folder.") from None
        except OSError as error:
            raise file_error(path, error) from error

    def _write(self, name: str, data: bytes, *, durable: bool = True, durable_name: bool = True) -> None:
        path = self.path / name
        fresh = path.with_name(f".{path.name}.new")
        try:
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(handle)
            fresh.replace(path)
            if durable_name:
                sync_folder(path.parent)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise file_error(path, error) from error


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
