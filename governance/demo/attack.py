"""Altering one byte of a ledger behind the software's back, in a copy.

The copy is an ordinary SQLite file; the byte is changed in the file itself, so that no trigger sees it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from governance.errors import IntegrityError


@dataclass(frozen=True, slots=True)
class Lie:
    """What stands in the file, and what shall stand there instead: one byte apart."""

    truth: str
    lie: str


@dataclass(frozen=True, slots=True)
class Altered:
    """What was changed, where in the file."""

    path: Path
    offset: int
    before: str
    after: str


def copy_of(database: Path, folder: Path) -> Path:
    """Copy a database, with what waits in its write-ahead log, into one file.

    SQLite copies it: reading the file of an open database by other means would drop the locks of this process on it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copied = folder / database.name
    source, target = (
        sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True),
        sqlite3.connect(copied),
    )
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    finally:
        target.close()
        source.close()
    return copied


def alter_one_byte(path: Path, lies: Sequence[Lie]) -> Altered:
    """Change one byte: the first of these lies whose truth stands in the file exactly once.

    One may be missing because SQLite spreads a long value over pages and cuts it there.

    Raises:
        IntegrityError: none stands there exactly once (the file is not what the story expects).
        ValueError: a lie does not differ from the truth in exactly one byte.
    """
    data = path.read_bytes()
    for lie in lies:
        old, new = lie.truth.encode(), lie.lie.encode()
        differing = [place for place in range(len(old)) if len(old) == len(new) and old[place] != new[place]]
        if len(differing) != 1:
            raise ValueError("a lie differs from the truth in exactly one byte")
        if data.count(old) != 1:
            continue
        offset = data.index(old) + differing[0]
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(new[differing[0] : differing[0] + 1])
        return Altered(path, offset, lie.truth, lie.lie)
    raise IntegrityError(f"None of what should be altered stands exactly once in {path.name}.")
