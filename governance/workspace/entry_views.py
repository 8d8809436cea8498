"""Entries of the ledger as the façade shows them."""

from __future__ import annotations

from typing import Literal

from governance.ledger.entry import Entry
from governance.ledger.log import Acknowledged
from governance.workspace.views import Appended, EntryView


def appended(done: Acknowledged) -> Appended:
    """Return the acknowledgement as a view."""
    return Appended(seq=done.seq, id=done.id, entry=done.hash.hex(), subject=done.subject, time=done.time)


def appended_before(entry: Entry) -> Appended:
    """Return the acknowledgement that an entry got when it was first appended."""
    return Appended(
        seq=entry.seq,
        id=entry.header.id,
        entry=entry.hash.hex(),
        subject=entry.header.subject,
        time=entry.header.time,
    )


def entry_view(entry: Entry, *, body: bool = True) -> EntryView:
    """Return an entry with its verbatim header; its body where it is there and was asked for."""
    header = entry.header
    shown = body and entry.body_bytes is not None
    state: Literal["present", "erased", "missing", "withheld"]
    if shown:
        state = "present"
    elif entry.erased:
        state = "erased"
    else:
        state = "missing" if body else "withheld"
    return EntryView(
        seq=header.seq,
        id=header.id,
        time=header.time,
        kind=header.kind,
        subject=header.subject,
        actor=header.actor,
        entry=entry.hash.hex(),
        prev=header.prev,
        origin=header.origin,
        commitment=header.body,
        header=entry.header_bytes.decode(),
        body=entry.body if shown else None,
        salt=entry.salt.hex() if shown and entry.salt is not None else None,
        body_state=state,
    )
