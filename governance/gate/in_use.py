"""Which packs are in use in a ledger as it stood at a size.

The newest registration of each pack name counts; earlier versions stay for replays. A registered text that
this version can't read counts as a pack that denies: what can't be read is not passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pydantic import ValidationError

from governance.errors import PolicyInvalid
from governance.gate.packs import Pack, UnreadablePack, parse_recorded
from governance.gate.sources import NO_EDGES, LedgerReader, Source
from governance.lineage.records import PolicyRegistered


@dataclass(frozen=True, slots=True)
class PacksInUse:
    """Packs by name.

    Attributes:
        packs: those that can be read, by name.
        unreadable: the others.
        entries: pack digest to the entry hash (hex) of its registration.
    """

    packs: tuple[Pack, ...]
    unreadable: tuple[UnreadablePack, ...]
    entries: dict[str, str]


def packs_in_use(ledger: LedgerReader, size: int) -> PacksInUse:
    """Return the packs in use below `size`."""
    newest = {}
    for entry in Source.at(ledger, NO_EDGES, size).all("policy.registered"):
        newest[entry.header.subject.partition(":")[2].rpartition("@")[0]] = entry
    packs: list[Pack] = []
    unreadable: list[UnreadablePack] = []
    entries: dict[str, str] = {}
    for _, entry in sorted(newest.items()):
        subject = entry.header.subject
        try:
            body = PolicyRegistered.model_validate(entry.body or {})
        except ValidationError:
            unreadable.append(UnreadablePack(subject, "", "its entry has not the form of a registration"))
            continue
        entries[body.digest] = entry.hash.hex()
        try:
            packs.append(_parsed(body.text, body.digest, subject))
        except PolicyInvalid as error:
            unreadable.append(UnreadablePack(subject, body.digest, error.message))
    return PacksInUse(tuple(packs), tuple(unreadable), entries)


@lru_cache(maxsize=64)
def _parsed(text: str, digest: str, subject: str) -> Pack:
    pack = parse_recorded(text, digest)
    if pack.subject != subject:
        raise PolicyInvalid(
            f"The text of {subject} says that it is {pack.subject}.", remedy="Register it under its own name."
        )
    return pack
