"""The ledger's four tables.

Every column beside the verbatim header is an index over it; verification compares them. The migrations in
`governance/ledger/migrations` make the tables and the triggers that refuse to change them; these classes only
describe them to Python. Both are compared in a test.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlmodel import Field, SQLModel

metadata = MetaData()
_PLACE = BigInteger().with_variant(
    Integer(), "sqlite"
)  # the spelling that SQLite takes for its own row number
_WORD = Text().with_variant(Text(collation="C"), "postgresql")  # words sort by their bytes everywhere


def _place(*, primary_key: bool = False) -> Any:
    return Field(sa_column=Column(_PLACE, primary_key=primary_key, autoincrement=False, nullable=False))


def _word(*, unique: bool = False) -> Any:
    return Field(sa_column=Column(_WORD, nullable=False, unique=unique))


def _bytes() -> Any:
    return Field(sa_column=Column(LargeBinary, nullable=False))


class _Table(SQLModel):
    """Gives the tables a registry of their own: other rooms' tables are no part of the ledger's schema."""

    metadata: ClassVar[MetaData] = metadata


class EntryRow(_Table, table=True):
    """A header, verbatim, with the columns that find it."""

    __tablename__ = "entry"
    __table_args__ = (
        Index("entry_by_hash", "hash"),
        Index("entry_by_kind", "kind"),
        Index("entry_by_subject", "subject", "kind"),
        Index("entry_by_actor", "actor", "kind"),
        Index("entry_by_time", "time"),
    )

    seq: int = _place(primary_key=True)
    id: str = _word(unique=True)
    time: str = _word()
    actor: str = _word()
    kind: str = _word()
    subject: str = _word()
    hash: bytes = _bytes()
    header: bytes = _bytes()


class BodyRow(_Table, table=True):
    """A body and its salt, which an erasure deletes together."""

    __tablename__ = "body"

    seq: int = _place(primary_key=True)
    salt: bytes = _bytes()
    body: bytes = _bytes()


class TileRow(_Table, table=True):
    """A full tile: 256 hashes."""

    __tablename__ = "tile"

    level: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False, nullable=False))
    idx: int = _place(primary_key=True)
    hashes: bytes = _bytes()


class CheckpointRow(_Table, table=True):
    """A signed checkpoint."""

    __tablename__ = "checkpoint"

    size: int = _place(primary_key=True)
    text: str = Field(sa_column=Column(Text, nullable=False))


def _table(model: type[SQLModel]) -> Table:
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


entry = _table(EntryRow)
body = _table(BodyRow)
tile = _table(TileRow)
checkpoint = _table(CheckpointRow)
