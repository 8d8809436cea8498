"""Creating a ledger: keys and first entry are made aside and put in place at the end, so that nothing half-made is seen.

1. lock; 2. make the key folder and the database under other names, with entry 0 and its checkpoint; 3. close the
database, so that it is one file; 4. put the keys in place; 5. put the database in place, if no other stands there.
Whatever fails or interrupts in between, what was made is taken away again.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.ledger import address
from governance.ledger.append import AtStep, Writer
from governance.ledger.clock import Clock
from governance.ledger.database import Database
from governance.ledger.entry import Draft, check_draft, check_origin
from governance.ledger.errors import LedgerExists, LedgerUnreachable
from governance.ledger.failures import explained, file_error
from governance.ledger.keys import KeyFolder, sync_folder
from governance.ledger.locking import PRIVATE, LedgerLock
from governance.ledger.note import SigningKey
from governance.ledger.schema import FORMAT, migrate
from governance.ledger.stored import TileRoots

_BESIDE = ("-wal", "-shm", "-journal")


def new_origin() -> str:
    """Return the default origin: `localhost/` and 32 random hex digits."""
    return f"localhost/{secrets.token_hex(16)}"


def create(
    path: Path,
    keys: Path,
    *,
    actor: str,
    origin: str | None,
    created: Mapping[str, Any],
    clock: Clock,
    at_step: AtStep | None = None,
) -> None:
    """Create a ledger in a new file.

    Args:
        path: of the database.
        keys: folder of its secrets.
        actor: who begins it.
        origin: its name; a random one by default.
        created: members of the first body beside `origin`, `format`, `keys` and `receipt_keys`.
        clock: gives entry 0 its time.
        at_step: called after each step of the first commit.

    Raises:
        LedgerExists: there is something at `path` already, or keys in `keys`.
        InvalidEntry: actor, origin or `created` are not what entries take.
        LedgerUnreachable, ReadOnly, DiskFull: the folder is not there, or can't be written.
    """
    name = origin if origin is not None else new_origin()
    check_origin(name)
    signing, receipts = SigningKey.generate(name), Ed25519PrivateKey.generate()
    public = receipts.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    body = {
        **created, "origin": name, "format": FORMAT, "keys": [signing.vkey], "receipt_keys": [public.decode()]
    }  # fmt: skip
    draft = Draft(actor=actor, kind="ledger.created", subject=f"ledger:{name}", body=body)
    check_draft(draft)
    _check_absent(path, keys)
    if not path.parent.is_dir():
        raise LedgerUnreachable(
            f"There is no folder {path.parent}.", remedy=f"Make it first: mkdir -p {path.parent}"
        )
    lock = LedgerLock(address.lock_path(path))
    mark = secrets.token_hex(6)
    fresh = path.with_name(f".{path.name}.{mark}.new")
    fresh_keys = KeyFolder(keys.with_name(f".{keys.name}.{mark}.new"))
    with lock.held():
        _check_absent(path, keys)
        try:
            fresh_keys.make(signing, receipts)
            _first_commit(fresh, fresh_keys, lock, draft, name, clock, at_step)
            _put_in_place(fresh, fresh_keys.path, path, keys)
        except OSError as error:
            raise file_error(path, error) from error
        finally:
            _take_away(fresh, fresh_keys.path)


def _check_absent(path: Path, keys: Path) -> None:
    if os.path.lexists(path):
        raise LedgerExists(
            f"There is something at {path} already.", remedy="Name a new file; nothing is overwritten."
        )
    for suffix in _BESIDE:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            raise LedgerExists(
                f"{beside} is left of another database.",
                remedy="Move it away, or name another file for the ledger.",
            )
    if keys.is_file() or (keys.is_dir() and any(keys.iterdir())):
        raise LedgerExists(
            f"{keys} is there already; it may hold the keys of another ledger.",
            remedy="Keep it safe under another name, or name another folder (GOVERN_KEYS).",
        )


def _first_commit(
    path: Path,
    keys: KeyFolder,
    lock: LedgerLock,
    draft: Draft,
    origin: str,
    clock: Clock,
    at_step: AtStep | None,
) -> None:
    with explained(path):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE))
        made = sqlite3.connect(path)
        try:
            made.execute("PRAGMA journal_mode=WAL")
        finally:
            made.close()
    database = Database(path, lock=lock)
    try:
        migrate(database)
        Writer(database, keys, origin, clock, TileRoots(), at_step).append([draft], expect_size=0)
    finally:
        database.close()


def _put_in_place(fresh: Path, fresh_keys: Path, path: Path, keys: Path) -> None:
    keys.parent.mkdir(parents=True, exist_ok=True)
    fresh_keys.rename(keys)  # takes the place of an empty folder, never of a full one
    try:
        _rename_to_nothing(fresh, path)
    except BaseException:
        keys.rename(fresh_keys)
        raise
    sync_folder(path.parent)
    sync_folder(keys.parent)


def _rename_to_nothing(fresh: Path, path: Path) -> None:
    if os.path.lexists(path):
        raise LedgerExists(f"Somebody else made {path} meanwhile.", remedy="Open that one.")
    fresh.rename(path)


def _take_away(fresh: Path, fresh_keys: Path) -> None:
    for suffix in ("", *_BESIDE):
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
    shutil.rmtree(fresh_keys, ignore_errors=True)
