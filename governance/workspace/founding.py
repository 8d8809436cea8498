"""Creating a ledger: its first entries."""

from __future__ import annotations

from typing import Any

from governance.errors import InvalidInput
from governance.identity.sshsig import key_subject
from governance.ledger.entry import Draft, new_id
from governance.ledger.log import Ledger
from governance.lineage.subjects import Subject


def found(
    url: str, *, actor: str, name: str | None, ssh_key: str | None, origin: str | None, keys: str | None
) -> Ledger:
    """Create the ledger and make `actor` its first administrator.

    Entry 0 names the administrator and, if given, their SSH key; a person's name goes to an erasable profile.

    Raises:
        InvalidInput: actor or SSH key have not the right form.
        LedgerError: there is something at `url` already, or it can't be written.
    """
    if Subject.parse(actor).kind != "user":
        raise InvalidInput(f"'{actor}' is no person.", remedy="The first administrator is a person: user:ID.")
    admin: dict[str, Any] = {"actor": actor}
    if ssh_key is not None:
        line = " ".join(ssh_key.split()[:2])
        key_subject(line)
        admin["ssh_key"] = line
    ledger = Ledger.create(url, actor=actor, origin=origin, keys=keys, created={"admins": [admin]})
    if name:
        ledger.append(
            Draft(actor=actor, kind="user.profile", subject=actor, body={"name": name}, id=new_id())
        )
    return ledger
